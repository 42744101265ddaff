"""Bringing the pane up to date: at most ten times a second, polls together, and only while it can be seen."""

from __future__ import annotations

import contextlib
from time import monotonic
from typing import TYPE_CHECKING, Final

from lmstudio_tui.tui.timers import once

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer
    from textual.widget import Widget

    from lmstudio_tui.features.inspector.log import ExchangeLog

_INTERVAL: Final = 0.1
_POLLS: Final = 0.5
"""Seconds in which the requests of one look at the server come together."""
_SHARE: Final = 8
"""An update that took long is followed by a pause this many times longer, so that a core is never used up."""


class News:
    """Has a widget read the log when there is something new.

    Args:
        owner: the widget.
        log: tells that something is new, in any thread, and then nothing until it was read.
        read: reads it, in the app's own loop.
    """

    def __init__(self, owner: Widget, log: ExchangeLog, read: Callable[[], None]) -> None:
        self.in_sight = False
        self._owner = owner
        self._log = log
        self._read = read
        self._end: Callable[[], None] | None = None
        self._timer: Timer | None = None
        self._waits_for_polls = False
        self._next_at = 0.0

    def start(self) -> None:
        """Be told from now on."""
        self._end = self._log.subscribe(self._told)

    def stop(self) -> None:
        """Be told no more."""
        if self._end is not None:
            self._end()
            self._end = None

    def seen(self, in_sight: bool) -> None:
        """Take note of whether the widget can be seen; when it comes into sight, it reads at once."""
        self.in_sight = in_sight
        if in_sight:
            self._bring()

    def _told(self, polls: bool) -> None:
        # The app may be closing its loop at this very moment; then there is nobody left to tell.
        with contextlib.suppress(RuntimeError):
            self._owner.call_later(self._wake, polls)

    def _wake(self, polls: bool) -> None:
        if self._timer is not None and self._waits_for_polls and not polls:
            self._timer.stop()
            self._timer = None
        if self.in_sight and self._timer is None:
            self._waits_for_polls = polls
            wait = max(_POLLS if polls else 0.001, self._next_at - monotonic())
            self._timer = once(self._owner, wait, self._due)

    def _due(self) -> None:
        self._timer = None
        if self.in_sight:
            self._bring()

    def _bring(self) -> None:
        started = monotonic()
        self._read()
        ended = monotonic()
        self._next_at = ended + max(_INTERVAL, _SHARE * (ended - started))
