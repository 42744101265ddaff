"""What `doctor` prints for people: one check after the other, aligned, wrapped to the width, calm."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.doctor.checks import Check

_MARKS = {"ok": "✓", "warning": "!", "failed": "✗", "skipped": "–"}
_PLAIN_MARKS = {"ok": "+", "warning": "!", "failed": "x", "skipped": "-"}
_COLOURS = {"ok": "32", "warning": "33", "failed": "31", "skipped": "2"}
_NAME_WIDTH = 13
_WIDEST = 100
_LEAST = 20


class Sheet:
    """Lays checks out for standard output."""

    def __init__(self) -> None:
        terminal = sys.stdout.isatty()
        self._coloured = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in {None, "dumb"}
        # A script finds a check in one line.
        self._width = min(_WIDEST, shutil.get_terminal_size().columns) if terminal else None
        encoding = (sys.stdout.encoding or "").lower().replace("-", "").replace("_", "")
        self._marks = _MARKS if encoding == "utf8" else _PLAIN_MARKS

    def lines(self, check: Check) -> str:
        """A check: its mark, its word, its name, what was found, and what to do."""
        mark = f"{self._marks[check.status]} {check.status:<8}"
        start = f"{mark} {check.name:<{_NAME_WIDTH}} "
        body = [line for text in clean(check.detail).split("\n") for line in self._wrapped(text, len(start))]
        if check.hint:
            body += self._wrapped(f"→ {clean(check.hint)}" if self._marks is _MARKS else clean(check.hint), len(start))
        first, *rest = body or [""]
        told = "".join(f"{' ' * len(start)}{line}\n" for line in rest)
        return f"{self._painted(mark, check.status)}{start[len(mark) :]}{first}\n{told}"

    def wrapped(self, text: str) -> str:
        """A paragraph."""
        return "\n".join(self._wrapped(clean(text), 0))

    def _wrapped(self, text: str, indent: int) -> list[str]:
        if self._width is None:
            return [text]
        width = max(_LEAST, self._width - indent)
        # Words stay whole: paths, addresses and commands are there to be copied.
        return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)

    def _painted(self, text: str, status: str) -> str:
        return f"\x1b[{_COLOURS[status]}m{text}\x1b[0m" if self._coloured else text


def to_do(found: Sequence[Check]) -> str:
    """The last line: what needs doing."""
    failed = [check for check in found if check.status == "failed"]
    warnings = sum(check.status == "warning" for check in found)
    if failed:
        steps = " ".join(f"{check.name}: {check.hint or check.detail}" for check in failed)
        return f"To do: {steps}"
    if warnings:
        return f"Nothing has to be done; {warnings} {'warning' if warnings == 1 else 'warnings'} may be worth a look."
    return "All is well: nothing needs doing."
