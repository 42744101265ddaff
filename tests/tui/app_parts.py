"""What the tests of the app are made of: the app on a simulator or on a fake, and waiting for a condition."""

from __future__ import annotations

import asyncio
import re
import threading
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, process_time
from types import MappingProxyType
from typing import Any, Final, Self, TypedDict, Unpack, cast
from weakref import WeakKeyDictionary

import pytest
from textual.app import App
from textual.command import CommandPalette
from textual.geometry import Size
from textual.notifications import Notification, Notifications
from textual.pilot import Pilot
from textual.widget import Widget

from lmstudio_tui.audio.sound import Sound
from lmstudio_tui.features.clipboard import Copied
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.features.models import RememberedModels
from lmstudio_tui.features.profiles import Profiles
from lmstudio_tui.features.service_view import Service
from lmstudio_tui.features.settings_desk import SettingsDesk
from lmstudio_tui.sdk import (
    CancelScope,
    Capability,
    ChatCompletionRequest,
    ChatCompletionResponse,
    ChatStream,
    ClientConfig,
    Completion,
    EmbeddingBatch,
    EmbeddingRequest,
    EmbeddingResult,
    HealthStatus,
    LMStudioClient,
    LMStudioError,
    LMStudioSDK,
    ModelFilter,
    ModelInstance,
    ModelListing,
    ModelSummary,
    PartialCompletion,
    ReasoningDelta,
    ServerKind,
    StreamEvent,
    TextDelta,
    Timings,
    Usage,
)
from lmstudio_tui.sdk.types.kinds import CAPABILITIES
from lmstudio_tui.simulator.engine.embedding import embed
from lmstudio_tui.store.downloads import DownloadsFile
from lmstudio_tui.store.embeddings import EmbeddingShelf
from lmstudio_tui.store.library import Library
from lmstudio_tui.store.media.shelf import MediaShelf
from lmstudio_tui.store.state import StateFile
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.panes.chat import ChatPane
from lmstudio_tui.tui.services import Services
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.transcript import Transcript

OpenApp = Callable[..., AbstractAsyncContextManager["Driver"]]
NOW = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)


def services(
    base_url: str,
    folder: Path,
    *,
    connect: Callable[[ClientConfig], LMStudioSDK] = LMStudioClient,
    config: ClientConfig | None = None,
    simulator: Callable[[], str] | None = None,
    copies: list[str] | None = None,
    verified: bool = True,
    model: str | None = None,
    theme: str | None = None,
    density: str | None = None,
    keys: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    tour: bool = False,
    settings: SettingsDesk | None = None,
    pane: str | None = None,
    exchanges: ExchangeLog | None = None,
    profiles: Profiles | None = None,
    remembered: RememberedModels | None = None,
    remember: Callable[[str, RememberedModels], None] | None = None,
    sound: Sound | None = None,
    service_config: Callable[[Service, ClientConfig, str | None], ClientConfig | None] | None = None,
) -> Services:
    """Services for an app on this server; `copies` collects what is copied natively."""

    def copy(text: str) -> Copied:
        if copies is not None:
            copies.append(text)
        if verified:
            return Copied("verified", "xclip", "Copied.")
        return Copied("terminal", "OSC 52", "Sent to the terminal.")

    return Services(
        config=config or ClientConfig(base_url=base_url, max_retries=0),
        connect=connect,
        start_simulator=simulator or (lambda: base_url),
        state=StateFile(folder / "state.json"),
        copy=copy,
        downloads=DownloadsFile(folder / "downloads.json"),
        remembered=lambda _: remembered,
        remember=remember or (lambda _url, _models: None),
        exchanges=exchanges or ExchangeLog(),
        library=Library(folder / "library.sqlite3", now=lambda: NOW.timestamp()),
        tools_folder=folder / "tools",
        approvals_file=folder / "approvals.json",
        sound=sound or Sound(),
        media=MediaShelf(folder / "media", now=lambda: NOW),
        embeddings=EmbeddingShelf(folder / "embeddings.sqlite", now=lambda: NOW),
        service_config=service_config or (lambda _service, _main, _profile: None),
        profiles=None if profiles is None else lambda: profiles,
        model=model,
        theme=theme,
        density=density,
        keys=keys,
        tour=tour,
        settings=None if settings is None else lambda: settings,
        pane=pane,
        now=lambda: NOW,
    )


