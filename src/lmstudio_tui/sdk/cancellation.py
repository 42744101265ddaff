"""Ending a call from another thread."""

from __future__ import annotations

import threading

from lmstudio_tui.sdk.errors import RequestCancelledError


class CancelScope:
    """Ends the calls it was given to.

    Give one to a call (`scope=`) and call `cancel()` from any thread: the call ends within 100 ms with
    `RequestCancelledError`, whatever it waits for, and its connection is closed, so that the server sees it too.
    A scope that was cancelled stays so; make a new one for the next call.

    Args:
        patience: seconds that an ordinary call may wait for its answer, where the configured time-out is longer; a call
            that has used them up is not sent again.
        background: whether its calls are made by a program that watches, and not for a person.

    Attributes:
        heard_at: when an answer last came to one of its calls, by `time.monotonic`; minus infinity before the first.
    """

    def __init__(self, *, patience: float | None = None, background: bool = False) -> None:
        self._event = threading.Event()
        self.patience = patience
        self.background = background
        self.heard_at = float("-inf")

    def cancel(self) -> None:
        """End every call that was given this scope. Safe from any thread, any number of times."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raises:
        RequestCancelledError: when `cancel` was called.
        """
        if self._event.is_set():
            raise RequestCancelledError("The request was cancelled.")

    def wait(self, seconds: float) -> None:
        """Sleep, but wake at once when cancelled.

        Raises:
            RequestCancelledError: when `cancel` was called before or meanwhile.
        """
        if self._event.wait(max(0.0, seconds)):
            self.raise_if_cancelled()

    def __repr__(self) -> str:
        return f"CancelScope(cancelled={self.cancelled})"
