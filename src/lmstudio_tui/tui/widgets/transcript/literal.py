"""Cut text that is shown as it is (prompts, reasoning, notices) into pieces while it arrives."""

from __future__ import annotations

from typing import Final

from lmstudio_tui.tui.widgets.transcript.code import FENCE, CodeSource
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
        self._arrived: list[str] = []
        self._partial = ""
        self._lines: list[str] = []
        self._size = 0
        self._code: CodeSource | None = None
        self._drawn_to = 0
        self._codes: list[CodeSource] = []

    @property
    def codes(self) -> list[CodeBlock]:
        """The blocks of code so far."""
        return [CodeBlock(number, code.language, code.text) for number, code in enumerate(self._codes, 1)]

    def feed(self, text: str) -> None:
        """Take more text; nothing is done with it before `advance`."""
        self._arrived.append(text)

    def advance(self, final: bool = False, deadline: float | None = None) -> bool:
        """Cut what has arrived; this is quick enough to need no `deadline`, and always done."""
        del deadline
        *lines, self._partial = (self._partial + "".join(self._arrived)).split("\n")
        self._arrived.clear()
        for line in lines:
            self._take(line)
        while self._code is None and len(self._partial) > _CHARACTERS:
            self._flush()
            self.closed.append(LiteralPiece(self._partial[:_CHARACTERS], self._style))
            self._partial = self._partial[_CHARACTERS:]
        if final:
            self._finish()
        self.open = self._open_pieces()
        return True

    def _take(self, line: str) -> None:
        if self._code is not None:
            if self._code.add(line):
                self._end_code(self._code)
            elif self._code.cuts[-1] > self._drawn_to:
                self._close_code(self._code, self._code.cuts[-1])
            return
        fence = FENCE.match(line) if self._fences else None
        if fence is not None:
            self._flush()
            self._code = CodeSource.open(fence)
            self._codes.append(self._code)
            self._drawn_to = 0
            return
        for start in range(0, max(1, len(line)), _CHARACTERS):
            self._lines.append(line[start : start + _CHARACTERS])
            self._size += len(self._lines[-1])
            if len(self._lines) >= _LINES or self._size >= _CHARACTERS:
                self._flush()

    def _flush(self) -> None:
        if self._lines:
            self.closed.append(LiteralPiece("\n".join(self._lines), self._style))
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
        return [LiteralPiece(text, self._style)] if text.strip() else []
