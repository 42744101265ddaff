"""A query, and the texts that are nearest to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.panes.embeddings.nearest_columns import in_words
from lmstudio_tui.tui.panes.embeddings.nearest_rows import NearestRow, NearestRows
from lmstudio_tui.tui.panes.embeddings.words import METRIC_NAMES, in_quotes
from lmstudio_tui.tui.timers import once
from lmstudio_tui.tui.widgets.filter_input import FilterInput
from lmstudio_tui.tui.widgets.fitting_line import FittingLine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self, Unpack

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from lmstudio_tui.tui.panes.embeddings.row_list import RowList
    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.vectors.values import Metric

__all__ = ["NearestRow", "NearestView"]

_PAUSE_S: Final = 0.25
"""Who types nothing for so long has stopped typing."""


class NearestView(Vertical):
    """The line of the query, the texts below it, and a line of words about the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("embeddings.find", "embeddings.sort")]

    DEFAULT_CSS = """
    NearestView {
        height: 1fr;
        #nearest-query, #nearest-query:focus { background: $panel; background-tint: transparent; padding: 0 1; }
        #nearest-line { height: auto; min-height: 1; max-height: 6; color: $text-muted; padding: 0 1; }
    }
    """

    class QueryChanged(Message):
        """Another query is to be asked; nobody types any more.

        Args:
            text: as it was typed; empty when there is none any more.
        """

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class SortChanged(Message):
        """The rows are ordered by the ranks of another model: others may be the nearest now.

        Args:
            side: 0 or 1.
        """

        def __init__(self, side: int) -> None:
            super().__init__()
            self.side = side

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

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._input = FilterInput("a query", compact=True, id="nearest-query")
        self._rows = NearestRows(id="nearest-rows")
        self._line = FittingLine(id="nearest-line")
        self._timer: Timer | None = None
        self._asked = ""
        self._answered = ""
        self._facts = ""
        self._note = ""
        self._notice = ("Type a query.", "The texts that are nearest to it come up as you stop typing.")
        self._rows.say(*self._notice)

    def compose(self) -> ComposeResult:
        """The query above the texts, and words below them."""
        yield self._input
        yield self._rows
        yield self._line

    # What is shown

    @property
    def chosen(self) -> int | None:
        """The text under the cursor."""
        return None if self._rows.chosen is None else self._rows.chosen.index

    @property
    def side(self) -> int:
        """By the ranks of which model the rows are ordered."""
        return self._rows.side

    def show(
        self,
        rows: Sequence[NearestRow],
        models: tuple[str, ...],
        metric: Metric,
        took: float | None = None,
        note: str = "",
        total: int = 0,
    ) -> None:
        """Show what came of a query. The cursor goes to the nearest; of the same query it stays on its text.

        Args:
            rows: the texts, in any order.
            models: one or two, as many as each row has places.
            metric: of the scores.
            took: seconds; None leaves it out.
            note: a sentence, such as why there is nothing.
            total: how many texts were compared; 0 for as many as are shown.
        """
        anew, self._answered = self._asked != self._answered, self._asked
        taken = "" if took is None else f"{took * 1000:,.0f} ms" if took < 1 else f"{took:,.1f} s"
        count = f"{len(rows):,} text{'' if len(rows) == 1 else 's'}"
        count = f"the nearest {len(rows):,} of {total:,}" if total > len(rows) else count
        self._facts = " · ".join(part for part in (METRIC_NAMES[metric], count, taken) if part)
        self._note = note
        self._rows.show(rows, models, metric, anew=anew)
        self._describe()

    def tell(self, note: str) -> None:
        """Say something below the texts that are shown, such as that a query is being embedded; empty says no more."""
        self._note = note
        self._describe()

    def say(self, *notice: str) -> None:
        """What stands there while there is no query, a line each; the first is the loudest."""
        self._notice = notice
        self._describe()

    def set_prefix(self, prefix: str) -> None:
        """Say what goes before each query.

        Args:
            prefix: may be empty.
        """
        self._input.placeholder = f"a query, sent with {in_quotes(prefix)} before it" if prefix else "a query"

    def ask(self, text: str) -> None:
        """Put a query there, and have it asked at once."""
        with self._input.prevent(Input.Changed):
            self._input.value = clean_line(text)
        self._ask()

    def choose(self, index: int) -> None:
        """Put the cursor on a text, if it is shown."""
        self._rows.choose(index)

    def focus(self, scroll_visible: bool = True) -> Self:
        """Give the keys to the query while there is none, else to the texts."""
        first = self._rows if self._rows.lines else self._input
        first.focus(scroll_visible)
        return self

    # What the parts say

    def on_input_changed(self, event: Input.Changed) -> None:
        """Ask as soon as nobody types any more; an empty query at once."""
        event.stop()
        self._wait()
        if event.value.strip():
            self._timer = once(self, _PAUSE_S, self._ask)
        else:
            self._ask()

    def on_filter_input_left(self, event: FilterInput.Left) -> None:
        """Ask at once, and go to the texts."""
        event.stop()
        self._ask()
        self._rows.focus()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The cursor is on another text."""
        event.stop()
        self._describe()
        self.post_message(self.Moved(self.chosen))

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """A text is to be looked at."""
        event.stop()
        if self.chosen is not None:
            self.post_message(self.Opened(self.chosen))

    def action_find(self) -> None:
        """Type another query."""
        self._input.focus()
        self._input.action_select_all()

    def action_sort(self) -> None:
        """Order the texts by the ranks of the other model."""
        if len(self._rows.models) > 1:
            self._rows.sort(1 - self._rows.side)
            self._describe()
            self.post_message(self.SortChanged(self._rows.side))

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _ask(self) -> None:
        self._wait()
        text = self._input.value.strip()
        if text != self._asked:
            self._asked = text
            self._describe()
            self.post_message(self.QueryChanged(self._input.value if text else ""))

    def _describe(self) -> None:
        self._rows.say(*(() if self._asked else self._notice))
        if self._note:
            self._line.offer(Content(clean_line(self._note)))
            return
        row = self._rows.chosen
        if row is None:
            self._line.offer(Content(""))
            return
        said = in_words(row.places, self._rows.models, self._rows.side)
        forms = [form for one in said[:2] for form in (f"{one}   {self._facts}", one)]
        self._line.offer(*(Content(form) for form in (*forms, *(said[2:] or (self._facts,)))))
