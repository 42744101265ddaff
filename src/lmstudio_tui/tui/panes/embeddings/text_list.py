"""The texts of a set, with a filter above."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from lmstudio_tui.tui.commands import bindings, key_of
from lmstudio_tui.tui.panes.embeddings.text_rows import TextRows, TextState
from lmstudio_tui.tui.widgets.filter_input import FilterInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self, Unpack

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.store.embeddings import TextRecord
    from lmstudio_tui.tui.panes.embeddings.row_list import RowList
    from lmstudio_tui.tui.typed import WidgetOptions

__all__ = ["TextList", "TextState"]

_ROOMY: Final = 48
"""Cells from which on counts are said in words."""


class TextList(Vertical):
    """A row for each text: whether it is marked, its number, whether it is embedded, its group, its first words.

    Texts are told by their index in the set. The line of the filter is there while something is in it, while the
    cursor is in it, and while texts are marked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("embeddings.find", "embeddings.mark", "embeddings.mark_all")]

    DEFAULT_CSS = """
    TextList {
        height: 1fr;
        & > #text-filter-line { height: 1; background: $panel; display: none; &.-some { display: block; } }
        #text-filter { width: 1fr; background: $panel; padding: 0 1; visibility: hidden; }
        #text-filter.-some, #text-filter:focus { visibility: visible; background-tint: transparent; }
        #text-filter-count { width: auto; color: $text-muted; padding: 0 1; }
    }
    """

    class Moved(Message):
        """The cursor stands on another text.

        Args:
            index: which; None when there is none.
        """

        def __init__(self, index: int | None) -> None:
            super().__init__()
            self.index = index

    class Opened(Message):
        """A text is to be looked at.

        Args:
            index: which.
        """

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    class Marked(Message):
        """Other texts are marked than before.

        Args:
            count: how many are.
        """

        def __init__(self, count: int) -> None:
            super().__init__()
            self.count = count

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._rows = TextRows(id="text-rows")
        self._filter = FilterInput("words of a text or a file's name", compact=True, id="text-filter")
        self._count = Static("", id="text-filter-count", markup=False)
        self._line = Horizontal(self._filter, self._count, id="text-filter-line")
        self._marks = 0
        self._notice = ("No texts yet.", "Type or paste some, one a line, or open a txt, csv or jsonl file.")
        self._rows.say(*self._notice)

    def compose(self) -> ComposeResult:
        """The filter above the texts."""
        yield self._line
        yield self._rows

    # What is shown

    @property
    def chosen(self) -> int | None:
        """The text under the cursor."""
        return self._rows.chosen

    @property
    def marked(self) -> tuple[int, ...]:
        """The texts that are marked, in their order, shown or not."""
        return tuple(sorted(self._rows.marked))

    @property
    def picked(self) -> tuple[int, ...]:
        """What something is to be done with: the marked texts, else the one under the cursor."""
        return self.marked or (() if self.chosen is None else (self.chosen,))

    @property
    def filtered(self) -> str:
        """The words of the filter."""
        return self._filter.value

    def show(self, texts: Sequence[TextRecord], states: Sequence[TextState] = (), groups: Sequence[int] = ()) -> None:
        """Show these; the cursor stays where it is. Marks stay on texts that are still in their places.

        Args:
            texts: all of the set. They are not copied.
            states: of each; empty when none is embedded.
            groups: of each, below 0 for none; empty to show none.
        """
        self._rows.show(texts, states, groups)

    def say(self, *notice: str) -> None:
        """What stands there while the set is empty, a line each: how texts come into it."""
        self._notice = notice
        self._describe()

    def choose(self, index: int) -> None:
        """Put the cursor on a text; where the filter hides it, on the next one."""
        self._rows.choose(index)

    def unmark(self) -> None:
        """Take all marks away."""
        self._rows.mark_only(set())

    def focus(self, scroll_visible: bool = True) -> Self:
        """Give the keys to the texts."""
        self._rows.focus(scroll_visible)
        return self

    # What the parts say

    def on_text_rows_changed(self, event: TextRows.Changed) -> None:
        """Say how many are shown and marked."""
        event.stop()
        self._describe()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The cursor is on another text."""
        event.stop()
        self.post_message(self.Moved(self.chosen))

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """A text is to be looked at."""
        event.stop()
        if self.chosen is not None:
            self.post_message(self.Opened(self.chosen))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as it is typed."""
        event.stop()
        self._rows.filter(event.value)
        self._describe()

    def on_filter_input_left(self, event: FilterInput.Left) -> None:
        """Back to the texts."""
        event.stop()
        self.focus()

    def on_descendant_blur(self) -> None:
        """An empty filter goes with the cursor."""
        self._describe()

    def action_find(self) -> None:
        """Type a filter."""
        self._line.add_class("-some")
        self._filter.add_class("-some")
        self._filter.focus()

    def action_mark(self) -> None:
        """Mark the text, or take the mark away, and go to the next."""
        self._rows.mark()

    def action_mark_all(self) -> None:
        """Mark all texts that are shown; where all are, take the marks away."""
        self._rows.mark_all()

    def on_resize(self) -> None:
        """There is another room for the counts."""
        self._describe()

    def _describe(self) -> None:
        rows, marks = self._rows, len(self._rows.marked)
        filtering = bool(self._filter.value) or self._filter.has_focus
        self._filter.set_class(filtering, "-some")
        self._line.set_class(filtering or bool(marks), "-some")
        self._count.update(self._counts(rows.lines, rows.count, marks))
        if not rows.count:
            rows.say(*self._notice)
        elif not rows.searching:
            rows.say(
                "No text has these words.",
                f"{key_of('embeddings.find')} and {key_of('embeddings.back')} show all of them.",
            )
        else:
            rows.say()
        if marks != self._marks:
            self._marks = marks
            self.post_message(self.Marked(marks))

    def _counts(self, shown: int, count: int, marks: int) -> str:
        """How many texts are shown and marked, in a few cells where there are only a few."""
        going = "…" if self._rows.searching else ""
        if self.size.width < _ROOMY:
            return " ".join(
                filter(None, (f"{shown:,}{going}" if self.filtered else "", f"✓{marks:,}" if marks else ""))
            )
        parts = [f"{shown:,} of {count:,}{going}"] if self.filtered else []
        return " · ".join([*parts, f"{marks:,} marked"] if marks else parts)