_TURNS: Final = 30
"""Turns of the loop in which a message gets from a widget to the app, and what that does about it back."""


async def settled(min_sleep: float = 0.02, max_sleep: float = 0.25) -> None:
    """Wait until this process has next to nothing to do; what Textual waits for after each key, in finer steps.

    Textual looks 50 times a second, twice for each key, and waits for up to a second when another thread is busy.
    """
    until = monotonic() + max_sleep
    earliest = monotonic() + min_sleep
    while monotonic() < until:
        # Messages go on their way first: on a busy machine, who was given no time may have much to do.
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        before = process_time()
        await asyncio.sleep(0.005)
        if process_time() - before < 0.0005 and monotonic() >= earliest:
            return


def end_calmly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test end when what it began is done: what is taken apart in the middle of a message finds nothing."""
    shutdown = App[Any]._shutdown

    async def calm(app: App[Any]) -> None:
        await settled(0)
        await shutdown(app)

    monkeypatch.setattr(App, "_shutdown", calm)


def resize_surely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the terminal have its other size only when the app has taken note of it: Textual does so a moment later."""
    resize = Pilot[None].resize_terminal

    async def surely(pilot: Pilot[None], width: int, height: int) -> None:
        await resize(pilot, width, height)
        await until(pilot, lambda: pilot.app.screen.size == Size(width, height))
        await settled(0)

    monkeypatch.setattr(Pilot, "resize_terminal", surely)


async def until(pilot: Pilot[None], condition: Callable[[], bool], *, seconds: float = 15.0) -> None:
    """Let the app go on until the condition holds."""
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"it did not come to pass within {seconds} s; the screen:\n{screen_text(pilot)}")


class How(TypedDict, total=False):
    """How something is clicked on."""

    offset: tuple[int, int]
    times: int
    button: int


async def click(pilot: Pilot[None], target: str | type[Widget] | Widget, **how: Unpack[How]) -> None:
    """Click on a widget once it has its place: one that was only just made has none yet."""

    def has_its_place() -> bool:
        screen = pilot.app.screen
        found = target if isinstance(target, Widget) else next(iter(screen.query(target)), None)
        return found is not None and found.screen is screen and bool(found.region)

    await until(pilot, has_its_place)
    await pilot.click(target, **how)


def screen_text(pilot: Pilot[None]) -> str:
    """What the screen shows, as lines of text."""
    screen = pilot.app.screen
    lines = screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage] - what a terminal would get
    return "\n".join(strip.text.rstrip() for strip in lines)


_REMARKS: WeakKeyDictionary[Notifications, list[str]] = WeakKeyDictionary()


def keep_remarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remember what is said in passing: it goes after three seconds, in which a busy machine may not come to look."""
    add, clear = Notifications.add, Notifications.clear

    def kept(notifications: Notifications, notification: Notification) -> Notifications:
        _REMARKS.setdefault(notifications, []).append(str(notification.message))
        return add(notifications, notification)

    def cleared(notifications: Notifications) -> Notifications:
        _REMARKS.pop(notifications, None)
        return clear(notifications)

    monkeypatch.setattr(Notifications, "add", kept)
    monkeypatch.setattr(Notifications, "clear", cleared)


def remarks(app: App[Any]) -> Sequence[str]:
    """What was said in passing since that was last cleared."""
    return _REMARKS.get(app._notifications, ())


class Piloted:
    """Something under test on a screen: waiting for what is shown, and typing."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot

    @property
    def screen(self) -> str:
        return screen_text(self.pilot)

    @property
    def told(self) -> str:
        """What was said in passing, also if it went away again since."""
        return " ".join(remarks(self.pilot.app))

    async def until(self, condition: Callable[[], bool], *, seconds: float = 15.0) -> None:
        await until(self.pilot, condition, seconds=seconds)

    async def shows(self, *texts: str, seconds: float = 15.0) -> None:
        """Wait until the screen shows all of these."""
        await self.until(lambda: all(text in self.screen for text in texts), seconds=seconds)

    async def hides(self, *texts: str) -> None:
        """Wait until the screen shows none of these."""
        await self.until(lambda: not any(text in self.screen for text in texts))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def click(self, target: str | type[Widget] | Widget, **how: Unpack[How]) -> None:
        await click(self.pilot, target, **how)

    async def type(self, text: str) -> None:
        await self.pilot.press(*text)

    async def search(self, text: str, first: str) -> None:
        """Type into the command palette, and wait until the first that it finds is this: Enter takes that."""
        await self.until(lambda: isinstance(self.pilot.app.screen, CommandPalette))
        await self.type(text)
        found = re.compile(rf"{re.escape(text)}.*\n.*\n.*{re.escape(first)}")
        await self.until(lambda: found.search(self.screen) is not None)


