"""What is known and was measured of one model, or of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.tui.panes.embeddings.facts_lines import (
    FactRow,
    FactsTable,
    SweepProgress,
    SweepSide,
    Tone,
    sweep_lines,
    table_lines,
)
from lmstudio_tui.tui.panes.embeddings.line_view import LineView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from lmstudio_tui.tui.panes.embeddings.line_view import Piece
    from lmstudio_tui.tui.typed import WidgetOptions

__all__ = ["FactRow", "FactsTable", "FactsView", "SweepProgress", "SweepSide", "Tone"]


class FactsView(LineView):
    """A table with a column for each model, and a chart of how quick requests of each size were."""

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._table: FactsTable | None = None
        self._sweeps: tuple[SweepSide, ...] = ()
        self._progress: SweepProgress | None = None
        self._followed: int | None = None
        """Where it was scrolled to for the chart of the sweep under way; who scrolls elsewhere is left there."""
        self._lines: list[list[Piece]] = []
        self.say("No facts yet.", "They are here as soon as texts are embedded.")

    @property
    def lines(self) -> int:
        """How many there are."""
        return len(self._lines)

    def show(
        self, table: FactsTable | None, sweeps: Sequence[SweepSide] = (), progress: SweepProgress | None = None
    ) -> None:
        """Show these; it stays where it is scrolled to, but for a sweep that begins: its chart is brought into view.

        Args:
            table: what is known; None to show nothing.
            sweeps: what was measured, for each model in the table's order.
            progress: of a sweep that goes on; None when none does.
        """
        if progress is None:
            self._followed = None
        follows = progress is not None and (self._progress is None or self.scroll_offset.y == self._followed)
        self._table, self._sweeps, self._progress = table, tuple(sweeps), progress
        self.measure()
        if follows and table is not None:
            self.scroll_into(len(table_lines(table, self.scrollable_content_region.width)))
            self._followed = self.scroll_offset.y

    def lay_out(self, width: int) -> None:
        """The lines are made again for another width."""
        self._lines = []
        if self._table is not None:
            self._lines = [*table_lines(self._table, width), *sweep_lines(self._sweeps, self._progress, width)]

    def line(self, at: int, width: int) -> Sequence[Piece]:
        """One of the lines."""
        del width
        return self._lines[at]
