"""The inspector pane, fed by a real client on the simulator, with the keyboard alone and with the mouse alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from inspector_pane_parts import LARGE, SIZES, OpenInspector, begun, call
from textual.binding import Binding
from textual.widgets import Input

from inspector_parts import KEY, finished, quietly
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.sdk import (
    HeadersReceived,
)
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.commands import commands
from lmstudio_tui.tui.messages import PaneWanted
from lmstudio_tui.tui.panes.inspector import InspectorPane
from lmstudio_tui.tui.panes.inspector.detail import Detail
from lmstudio_tui.tui.panes.inspector.request_list import RequestList
from lmstudio_tui.tui.panes.inspector.tabs import SectionTabs
from lmstudio_tui.tui.panes.inspector.wire_view import WireView
from lmstudio_tui.tui.screens.confirm import Confirm

pytestmark = pytest.mark.anyio


# Nothing yet


@SIZES
async def test_an_empty_list_says_what_will_be_there(open_inspector: OpenInspector, size: tuple[int, int]) -> None:
    async with open_inspector(size=size) as ui:
        await ui.shows("Nothing has gone over the wire yet.", "Enter goes to the chat", "Requests ─ 0")
        await ui.press("y", "Y", "p", "c", "e", "r", "x", "w", "5", "right", "escape")
        await ui.press("enter")
        assert (await ui.posts(PaneWanted)).name == "chat"
        await ui.click(RequestList, offset=(20, 8))
        assert (await ui.posts(PaneWanted)).name == "chat"
        assert ui.app.posted == []


async def test_polls_are_counted_and_hidden(open_inspector: OpenInspector) -> None:
    async with open_inspector() as ui:
        ui.client.health()
        await ui.shows("Only polls so far: 5", "5 polls hidden, b shows them")
        await ui.press("b")
        await ui.shows("/lmstudio-greeting", "5 polls shown, b hides them", "Requests ─ 5")
        await ui.press("b")
        await ui.hides("/lmstudio-greeting")


# The list


@SIZES
async def test_requests_come_in_the_newest_first(open_inspector: OpenInspector, size: tuple[int, int]) -> None:
    async with open_inspector(size=size) as ui:
        ui.client.list_models()
        ui.chat("fault-model-not-found")
        ui.chat()
        await ui.shows("Requests ─ 5 ─ 1 failed", "✓ 200", "✗ 404", "POST", "/v1/chat/completions", "/api/v0/models")
        paths = [summary.path for summary in ui.list.shown]
        assert paths[:3] == ["/v1/chat/completions", "/v1/chat/completions", "/api/v0/models"]
        assert "time" in ui.screen
        assert "took" in ui.screen
        assert ("▪" in ui.screen) is True


async def test_a_request_under_way_shows_how_long_and_then_its_end(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    async with open_inspector(log=log) as ui:
        began = datetime.now(UTC).timestamp() - 7
        log.record(begun("a", at=began, body=b"{}", stream=True))
        await ui.shows("◌ waiting", "7.00 s")
        await ui.shows("8.00 s")
        log.record(HeadersReceived("a", 7500.0, 1, 200, ()))
        await ui.shows("▸ 200 …")
        log.record(finished("a", 9000.0))
        await ui.shows("✓ 200", "9.00 s")
        pane = ui.app.query_one(InspectorPane)
        assert pane._ticker is None


async def test_the_cursor_stays_on_its_request_and_follows_the_newest(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    for number in range(60):
        call(log, str(number))
    async with open_inspector(log=log) as ui:
        await ui.until(lambda: len(ui.list.shown) == 60)
        call(log, "60")
        await ui.until(lambda: ui.list.chosen is not None and ui.list.chosen.call_id == "60")
        await ui.press(*["down"] * 30)
        assert ui.list.chosen is not None
        assert ui.list.chosen.call_id == "30"
        top = ui.list.scroll_offset.y
        assert top > 0
        for number in range(61, 66):
            call(log, str(number))
        await ui.until(lambda: len(ui.list.shown) == 66)
        assert ui.list.chosen.call_id == "30"
        assert ui.list.scroll_offset.y == top + 5
        await ui.press("home")
        assert ui.list.chosen.call_id == "65"
        await ui.press("end")
        assert ui.list.chosen.call_id == "0"
        await ui.press("pageup", "k", "j", "pagedown", "G", "g")
        assert ui.list.chosen.call_id == "65"


async def test_the_cursor_goes_on_when_its_request_is_forgotten(open_inspector: OpenInspector) -> None:
    log = ExchangeLog(entries=5)
    for number in range(5):
        call(log, str(number))
    async with open_inspector(log=log) as ui:
        await ui.until(lambda: len(ui.list.shown) == 5)
        await ui.press("end")
        call(log, "5")
        await ui.until(lambda: ui.list.shown[0].call_id == "5")
        assert ui.list.chosen is not None
        assert ui.list.chosen.call_id == "1"


async def test_the_filter(open_inspector: OpenInspector) -> None:
    async with open_inspector() as ui:
        ui.client.list_models()
        ui.chat("fault-model-not-found")
        ui.chat()
        await ui.shows("Requests ─ 5")
        await ui.press("/", *"status:4xx")
        await ui.shows("Requests ─ 1 of 5", "✗ 404")
        await ui.hides("/api/v0/models")
        await ui.press("enter")
        assert ui.list.has_focus
        assert "status:4xx" in ui.screen
        await ui.press("/")
        await ui.pilot.press("ctrl+u")
        await ui.press(*"method:get y x r c")
        await ui.shows("No request matches the filter.", "Esc clears it.")
        await ui.press(*["backspace"] * 8)
        await ui.shows("Requests ─ 3 of 5")
        first = ui.list.chosen
        await ui.press("down")
        assert ui.list.chosen is not first
        assert ui.app.query_one("#filter", Input).has_focus
        await ui.press("escape")
        await ui.shows("Requests ─ 5 ")
        assert ui.list.has_focus
        assert ui.app.posted == []


async def test_clearing_asks_first(open_inspector: OpenInspector) -> None:
    async with open_inspector() as ui:
        ui.client.list_models()
        await ui.shows("Requests ─ 3")
        await ui.press("x")
        await ui.shows("Clear the list", "3 requests will be forgotten")
        await ui.press("escape", "x")
        await ui.until(lambda: isinstance(ui.app.screen, Confirm))
        await ui.press("y")
        await ui.shows("Nothing has gone over the wire yet.")


# One request


async def test_a_request_opens_and_closes_with_keys(open_inspector: OpenInspector) -> None:
    async with open_inspector() as ui:
        ui.chat(text="Say it in Python")
        await ui.shows("✓ 200")
        await ui.press("enter")
        await ui.shows("1 Timing", "5 Events", "Done in", "wait", "stream", "first token", "address")
        assert ui.view.has_focus
        await ui.press("2")
        await ui.shows("content-type: application/json", "200 OK", "x-simulator:")
        await ui.press("3")
        await ui.shows('"content": "Say it in Python"', '"stream": true')
        await ui.press("w")
        await ui.shows('"role":"user","content":"Say it', "w pretty")
        await ui.press("w", "right")
        await ui.shows("Say it in Python", "w raw")
        await ui.press("end")
        await ui.shows("finish reason stop", "completion tokens")
        await ui.press("tab")
        await ui.shows("chat.completion.chunk", "+")
        await ui.press("tab")
        await ui.shows("Done in")
        await ui.press("shift+tab", "left")
        assert ui.detail.section == "response"
        await ui.press("escape")
        await ui.shows("Requests ─ 1")
        assert ui.list.has_focus


async def test_a_request_opens_and_closes_with_the_mouse(open_inspector: OpenInspector) -> None:
    async with open_inspector() as ui:
        ui.client.list_models()
        await ui.shows("Requests ─ 3")
        await ui.click(RequestList, offset=(10, 3))
        await ui.until(lambda: ui.list.chosen is not None and ui.list.chosen.path == "/v1/models")
        await ui.click(RequestList, offset=(10, 3))
        await ui.shows("‹ Back", "Done in")
        await ui.click(SectionTabs, offset=(ui.screen.splitlines()[2].index("2 Headers") - 1, 0))
        await ui.shows("200 OK")
        await ui.click(SectionTabs, offset=(ui.screen.splitlines()[2].index("4 Response") - 1, 0))
        await ui.shows('"owned_by": "lmstudio-tui-simulator"', "w raw")
        await ui.click(SectionTabs, offset=(ui.screen.splitlines()[2].index("w raw") - 1, 0))
        await ui.shows('"object":"model"')
        await ui.click(SectionTabs, offset=(2, 0))
        await ui.shows("Requests ─ 3")


async def test_beside_each_other_the_request_follows_the_cursor(open_inspector: OpenInspector) -> None:
    async with open_inspector(size=LARGE) as ui:
        ui.client.list_models()
        ui.chat()
        await ui.shows("Requests ─ 4", "Done in", "POST /v1/chat/completions ─ ✓ 200 ─", "─ stream")
        await ui.press("end", "4")
        await ui.shows("GET /v1/models ─ ✓ 200", '"id": "sim-qwen3-8b"')
        assert ui.list.has_focus
        await ui.press("enter")
        assert ui.view.has_focus
        await ui.press("escape")
        assert ui.list.has_focus
        await ui.pilot.resize_terminal(80, 24)
        await ui.hides("GET /v1/models ─")
        assert ui.list.has_focus


async def test_a_failure_with_its_attempts(open_inspector: OpenInspector) -> None:
    async with open_inspector(max_retries=2) as ui:
        ui.chat("fault-unavailable", stream=False)
        await ui.shows("✓ 200")
        await ui.press("enter")
        await ui.shows("Attempt 1, status 503", "ServerFailureError:", "then a pause of", "Attempt 2, status 200")
        ui.chat("fault-cut-middle")
        await ui.press("escape", "home")
        await ui.shows("✗ cut off")
        await ui.press("enter")
        await ui.shows("Failed after", "ConnectionLostError")


async def test_nobody_answers(open_inspector: OpenInspector) -> None:
    async with open_inspector(base_url="http://127.0.0.1:9") as ui:
        quietly(ui.client.list_models)
        await ui.shows("✗ refused")
        await ui.press("enter", "2")
        await ui.shows("No answer has come.")
        await ui.press("4")
        await ui.shows("There was no answer.")
        await ui.press("3")
        await ui.shows("The request had no body.")
        await ui.press("5")
        await ui.shows("This answer was no stream of events.")


async def test_what_a_stream_holds_cannot_act_on_the_terminal(open_inspector: OpenInspector) -> None:
    async with open_inspector(size=LARGE) as ui:
        ui.chat("fault-escape-codes")
        ui.chat("fault-garbage-line")
        await ui.shows("Requests ─ 2")
        for section in "12345":
            await ui.press(section, "home")
            assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(ui.screen)
            await ui.press("end")
            assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(ui.screen)
        await ui.press("home", "5")
        await ui.shows("no event")


async def test_a_simulator_with_a_key_shows_no_key_anywhere(open_inspector: OpenInspector) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, api_key="sk-lm-other000:aaaaaaaaaaaaaaaaaaaa")) as server:
        async with open_inspector(size=LARGE, base_url=server.base_url, api_key=KEY) as ui:
            ui.chat()
            await ui.shows("✗ 401")
            for section in "12345":
                await ui.press(section)
                await ui.pilot.pause()
                assert KEY[:10] not in ui.screen


def test_every_command_of_the_catalogue_is_bound_and_can_be_run() -> None:
    declared = {
        binding.id
        for widget in (InspectorPane, Detail, RequestList, WireView)
        for binding in widget.BINDINGS
        if isinstance(binding, Binding)
    }
    assert {one.id for one in commands("inspector")} == {id_ for id_ in declared if not str(id_).startswith("move.")}
    for one in commands("inspector"):
        if one.palette:
            assert callable(getattr(InspectorPane, f"action_{one.action.partition('(')[0]}"))
