"""What the tests of the monitor are made of: a server that does as it is told, and a monitor that runs."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest

from lmstudio_tui.features.health import HealthMonitor, Presence, ServerView
from lmstudio_tui.sdk import (
    CancelScope,
    Capability,
    ClientConfig,
    HealthStatus,
    LMStudioError,
    LMStudioSDK,
    ModelFilter,
    ModelSummary,
    ServerKind,
)
from lmstudio_tui.sdk.types.kinds import CAPABILITIES

BASE_URL = "http://127.0.0.1:1234"


def pace(
    monkeypatch: pytest.MonkeyPatch,
    every: float,
    whole_every: float = 3600.0,
    away: tuple[float, ...] = (3600.0,),
    silent_after: float = 3600.0,
) -> None:
    """Set other pauses than those for people, in seconds: between looks, between whole looks, while it is away."""
    monkeypatch.setattr("lmstudio_tui.features.health._EVERY", every)
    monkeypatch.setattr("lmstudio_tui.features.health._WHOLE_EVERY", whole_every)
    monkeypatch.setattr("lmstudio_tui.features.health._AWAY", away)
    monkeypatch.setattr("lmstudio_tui.features.health._SILENT_AFTER", silent_after)


@dataclass
class ScriptedServer:
    """A server that is as the test wants it now, and writes down what it is asked and when."""

    error: LMStudioError | None = None
    latency: float = 3.0
    slower: float = 0.0
    blocked: bool = False
    kind: ServerKind = ServerKind.CLASSIC
    version: str = "0.2.21"
    models_loaded: int | None = None
    models: tuple[ModelSummary, ...] = (ModelSummary(id="qwen3-8b"),)
    config: ClientConfig = field(default_factory=lambda: ClientConfig(base_url=BASE_URL))
    calls: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    pinged_as: ServerKind | None = None
    heard_at: float = float("-inf")
    arrived: threading.Event = field(default_factory=threading.Event)

    def _answer(self, name: str, scope: CancelScope | None) -> None:
        self.calls.append((name, time.monotonic()))
        self.arrived.set()
        while self.blocked and scope is not None:
            scope.wait(0.01)
        if self.error is not None:
            raise self.error

    def health(self, *, scope: CancelScope | None = None) -> HealthStatus:
        self._answer("health", scope)
        return HealthStatus(
            status="ok",
            kind=self.kind,
            version=self.version,
            models_loaded=self.models_loaded,
            latency_ms=self.latency,
            capabilities={name: Capability(available=None, reason="") for name in CAPABILITIES},
        )

    def ping(self, kind: ServerKind, *, scope: CancelScope | None = None) -> float:
        self.pinged_as = kind
        self._answer("ping", scope)
        self.latency += self.slower
        return self.latency

    def list_models(
        self,
        filter: ModelFilter | None = None,
        *,
        scope: CancelScope | None = None,
    ) -> list[ModelSummary]:
        self._answer("models", scope)
        return list(self.models)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


class Watching:
    """A monitor that runs in a thread, and the views it told."""

    def __init__(self, client: LMStudioSDK) -> None:
        self._views: queue.Queue[ServerView] = queue.Queue()
        self.monitor = HealthMonitor(client)
        self.thread = threading.Thread(target=self.monitor.run, args=(self._views.put,))
        self.thread.start()

    def next(self, seconds: float = 10.0) -> ServerView:
        """The next view."""
        return self._views.get(timeout=seconds)

    def until(self, presence: Presence, seconds: float = 10.0) -> ServerView:
        """The first view with this presence."""
        end = time.monotonic() + seconds
        while (view := self.next(max(0.001, end - time.monotonic()))).presence is not presence:
            pass
        return view

    def when(self, condition: Callable[[ServerView], bool], seconds: float = 10.0) -> ServerView:
        """The first view of which that is true."""
        end = time.monotonic() + seconds
        while not condition(view := self.next(max(0.001, end - time.monotonic()))):
            pass
        return view

    def look(self) -> ServerView:
        """Have it look at once, and give the view."""
        self.monitor.poke()
        return self.next()

    @property
    def nothing_more(self) -> bool:
        return self._views.empty()


@contextmanager
def watching(server: ScriptedServer | LMStudioSDK) -> Generator[Watching]:
    """A monitor on this server that runs within the block."""
    watch = Watching(cast("LMStudioSDK", server))
    try:
        yield watch
    finally:
        watch.monitor.stop()
        watch.thread.join(10)
        assert not watch.thread.is_alive()
