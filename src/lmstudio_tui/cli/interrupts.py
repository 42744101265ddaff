"""Ctrl+C and other requests to end, as one exception with its exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType


class Interrupted(BaseException):
    """The user wants it to end. No `Exception`, so that nothing on the way takes it for a failure.

    Args:
        number: the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.code = 128 + number
        """The exit code, as a shell would tell it: 130 for Ctrl+C."""
        self.hint = ""
        """What the user has to know about what was begun and not ended."""


PATIENCE = 5.0
"""Seconds that are given to closing in order. A signal can come where its exception is lost or leaves a lock taken."""


@contextlib.contextmanager
def leaving_behind(hint: str) -> Generator[None]:
    """Within the block something is begun that goes on elsewhere: an interruption says so.

    Args:
        hint: what goes on, and how to see it.
    """
    try:
        yield
    except Interrupted as interrupted:
        interrupted.hint = hint
        raise


_seen: list[int] = []
"""The signal that asked this process to end, if one did. There is one process and one main thread."""


def raise_if_interrupted() -> None:
    """Raise again what was asked for before.

    An exception that a signal raises within a finaliser or a callback is swallowed by Python: a loop that could go on
    for ever looks here, too.

    Raises:
        Interrupted: when a signal has asked for the end.
    """
    if _seen:
        raise Interrupted(_seen[0])


@contextlib.contextmanager
def interruptible() -> Generator[None]:
    """Within the block Ctrl+C, a polite kill and a closed terminal raise `Interrupted` in the main thread.

    Connections are then closed in order and what had arrived is kept; whoever cannot wait for that and asks again
    ends the process on the spot, and so does what takes longer than `PATIENCE`. Signals that are ignored (nohup) stay
    so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    seen = _seen
    seen.clear()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if seen:
            os._exit(128 + number)
        if _importing(frame):
            _end_now(number)
        seen.append(number)
        raise Interrupted(number)

    before = {number: signal.getsignal(number) for number in _numbers()}
    ours = {number for number, handler in before.items() if handler in {signal.SIG_DFL, signal.default_int_handler}}
    for number in ours:
        signal.signal(number, interrupt)
    try:
        with _watched(ours):
            yield
    finally:
        for number in ours:
            signal.signal(number, before[number])
        seen.clear()


@contextlib.contextmanager
def _watched(numbers: set[int]) -> Generator[None]:
    """End the process when the block has not ended `PATIENCE` after one of these signals.

    The signals are told through a socket by Python itself, so that nothing that the main thread does or waits for can
    keep them from being noticed.
    """
    told, teller = socket.socketpair()
    teller.setblocking(False)
    over = threading.Event()

    def watch() -> None:
        while found := told.recv(1):
            # A command may have handlers of its own for a while (the simulator's server does).
            if found[0] in numbers and _ours(found[0]) and not over.wait(PATIENCE):
                _end_now(found[0])

    watcher = threading.Thread(target=watch, name="interrupts", daemon=True)
    watcher.start()
    before = signal.set_wakeup_fd(teller.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        over.set()
        teller.close()
        watcher.join()
        told.close()


def _ours(number: int) -> bool:
    return getattr(signal.getsignal(number), "__module__", "") == __name__


def _end_now(number: int) -> None:
    with contextlib.suppress(OSError):
        os.write(2, b"error: Interrupted.\n")
    os._exit(128 + number)


def _importing(frame: FrameType | None) -> bool:
    """Whether a module is being imported: an exception there is lost, or comes out as something else.

    What is imported is needed for what comes next, so that nothing is under way that would have to be ended in order.
    """
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _numbers() -> list[int]:
    return [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
