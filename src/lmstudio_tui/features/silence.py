"""Noticing that an answer does not come, long before the request for it is given up."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from lmstudio_tui.sdk import CancelScope


class SilenceWatch:
    """Tells when nothing was heard for a while, in a thread of its own that sleeps as long as nobody waits.

    A context manager; when its block is left, the thread has ended.

    Args:
        scope: of the calls that are waited for.
        after: seconds without an answer.
        heard_elsewhere: when anything was heard of the server by other calls, by `time.monotonic`.
        fell_silent: is told once a wait, with when the silence began, in seconds since the epoch; never after the wait.
    """

    def __init__(
        self,
        scope: CancelScope,
        after: float,
        heard_elsewhere: Callable[[], float],
        fell_silent: Callable[[float], None],
    ) -> None:
        self._scope = scope
        self._heard_elsewhere = heard_elsewhere
        self._after = after
        self._fell_silent = fell_silent
        self._condition = threading.Condition()
        self._began: float | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="lmstudio-tui-silence", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._condition:
            self._ended = True
            self._condition.notify()
        self._thread.join()

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Whoever is in this block waits for answers."""
        with self._condition:
            self._began = time.monotonic()
            self._condition.notify()
        try:
            yield
        finally:
            with self._condition:
                self._began = None

    def _run(self) -> None:
        with self._condition:
            while not self._ended:
                if self._began is None or self._scope.cancelled:
                    self._condition.wait()
                    continue
                heard = max(self._began, self._scope.heard_at, self._heard_elsewhere())
                left = heard + self._after - time.monotonic()
                if left > 0:
                    self._condition.wait(left)
                    continue
                self._began = None
                self._fell_silent(time.time() - (time.monotonic() - heard))
