"""A heat map as lines: the numbers above, the labels at the left, the squares, the words about the pair below."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.heat_layout import numbers_step
from lmstudio_tui.tui.panes.embeddings.heat_palette import CURSOR, LIFT
from lmstudio_tui.tui.panes.embeddings.heat_scale import ABSENT, STEPS, exact, figure, shade
from lmstudio_tui.tui.panes.embeddings.words import METRIC_NAMES
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.color import Color as RichColor
    from textual.color import Color

    from lmstudio_tui.tui.panes.embeddings.heat_layout import HeatLayout
    from lmstudio_tui.tui.panes.embeddings.heat_palette import HeatPalette
    from lmstudio_tui.tui.panes.embeddings.heat_tiles import HeatSource, HeatTiles, Painted
    from lmstudio_tui.vectors.values import Metric

_OF_ITSELF: Final[dict[Metric, str]] = {
    "dot": ": the square of its length",
    "euclidean": ": no distance at all",
}
"""What the value of a text with itself is."""
_LEGEND: Final = 16
"""Cells of the scale below the map."""
_SHORTEST: Final = 5
"""Cells below which a name says nothing."""


@dataclass(frozen=True, slots=True)
class Inks:
    """What is not a square.

    Attributes:
        base: everything.
        dim: what is known anyway.
        faint: what is hardly there.
        mark: the cursor's mark and numbers.
        strong: the cursor's texts.
        groups: the colours of groups.
    """

    base: Style
    dim: Style
    faint: Style
    mark: Style
    strong: Style
    groups: tuple[Color, ...]


@dataclass(frozen=True, slots=True)
class HeatPainter:
    """Draws what is in view.

    Attributes:
        layout: where what stands.
        tiles: the values.
        palette: the colours of the squares.
        inks: the colours of the rest.
        painted: whose values.
        row: the position of the cursor's row.
        column: the position of the cursor's column.
        metric: what the values are; None where that is not known.
    """

    layout: HeatLayout
    tiles: HeatTiles
    palette: HeatPalette
    inks: Inks
    painted: Painted
    row: int
    column: int
    metric: Metric | None = None

    def line(self, y: int) -> Strip:
        """A line of the screen, from the top."""
        layout = self.layout
        below = y - (layout.height - layout.foot)
        if y == 0:
            segments = self._numbers()
        elif below >= 0:
            segments = self._words(below)
        elif y < layout.head:
            segments = self._column_groups()
        else:
            row = layout.row_at(y)
            segments = [] if row is None else [*self._margin(row), *self._squares(row - layout.first_row)]
        return Strip(segments).adjust_cell_length(layout.width, self.inks.base)

    # The squares

    def _squares(self, at: int) -> Iterable[Segment]:
        """A line of squares; `at` counts the rows of squares in view."""
        layout, palette = self.layout, self.palette
        tile = self.tiles.tile(layout.rows, layout.columns, layout.stride, self.painted)
        if at >= len(tile.levels):
            return
        upper = self._lifted(tile.levels, at)
        if layout.rows_a_line == 2:
            lower = self._lifted(tile.levels, at + 1)
            for pair, run in groupby(zip(upper, lower, strict=True)):
                yield Segment("▀" * len(list(run)), palette.halves(pair))
        elif layout.zoom == "values":
            for code, value in zip(upper, tile.values[at], strict=True):
                yield Segment(f"{figure(value):>4}", palette.cell(code))
        else:
            for code, run in groupby(upper):
                yield Segment(self._square(code) * len(list(run)), palette.cell(code))

    def _lifted(self, levels: list[list[int]], at: int) -> list[int]:
        """A row of levels, with the cursor's row, column and square told apart."""
        layout = self.layout
        row, column = self.row // layout.stride - layout.first_row, self.column // layout.stride - layout.first_column
        if at >= len(levels):
            return [ABSENT] * len(layout.columns)
        codes = [level + LIFT for level in levels[at]] if at == row else list(levels[at])
        if 0 <= column < len(codes):
            codes[column] = CURSOR if at == row else codes[column] + LIFT
        return codes

    def _square(self, code: int) -> str:
        wide = self.layout.wide
        if code == CURSOR:
            return ("[]" if wide == 2 else "×") if self.palette.plain else " " * wide
        level = code % LIFT
        if level == ABSENT:
            return "·".ljust(wide)
        return (shade(level) if self.palette.plain else " ") * wide

    # What stands at the left and above

    def _margin(self, row: int) -> Iterable[Segment]:
        """Whose row it is: of two in a line the upper one, or the cursor's."""
        layout, inks = self.layout, self.inks
        squares = [one for one in range(row, row + layout.rows_a_line) if one < layout.squares]
        marked = self.row // layout.stride in squares
        index = self.tiles.index(self.row if marked else row * layout.stride)
        room = layout.margin - layout.bars - layout.digits - 3
        number = f"{index + 1:>{layout.digits}} "
        yield Segment("▌" if marked else " ", inks.mark)
        yield Segment(number, inks.mark if marked else inks.dim)
        if room > 0:
            yield Segment(fitted(self.tiles.label(index), room) + " ", inks.strong if marked else inks.base)
        if layout.bars:
            above, below = (self._group_at(one) for one in (squares[0], squares[-1]))
            yield (
                Segment("▀", Style(color=above, bgcolor=below)) if above != below else Segment("█", Style(color=above))
            )

    def _group_at(self, square: int) -> RichColor | None:
        group = self.tiles.group(self.tiles.index(square * self.layout.stride))
        if group < 0:
            return self.inks.base.bgcolor
        return self.inks.groups[group % len(self.inks.groups)].rich_color

    def _column_groups(self) -> Iterable[Segment]:
        layout, base = self.layout, self.inks.base
        yield Segment(" " * layout.margin, base)
        for colour, run in groupby(self._group_at(column) for column in layout.columns):
            yield Segment("▄" * layout.wide * len(list(run)), base + Style(color=colour))

    def _numbers(self) -> Iterable[Segment]:
        """The numbers of columns, as many as there is room for, the cursor's among them; the model before them."""
        layout, inks = self.layout, self.inks
        title = self._title()
        yield Segment(fitted(f" {title}", layout.margin - 1) + " ", inks.dim)
        texts = self._number_places()
        at = 0
        for x in sorted(texts):
            text, marked = texts[x]
            yield Segment(" " * (x - at), inks.base)
            yield Segment(text, inks.mark if marked else inks.dim)
            at = x + len(text)

    def _number_places(self) -> dict[int, tuple[str, bool]]:
        """Where which number stands, in cells from the first column, and whether it is the cursor's."""
        layout = self.layout
        step, last = numbers_step(layout), len(layout.columns) * layout.wide
        taken = [False] * (last + 1)
        texts: dict[int, tuple[str, bool]] = {}
        cursor = self.column // layout.stride
        others = [column for column in layout.columns if (column + 1) % step == 0 and column != cursor]
        for column in [*([cursor] if cursor in layout.columns else []), *others]:
            position = self.column if column == cursor else column * layout.stride
            text = str(self.tiles.index(position) + 1)
            end = (column - layout.first_column + 1) * layout.wide
            x = min(max(0, end - len(text)), max(0, last - len(text)))
            if not any(taken[max(0, x - 1) : x + len(text) + 1]):
                taken[x : x + len(text)] = [True] * len(text)
                texts[x] = text, column == cursor
        return texts

    def _title(self) -> str:
        titles = [clean_line(source.title) for source in self.tiles.sources]
        if self.painted == "both":
            return " ◣◥ ".join(titles)
        return titles[-1 if self.painted == "second" else 0]

    # What stands below

    def _words(self, number: int) -> Iterable[Segment]:
        """The pair under the cursor: the value last, both texts above it where there is room."""
        layout = self.layout
        row, column = self.tiles.index(self.row), self.tiles.index(self.column)
        if number == layout.foot - 1:
            return self._value(row, column)
        if number == layout.foot - 3:
            return self._text("▸", row)
        if number == layout.foot - 2:
            itself = f" ×  with itself{_OF_ITSELF.get(self.metric, '') if self.metric else ''}"
            return self._text("×", column) if row != column else [Segment(itself, self.inks.dim)]
        return self._bar()

    def _bar(self) -> Iterable[Segment]:
        """Which of the columns are in view, where not all are."""
        layout = self.layout
        room = len(layout.columns) * layout.wide
        shown = max(1, room * len(layout.columns) // layout.squares)
        if shown >= room:
            return
        last = max(1, layout.squares - layout.columns_in_view)
        before = (room - shown) * min(last, layout.first_column) // last
        yield Segment(" " * (layout.margin + before), self.inks.base)
        yield Segment("━" * shown, self.inks.faint)

    def _text(self, mark: str, index: int) -> Sequence[Segment]:
        inks, digits = self.inks, self.layout.digits
        room = max(1, self.layout.width - digits - 5)
        number = f" {mark} {index + 1:>{digits}} "
        return [Segment(number, inks.mark), Segment(fitted(self.tiles.label(index), room), inks.strong)]

    def _value(self, row: int, column: int) -> Iterable[Segment]:
        layout, inks = self.layout, self.inks
        values = self.tiles.pair(row, column)
        room = layout.width
        legend = self._legend(values)
        wide = sum(cell_len(segment.text) for segment in legend)
        segments: list[Segment] = []
        metric = 0 if self.metric is None else len(METRIC_NAMES[self.metric]) + 1
        titles = names_in(self.tiles.sources, room - metric - sum(len(exact(value)) + 5 for value in values))
        for number, (title, value) in enumerate(zip(titles, values, strict=True)):
            level = self.tiles.scales[number].level(value)
            swatch = Style(color=self.palette.colour(level).rich_color)
            segments.append(Segment(" ■ " if level < STEPS and not self.palette.plain else "   ", inks.base + swatch))
            segments.append(Segment(f"{exact(value)} ", inks.strong))
            if number == 0 and self.metric is not None:
                segments.append(Segment(f"{METRIC_NAMES[self.metric]} ", inks.base))
            segments.append(Segment(f"{title} ", inks.dim))
        used = sum(cell_len(segment.text) for segment in segments)
        if used + wide + 2 <= room:
            return [*segments, Segment(" " * (room - used - wide), inks.base), *legend]
        return segments

    def _legend(self, values: Sequence[float | None]) -> list[Segment]:
        """The scale: from the least alike to the most, and where the pair lies on it."""
        side = len(self.tiles.sources) - 1 if self.painted == "second" else 0
        scale = self.tiles.scales[side]
        level = scale.level(values[side])
        at = level * _LEGEND // STEPS if level < STEPS else -1
        bar = [
            Segment("│" if cell == at else shade(code) if self.palette.plain else " ", self.palette.cell(code))
            for cell, code in ((cell, cell * STEPS // _LEGEND) for cell in range(_LEGEND))
        ]
        stride = self.layout.stride
        every = [Segment(f"1 text in {stride}   ", self.inks.dim)] if stride > 1 else []
        low, high = (Segment(f" {figure(value)} ", self.inks.dim) for value in (scale.low, scale.high))
        return [*every, low, *bar, high]


def names_in(sources: Sequence[HeatSource], room: int) -> list[str]:
    """What the sources are called, in so many cells together: each as long as the others, or none."""
    titles = [clean_line(source.title) for source in sources]
    if sum(cell_len(title) for title in titles) <= room:
        return titles
    share = room // len(titles)
    return [fitted(title, min(share, cell_len(title))) if share >= _SHORTEST else "" for title in titles]
