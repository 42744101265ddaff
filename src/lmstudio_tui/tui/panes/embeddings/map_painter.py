"""The inside of a map as lines: dots or marks, labels, the cursor."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lmstudio_tui.tui.panes.embeddings.group_colours import group_mark
from lmstudio_tui.tui.panes.embeddings.map_canvas import LOUDNESS
from lmstudio_tui.tui.panes.embeddings.map_labels import placed
from lmstudio_tui.tui.panes.embeddings.perception import mixed

if TYPE_CHECKING:
    from lmstudio_tui.tui.panes.embeddings.map_inks import MapInks
    from lmstudio_tui.tui.panes.embeddings.map_labels import Label
    from lmstudio_tui.tui.panes.embeddings.map_state import Scene

_TINT: Final = 0.4
"""How much of the colour of its group the label of a text has."""
_QUIET: Final = 0.65
"""How loud a single point is among many."""
_CURSOR: Final = "◉"


class Cursor(NamedTuple):
    """The point under the cursor.

    Attributes:
        cell: where it is in view.
        group: its group.
        text: its number.
        label: what its label says.
    """

    cell: int
    group: int
    text: int
    label: str


class _Span(NamedTuple):
    column: int
    wide: int
    text: str
    style: Style


_style_of = itemgetter(0)


class MapPainter:
    """Draws what is in view. The lines that the cursor is not in are drawn once.

    Args:
        scene: the points and their labels.
        inks: the colours.
    """

    def __init__(self, scene: Scene, inks: MapInks) -> None:
        self.scene = scene
        self.inks = inks
        self._lines: dict[int, Strip] = {}
        self._cursor: Cursor | None = None
        self._cursor_label: Label | None = None

    def put(self, cursor: Cursor | None) -> None:
        """Put the cursor on a point; None where its point is not in view."""
        if cursor == self._cursor:
            return
        self._cursor, self._cursor_label = cursor, None
        if cursor is not None:
            # Where its text has a label already, that one is lifted.
            own = (label for label in self.scene.labels if label.owner == cursor.text)
            self._cursor_label = next(own, None) or self._placed(cursor)

    def _placed(self, cursor: Cursor) -> Label | None:
        """Its label, if there is room for it: the whole text stands below the map."""
        scene = self.scene
        return placed(scene.canvas, cursor.cell, cursor.text, cursor.label, scene.room)

    def line(self, y: int) -> Strip:
        """A line of the map, from the top."""
        above = self._cursor_spans(y)
        if above:
            return self._drawn(y, above)
        if y not in self._lines:
            self._lines[y] = self._drawn(y, above)
        return self._lines[y]

    def _drawn(self, y: int, above: list[_Span]) -> Strip:
        canvas, marks = self.scene.canvas, self.scene.marks
        width, groups = canvas.width, canvas.raster.groups
        texts, styles = [" "] * width, [self.inks.base] * width
        for cell in self._cells_by_line.get(y, ()):
            texts[cell % width] = group_mark(groups[cell]) if marks else canvas.braille(cell)
            loudness = canvas.loudness(cell) if self.scene.crowd else LOUDNESS - 1
            styles[cell % width] = self._styles[groups[cell], loudness]
        own = [_Span(one.column, one.wide, one.text, self._label_style(one)) for one in self._labels.get(y, ())]
        for span in (*own, *above):
            end = span.column + span.wide
            texts[span.column : end] = [span.text] + [""] * (span.wide - 1)
            styles[span.column : end] = [span.style] * span.wide
        runs = groupby(zip(styles, texts, strict=True), key=_style_of)
        segments = [Segment("".join([text for _, text in run]), style) for style, run in runs]
        return Strip(segments).adjust_cell_length(width, self.inks.base)

    def _label_style(self, label: Label) -> Style:
        """The name of a group is as loud as its points; the label of a text has a breath of their colour."""
        inks = self.inks
        colour = inks.group(label.group)
        if label.owner < 0:
            return inks.base + Style(color=colour.rich_color, bold=True)
        return inks.base + Style(color=mixed(inks.ink, colour, _TINT).rich_color)

    def _cursor_spans(self, y: int) -> list[_Span]:
        if self._cursor is None:
            return []
        spans: list[_Span] = []
        line, column = divmod(self._cursor.cell, self.scene.canvas.width)
        if y == line:
            mark = group_mark(self._cursor.group) if self.scene.marks else _CURSOR
            spans.append(_Span(column, 1, mark, self.inks.mark))
        label = self._cursor_label
        if label is not None and label.line == y:
            spans.append(_Span(label.column, label.wide, label.text, self.inks.cursor))
        return spans

    @cached_property
    def _labels(self) -> dict[int, list[Label]]:
        lines: dict[int, list[Label]] = {}
        for label in self.scene.labels:
            lines.setdefault(label.line, []).append(label)
        return lines

    @cached_property
    def _cells_by_line(self) -> dict[int, list[int]]:
        lines: dict[int, list[int]] = {}
        for cell in self.scene.canvas.raster.tops:
            lines.setdefault(cell // self.scene.canvas.width, []).append(cell)
        return lines

    @cached_property
    def _styles(self) -> dict[tuple[int, int], Style]:
        """A style for each group, and for each loudness of it."""
        inks = self.inks
        shares = [_QUIET + (1 - _QUIET) * step / (LOUDNESS - 1) for step in range(LOUDNESS)]
        return {
            (group, step): inks.base + Style(color=mixed(inks.behind, inks.group(group), share).rich_color)
            for group in {*self.scene.canvas.raster.groups.values()}
            for step, share in enumerate(shares)
        }
