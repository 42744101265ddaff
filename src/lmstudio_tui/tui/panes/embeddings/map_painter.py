"""A map of points as lines: dots or marks, labels, the cursor; what it is above, the groups and the text below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lmstudio_tui.tui.panes.embeddings.group_colours import group_mark
from lmstudio_tui.tui.panes.embeddings.map_canvas import LOUDNESS
from lmstudio_tui.tui.panes.embeddings.map_labels import placed
from lmstudio_tui.tui.panes.embeddings.perception import mixed
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.color import Color

    from lmstudio_tui.tui.panes.embeddings.map_labels import Label
    from lmstudio_tui.tui.panes.embeddings.map_state import GroupName, Scene

_TINT: Final = 0.4
"""How much of the colour of its group the label of a text has."""
_QUIET: Final = 0.65
"""How loud a single point is among many."""
_CURSOR: Final = "◉"


@dataclass(frozen=True, slots=True)
class MapInks:
    """The colours of a map.

    Attributes:
        base: everything.
        dim: labels and words.
        mark: the cursor.
        cursor: the label at the cursor.
        ink: the colour of a point without a group.
        behind: of the widget.
        groups: the colours of groups.
    """

    base: Style
    dim: Style
    mark: Style
    cursor: Style
    ink: Color
    behind: Color
    groups: tuple[Color, ...]

    def group(self, group: int) -> Color:
        """The colour of a group."""
        return self.ink if group < 0 else self.groups[group % len(self.groups)]


class _Span(NamedTuple):
    column: int
    wide: int
    text: str
    style: Style


_style_of = itemgetter(0)


@dataclass(frozen=True)
class MapPainter:
    """Draws what is in view.

    Attributes:
        scene: the points and their labels.
        cursor: the cell of the point under the cursor; None where it is not in view.
        cursor_group: its group.
        cursor_text: its text.
        cursor_label: what its label says.
        inks: the colours.
    """

    scene: Scene
    cursor: int | None
    cursor_group: int
    cursor_text: int
    cursor_label: str
    inks: MapInks

    def line(self, y: int) -> Strip:
        """A line of the map, from the top."""
        canvas, marks = self.scene.canvas, self.scene.marks
        width = canvas.width
        texts, styles = [" "] * width, [self.inks.base] * width
        for cell in self._cells_by_line.get(y, ()):
            texts[cell % width] = group_mark(canvas.groups[cell]) if marks else canvas.braille(cell)
            loudness = LOUDNESS - 1 if marks else canvas.loudness(cell)
            styles[cell % width] = self._styles[canvas.groups[cell], loudness]
        above = self._cursor_spans(y)
        spans = [*above]
        for label in self._labels_by_line.get(y, ()):
            end = label.column + label.wide
            hidden = any(span.column < end and label.column < span.column + span.wide for span in above)
            if label.owner != self.cursor_text and not hidden:
                spans.append(_Span(label.column, label.wide, label.text, self._label_style(label)))
        for span in spans:
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
        if self.cursor is None:
            return []
        spans: list[_Span] = []
        line, column = divmod(self.cursor, self.scene.canvas.width)
        if y == line:
            mark = group_mark(self.cursor_group) if self.scene.marks else _CURSOR
            spans.append(_Span(column, 1, mark, self.inks.mark))
        label = self._label_at_cursor
        if label is not None and label.line == y:
            spans.append(_Span(label.column, label.wide, label.text, self.inks.cursor))
        return spans

    @cached_property
    def _label_at_cursor(self) -> Label | None:
        if self.cursor is None or not self.cursor_label:
            return None
        taken = {*self.scene.canvas.tops} - {self.cursor}
        text = f" {self.cursor_label} "
        return placed(self.scene.canvas, self.cursor, self.cursor_text, text, taken, anywhere=True)

    @cached_property
    def _labels_by_line(self) -> dict[int, list[Label]]:
        lines: dict[int, list[Label]] = {}
        for label in self.scene.labels:
            lines.setdefault(label.line, []).append(label)
        return lines

    @cached_property
    def _cells_by_line(self) -> dict[int, list[int]]:
        lines: dict[int, list[int]] = {}
        for cell in self.scene.canvas.tops:
            lines.setdefault(cell // self.scene.canvas.width, []).append(cell)
        return lines

    @cached_property
    def _styles(self) -> dict[tuple[int, int], Style]:
        """A style for each group, and for each loudness of it."""
        inks = self.inks
        shares = [_QUIET + (1 - _QUIET) * step / (LOUDNESS - 1) for step in range(LOUDNESS)]
        return {
            (group, step): inks.base + Style(color=mixed(inks.behind, inks.group(group), share).rich_color)
            for group in {*self.scene.canvas.groups.values()}
            for step, share in enumerate(shares)
        }


def legend(names: Sequence[GroupName], width: int, lines: int, inks: MapInks) -> list[list[Segment]]:
    """The groups with their marks and how many points each has, in lines; those without room are counted.

    Args:
        names: the groups.
        width: cells of a line.
        lines: how many there may be.
        inks: the colours.
    """
    rows: list[list[Segment]] = [[]]
    used = 0
    for at, one in enumerate(names):
        count = f" {one.points:,}"
        name = fitted(one.name, min(cell_len(one.name), max(1, min(28, width - len(count) - 6))))
        wide = 3 + cell_len(name) + len(count) + 2
        left = len(names) - at
        rest = f" + {left:,} more"
        keep = len(rest) if len(rows) == lines and left > 1 else 0
        if used + wide + keep > width and used:
            if len(rows) == lines:
                rows[-1].append(Segment(rest, inks.dim))
                break
            rows.append([])
            used = 0
        colour = Style(color=inks.group(one.group).rich_color)
        rows[-1] += [
            Segment(f" {group_mark(one.group)} ", inks.base + colour),
            Segment(name, inks.base),
            Segment(f"{count}  ", inks.dim),
        ]
        used += wide
    return rows


def ends(left: Sequence[Segment], right: Sequence[Segment], width: int, base: Style) -> Strip:
    """Something at the left and something at the right; the right is left out where there is no room for both."""
    wide = sum(segment.cell_length for segment in left)
    other = sum(segment.cell_length for segment in right)
    if wide + other + 2 > width:
        return Strip(left).adjust_cell_length(width, base)
    return Strip([*left, Segment(" " * (width - wide - other), base), *right]).adjust_cell_length(width, base)
