"""The terminal is the app's alone while it is on the screen."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TextIO


@contextmanager
def own_messages() -> Generator[None]:
    """Within the block a command's messages are the only ones: decoders of damaged sound print hundreds, too."""
    try:
        usual = sys.stderr.fileno() == 2
    except (OSError, ValueError, AttributeError):
        usual = False
    with own_terminal() if usual else nullcontext():
        yield


@contextmanager
def own_terminal() -> Generator[None]:
    """Give the app a descriptor of its own, and let what others print to standard error go nowhere.

    The app is drawn through `sys.__stderr__`. Libraries in C print to the file descriptor 2 at any moment (PortAudio
    and ALSA do when a device goes away), which would tear the screen; and sounddevice turns that descriptor away for a
    moment when it is loaded, in which what the app draws would be lost.
    """
    before, replaced = sys.__stderr__, sys.stderr
    try:
        own = os.dup(2)
    except OSError:  # There is no standard error.
        own = -1
    if os.name != "posix" or before is None or own < 0:
        yield
        return
    before.flush()
    with _Lasting(io.FileIO(own, "w"), encoding=before.encoding, errors=before.errors, newline="") as terminal:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        _use(terminal, terminal)
        try:
            yield
        finally:
            terminal.flush()
            os.dup2(own, 2)
            _use(before, replaced)


class _Lasting(io.TextIOWrapper):
    """A terminal that may be closed while it is drawn on.

    Textual writes in a thread, which would end, and then the whole app would wait for it for ever.
    """

    _gone = False

    def write(self, text: str, /) -> int:
        if not self._gone:
            try:
                super().write(text)
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        if not self._gone:
            try:
                super().flush()
            except OSError:
                self._gone = True

    def close(self) -> None:
        with suppress(OSError):
            super().close()


def _use(original: TextIO, current: TextIO) -> None:
    """Set `sys.__stderr__`, which nobody is meant to, and `sys.stderr`."""
    sys.__dict__.update(__stderr__=original, stderr=current)