class Driver(Piloted):
    """The app under test, and short names for what tests do with it."""

    def __init__(self, app: LMStudioApp, pilot: Pilot[None]) -> None:
        super().__init__(pilot)
        self.app = app

    @property
    def pane(self) -> ChatPane:
        return self.app.query_one(ChatPane)

    @property
    def composer(self) -> Composer:
        return self.pane.view.query_one(Composer)

    @property
    def transcript(self) -> Transcript:
        return self.pane.view.query_one(Transcript)

    async def ready(self) -> None:
        """Wait until something can be asked."""
        await self.shows("is listening")
        await self.until(lambda: self.composer.has_focus)

    async def ask(self, text: str) -> None:
        """Type a prompt and send it."""
        await self.type(text)
        await self.pilot.press("enter")

    async def answered(self) -> None:
        """Wait until the answer has ended."""
        await self.until(lambda: bool(self.pane.thread.path) and not self.pane.streaming)


MODELS = (
    ModelSummary(
        id="qwen3-8b",
        type="llm",
        parameters="8B",
        quantization="Q4_K_M",
        size_bytes=4_900_000_000,
        max_context_length=32768,
        state="loaded",
        instances=(ModelInstance(id="qwen3-8b", context_length=8192),),
        capabilities=("tools", "reasoning"),
    ),
    ModelSummary(
        id="gemma-3n-e4b",
        type="vlm",
        parameters="4B",
        quantization="4bit",
        size_bytes=5_900_000_000,
        max_context_length=32768,
        state="not-loaded",
        capabilities=("vision",),
    ),
    ModelSummary(id="text-embedding-nomic", type="embedding", state="loaded"),
)

ANSWER = """## Error handling

| language | mechanism | checked by |
| --- | --- | --- |
| Rust | `Result<T, E>` | the compiler |
| Go | error values | the reader |

Both make the *error path* visible:

1. Rust returns a **value** that must be looked at.
2. Go returns one that *should* be.

```rust
fn read(path: &Path) -> io::Result<String> {
    fs::read_to_string(path) // the caller decides
}
```
"""


