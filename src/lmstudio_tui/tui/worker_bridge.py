"""From worker threads to the screen: the only code that knows both threads and Textual.

SDK calls block, so each runs in a thread. What it emits goes into a mailbox, which wakes the app only when it goes
from empty to non-empty, and is emptied at most 30 times a second: one message a chunk would throttle the socket. A
run that was replaced is stale, and what still arrives from it is dropped.

The threads are daemons of our own rather than Textual's workers: those share a pool of a few threads, in which ten
streams would wait for each other, and the app cannot end before they do.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from lmstudio_tui.sdk import CancelScope
from lmstudio_tui.tui.guarded import GuardedApp
from lmstudio_tui.tui.timers import once
from lmstudio_tui.tui.typed import app_of, is_present
from lmstudio_tui.tui.widgets.fitting import home_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message_pump import MessagePump

Item = TypeVar("Item")
Result = TypeVar("Result")

_SHORTEST = 1 / 30
"""Seconds between two deliveries."""


class Run(Generic[Item, Result]):
    """One piece of work in a thread.

    Exactly one of `finished` and `crashed` is called, in the app's own loop, after the last of `items`; neither, once
    the run was dropped or its owner is gone.

    Args:
        owner: the widget or app that is told.
        work: does it, in the thread. It is given a function that hands on an item, and the scope that ends it.
        items: is given the items that came since the last time.
        finished: is given what `work` returned.
        crashed: is given what `work` raised: a defect, since expected failures are results. None says it on the screen.
        name: names the thread, and the work for people.
    """

    def __init__(
        self,
        owner: MessagePump,
        work: Callable[[Callable[[Item], None], CancelScope], Result],
        *,
        items: Callable[[list[Item]], None] | None = None,
        finished: Callable[[Result], None] | None = None,
        crashed: Callable[[BaseException], None] | None = None,
        name: str = "worker",
    ) -> None:
        self.scope = CancelScope()
        self.ended = False
        self._owner = owner
        self._work = work
        self._items = items
        self._finished = finished
        self._crashed = crashed or self._say
        self._name = name
        self._mail: deque[Item] = deque()
        self._end: Callable[[], None] | None = None
        self._woken = False
        self._lock = threading.Lock()
        self._dropped = False
        self._delivered_at = 0.0
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def cancel(self) -> None:
        """Ask the work to end; its result is still delivered."""
        self.scope.cancel()

    def drop(self) -> None:
        """Ask the work to end, and hear no more of it."""
        self._dropped = True
        self.scope.cancel()

    # In the thread

    def _run(self) -> None:
        try:
            result = self._work(self._emit, self.scope)
        except BaseException as error:  # noqa: BLE001 - the thread ends here: whatever ended it is told in the app's loop
            failure = error
            self._post(lambda: self._crashed(failure))
        else:
            self._post(lambda: self._finished(result) if self._finished else None)

    def _emit(self, item: Item) -> None:
        self._mail.append(item)
        with self._lock:
            if self._woken:
                return
            self._woken = True
        self._tell(self._wake)

    def _post(self, end: Callable[[], None]) -> None:
        self._end = end
        self._tell(self._deliver)

    def _tell(self, callback: Callable[[], None]) -> None:
        # The app may be closing its loop at this very moment; then there is nobody left to tell.
        with contextlib.suppress(RuntimeError):
            self._owner.call_later(callback)

    # In the app's loop

    def _say(self, error: BaseException) -> None:
        app = app_of(self._owner)
        said = f"Something went wrong in the app itself ({self._name}: {type(error).__name__})."
        report = app.note(error, self._name) if isinstance(app, GuardedApp) else None
        more = "" if report is None else f" A report is in {home_path(report)}"
        app.notify(f"{said}{more}", severity="error", markup=False)

    def _wake(self) -> None:
        pause = self._delivered_at + _SHORTEST - time.monotonic()
        if pause > 0:
            once(self._owner, pause, self._deliver)
        else:
            self._deliver()

    def _deliver(self) -> None:
        with self._lock:
            self._woken = False
        self._delivered_at = time.monotonic()
        # The end is looked at first: whatever was emitted before it is then in the mailbox.
        end = self._end
        items: list[Item] = []
        while self._mail:
            items.append(self._mail.popleft())
        if self._dropped or not is_present(self._owner):
            return
        if items and self._items is not None:
            self._items(items)
        if end is not None and not self.ended:
            self.ended = True
            end()


class Runs:
    """The runs of one owner, so that all of them end with it."""

    def __init__(self, owner: MessagePump) -> None:
        self._owner = owner
        self._live: list[Run[Any, Any]] = []

    def start(
        self,
        work: Callable[[Callable[[Item], None], CancelScope], Result],
        *,
        items: Callable[[list[Item]], None] | None = None,
        finished: Callable[[Result], None] | None = None,
        crashed: Callable[[BaseException], None] | None = None,
        name: str = "worker",
    ) -> Run[Item, Result]:
        """Start a run; see `Run`."""
        self._live = [run for run in self._live if not run.ended]
        run = Run(self._owner, work, items=items, finished=finished, crashed=crashed, name=name)
        self._live.append(run)
        return run

    def drop_all(self) -> None:
        """End everything and hear no more of it."""
        for run in self._live:
            run.drop()
        self._live.clear()
