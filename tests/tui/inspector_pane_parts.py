"""What the tests of the inspector pane are made of: the pane in an app of its own, fed by a real client."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from app_parts import Piloted
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import ContentSwitcher, Static

from inspector_parts import answered, finished, quietly, started
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.sdk import (
    CallStarted,
    ChatCompletionRequest,
    ChatMessage,
    ClientConfig,
    EventReceived,
    LMStudioClient,
)
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.tui.messages import CopyWanted, PaneWanted, SaveWanted
from lmstudio_tui.tui.panes.inspector import InspectorPane
from lmstudio_tui.tui.panes.inspector.detail import Detail
from lmstudio_tui.tui.panes.inspector.request_list import RequestList
from lmstudio_tui.tui.panes.inspector.wire_view import WireView
from lmstudio_tui.tui.themes import THEMES
from lmstudio_tui.tui.widgets.key_footer import KeyFooter

SMALL, LARGE = (80, 24), (160, 50)
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
OpenInspector = Callable[..., Any]


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


@asynccontextmanager
async def inspector_pane(
    simulator: SimulatorServer,
    *,
    size: tuple[int, int] = SMALL,
    log: ExchangeLog | None = None,
    base_url: str | None = None,
    **settings: Any,
) -> AsyncGenerator[Driver]:
    """The pane in an app of its own, with a client of the simulator that tells its log everything.

    Args:
        simulator: the server.
        size: of the terminal.
        log: what the pane shows; a new one when None.
        base_url: of another server.
        settings: others of the client.
    """
    log = log or ExchangeLog()
    values = {"base_url": base_url or simulator.base_url, "stream_retry_ms": 1, "max_retries": 0, **settings}
    with LMStudioClient(ClientConfig(**values), recorder=log) as client:
        app = Host(log)
        async with app.run_test(size=size, notifications=True) as pilot:
            app.query_one(InspectorPane).use_client(client)
            await pilot.pause()
            yield Driver(app, pilot, client)


def begun(call_id: str, *, path: str = "/v1/x", url: str = "", **more: Any) -> CallStarted:
    """A call has begun."""
    return started(call_id, url=url or f"http://h{path}", path=path, headers=(), **more)


def look(log: ExchangeLog, call_id: str) -> None:
    """The four requests of one look at the server."""
    watching = log.background()
    for path in ("/lmstudio-greeting", "/api/v1/models", "/api/v0/models", "/v1/models"):
        name = call_id + path
        began = datetime.now(UTC).timestamp()
        watching.record(begun(name, path=path, at=began, feature="health"))
        watching.record(answered(name))
        watching.record(finished(name, 10.0))


def call(log: ExchangeLog, call_id: str, *, path: str = "/v1/models", events: int = 0) -> None:
    """A call from its beginning to its end, with so many events."""
    began = datetime.now(UTC).timestamp()
    log.record(begun(call_id, path=path, at=began, stream=events > 0, feature="models"))
    log.record(answered(call_id))
    for number in range(events):
        data = json.dumps({"choices": [{"delta": {"content": f"word {number} "}}]})
        log.record(EventReceived(call_id, 10.0 + number, "", data))
    log.record(finished(call_id, 100.0 + events))
