"""The lines of the list of conversations as strips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.widgets.conversation_list.marking import fitted, pieces_of
from lmstudio_tui.tui.widgets.conversation_list.states import SYMBOLS, URGENT
from lmstudio_tui.tui.widgets.empty_state import hatched

if TYPE_CHECKING:
    from rich.text import Text

    from lmstudio_tui.store.library.records import Conversation, Hit
    from lmstudio_tui.tui.widgets.conversation_list.layout import Calendar
    from lmstudio_tui.tui.widgets.conversation_list.marking import Pieces
    from lmstudio_tui.tui.widgets.conversation_list.states import States

STYLES: Final = (
    "base", "cursor", "cursor-blurred", "bar", "heading", "rule", "dim", "match", "current", "empty-title",
    "answering", "interrupted", "draft", "open",
)  # fmt: skip

_LEAD: Final = 3
"""Cells before a title: the cursor, the symbol, a space."""
_INDENT: Final = 5
"""Cells before what was found."""
_TIMES_FROM: Final = 40
"""Cells of the list from which on it says when."""
_TIME: Final = 9
_MARGIN: Final = 1
_LEAST_TITLE: Final = 16


@dataclass(frozen=True, slots=True)
class Look:
    """How a line is to look.

    Attributes:
        cursor: whether the cursor is on it.
        focused: whether the list has the keyboard.
        searching: whether the list is what a search has found.
    """

    cursor: bool = False
    focused: bool = False
    searching: bool = False


class LinePainter:
    """Draws lines.

    Args:
        width: cells of a line.
        styles: by the names in `STYLES`; those but the first and the cursors are colours only.
        calendar: of today.
        states: what goes on.
    """

    def __init__(self, width: int, styles: dict[str, Style], calendar: Calendar, states: States) -> None:
        self._width = width
        self._styles = styles
        self._calendar = calendar
        self._states = states

    def heading(self, text: str) -> Strip:
        """The days that follow, with a rule."""
        base = self._styles["base"]
        rule = "─" * (self._width - cell_len(text) - 3)
        segments = [Segment(f" {text} ", base + self._styles["heading"]), Segment(rule, base + self._styles["rule"])]
        return Strip(segments).adjust_cell_length(self._width, base)

    def title(self, hit: Hit, look: Look) -> Strip:
        """A conversation: what goes on with it, its title, and when something was said last."""
        base = self._ground(look)
        one = hit.conversation
        words = self._states.words(one)
        if look.searching and one.pinned:
            # No heading says so.
            words = (*words, "pinned")
        shown = next((word for word in words if word in SYMBOLS), "")
        pieces, style = self._title(hit)
        right = self._right(one, words, sum(cell_len(text) for text, _ in pieces))
        room = max(1, self._width - _LEAD - _MARGIN - sum(cell_len(text) for text, _ in right))
        pieces, cells = fitted(pieces, room)
        symbol = SYMBOLS.get(shown, " ")
        segments = [
            self._bar(look, base),
            Segment(f"{symbol} ", base + self._styles[shown or "dim"]),
            *self._segments(pieces, base + style),
            Segment(" " * (room - cells), base),
            *(Segment(text, base + self._styles[name]) for text, name in right),
            Segment(" " * _MARGIN, base),
        ]
        return Strip(segments).adjust_cell_length(self._width, base)

    def snippet(self, hit: Hit, look: Look) -> Strip:
        """What was found in it."""
        base = self._ground(look)
        pieces, _ = fitted(pieces_of(hit.snippet, hit.marks), max(1, self._width - _INDENT - _MARGIN))
        segments = [
            self._bar(look, base),
            Segment(" " * (_INDENT - 1), base),
            *self._segments(pieces, base + self._styles["dim"]),
        ]
        return Strip(segments).adjust_cell_length(self._width, base)

    def _ground(self, look: Look) -> Style:
        base = self._styles["base"]
        if look.cursor:
            base += self._styles["cursor" if look.focused else "cursor-blurred"]
        return base

    def _bar(self, look: Look, base: Style) -> Segment:
        """The cursor is not told by its colour alone."""
        return Segment("▌" if look.cursor else " ", base + self._styles["bar" if look.focused else "dim"])

    def _title(self, hit: Hit) -> tuple[Pieces, Style]:
        one = hit.conversation
        pieces = pieces_of(one.title, hit.title_marks)
        if not "".join(text for text, _ in pieces).strip():
            return pieces_of(name_of(one)), self._styles["empty-title"]
        return pieces, self._styles["current"] if one.id == self._states.current else Style.null()

    def _segments(self, pieces: Pieces, style: Style) -> list[Segment]:
        return [Segment(text, style + self._styles["match"] if marked else style) for text, marked in pieces]

    def _right(self, one: Conversation, words: tuple[str, ...], title: int) -> list[tuple[str, str]]:
        """What stands behind the title, as much as there is room for, with the names of its styles.

        Args:
            one: the conversation.
            words: what is to be said of it.
            title: cells of its title.
        """
        timed = self._width >= _TIMES_FROM
        time = [(f"{self._calendar.when(one.updated_at):>{_TIME + 1}}", "dim")] if timed else []
        room = self._width - _LEAD - _MARGIN - (_TIME + 1 if timed else 0)
        for some in (words, words[:1]) if words else ():
            said = f"  {' · '.join(some)}"
            urgent = timed and some == words[:1] and words[0] in URGENT and room - len(said) >= _LEAST_TITLE
            if title + len(said) <= room or urgent:
                return [(said, words[0] if words[0] in SYMBOLS else "dim"), *time]
        return time


def name_of(one: Conversation) -> str:
    """What a conversation is called, in one harmless line: its title, else its draft."""
    return clean_line(one.title[:1000]) or clean_line(one.draft[:200]) or "New chat"


def sentences(text: Text, y: int, width: int, height: int, base: Style) -> Strip:
    """A line of what is said where there is no conversation.

    Args:
        text: what is said.
        y: the line's number.
        width: cells of the line.
        height: lines that there are.
        base: the style of the ground.
    """
    room = max(10, min(56, width - 4))
    return hatched(list(text.wrap(Console(width=room), room)), y, Size(width, height), base)
