"""The one thread that touches the library's file: writes are put into its queue, reads wait for it."""

from __future__ import annotations

import atexit
import threading
import time
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from lmstudio_tui.store.library.base import Op

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.store.library.keeper import Keeper

T = TypeVar("T")

GATHERING: Final = 0.03
"""Seconds that writes are gathered: a stream of tokens is some 30 transactions a second; no screen shows more."""


class _Question(Generic[T]):
    """Something that a thread waits for."""

    def __init__(self, look: Callable[[Keeper], T]) -> None:
        self._look = look
        self._found: Future[T] = Future()

    def answer(self, keeper: Callable[[], Keeper]) -> None:
        """Called by the library's thread."""
        try:
            found = self._look(keeper())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again in the thread that waits
            self._found.set_exception(error)
        else:
            self._found.set_result(found)

    def wait(self, timeout: float | None = None) -> tuple[T] | None:
        """What was found; None when it takes longer than that many seconds."""
        return (self._found.result(),) if wait([self._found], timeout).done else None


class Worker:
    """A thread that begins when there is something to do, and sleeps while there is nothing.

    Args:
        make: makes what keeps the file; called in the thread.
        say: is told a sentence.
    """

    def __init__(self, make: Callable[[], Keeper], say: Callable[[str], None]) -> None:
        self._make = make
        self._say = say
        self._keeper: Keeper | None = None
        self._changed = threading.Condition()
        self._queue: list[Op | _Question[Any]] = []
        self._since = 0.0
        self._hurry = False
        self._stop = False
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def post(self, op: Op) -> None:
        """Have something written, soon and in order."""
        with self._changed:
            if not self._queue:
                self._since = time.monotonic()
                self._changed.notify()
            self._queue.append(op)
            self._start()

    def ask(self, look: Callable[[Keeper], T], timeout: float | None = None) -> tuple[T] | None:
        """Look at the library after everything before is written; blocks.

        Args:
            look: is called in the library's thread.
            timeout: seconds; for ever by default.

        Returns:
            what was found, in a tuple; None when that took too long.
        """
        question = _Question(look)
        with self._changed:
            self._queue.append(question)
            self._hurry = True
            self._changed.notify()
            self._start()
        return question.wait(timeout)

    def close(self, timeout: float) -> None:
        """Write what is to be written and let go of the file; whoever writes after that opens it again."""
        with self._changed:
            if self._thread is None:
                return
            if not self._stop:
                self._stop, self._closed = True, threading.Event()
            closed = self._closed
            self._changed.notify()
        # Not the end of the thread: somebody may write at this very moment, and keep it going.
        closed.wait(timeout)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="library", daemon=True)
            self._thread.start()
            # Whoever ends without a word has said something in the last moment, perhaps.
            atexit.register(self._close_at_exit)

    def _close_at_exit(self) -> None:
        self.close(timeout=5.0)

    def _run(self) -> None:
        while True:
            items, stop = self._take()
            self._serve(items)
            if stop:
                if self._keeper is not None:
                    self._guard(self._keeper.close)
                with self._changed:
                    self._stop = False
                    self._closed.set()
                    if not self._queue:
                        self._thread = None
                        atexit.unregister(self._close_at_exit)
                        return

    def _take(self) -> tuple[list[Op | _Question[Any]], bool]:
        """Wait for something to do. Without anything it sleeps until it is woken."""
        with self._changed:
            while not (self._hurry or self._stop):
                if self._queue:
                    left = self._since + GATHERING - time.monotonic()
                    if left <= 0:
                        break
                    self._changed.wait(left)
                elif not self._changed.wait(self._keeper.seconds_to_wait if self._keeper is not None else None):
                    break
            items, self._queue, self._hurry = self._queue, [], False
            return items, self._stop

    def _serve(self, items: list[Op | _Question[Any]]) -> None:
        ops: list[Op] = []
        for item in items:
            if isinstance(item, Op):
                ops.append(item)
            else:
                self._write(ops)
                ops = []
                item.answer(self._ready)
        self._write(ops)
        if self._keeper is not None and self._keeper.seconds_to_wait == 0.0:
            self._guard(self._keeper.retry)

    def _write(self, ops: list[Op]) -> None:
        if ops:
            self._guard(lambda: self._ready().write(ops))

    def _guard(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - a thread that ends would take everything after with it
            self._say(f"Something could not be saved: {error}.")

    def _ready(self) -> Keeper:
        if self._keeper is None:
            self._keeper = self._make()
        return self._keeper
