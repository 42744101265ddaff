"""Watching the server: who answers, how quickly, and since when."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from lmstudio_tui.features.server_view import Presence, ServerView, describe_change, server_name
from lmstudio_tui.features.silence import SilenceWatch
from lmstudio_tui.sdk import (
    AuthenticationError,
    CancelScope,
    LMStudioError,
    RequestCancelledError,
    RequestTimeoutError,
    ServerConnectionError,
    ServerKind,
)
from lmstudio_tui.sdk.listing import loaded_count

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import HealthStatus, LMStudioSDK, ModelSummary

__all__ = ["HealthMonitor", "Presence", "ServerView", "describe_change", "server_name"]

_EVERY = 5.0
_AWAY = (1.0, 2.0, 2.0, 3.0, 5.0, 5.0, 10.0, 15.0, 30.0)
"""Seconds between two tries while nobody answers: quick at first, for one who is just starting a server."""
_WHOLE_EVERY = 60.0
"""Seconds between two whole looks at a server that has not changed, as far as the quick ones tell."""
_PATIENCE = 10.0
"""Seconds that a request of a look may take."""
_SILENT_AFTER = 2.0
"""Seconds without an answer after which the look is said to be waiting."""
_REMEMBERED = 24

Models = tuple["ModelSummary", ...]


class HealthMonitor:
    """Looks at the server again and again, in the thread that calls `run`.

    A look is a sign of life and the list of models; a whole one asks anew who answers, when the server is new or was
    away, when the quick one has found something changed, and once a minute.

    Args:
        client: for the server.
        every: seconds between two looks while it is there; None takes the usual ones.
    """

    def __init__(self, client: LMStudioSDK, *, every: float | None = None) -> None:
        self._client = client
        self._every = every
        self._scope = CancelScope(patience=_PATIENCE, background=True)
        self._wake = threading.Event()
        self._latencies: deque[float] = deque(maxlen=_REMEMBERED)
        self._failures = 0
        self._asked_for = False
        self._full_at = float("-inf")
        self._silent_from: float | None = None
        self._view = ServerView(client.config.base_url, since=time.time())

    def poke(self) -> None:
        """Look at once, and as a whole. Safe from any thread."""
        self._asked_for = True
        self._wake.set()

    def stop(self) -> None:
        """End `run`, also in the middle of a look. Safe from any thread."""
        self._scope.cancel()
        self._wake.set()

    def run(self, tell: Callable[[ServerView], None]) -> None:
        """Look until stopped.

        Args:
            tell: is given every new view, one after the other: in this thread, but the news that the server is silent
                in another one.
        """
        with SilenceWatch(
            self._scope, _SILENT_AFTER, lambda: self._client.heard_at, lambda since: tell(self._silent(since))
        ) as watch:
            while not self._scope.cancelled:
                try:
                    with watch.waiting():
                        view = self._look()
                except RequestCancelledError:
                    return
                if not isinstance(view.error, RequestTimeoutError):
                    self._silent_from = None
                if view.presence is not self._view.presence:
                    view = replace(view, since=time.time())
                self._view = view
                tell(view)
                self._wake.wait((self._every or _EVERY) if view.online else _AWAY[min(self._failures, len(_AWAY)) - 1])
                self._wake.clear()

    def _look(self) -> ServerView:
        """One look: a quick one at a server that is known, and a whole one when that shows a change."""
        known = self._view
        whole = self._asked_for or time.monotonic() - self._full_at >= _WHOLE_EVERY
        self._asked_for = False
        try:
            if known.online and known.status is not None and not whole:
                latency = self._glance(known.status)
                if latency is not None:
                    return self._seen(known.status, known.models, latency)
            status = self._client.health(scope=self._scope)
            models = tuple(self._client.list_models(scope=self._scope))
        except RequestCancelledError:
            raise
        except LMStudioError as error:
            return self._failed(error)
        self._full_at = time.monotonic()
        return self._seen(status, models, status.latency_ms)

    def _glance(self, status: HealthStatus) -> float | None:
        """The latency of a sign of life; None when something is not as before, the list of models included.

        Raises:
            LMStudioError: when it is clear without a whole look that the server is away, or wants a key.
        """
        try:
            latency = self._client.ping(status.kind, scope=self._scope)
            same = tuple(self._client.list_models(scope=self._scope)) == self._view.models
        except (RequestCancelledError, AuthenticationError, ServerConnectionError):
            raise
        except LMStudioError:
            return None
        return latency if same else None

    def _seen(self, status: HealthStatus, models: Models, latency: float) -> ServerView:
        """The view of a server that has answered."""
        now = time.time()
        self._failures = 0
        self._latencies.append(latency)
        known = self._view
        changed = models != known.models or not known.models_at
        return replace(
            known,
            presence=Presence.ONLINE,
            status=_counted(status, models),
            error=None,
            next_try_at=None,
            latencies=tuple(self._latencies),
            models=models if changed else known.models,
            models_at=now if changed else known.models_at,
            checked_at=now,
            busy=False,
            silent_since=None,
        )

    def _silent(self, since: float) -> ServerView:
        """The view of a server that lets a look wait; a silence that goes on from look to look is one."""
        if self._silent_from is None:
            self._silent_from = since
        return replace(self._view, silent_since=self._silent_from)

    def _failed(self, error: LMStudioError) -> ServerView:
        if isinstance(error, RequestTimeoutError) and self._view.online and self._answers_others:
            # It answers one call at a time, and is at another: an answer that comes is a sign of life.
            self._silent_from = None
            return replace(self._view, busy=True, silent_since=None)
        self._failures += 1
        self._full_at = float("-inf")
        if isinstance(error, AuthenticationError):
            presence = Presence.LOCKED
        elif isinstance(error, ServerConnectionError):
            presence = Presence.OFFLINE
        else:
            presence = Presence.STRANGE
        pause = _AWAY[min(self._failures, len(_AWAY)) - 1]
        silent = self._silent_from if isinstance(error, RequestTimeoutError) else None
        next_try_at = time.monotonic() + pause
        return replace(
            self._view, presence=presence, error=error, next_try_at=next_try_at, busy=False, silent_since=silent
        )

    @property
    def _answers_others(self) -> bool:
        """Whether the server has lately said something to another call than those of a look."""
        return time.monotonic() - self._client.heard_at < _PATIENCE


def _counted(status: HealthStatus, models: Models) -> HealthStatus:
    """The status with as many loaded models as the list has, where the list tells: LM Studio counts none itself."""
    if status.kind is not ServerKind.LM_STUDIO or (models and all(model.state == "unknown" for model in models)):
        return status
    count = loaded_count(models) if models or status.models_loaded is not None else None
    return status if count == status.models_loaded else status.model_copy(update={"models_loaded": count})
