"""The inspector pane while requests come in: what is read stays, and nothing is drawn without need."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from inspector_pane_parts import LARGE, SIZES, OpenInspector, begun, call, look
from textual.strip import Strip
from textual.widgets import ContentSwitcher

from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.sdk import (
    EventReceived,
    HeadersReceived,
)
from lmstudio_tui.tui.messages import CopyWanted
from lmstudio_tui.tui.panes.inspector import InspectorPane
from lmstudio_tui.tui.panes.inspector.request_list import RequestList
from lmstudio_tui.tui.panes.inspector.wire_view import WireView
from lmstudio_tui.tui.themes import THEMES

pytestmark = pytest.mark.anyio


# What is read stays


@SIZES
@pytest.mark.parametrize("keys", [["enter"], ["enter", "right", "left"], ["enter", "2"]], ids=str)
async def test_what_is_read_stays_whatever_comes(
    open_inspector: OpenInspector, size: tuple[int, int], keys: list[str]
) -> None:
    log = ExchangeLog()
    call(log, "mine", path="/v1/mine")
    async with open_inspector(log=log, size=size) as ui:
        await ui.shows("/v1/mine")
        await ui.press(*keys)
        await ui.shows("GET /v1/mine ─")
        await ui.press("b")
        look(log, "1")
        call(log, "other", path="/v1/other")
        await ui.until(lambda: len(ui.list.shown) == 6)
        await ui.pilot.pause()
        assert ui.detail.exchange is not None
        assert ui.detail.exchange.summary.call_id == "mine"
        await ui.press("y")
        assert "/v1/mine" in (await ui.posts(CopyWanted)).text
        await ui.press("escape")
        assert ui.list.chosen is not None
        assert ui.list.chosen.call_id == "mine"
        await ui.press("home", "enter")
        await ui.shows("GET /v1/other ─")


@SIZES
async def test_a_poll_that_is_read_stays_when_polls_are_hidden(
    open_inspector: OpenInspector, size: tuple[int, int]
) -> None:
    log = ExchangeLog()
    call(log, "mine", path="/v1/mine")
    look(log, "1")
    async with open_inspector(log=log, size=size) as ui:
        await ui.press("b")
        await ui.until(lambda: len(ui.list.shown) == 5)
        await ui.press("home", "enter", "b")
        await ui.until(lambda: len(ui.list.shown) == 1)
        await ui.shows("GET /v1/models ─")
        log.clear()
        await ui.until(lambda: not ui.list.shown)
        await ui.shows("GET /v1/models ─")
        await ui.press("escape")
        await ui.shows("Nothing has gone over the wire yet.")


async def test_beside_the_list_a_section_that_is_chosen_stays(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    call(log, "mine", path="/v1/mine")
    async with open_inspector(log=log, size=LARGE) as ui:
        await ui.shows("GET /v1/mine ─")
        await ui.press("right")
        assert ui.list.has_focus
        call(log, "other", path="/v1/other")
        await ui.until(lambda: len(ui.list.shown) == 2)
        await ui.shows("GET /v1/mine ─")
        await ui.press("home")
        await ui.shows("GET /v1/other ─")
        call(log, "third", path="/v1/third")
        await ui.shows("GET /v1/third ─")


# What is drawn


async def test_out_of_sight_it_reads_nothing_and_then_catches_up(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    async with open_inspector(log=log) as ui:
        switcher = ui.app.query_one("#panes", ContentSwitcher)
        switcher.current = "other"
        pane = ui.app.query_one(InspectorPane)
        await ui.until(lambda: not pane._news.in_sight)
        call(log, "a")
        began = datetime.now(UTC).timestamp()
        log.record(begun("b", at=began))
        for _ in range(20):
            await ui.pilot.pause(0.01)
        assert list(ui.list.shown) == []
        assert pane._ticker is None
        assert pane._news._timer is None
        switcher.current = "inspector"
        await ui.shows("Requests ─ 2", "◌ waiting")
        assert pane._ticker is not None
        switcher.current = "other"
        await ui.until(lambda: pane._ticker is None)


async def test_nothing_is_drawn_while_nothing_happens(
    open_inspector: OpenInspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_inspector(size=LARGE) as ui:
        ui.chat()
        await ui.shows("Done in")
        drawn: list[int] = []
        original = WireView.render_line

        def render_line(view: WireView, y: int) -> Strip:
            drawn.append(y)
            return original(view, y)

        monkeypatch.setattr(WireView, "render_line", render_line)
        monkeypatch.setattr(ui.app.query_one(InspectorPane), "_read", lambda: drawn.append(-1))
        for _ in range(30):
            await ui.pilot.pause(0.01)
        assert drawn == []


@pytest.mark.parametrize("polls", [False, True], ids=["hidden", "shown"])
async def test_a_look_at_the_server_is_drawn_once(
    open_inspector: OpenInspector, monkeypatch: pytest.MonkeyPatch, polls: bool
) -> None:
    log = ExchangeLog()
    call(log, "mine")
    async with open_inspector(log=log) as ui:
        await ui.shows("Requests ─ 1")
        if polls:
            await ui.press("b")
        pane = ui.app.query_one(InspectorPane)
        reads: list[str] = []
        footers: list[str] = []
        rows: list[int] = []
        original, original_row = pane._read, RequestList.render_line

        def read() -> None:
            reads.append("read")
            original()

        def render_line(view: RequestList, y: int) -> Strip:
            rows.append(y)
            return original_row(view, y)

        monkeypatch.setattr(pane._news, "_read", read)
        monkeypatch.setattr(pane, "refresh_bindings", lambda: footers.append("footer"))
        monkeypatch.setattr(RequestList, "render_line", render_line)
        look(log, "1")
        await ui.shows("4 polls")
        await ui.pilot.pause(0.6)
        assert len(reads) == 1
        assert footers == []
        assert len(rows) <= ui.list.size.height
        assert pane._ticker is None


async def test_a_poll_under_way_does_not_tick(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    watching = log.background()
    watching.record(begun("a", at=1.0, feature="health"))
    async with open_inspector(log=log) as ui:
        await ui.press("b")
        await ui.shows("◌ waiting")
        assert ui.app.query_one(InspectorPane)._ticker is None
        call(log, "mine")
        await ui.shows("Requests ─ 2")
        assert ui.app.query_one(InspectorPane)._ticker is None


async def test_requests_that_stand_where_they_stood_are_not_drawn_again(
    open_inspector: OpenInspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = ExchangeLog()
    for number in range(8):
        call(log, str(number))
    began = datetime.now(UTC).timestamp()
    log.record(begun("a", at=began, stream=True))
    async with open_inspector(log=log) as ui:
        await ui.shows("◌ waiting")
        rows: set[int] = set()
        original = RequestList.render_line

        def render_line(view: RequestList, y: int) -> Strip:
            rows.add(y)
            return original(view, y)

        pane = ui.app.query_one(InspectorPane)
        monkeypatch.setattr(RequestList, "render_line", render_line)
        pane.refresh_now()
        await ui.pilot.pause()
        assert rows == set()
        log.record(HeadersReceived("a", 5.0, 1, 200, ()))
        await ui.shows("▸ 200 …")
        assert rows == {1}


async def test_a_flood_is_read_at_most_ten_times_a_second(open_inspector: OpenInspector) -> None:
    log = ExchangeLog()
    async with open_inspector(log=log) as ui:
        pane = ui.app.query_one(InspectorPane)
        reads: list[float] = []
        original = pane._read

        def read() -> None:
            reads.append(0.0)
            original()

        pane._news._read = read
        done = threading.Event()

        def flood() -> None:
            began = datetime.now(UTC).timestamp()
            log.record(begun("a", at=began, stream=True))
            while not done.wait(0.002):
                log.record(EventReceived("a", 1.0, "", "x"))

        thread = threading.Thread(target=flood)
        thread.start()
        await ui.pilot.pause(1.0)
        done.set()
        thread.join()
        assert 1 <= len(reads) <= 12


@SIZES
async def test_another_theme_is_another_colour(open_inspector: OpenInspector, size: tuple[int, int]) -> None:
    async with open_inspector(size=size) as ui:
        ui.chat()
        await ui.shows("✓ 200")
        await ui.press("enter", "3")
        await ui.shows('"model"')
        dark = str(ui.view.render_line(2))
        ui.app.theme = THEMES[1].name
        await ui.until(lambda: str(ui.view.render_line(2)) != dark)
        assert '"model"' in ui.screen
