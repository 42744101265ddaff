"""Cut text that is shown as it is (prompts, reasoning, notices) into pieces while it arrives."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from lmstudio_tui.tui.widgets.transcript.code import FENCE, CodeSource
from lmstudio_tui.tui.widgets.transcript.inflow import Inflow
from lmstudio_tui.tui.widgets.transcript.model import CodeBlock
from lmstudio_tui.tui.widgets.transcript.pieces import CodePiece, LiteralPiece, Piece

_LINES: Final = 20
_CHARACTERS: Final = 8_192


class LiteralSplitter:
    """Cuts one literal text into pieces as it grows; only fenced code is told from the rest, and only if asked.

    Attributes:
        closed: The finished pieces, in order; only ever appended to.
        open: The pieces of the rest, new after each `advance`.
    """

    def __init__(self, style: str = "", fences: bool = False) -> None:
        self.closed: list[Piece] = []
        self.open: list[Piece] = []
        self._style = style
        self._fences = fences
        self._arrived = Inflow()
        self._partial = ""
        self._lines: list[str] = []
        self._size = 0
        self._code: CodeSource | None = None
        self._drawn_to = 0
        self._join = "\n"
        self._cut = False
        self._codes: list[CodeSource] = []

    @property
    def codes(self) -> list[CodeBlock]:
        """The blocks of code so far."""
        return [CodeBlock(number, code.language, code.text) for number, code in enumerate(self._codes, 1)]

    def feed(self, text: str) -> None:
        """Take more text; nothing is done with it before `advance`."""
        self._arrived.put(text)

    def advance(self, final: bool = False, deadline: float | None = None) -> bool:
        """Cut what has arrived.

        Args:
            final: Whether the text ends here.
            deadline: The `perf_counter` time at which to stop and leave the rest for later.

        Returns:
            Whether everything that arrived has been looked at.
        """
        done = False
        while not done:
            done = self._take_in(deadline) and not self._arrived
            if deadline is not None and perf_counter() > deadline:
                break
        if done and final:
            self._finish()
        self.open = self._open_pieces() if done else []
        return done

    def _take_in(self, deadline: float | None) -> bool:
        """Cut the next part of what has arrived; False when time ran out first."""
        text = self._partial + self._arrived.take()
        place = 0
        while taken := self._step(text, place):
            place += taken
            if deadline is not None and perf_counter() > deadline:
                break
        self._partial = text[place:]
        return not taken

    def _step(self, text: str, place: int) -> int:
        """Take the line at `place`, or a part of one that is too long; return how many characters were taken."""
        if self._code is not None:
            end = text.find("\n", place)
        else:
            end = text.find("\n", place, place + _CHARACTERS + 1)
            if end < 0 and len(text) - place > _CHARACTERS:
                self._take_part(text[place : place + _CHARACTERS])
                return _CHARACTERS
        if end < 0:
            return 0
        self._take(text[place:end])
        return end + 1 - place

    def _take_part(self, part: str) -> None:
        """Take a part of a line that is too long to be kept whole."""
        self._flush()
        self.closed.append(LiteralPiece(part, self._style, self._join))
        self._join = part[len(part.rstrip(" \t")) :]
        self._cut = True

    def _take(self, line: str) -> None:
        if self._code is not None:
            if self._code.add(line):
                self._end_code(self._code)
            elif self._code.cuts[-1] > self._drawn_to:
                self._close_code(self._code, self._code.cuts[-1])
            return
        fence = FENCE.match(line) if self._fences and not self._cut else None
        if fence is not None:
            self._flush()
            self._code = CodeSource.open(fence)
            self._codes.append(self._code)
            self._drawn_to = 0
            return
        self._lines.append(line)
        self._size += len(line)
        # What follows a part of a line is joined to it: it must not stand in one piece with the lines after it.
        if self._cut or len(self._lines) >= _LINES or self._size >= _CHARACTERS:
            self._flush()
        self._cut = False

    def _flush(self) -> None:
        if self._lines:
            self.closed.append(LiteralPiece("\n".join(self._lines), self._style, self._join))
            self._join = "\n"
            self._lines = []
            self._size = 0

    def _finish(self) -> None:
        if self._partial:
            self._take(self._partial)
            self._partial = ""
        if self._code is not None:
            self._end_code(self._code)
        while self._lines and not self._lines[-1].strip():
            self._lines.pop()
        self._flush()

    def _end_code(self, code: CodeSource) -> None:
        code.close()
        self._close_code(code, len(code.lines))
        self._code = None

    def _close_code(self, code: CodeSource, end: int) -> None:
        self.closed.append(CodePiece(code, len(self._codes), self._drawn_to, end))
        self._drawn_to = end

    def _open_pieces(self) -> list[Piece]:
        if self._code is not None:
            self._code.partial = self._partial
            return [CodePiece(self._code, len(self._codes), self._drawn_to, len(self._code.lines))]
        text = "\n".join([*self._lines, self._partial])
        return [LiteralPiece(text, self._style, self._join)] if text.strip() else []
