"""Texts as a query sees them, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.panes.embeddings.nearest_columns import Columns, heading, pieces_of
from lmstudio_tui.tui.panes.embeddings.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar, Unpack

    from textual.binding import BindingType

    from lmstudio_tui.tui.panes.embeddings.line_view import Piece
    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.vectors.values import Metric, Neighbour


@dataclass(frozen=True, slots=True)
class NearestRow:
    """A text as a query sees it.

    Attributes:
        index: of the text in the set.
        text: as it is in the set.
        places: its score and rank by each model; None by one that has no vector of it.
    """

    index: int
    text: str
    places: tuple[Neighbour | None, ...]


class NearestRows(RowList):
    """The nearest texts, the nearest first, by one of the models."""

    HEAD: ClassVar[int] = 1
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("embeddings.open")]

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._shown: Sequence[NearestRow] = ()
        self._models: tuple[str, ...] = ()
        self._columns = Columns()
        self._told: int | None = None
        self.side = 0
        """By which model the rows are ordered."""

    @property
    def lines(self) -> int:
        """How many texts are shown."""
        return len(self._shown)

    @property
    def chosen(self) -> NearestRow | None:
        """The text under the cursor."""
        return self._shown[self.place] if self._shown else None

    @property
    def models(self) -> tuple[str, ...]:
        """Whose ranks are shown."""
        return self._models

    def show(self, rows: Sequence[NearestRow], models: tuple[str, ...], metric: Metric, *, anew: bool) -> None:
        """Show these.

        Args:
            rows: in any order.
            models: as many as each row has places.
            metric: of the scores.
            anew: whether the cursor goes to the nearest, instead of staying on its text.
        """
        before = self.chosen
        self._models = models
        self.side = min(self.side, max(0, len(models) - 1))
        self._columns = Columns.of([row.places for row in rows], metric)
        self._shown = self._sorted(rows)
        self._stand(None if anew or before is None else before.index)

    def sort(self, side: int) -> None:
        """Order the rows by the ranks of a model; the cursor stays on its text."""
        before = self.chosen
        self.side = side
        self._shown = self._sorted(self._shown)
        self._stand(None if before is None else before.index)

    def choose(self, index: int) -> None:
        """Put the cursor on a text, if it is shown."""
        at = self._place_of(index)
        if at is not None:
            self.put(at)

    def put(self, place: int) -> None:
        """Move the cursor."""
        self.place = max(0, min(self.lines - 1, place))
        self.reveal()
        self.refresh()
        now = None if self.chosen is None else self.chosen.index
        if now != self._told:
            self._told = now
            self.post_message(self.Moved())

    def _stand(self, index: int | None) -> None:
        self.measure()
        self.put((None if index is None else self._place_of(index)) or 0)

    def _place_of(self, index: int) -> int | None:
        return next((at for at, row in enumerate(self._shown) if row.index == index), None)

    def _sorted(self, rows: Sequence[NearestRow]) -> tuple[NearestRow, ...]:
        return tuple(sorted(rows, key=self._rank))

    def _rank(self, row: NearestRow) -> tuple[bool, int]:
        place = row.places[self.side] if self.side < len(row.places) else None
        return (True, row.index) if place is None else (False, place.rank)

    def head(self, y: int, width: int) -> Sequence[Piece]:
        """What stands in which column."""
        del y
        return heading(self._columns, self._models, self.side, width)

    def line(self, at: int, width: int) -> Sequence[Piece]:
        """A text: its rank, its score as a bar and in figures, what the other model says, its words."""
        row = self._shown[at]
        pieces = pieces_of(self._columns, row.places, row.text, self.side, width)
        return [self.cursor_mark(at), *pieces]