@dataclass
class FakeServer:
    """A server that answers at once and always the same. `hold` makes the stream wait before its last `held` events."""

    events: Sequence[StreamEvent] = (
        ReasoningDelta("The user wants a table. "),
        ReasoningDelta("Keep it short."),
        *(TextDelta(line) for line in ANSWER.splitlines(keepends=True)),
    )
    error: LMStudioError | None = None
    health_error: LMStudioError | None = None
    models: tuple[ModelSummary, ...] = MODELS
    hold: threading.Event | None = None
    held: int = 0
    embedding_error: LMStudioError | None = None
    config: ClientConfig = field(default_factory=ClientConfig)
    heard_at: float = 0.0

    def connect(self, config: ClientConfig) -> LMStudioSDK:
        self.config = config
        return cast("LMStudioSDK", self)

    def health(self, *, scope: CancelScope | None = None) -> HealthStatus:
        if self.health_error is not None:
            raise self.health_error
        yes, no = Capability(available=True, reason="It is served."), Capability(available=False, reason="It is not.")
        absent = {"transcription", "translation", "speech", "images"}
        return HealthStatus(
            status="ok",
            kind=ServerKind.LM_STUDIO,
            version="0.4.12",
            version_source="lms-status",
            models_loaded=2,
            latency_ms=3.0,
            capabilities={name: no if name in absent else yes for name in CAPABILITIES},
        )

    def ping(self, kind: ServerKind, *, scope: CancelScope | None = None) -> float:
        if self.health_error is not None:
            raise self.health_error
        return 3.0

    def fetch_models(self, filter: ModelFilter | None = None, *, scope: CancelScope | None = None) -> ModelListing:
        return ModelListing(models=self.models, sources=("/api/v1/models",), fetched_at=NOW)

    def list_models(
        self,
        filter: ModelFilter | None = None,
        *,
        scope: CancelScope | None = None,
    ) -> list[ModelSummary]:
        return list(self.models)

    def stream_chat_completion(self, request: ChatCompletionRequest, *, scope: CancelScope | None = None) -> ChatStream:
        return cast("ChatStream", FakeStream(self, scope or CancelScope()))

    def stream_embedding(
        self,
        request: EmbeddingRequest,
        *,
        batch_size: int | None = None,
        skip_refused: bool = False,
        scope: CancelScope | None = None,
    ) -> Iterator[EmbeddingBatch]:
        """The simulator's embeddings, of 32 numbers; `hold` makes it wait before the last batch."""
        texts = [request.input] if isinstance(request.input, str) else request.input
        size, model, scope = batch_size or 32, request.model or "m", scope or CancelScope()
        for start in range(0, len(texts), size):
            while start + size >= len(texts) and self.hold is not None and not self.hold.wait(0.01):
                scope.raise_if_cancelled()
            scope.raise_if_cancelled()
            if self.embedding_error is not None:
                raise self.embedding_error
            some = texts[start : start + size]
            vectors = tuple(array("f", embed(text, model, request.dimensions or 32)) for text in some)
            indices = tuple(range(start, start + len(some)))
            batch = EmbeddingBatch(indices, vectors, took_s=0.004 * len(some), prompt_tokens=len(some), model=model)
            yield self.embedded(some, batch, scope)

    def embedded(self, texts: Sequence[str], batch: EmbeddingBatch, scope: CancelScope) -> EmbeddingBatch:
        """What is answered, for servers that are not as they should be.

        Args:
            texts: those of the batch.
            batch: what came of them; it has the name of the model that was asked.
            scope: ends a wait.
        """
        del texts, scope
        return batch

    def create_embedding(
        self,
        request: EmbeddingRequest,
        *,
        batch_size: int | None = None,
        on_batch: Callable[[EmbeddingBatch, int, int], None] | None = None,
        skip_refused: bool = False,
        scope: CancelScope | None = None,
    ) -> EmbeddingResult:
        count = 1 if isinstance(request.input, str) else len(request.input)
        batches: list[EmbeddingBatch] = []
        for batch in self.stream_embedding(request, batch_size=batch_size, skip_refused=skip_refused, scope=scope):
            batches.append(batch)
            if on_batch is not None:
                on_batch(batch, sum(len(one.vectors) for one in batches), count)
        vectors = tuple(vector for batch in batches for vector in batch.vectors)
        usage = Usage(prompt_tokens=count, total_tokens=count)
        return EmbeddingResult(vectors, len(vectors[0]), batches[0].model, usage)

    def close(self) -> None:
        pass


class FakeStream:
    """The stream of a `FakeServer`, with the figures of a quick machine."""

    downgraded = False
    phases: tuple[tuple[str, float], ...] = (("prompt", 420.0), ("thought", 2400.0), ("answer", 5300.0))

    def __init__(self, server: FakeServer, scope: CancelScope) -> None:
        self._server = server
        self._scope = scope
        self._said: list[StreamEvent] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator[StreamEvent]:
        server = self._server
        for number, event in enumerate(server.events):
            if server.hold is not None and number == len(server.events) - server.held:
                while not server.hold.wait(0.01):
                    self._scope.raise_if_cancelled()
            self._said.append(event)
            yield event
        if server.error is not None:
            raise server.error

    @property
    def partial(self) -> PartialCompletion:
        text = "".join(event.text for event in self._said if isinstance(event, TextDelta))
        reasoning = "".join(event.text for event in self._said if isinstance(event, ReasoningDelta))
        usage = Usage(prompt_tokens=21, completion_tokens=318, total_tokens=339, reasoning_tokens=12)
        failed = self._server.error is not None
        return PartialCompletion(
            text=text,
            reasoning=reasoning,
            model="qwen3-8b",
            finish_reason=None if failed else "stop",
            usage=None if failed else usage,
        )

    @property
    def timings(self) -> Timings:
        return Timings(duration_ms=8120.0, time_to_first_token_ms=420.0, tokens_per_second=41.3)

    @property
    def result(self) -> ChatCompletionResponse:
        partial = self.partial
        whole = Completion(text=partial.text, usage=partial.usage, timings=self.timings)
        return ChatCompletionResponse(**whole.model_dump())
