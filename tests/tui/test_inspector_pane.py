"""The inspector pane, fed by a real client on the simulator, with the keyboard alone and with the mouse alone."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from app_parts import Piloted
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import ContentSwitcher, Input, Static

from inspector_parts import KEY, answered, finished, quietly, started
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.sdk import (
    CallStarted,
    ChatCompletionRequest,
    ChatMessage,
    ClientConfig,
    EventReceived,
    HeadersReceived,
    LMStudioClient,
)
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.commands import commands
from lmstudio_tui.tui.messages import CopyWanted, PaneWanted, SaveWanted
from lmstudio_tui.tui.panes.inspector import InspectorPane
from lmstudio_tui.tui.panes.inspector.detail import Detail
from lmstudio_tui.tui.panes.inspector.request_list import RequestList
from lmstudio_tui.tui.panes.inspector.tabs import SectionTabs
from lmstudio_tui.tui.panes.inspector.wire_view import WireView
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.themes import THEMES
from lmstudio_tui.tui.widgets.key_footer import KeyFooter

pytestmark = pytest.mark.anyio
SMALL, LARGE = (80, 24), (160, 50)
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])


class Host(App[None]):
    """Holds the pane, and another one, and remembers what is asked of it."""

    def __init__(self, log: ExchangeLog) -> None:
        super().__init__()
        self.log_of_requests = log
        self.posted: list[Message] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial="inspector", id="panes"):
            yield InspectorPane(self.log_of_requests, lambda: datetime.now(UTC), id="inspector")
            yield Static("another pane", id="other")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(InspectorPane).arrive()

    def on_copy_wanted(self, event: CopyWanted) -> None:
        self.posted.append(event)

    def on_save_wanted(self, event: SaveWanted) -> None:
        self.posted.append(event)

    def on_pane_wanted(self, event: PaneWanted) -> None:
        self.posted.append(event)


class Driver(Piloted):
    """The pane under test, and short names for what tests do with it."""

    def __init__(self, app: Host, pilot: Pilot[None], client: LMStudioClient) -> None:
        super().__init__(pilot)
        self.app = app
        self.client = client

    @property
    def list(self) -> RequestList:
        return self.app.query_one(RequestList)

    @property
    def detail(self) -> Detail:
        return self.app.query_one(Detail)

    @property
    def view(self) -> WireView:
        return self.app.query_one(WireView)

    async def posts(self, kind: type[Message]) -> Any:
        """The next message of a kind."""
        await self.until(lambda: any(isinstance(one, kind) for one in self.app.posted))
        found = next(one for one in self.app.posted if isinstance(one, kind))
        self.app.posted.remove(found)
        return found

    def chat(self, model: str = "sim-llama-3.2-3b", text: str = "Hello there", *, stream: bool = True) -> None:
        """Ask something, in a thread of its own, to the end."""
        request = ChatCompletionRequest(model=model, messages=[ChatMessage(role="user", content=text)])

        def ask() -> None:
            if stream:
                self.client.stream_chat_completion(request).run()
            else:
                self.client.create_chat_completion(request)

        thread = threading.Thread(target=quietly, args=(ask,))
        thread.start()
        thread.join(20)


OpenPane = Callable[..., Any]


@pytest.fixture
def open_pane(simulator: SimulatorServer) -> OpenPane:
    @asynccontextmanager
    async def open_it(
        *, size: tuple[int, int] = SMALL, log: ExchangeLog | None = None, base_url: str | None = None, **settings: Any
    ) -> AsyncGenerator[Driver]:
        log = log or ExchangeLog()
        values = {"base_url": base_url or simulator.base_url, "stream_retry_ms": 1, "max_retries": 0, **settings}
        with LMStudioClient(ClientConfig(**values), recorder=log) as client:
            app = Host(log)
            async with app.run_test(size=size, notifications=True) as pilot:
                app.query_one(InspectorPane).use_client(client)
                await pilot.pause()
                yield Driver(app, pilot, client)

    return open_it


# Nothing yet


@SIZES
async def test_an_empty_list_says_what_will_be_there(open_pane: OpenPane, size: tuple[int, int]) -> None:
    async with open_pane(size=size) as ui:
        await ui.shows("Nothing has gone over the wire yet.", "Enter goes to the chat", "Requests ─ 0")
        await ui.press("y", "Y", "p", "c", "e", "r", "x", "w", "5", "right", "escape")
        await ui.press("enter")
        assert (await ui.posts(PaneWanted)).name == "chat"
        await ui.pilot.click(RequestList, offset=(20, 8))
        assert (await ui.posts(PaneWanted)).name == "chat"
        assert ui.app.posted == []


async def test_polls_are_counted_and_hidden(open_pane: OpenPane) -> None:
    async with open_pane() as ui:
        ui.client.health()
        await ui.shows("Only polls so far: 5", "5 polls hidden, b shows them")
        await ui.press("b")
        await ui.shows("/lmstudio-greeting", "5 polls shown, b hides them", "Requests ─ 5")
        await ui.press("b")
        await ui.hides("/lmstudio-greeting")


# The list


@SIZES
async def test_requests_come_in_the_newest_first(open_pane: OpenPane, size: tuple[int, int]) -> None:
    async with open_pane(size=size) as ui:
        ui.client.list_models()
        ui.chat("fault-model-not-found")
        ui.chat()
        await ui.shows("Requests ─ 5 ─ 1 failed", "✓ 200", "✗ 404", "POST", "/v1/chat/completions", "/api/v0/models")
        paths = [summary.path for summary in ui.list.shown]
        assert paths[:3] == ["/v1/chat/completions", "/v1/chat/completions", "/api/v0/models"]
        assert "time" in ui.screen
        assert "took" in ui.screen
        assert ("▪" in ui.screen) is True


async def test_a_request_under_way_shows_how_long_and_then_its_end(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    async with open_pane(log=log) as ui:
        begun = datetime.now(UTC).timestamp() - 7
        log.record(_begun("a", at=begun, body=b"{}", stream=True))
        await ui.shows("◌ waiting", "7.00 s")
        await ui.shows("8.00 s")
        log.record(HeadersReceived("a", 7500.0, 1, 200, ()))
        await ui.shows("▸ 200 …")
        log.record(finished("a", 9000.0))
        await ui.shows("✓ 200", "9.00 s")
        pane = ui.app.query_one(InspectorPane)
        assert pane._ticker is None


def _begun(call_id: str, *, path: str = "/v1/x", url: str = "", **more: Any) -> CallStarted:
    return started(call_id, url=url or f"http://h{path}", path=path, headers=(), **more)


def _look(log: ExchangeLog, call_id: str) -> None:
    """The four requests of one look at the server."""
    watching = log.background()
    for path in ("/lmstudio-greeting", "/api/v1/models", "/api/v0/models", "/v1/models"):
        name = call_id + path
        began = datetime.now(UTC).timestamp()
        watching.record(_begun(name, path=path, at=began, feature="health"))
        watching.record(answered(name))
        watching.record(finished(name, 10.0))


def _call(log: ExchangeLog, call_id: str, *, path: str = "/v1/models", events: int = 0) -> None:
    began = datetime.now(UTC).timestamp()
    log.record(_begun(call_id, path=path, at=began, stream=events > 0, feature="models"))
    log.record(answered(call_id))
    for number in range(events):
        data = json.dumps({"choices": [{"delta": {"content": f"word {number} "}}]})
        log.record(EventReceived(call_id, 10.0 + number, "", data))
    log.record(finished(call_id, 100.0 + events))


async def test_the_cursor_stays_on_its_request_and_follows_the_newest(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    for number in range(60):
        _call(log, str(number))
    async with open_pane(log=log) as ui:
        await ui.until(lambda: len(ui.list.shown) == 60)
        _call(log, "60")
        await ui.until(lambda: ui.list.chosen is not None and ui.list.chosen.call_id == "60")
        await ui.press(*["down"] * 30)
        assert ui.list.chosen is not None
        assert ui.list.chosen.call_id == "30"
        top = ui.list.scroll_offset.y
        assert top > 0
        for number in range(61, 66):
            _call(log, str(number))
        await ui.until(lambda: len(ui.list.shown) == 66)
        assert ui.list.chosen.call_id == "30"
        assert ui.list.scroll_offset.y == top + 5
        await ui.press("home")
        assert ui.list.chosen.call_id == "65"
        await ui.press("end")
        assert ui.list.chosen.call_id == "0"
        await ui.press("pageup", "k", "j", "pagedown", "G", "g")
        assert ui.list.chosen.call_id == "65"


async def test_the_cursor_goes_on_when_its_request_is_forgotten(open_pane: OpenPane) -> None:
    log = ExchangeLog(entries=5)
    for number in range(5):
        _call(log, str(number))
    async with open_pane(log=log) as ui:
        await ui.until(lambda: len(ui.list.shown) == 5)
        await ui.press("end")
        _call(log, "5")
        await ui.until(lambda: ui.list.shown[0].call_id == "5")
        assert ui.list.chosen is not None
        assert ui.list.chosen.call_id == "1"


async def test_the_filter(open_pane: OpenPane) -> None:
    async with open_pane() as ui:
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


# One request


async def test_a_request_opens_and_closes_with_keys(open_pane: OpenPane) -> None:
    async with open_pane() as ui:
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


async def test_a_request_opens_and_closes_with_the_mouse(open_pane: OpenPane) -> None:
    async with open_pane() as ui:
        ui.client.list_models()
        await ui.shows("Requests ─ 3")
        await ui.pilot.click(RequestList, offset=(10, 3))
        await ui.until(lambda: ui.list.chosen is not None and ui.list.chosen.path == "/v1/models")
        await ui.pilot.click(RequestList, offset=(10, 3))
        await ui.shows("‹ Back", "Done in")
        await ui.pilot.click(SectionTabs, offset=(ui.screen.splitlines()[2].index("2 Headers") - 1, 0))
        await ui.shows("200 OK")
        await ui.pilot.click(SectionTabs, offset=(ui.screen.splitlines()[2].index("4 Response") - 1, 0))
        await ui.shows('"owned_by": "lmstudio-tui-simulator"', "w raw")
        await ui.pilot.click(SectionTabs, offset=(ui.screen.splitlines()[2].index("w raw") - 1, 0))
        await ui.shows('"object":"model"')
        await ui.pilot.click(SectionTabs, offset=(2, 0))
        await ui.shows("Requests ─ 3")


async def test_beside_each_other_the_request_follows_the_cursor(open_pane: OpenPane) -> None:
    async with open_pane(size=LARGE) as ui:
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


async def test_a_failure_with_its_attempts(open_pane: OpenPane) -> None:
    async with open_pane(max_retries=2) as ui:
        ui.chat("fault-unavailable", stream=False)
        await ui.shows("✓ 200")
        await ui.press("enter")
        await ui.shows("Attempt 1, status 503", "ServerFailureError:", "then a pause of", "Attempt 2, status 200")
        ui.chat("fault-cut-middle")
        await ui.press("escape", "home")
        await ui.shows("✗ cut off")
        await ui.press("enter")
        await ui.shows("Failed after", "ConnectionLostError")


async def test_nobody_answers(open_pane: OpenPane) -> None:
    async with open_pane(base_url="http://127.0.0.1:9") as ui:
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


async def test_what_a_stream_holds_cannot_act_on_the_terminal(open_pane: OpenPane) -> None:
    async with open_pane(size=LARGE) as ui:
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


async def test_a_stream_is_watched_as_it_comes(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    async with open_pane(log=log) as ui:
        began = datetime.now(UTC).timestamp()
        log.record(_begun("a", at=began, body=b"{}", stream=True))
        log.record(HeadersReceived("a", 5.0, 1, 200, ()))
        await ui.shows("▸ 200 …")
        await ui.press("enter", "5")
        await ui.shows("No event has come yet.")
        for number in range(40):
            log.record(EventReceived("a", number * 100.0, "delta", json.dumps({"n": number})))
            if number == 3:
                await ui.shows('+0.300  delta  {"n": 3}', "5 Events 4")
        await ui.shows("5 Events 40")
        # Whoever stands at the end sees what comes.
        await ui.press("end")
        log.record(EventReceived("a", 5000.0, "delta", '{"n": "last"}'))
        await ui.shows("+5.000", '"last"')
        # Whoever reads is left alone.
        await ui.press("home")
        log.record(EventReceived("a", 6000.0, "", '{"choices":[{"delta":{"content":"Grüße!"}}]}'))
        await ui.shows("5 Events 42")
        assert ui.view.scroll_offset.y == 0
        await ui.press("4")
        await ui.shows("Grüße!")
        log.record(EventReceived("a", 7000.0, "", '{"choices":[{"delta":{"content":" Noch was."}}]}'))
        await ui.shows("Grüße! Noch was.")
        log.record(finished("a", 8000.0))
        await ui.shows("✓ 200 ─ 8.00 s ─ stream")


async def test_ten_thousand_events_scroll(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    _call(log, "a", events=10_000)
    async with open_pane(log=log) as ui:
        await ui.press("enter", "5")
        await ui.shows("word 0 ", "5 Events 10,000")
        await ui.press("end")
        await ui.shows("word 9999 ")
        await ui.press("home", "pagedown", "down", "j", "up", "k", "pageup", "g")
        await ui.shows("word 0 ")
        assert ui.view.virtual_size.height >= 10_000
        # Only what is in view was ever broken into rows.
        assert len(ui.view._document._rows) < 500
        await ui.press("4")
        await ui.shows("word 0 word 1")


async def test_a_long_body_is_laid_out_in_a_thread(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    body = json.dumps({"texts": [f"text {number}" for number in range(60_000)]}).encode()
    log.record(_begun("a", at=1.0, body=body))
    log.record(finished("a", 5.0))
    async with open_pane(log=log) as ui:
        await ui.press("enter", "3")
        await ui.shows('"text 0"')
        await ui.press("end")
        await ui.shows("c copies and e exports all of it")
        await ui.press("c")
        assert '"text 59999"' in (await ui.posts(CopyWanted)).text


async def test_text_is_marked_with_the_mouse_and_copied(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    body = json.dumps({"one": "ünï" * 60, "two": 2}, ensure_ascii=False).encode()
    log.record(_begun("a", at=1.0, body=body))
    log.record(finished("a", 5.0))
    async with open_pane(log=log) as ui:
        await ui.press("enter", "3")
        await ui.shows('"two": 2')
        await ui.pilot.mouse_down(WireView, offset=(2, 2))
        await ui.pilot.hover(WireView, offset=(10, 5))
        await ui.pilot.mouse_up(WireView, offset=(10, 5))
        await ui.press("c")
        copied = (await ui.posts(CopyWanted)).text
        assert copied == f'"one": "{"ünï" * 60}",\n  "two": 2'[: len(copied)]
        assert copied.count("\n") == 1


# Handing on


async def test_copies(open_pane: OpenPane) -> None:
    async with open_pane(api_key=KEY) as ui:
        ui.chat(text="What's up?")
        await ui.shows("✓ 200")
        for key, text, what in (
            ("y", "curl -N", "curl command"),
            ("Y", "httpx.stream(", "Python code for httpx"),
            ("p", "client.chat.completions.create(", "Python code for openai"),
        ):
            await ui.press(key)
            copied = await ui.posts(CopyWanted)
            assert text in copied.text
            assert copied.what == what
            assert KEY[:10] not in copied.text
        await ui.press("c")
        await ui.press("enter", "2", "c")
        copied = await ui.posts(CopyWanted)
        assert copied.what == "the section headers"
        assert "authorization: Bearer [key]" in copied.text
        assert ui.app.posted == []


async def test_what_cannot_be_copied_says_why(open_pane: OpenPane) -> None:
    async with open_pane() as ui:
        ui.client.list_models()
        await ui.shows("/api/v0/models")
        await ui.press("p")
        await ui.shows("The openai package has no")
        assert ui.app.posted == []


@pytest.mark.parametrize(("keys", "count"), [(["enter"], 1), (["1"], 1), (["down", "enter"], 3), (["2"], 3)])
async def test_an_archive_of_one_or_all(open_pane: OpenPane, keys: list[str], count: int) -> None:
    async with open_pane() as ui:
        ui.client.list_models()
        await ui.shows("Requests ─ 3")
        await ui.press("e")
        await ui.shows("Export as HAR", "All 3 that are shown")
        await ui.press(*keys)
        saved = await ui.posts(SaveWanted)
        assert len(json.loads(saved.text)["log"]["entries"]) == count
        assert saved.what == ("HAR of 1 request" if count == 1 else "HAR of 3 requests")
        assert saved.suggested.suffix == ".har"
        assert saved.suggested == Path(saved.suggested.name)


async def test_an_archive_of_the_only_one_is_not_asked_about_and_escape_leaves(open_pane: OpenPane) -> None:
    async with open_pane() as ui:
        ui.chat()
        await ui.shows("Requests ─ 1")
        await ui.press("e")
        assert (await ui.posts(SaveWanted)).what == "HAR of 1 request"
        ui.chat()
        await ui.shows("Requests ─ 2")
        await ui.press("e")
        await ui.shows("Export as HAR")
        await ui.press("escape")
        await ui.hides("Export as HAR")
        assert ui.app.posted == []


# Sending again


async def test_a_read_is_sent_again_at_once(open_pane: OpenPane) -> None:
    async with open_pane() as ui:
        ui.client.list_models()
        await ui.shows("Requests ─ 3")
        await ui.press("end", "r")
        await ui.shows("↻ /v1/models", "Sent again: 200", "first time: 200", "Requests ─ 4")
        assert ui.list.chosen is not None
        assert ui.list.chosen.replay_of is not None


async def test_work_is_sent_again_after_asking(open_pane: OpenPane) -> None:
    async with open_pane() as ui:
        ui.chat()
        await ui.shows("Requests ─ 1")
        await ui.press("r")
        await ui.shows("Send again", "the server does its work again", "Leave")
        await ui.press("enter")
        await ui.hides("does its work again")
        assert len(ui.list.shown) == 1
        await ui.press("r")
        await ui.until(lambda: isinstance(ui.app.screen, Confirm))
        await ui.press("y")
        await ui.shows("↻ …/chat/completions", "Sent again: 200")
        await ui.press("enter")
        await ui.shows("replay", "replay of")


async def test_it_is_stopped_and_says_so(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    async with open_pane(log=log) as ui:
        url = f"{ui.client.config.base_url}/v1/chat/completions"
        request = {"model": "fault-stall", "stream": True, "messages": [{"role": "user", "content": "x"}]}
        body = json.dumps(request).encode()
        log.record(_begun("a", url=url, path="/v1/chat/completions", at=1.0, body=body, stream=True))
        log.record(finished("a", 5.0))
        await ui.shows("Requests ─ 1")
        await ui.press("r")
        await ui.until(lambda: isinstance(ui.app.screen, Confirm))
        await ui.press("y")
        await ui.shows("Sending POST /v1/chat/completions again", "Esc stops it", "▸ 200 …")
        await ui.press("r")
        await ui.shows("One request is being sent")
        await ui.press("escape")
        await ui.shows("Stopped: the request was", "■ stopped")
        await ui.hides("Sending POST")
        assert ui.list.has_focus


async def test_what_fails_again_says_so(open_pane: OpenPane) -> None:
    async with open_pane(base_url="http://127.0.0.1:9") as ui:
        quietly(ui.client.list_models)
        await ui.shows("✗ refused")
        await ui.press("r")
        await ui.shows("Sent again, without an answer")
        ui.app.query_one(InspectorPane).use_client(LMStudioClient(ClientConfig()))
        await ui.press("r")
        await ui.shows("the server in use is")


# Clearing, hiding, and what it costs


async def test_clearing_asks_first(open_pane: OpenPane) -> None:
    async with open_pane() as ui:
        ui.client.list_models()
        await ui.shows("Requests ─ 3")
        await ui.press("x")
        await ui.shows("Clear the list", "3 requests will be forgotten")
        await ui.press("escape", "x")
        await ui.until(lambda: isinstance(ui.app.screen, Confirm))
        await ui.press("y")
        await ui.shows("Nothing has gone over the wire yet.")


async def test_out_of_sight_it_reads_nothing_and_then_catches_up(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    async with open_pane(log=log) as ui:
        switcher = ui.app.query_one("#panes", ContentSwitcher)
        switcher.current = "other"
        pane = ui.app.query_one(InspectorPane)
        await ui.until(lambda: not pane._news.in_sight)
        _call(log, "a")
        began = datetime.now(UTC).timestamp()
        log.record(_begun("b", at=began))
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


async def test_nothing_is_drawn_while_nothing_happens(open_pane: OpenPane, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_pane(size=LARGE) as ui:
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
    open_pane: OpenPane, monkeypatch: pytest.MonkeyPatch, polls: bool
) -> None:
    log = ExchangeLog()
    _call(log, "mine")
    async with open_pane(log=log) as ui:
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
        _look(log, "1")
        await ui.shows("4 polls")
        await ui.pilot.pause(0.6)
        assert len(reads) == 1
        assert footers == []
        assert len(rows) <= ui.list.size.height
        assert pane._ticker is None


async def test_a_poll_under_way_does_not_tick(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    watching = log.background()
    watching.record(_begun("a", at=1.0, feature="health"))
    async with open_pane(log=log) as ui:
        await ui.press("b")
        await ui.shows("◌ waiting")
        assert ui.app.query_one(InspectorPane)._ticker is None
        _call(log, "mine")
        await ui.shows("Requests ─ 2")
        assert ui.app.query_one(InspectorPane)._ticker is None


async def test_requests_that_stand_where_they_stood_are_not_drawn_again(
    open_pane: OpenPane, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = ExchangeLog()
    for number in range(8):
        _call(log, str(number))
    began = datetime.now(UTC).timestamp()
    log.record(_begun("a", at=began, stream=True))
    async with open_pane(log=log) as ui:
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


@SIZES
@pytest.mark.parametrize("keys", [["enter"], ["enter", "right", "left"], ["enter", "2"]], ids=str)
async def test_what_is_read_stays_whatever_comes(open_pane: OpenPane, size: tuple[int, int], keys: list[str]) -> None:
    log = ExchangeLog()
    _call(log, "mine", path="/v1/mine")
    async with open_pane(log=log, size=size) as ui:
        await ui.shows("/v1/mine")
        await ui.press(*keys)
        await ui.shows("GET /v1/mine ─")
        await ui.press("b")
        _look(log, "1")
        _call(log, "other", path="/v1/other")
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
async def test_a_poll_that_is_read_stays_when_polls_are_hidden(open_pane: OpenPane, size: tuple[int, int]) -> None:
    log = ExchangeLog()
    _call(log, "mine", path="/v1/mine")
    _look(log, "1")
    async with open_pane(log=log, size=size) as ui:
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


async def test_beside_the_list_a_section_that_is_chosen_stays(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    _call(log, "mine", path="/v1/mine")
    async with open_pane(log=log, size=LARGE) as ui:
        await ui.shows("GET /v1/mine ─")
        await ui.press("right")
        assert ui.list.has_focus
        _call(log, "other", path="/v1/other")
        await ui.until(lambda: len(ui.list.shown) == 2)
        await ui.shows("GET /v1/mine ─")
        await ui.press("home")
        await ui.shows("GET /v1/other ─")
        _call(log, "third", path="/v1/third")
        await ui.shows("GET /v1/third ─")


# Long events


def _stream_of(log: ExchangeLog, *texts: str) -> None:
    log.record(_begun("a", at=1.0, body=b"{}", stream=True))
    for number, text in enumerate(texts):
        log.record(EventReceived("a", number * 10.0, "", text))
    log.record(finished("a", 500.0))


async def test_a_long_event_is_folded_and_unfolds_with_keys(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    _stream_of(log, "one", "x" * 20_000, "two", "y" * 5_000, "three")
    async with open_pane(log=log) as ui:
        await ui.press("enter", "5")
        await ui.shows("19,700 more; Enter shows it whole", "4,700 more", "two", "three")
        await ui.press("down", "enter")
        await ui.until(lambda: len("".join(_paragraphs(ui))) > 5_000)
        assert "y" * 4_000 in "".join(_paragraphs(ui)).replace(" ", "")
        assert "19,700 more" in "".join(_paragraphs(ui))
        await ui.press("enter")
        await ui.shows("4,700 more", "19,700 more")
        await ui.press("up", "enter")
        await ui.until(lambda: "19,700 more" not in "".join(_paragraphs(ui)))
        # In the midst of it, too, Enter folds it, and its beginning is in view.
        await ui.press("pagedown", "pagedown", "enter")
        await ui.shows("19,700 more", "xxx")
        await ui.press("c")
        copied = (await ui.posts(CopyWanted)).text
        assert copied.count("x") == 20_000
        assert copied.count("y") == 5_000
        assert "Enter" not in copied


async def test_a_long_event_unfolds_with_the_mouse(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    _stream_of(log, "one", "\n".join(f"line {number}" for number in range(12)), "two")
    async with open_pane(log=log) as ui:
        await ui.press("enter", "5")
        await ui.shows("line 3", "more; Enter shows it whole")
        assert "line 4" not in ui.screen
        await ui.pilot.click(WireView, offset=(15, 5))
        await ui.shows("line 11", "Enter folds it again")
        await ui.pilot.click(WireView, offset=(15, 13))
        await ui.hides("line 11")


async def test_a_flood_is_read_at_most_ten_times_a_second(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    async with open_pane(log=log) as ui:
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
            log.record(_begun("a", at=began, stream=True))
            while not done.wait(0.002):
                log.record(EventReceived("a", 1.0, "", "x"))

        thread = threading.Thread(target=flood)
        thread.start()
        await ui.pilot.pause(1.0)
        done.set()
        thread.join()
        assert 1 <= len(reads) <= 12


@SIZES
async def test_another_theme_is_another_colour(open_pane: OpenPane, size: tuple[int, int]) -> None:
    async with open_pane(size=size) as ui:
        ui.chat()
        await ui.shows("✓ 200")
        await ui.press("enter", "3")
        await ui.shows('"model"')
        dark = str(ui.view.render_line(2))
        ui.app.theme = THEMES[1].name
        await ui.until(lambda: str(ui.view.render_line(2)) != dark)
        assert '"model"' in ui.screen


async def test_a_simulator_with_a_key_shows_no_key_anywhere(open_pane: OpenPane) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, api_key="sk-lm-other000:aaaaaaaaaaaaaaaaaaaa")) as server:
        async with open_pane(size=LARGE, base_url=server.base_url, api_key=KEY) as ui:
            ui.chat()
            await ui.shows("✗ 401")
            for section in "12345":
                await ui.press(section)
                await ui.pilot.pause()
                assert KEY[:10] not in ui.screen


async def test_a_flood_beyond_the_bounds_can_be_watched(open_pane: OpenPane) -> None:
    log = ExchangeLog()
    async with open_pane(log=log) as ui:
        began = datetime.now(UTC).timestamp()
        log.record(_begun("a", at=began, body=b"{}", stream=True))
        log.record(HeadersReceived("a", 5.0, 1, 200, ()))
        await ui.shows("▸ 200 …")
        await ui.press("enter", "5")
        for number in range(9_000):
            log.record(EventReceived("a", float(number), "", json.dumps({"n": number, "text": "x" * 2_000})))
        await ui.shows('"n": 0,', "5 Events 9,000")
        await ui.press("end")
        await ui.until(lambda: "left out in the middle" in "\n".join(_paragraphs(ui)))
        log.record(EventReceived("a", 9999.0, "", '{"n": "the last"}'))
        log.record(finished("a", 10_000.0))
        await ui.until(lambda: "the last" in _paragraphs(ui)[-1])
        await ui.press("4")
        await ui.shows("events left out in the middle")


def _paragraphs(ui: Driver) -> list[str]:
    return [paragraph.text for paragraph in ui.view._document.paragraphs]


def test_every_command_of_the_catalogue_is_bound_and_can_be_run() -> None:
    declared = {
        binding.id
        for widget in (InspectorPane, Detail, RequestList, WireView)
        for binding in widget.BINDINGS
        if isinstance(binding, Binding)
    }
    assert {one.id for one in commands("inspector")} == declared
    for one in commands("inspector"):
        if one.palette:
            assert callable(getattr(InspectorPane, f"action_{one.action.partition('(')[0]}"))
