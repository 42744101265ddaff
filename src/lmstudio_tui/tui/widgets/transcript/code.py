"""Fenced code: taken in line by line, highlighted piece by piece, drawn under a header row."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pygments.lexers import find_lexer_class, get_all_lexers
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.widgets.transcript.highlight import LexerState, TokenLine, lex
from lmstudio_tui.tui.widgets.transcript.lines import Action, Line, Span, chop, expand_tabs

if TYPE_CHECKING:
    from pygments.lexer import Lexer

    from lmstudio_tui.tui.widgets.transcript.palette import Palette

FENCE: Final = re.compile(r"( {0,3})(`{3,}(?=[^`\n]*(?:\n|\Z))|~{3,})([^\n]*)")

_CHUNK: Final = 24
"""Lines after which a piece of code ends at the next line that is not indented."""
_CHUNK_LIMIT: Final = 48
"""Lines after which a piece of code ends anywhere."""
_ROOT: Final[LexerState] = ("root",)
_HIGHLIGHT_LINES: Final = 4000
_HIGHLIGHT_COLUMNS: Final = 2000
"""Code beyond these is shown plain, so that no text can hold up the screen."""


@dataclass(slots=True)
class CodeSource:
    """A block of code that may still be growing.

    Args:
        language: The word after the fence.
        fence: The opening fence, or "" where there is none.
        indent: How many columns the fence is indented.
    """

    language: str = ""
    fence: str = ""
    indent: int = 0
    lines: list[str] = field(default_factory=list[str])
    partial: str = ""
    cuts: list[int] = field(default_factory=lambda: [0])
    closed: bool = False
    _draft: list[Line] = field(default_factory=list[Line])
    _draft_for: object = None
    _draft_done: int = 0
    _draft_state: LexerState | None = None
    _states: list[LexerState] = field(default_factory=lambda: [_ROOT])
    """Where the lexer stands at each cut it has come to; the tokens themselves are made again when they are needed."""
    _recent: tuple[int, int, list[TokenLine]] | None = None

    @classmethod
    def open(cls, match: re.Match[str]) -> CodeSource:
        """Start a block at a match of `FENCE`."""
        info = clean_line(match[3]).split(" ")[0]
        return cls(info, match[2], len(match[1]))

    @property
    def text(self) -> str:
        """The code that is there so far."""
        return "\n".join([*self.lines, self.partial] if self.partial else self.lines)

    def add(self, line: str) -> bool:
        """Take one whole line; True when it closes the block."""
        if self.closes(line):
            return True
        self.lines.append(self.dedent(line))
        since = len(self.lines) - 1 - self.cuts[-1]
        starts = line[:1] not in ("", " ", "\t", "}", ")", "]")
        if (since >= _CHUNK and starts) or since >= _CHUNK_LIMIT:
            self.cuts.append(len(self.lines) - 1)
        return False

    def closes(self, line: str) -> bool:
        """Whether `line` is the closing fence."""
        bare = line.strip(" \t")
        return (
            bool(self.fence)
            and len(line) - len(line.lstrip(" ")) <= 3
            and len(bare) >= len(self.fence)
            and not bare.strip(self.fence[0])
        )

    def dedent(self, line: str) -> str:
        """Take away as much indentation as the fence has."""
        return line[min(self.indent, len(line) - len(line.lstrip(" "))) :] if self.indent else line

    def may_close(self) -> bool:
        """Whether the unfinished last line could become the closing fence."""
        bare = self.partial.strip(" ")
        return bool(bare) and bool(self.fence) and not bare.strip(self.fence[0])

    def close(self) -> None:
        """Take no more lines: from now on the last piece is highlighted as a whole, like those before it."""
        self.partial = ""
        self.closed = True
        self._draft = []
        self._draft_for = None
        self._recent = None

    def tokens(self, start: int, end: int) -> list[TokenLine]:
        """Return the highlighted lines from `start`, which is a cut, up to `end`."""
        lexer = find_lexer(self.language) if start < _HIGHLIGHT_LINES else None
        if lexer is None:
            return [[((), line)] for line in self.lines[start:end]]
        recent, self._recent = self._recent, None
        if recent is not None and recent[:2] == (start, end):
            return recent[2]
        index = bisect_left(self.cuts, start)
        while len(self._states) <= index:
            first, stop = self.cuts[len(self._states) - 1 : len(self._states) + 1]
            self._states.append(lex(lexer, self.lines[first:stop], self._states[-1], _HIGHLIGHT_COLUMNS)[1])
        tokens, state = lex(lexer, self.lines[start:end], self._states[index], _HIGHLIGHT_COLUMNS)
        if index + 1 == len(self._states) and index + 1 < len(self.cuts):
            self._states.append(state)
        return tokens

    def prepare(self, start: int, end: int) -> None:
        """Highlight some lines now; they are kept until they are drawn, or until others are."""
        self._recent = (start, end, self.tokens(start, end))

    def draft(self, width: int, palette: Palette) -> list[Line]:
        """Draw the lines since the last cut while more are to come, each highlighted by itself and drawn once."""
        start = self.cuts[-1]
        if self._draft_for != (start, width, id(palette)):
            self._draft.clear()
            self._draft_for = (start, width, id(palette))
            self._draft_done = start
            self._draft_state = None
        lexer = find_lexer(self.language) if start < _HIGHLIGHT_LINES else None
        if self._draft_state is None:
            self._draft_state = _ROOT
            if start and lexer is not None:
                self.tokens(self.cuts[-2], start)
                self._draft_state = self._states[len(self.cuts) - 1]
        for line in self.lines[self._draft_done :]:
            tokens, self._draft_state = _lex_line(lexer, line, self._draft_state)
            self._draft.extend(draw_tokens(tokens, width, palette))
        self._draft_done = len(self.lines)
        if not self.partial or self.may_close():
            return list(self._draft)
        tokens, _ = _lex_line(lexer, self.dedent(self.partial), self._draft_state)
        return [*self._draft, *draw_tokens(tokens, width, palette)]


def _lex_line(lexer: Lexer | None, line: str, state: LexerState) -> tuple[TokenLine, LexerState]:
    if lexer is None:
        return [((), line)], state
    rows, state = lex(lexer, [line], state, _HIGHLIGHT_COLUMNS)
    return rows[0], state


@lru_cache(maxsize=1)
def _lexer_names() -> dict[str, str]:
    """Return the class name of each lexer by its aliases; asking Pygments for an unknown alias reads every package."""
    return {alias: name for name, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases}


@lru_cache(maxsize=64)
def find_lexer(language: str) -> Lexer | None:
    """Return the lexer for the word after a fence, or None."""
    alias = re.split(r"[\s{,:]", language.lower().strip("{}."))[0]
    name = _lexer_names().get(alias)
    found = find_lexer_class(name) if name is not None else None
    return None if found is None else found(stripnl=False, ensurenl=False, stripall=False)


def code_lines(source: CodeSource, start: int, end: int, width: int, palette: Palette) -> list[Line]:
    """Draw the code lines from `start`, which is a cut, up to `end`."""
    if end == len(source.lines) and not source.closed:
        return source.draft(width, palette)
    result: list[Line] = []
    for tokens in source.tokens(start, end):
        result.extend(draw_tokens(tokens, width, palette))
    return result


def draw_tokens(tokens: TokenLine, width: int, palette: Palette) -> list[Line]:
    """Draw one highlighted line of code."""
    spans: list[Span] = [(text, palette.syntax(token)) for token, text in tokens]
    if any("\t" in text for text, _ in spans):
        spans = expand_tabs(spans)
    lines = chop(spans, width)
    for line in lines:
        line.fill = palette["code"]
    return lines


def header_line(source: CodeSource, number: int, width: int, palette: Palette) -> Line:
    """Draw the row above the code: the language, a rule, and the words to click for a copy or a file."""
    label = source.language or "text"
    parts = [f"[{number}]", *((" copy",) if width >= 20 else ()), *((" · ", "save") if width >= 30 else ())]
    button = "".join(parts)
    room = width - len(button)
    if room < 4:
        return Line((Segment(set_cell_size(label, min(width, cell_len(label))), palette["dim"]),), copied=False)
    if cell_len(label) > room - 1:
        label = set_cell_size(label, room - 2) + "…"
    rule = " " + "─" * (room - cell_len(label) - 2) + " " if room - cell_len(label) > 2 else " "
    rule = rule.ljust(room - cell_len(label))
    copied_to = room + len("".join(parts[:2]))
    actions = [Action("copy", number, room, copied_to)]
    if len(parts) > 2:
        actions.append(Action("save", number, width - len("save"), width))
    return Line(
        (Segment(label, palette["dim"]), Segment(rule, palette["rule"]), Segment(button, palette["dim"])),
        copied=False,
        actions=tuple(actions),
    )
