"""The texts of a set as rows."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, Literal

from rich.cells import cell_len
from textual.message import Message

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.panes.embeddings.colourless import is_colourless
from lmstudio_tui.tui.panes.embeddings.group_colours import group_mark
from lmstudio_tui.tui.panes.embeddings.row_list import RowList
from lmstudio_tui.tui.panes.embeddings.text_search import TextSearch
from lmstudio_tui.tui.timers import once
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar, Unpack

    from textual.binding import BindingType
    from textual.timer import Timer

    from lmstudio_tui.store.embeddings import TextRecord
    from lmstudio_tui.tui.panes.embeddings.line_view import Piece
    from lmstudio_tui.tui.typed import WidgetOptions

TextState = Literal["new", "embedded", "partly", "refused"]
"""Whether a text has vectors: none yet, of all models, of one of two, or none because it was refused."""

MARKS: Final[dict[TextState, Piece]] = {
    "new": ("○", "dim"), "embedded": ("●", "good"), "partly": ("◐", "warn"), "refused": ("!", "bad"),
}  # fmt: skip
"""What stands before a text; the help explains it."""
_SLICE_S: Final = 0.012
"""So long a search keeps everything else waiting."""
_PAUSE_S: Final = 0.001
_LOOKED_AT: Final = 2000
"""Characters of a text from which its row is made."""
_SOURCE_FROM: Final = 72
"""Cells from which on the file of a text is said."""
_SOURCE: Final = 18


class TextRows(RowList):
    """The texts that a filter leaves, and a cursor that stays on its text."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("embeddings.open")]

    class Changed(Message):
        """Other texts are shown, or others are marked."""

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._texts: Sequence[TextRecord] = ()
        self._states: Sequence[TextState] = ()
        self._groups: Sequence[int] = ()
        self._search = TextSearch(())
        self._timer: Timer | None = None
        self._wanted = 0
        """The text that the cursor goes back to when the filter shows it again."""
        self._told: int | None = None
        self.marked: set[int] = set()
        """The texts that are marked, by index."""

    # What is shown

    @property
    def chosen(self) -> int | None:
        """The text under the cursor, by index."""
        return self._search.hits[self.place] if self._search.hits else None

    @property
    def count(self) -> int:
        """How many texts there are, shown or not."""
        return len(self._texts)

    @property
    def searching(self) -> bool:
        """Whether not all texts were looked at yet."""
        return not self._search.done

    @property
    def words(self) -> str:
        """What the texts are filtered by."""
        return self._search.words

    @property
    def lines(self) -> int:
        """How many texts are shown."""
        return len(self._search.hits)

    def show(self, texts: Sequence[TextRecord], states: Sequence[TextState], groups: Sequence[int]) -> None:
        """Show these. Marks stay on texts that are still in their places."""
        before, self._texts, self._states, self._groups = self._texts, texts, states, groups
        if texts is before:
            self.refresh()
            return
        self.marked = {index for index in self.marked if index < len(texts) and texts[index] is before[index]}
        self._wanted = max(0, min(self._wanted, len(texts) - 1))
        self._begin(TextSearch(texts, self._search.words))

    def filter(self, words: str) -> None:
        """Show only the texts with these words."""
        if words != self._search.words:
            self._begin(TextSearch(self._texts, words, self._search))

    def choose(self, index: int) -> None:
        """Put the cursor on a text, as soon as it is shown."""
        self._wanted = max(0, min(index, len(self._texts) - 1))
        self._settle()

    def put(self, place: int) -> None:
        """Move the cursor by hand."""
        if self.lines:
            self._wanted = self._search.hits[max(0, min(self.lines - 1, place))]
        self._stand(place)
        self._tell()

    # Searching

    def _begin(self, search: TextSearch) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._search = search
        self._go_on()

    def _go_on(self) -> None:
        """Search for a moment, then let others do something."""
        self._timer = None
        if not self._search.step(_SLICE_S) and self.is_running:
            self._timer = once(self, _PAUSE_S, self._go_on)
        self.measure()
        self._settle()
        self.post_message(self.Changed())

    def _settle(self) -> None:
        """Put the cursor on its text, or on the next that is shown."""
        self._stand(min(bisect_left(self._search.hits, self._wanted), max(0, self.lines - 1)))
        if self._search.done:
            self._tell()

    def _stand(self, place: int) -> None:
        self.place = max(0, min(self.lines - 1, place))
        self.reveal()
        self.refresh()

    def _tell(self) -> None:
        """Say that the cursor is on another text."""
        if self.chosen != self._told:
            self._told = self.chosen
            self.post_message(self.Moved())

    # Painting

    def line(self, at: int, width: int) -> list[Piece]:
        """A text: whether it is marked, its number, whether it is embedded, its group, its words, its file."""
        index = self._search.hits[at]
        record = self._texts[index]
        digits = max(2, len(str(len(self._texts))))
        pieces = [
            self.cursor_mark(at),
            ("✓" if index in self.marked else " ", "mark"),
            (f"{index + 1:>{digits}} ", "dim"),
            MARKS[self._states[index] if index < len(self._states) else "new"],
            self._group(index),
        ]
        room = width - sum(cell_len(text) for text, _ in pieces) - 1
        source = clean_line(record.source[:_LOOKED_AT]) if width >= _SOURCE_FROM else ""
        if source:
            room -= _SOURCE + 2
        text = clean_line(record.text.lstrip()[:_LOOKED_AT])
        pieces.append((f" {fitted(text, max(0, room))}", "") if text else (fitted(" blank", room + 1), "dim"))
        return [*pieces, (f"  {fitted(source, _SOURCE)}", "dim")] if source else pieces

    def _group(self, index: int) -> Piece:
        if not self._groups:
            return "", ""
        group = self._groups[index] if index < len(self._groups) else -1
        if group < 0:
            return "  ", ""
        return f" {group_mark(group) if is_colourless(app_of(self)) else '┃'}", f"group-{group}"

    # Marks

    def mark(self) -> None:
        """Mark the text, or take the mark away, and go to the next."""
        if (index := self.chosen) is not None:
            self.marked ^= {index}
            self.post_message(self.Changed())
            self.put(self.place + 1)

    def mark_all(self) -> None:
        """Mark all texts that are shown; where all are, take the marks away."""
        shown = set(self._search.hits)
        self.mark_only(self.marked - shown if shown <= self.marked else self.marked | shown)

    def mark_only(self, marked: set[int]) -> None:
        """Mark these, and no others."""
        if marked != self.marked:
            self.marked = marked
            self.refresh()
            self.post_message(self.Changed())
