"""What another window writes in the same conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.tui.timers import once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.timer import Timer
    from textual.widget import Widget

    from lmstudio_tui.store.library.records import Loaded, Message
    from lmstudio_tui.tui.worker_bridge import Runs

_EVERY: Final = 1.0
"""Seconds between two looks."""


class OtherWindows:
    """Looks at what other windows write, once a second, while there is something to see.

    Args:
        view: on whose behalf.
        runs: for the thread.
        load: reads the conversation. Called in a thread.
        theirs: gives the answers that they are writing, as they are shown.
        show: is given those that are different by now.
    """

    def __init__(
        self,
        view: Widget,
        runs: Runs,
        load: Callable[[], Loaded | None],
        theirs: Callable[[], Sequence[Message]],
        show: Callable[[Sequence[Message]], None],
    ) -> None:
        self._view = view
        self._runs = runs
        self._load = load
        self._theirs = theirs
        self._show = show
        self._timer: Timer | None = None

    def watch(self) -> None:
        """Look, from now on, for as long as they write."""
        if self._theirs() and self._timer is None:
            self._timer = once(self._view, _EVERY, self._look)

    def _look(self) -> None:
        self._timer = None
        self._runs.start(lambda _emit, _scope: self._load(), finished=self._seen, name="others")

    def _seen(self, loaded: Loaded | None) -> None:
        now = {one.id: one for one in loaded.messages} if loaded is not None else {}
        self._show([now[one.id] for one in self._theirs() if now.get(one.id, one) != one])
        self.watch()
