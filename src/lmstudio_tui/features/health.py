"""Watching the server: who answers, how quickly, and since when."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from lmstudio_tui.sdk import (
    AuthenticationError,
    CancelScope,
    HealthStatus,
    LMStudioError,
    ModelSummary,
    RequestCancelledError,
    ServerConnectionError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import LMStudioSDK

_EVERY = 5.0
_AWAY = (1.0, 2.0, 2.0, 3.0, 5.0, 5.0, 10.0, 15.0, 30.0)
"""Seconds between two tries while nobody answers: quick at first, for one who is just starting a server."""
_MODELS_EVERY = 30.0
_REMEMBERED = 24


class Presence(StrEnum):
    """What is known of the server."""

    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"
    LOCKED = "locked"
    STRANGE = "strange"


@dataclass(frozen=True, slots=True)
class ServerView:
    """One look at the server, as values ready to be shown.

    Args:
        base_url: where it is looked for.
        presence: connecting; online; offline: nothing answers; locked: it wants a key; strange: it is no model server.
        since: when the presence last changed, in seconds since the epoch.
        status: the last answer; it stays while the server is away.
        error: why it is not online.
        next_try_at: when it is tried again, by `time.monotonic`; None while it is online.
        latencies: of the last probes, in milliseconds, the newest last.
        models: the last list.
    """

    base_url: str
    presence: Presence = Presence.CONNECTING
    since: float = 0.0
    status: HealthStatus | None = None
    error: LMStudioError | None = None
    next_try_at: float | None = None
    latencies: tuple[float, ...] = ()
    models: tuple[ModelSummary, ...] = ()

    @property
    def online(self) -> bool:
        """Whether it can be used."""
        return self.presence is Presence.ONLINE


class HealthMonitor:
    """Looks at the server again and again, in the thread that calls `run`.

    Args:
        client: for the server.
    """

    def __init__(self, client: LMStudioSDK) -> None:
        self._client = client
        self._scope = CancelScope()
        self._wake = threading.Event()
        self._latencies: deque[float] = deque(maxlen=_REMEMBERED)
        self._failures = 0
        self._full_at = float("-inf")
        self._view = ServerView(client.config.base_url, since=time.time())

    def poke(self) -> None:
        """Look at once. Safe from any thread."""
        self._full_at = float("-inf")
        self._wake.set()

    def stop(self) -> None:
        """End `run`, also in the middle of a look. Safe from any thread."""
        self._scope.cancel()
        self._wake.set()

    def run(self, tell: Callable[[ServerView], None]) -> None:
        """Look until stopped.

        Args:
            tell: is given every new view, in this thread.
        """
        while not self._scope.cancelled:
            try:
                view = self._look()
            except RequestCancelledError:
                return
            if view.presence is not self._view.presence:
                view = replace(view, since=time.time())
            self._view = view
            tell(view)
            self._wake.wait(_EVERY if view.online else _AWAY[min(self._failures, len(_AWAY)) - 1])
            self._wake.clear()

    def _look(self) -> ServerView:
        """One look: a whole probe when the server is new or the last was long ago, else a quick sign of life."""
        known = self._view
        now = time.monotonic()
        try:
            if known.online and known.status is not None and now - self._full_at < _MODELS_EVERY:
                self._latencies.append(self._client.ping(known.status.kind, scope=self._scope))
                return replace(known, latencies=tuple(self._latencies))
            status = self._client.health(scope=self._scope)
            models = tuple(self._client.list_models(scope=self._scope))
        except RequestCancelledError:
            raise
        except LMStudioError as error:
            return self._failed(error)
        self._failures = 0
        self._full_at = now
        self._latencies.append(status.latency_ms)
        return replace(
            known,
            presence=Presence.ONLINE,
            status=status,
            error=None,
            next_try_at=None,
            latencies=tuple(self._latencies),
            models=models,
        )

    def _failed(self, error: LMStudioError) -> ServerView:
        self._failures += 1
        self._full_at = float("-inf")
        if isinstance(error, AuthenticationError):
            presence = Presence.LOCKED
        elif isinstance(error, ServerConnectionError):
            presence = Presence.OFFLINE
        else:
            presence = Presence.STRANGE
        pause = _AWAY[min(self._failures, len(_AWAY)) - 1]
        return replace(self._view, presence=presence, error=error, next_try_at=time.monotonic() + pause)
