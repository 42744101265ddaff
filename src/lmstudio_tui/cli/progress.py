"""Showing on the terminal that something goes on: lines on standard error, drawn over again and wiped at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING, Self

from rich.cells import set_cell_size

from lmstudio_tui.cli.console import OutputError, write
from lmstudio_tui.features.progress import duration_in_words
from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

_EVERY = 0.5
_WIDEST = 100


def can_draw() -> bool:
    """Whether lines on standard error can be drawn over."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}


class Drawn:
    """Some lines at the bottom of the terminal. Nothing is written where there is no terminal."""

    def __init__(self) -> None:
        self._able = can_draw()
        self._height = 0

    @property
    def width(self) -> int:
        """How wide a line may be, in columns."""
        return min(_WIDEST, shutil.get_terminal_size().columns) - 1

    def show(self, lines: Sequence[str]) -> None:
        """Put these lines in place of those before; what is too wide or too many is cut."""
        if not self._able:
            return
        width, most = self.width, max(1, shutil.get_terminal_size().lines - 1)
        kept = [set_cell_size(clean(line).replace("\n", " "), width) for line in lines[:most]]
        self._put(self._home() + "".join(f"\x1b[2K{line}\n" for line in kept) + "\x1b[0J")
        self._height = len(kept)

    def wipe(self) -> None:
        """Leave nothing of them."""
        if self._height:
            self._put(f"{self._home()}\x1b[0J")
            self._height = 0

    def _home(self) -> str:
        return f"\r\x1b[{self._height}A" if self._height else "\r"

    def _put(self, text: str) -> None:
        # That nobody can see it is no failure.
        with contextlib.suppress(OutputError):
            write(text, sys.stderr)


class Elapsed:
    """Within the block a line says for how long something has gone on. It changes twice a second at most.

    Args:
        what: goes on.

    Attributes:
        what: as above; it may be changed, in any thread.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._drawn = Drawn()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="elapsed", daemon=True)

    def __enter__(self) -> Self:
        if can_draw():
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._drawn.wipe()

    def _run(self) -> None:
        started = time.monotonic()
        shown = ""
        while not self._over.is_set():
            line = f"{duration_in_words(time.monotonic() - started):>9}  {self.what}"
            if line != shown:
                self._drawn.show([line])
                shown = line
            self._over.wait(_EVERY)
