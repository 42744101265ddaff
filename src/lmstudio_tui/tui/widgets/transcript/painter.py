"""Put a line of a turn in its place on the screen: margins, the left rule, the tint, the time, a selection."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lmstudio_tui.tui.widgets.transcript.figures import branch_actions
from lmstudio_tui.tui.widgets.transcript.frame import head_label, text_width
from lmstudio_tui.tui.widgets.transcript.model import Role
from lmstudio_tui.tui.widgets.transcript.palette import Palette

if TYPE_CHECKING:
    from lmstudio_tui.tui.widgets.transcript.lines import Action, Line
    from lmstudio_tui.tui.widgets.transcript.places import Place

READING_WIDTH: Final = 100
_SPARE: Final = 8
"""How many strips are kept beside those in view; each is a dozen objects."""
ROW_BITS: Final = 24
"""A row that may be selected is named by its turn's serial and, in these lowest bits, its number in the turn."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where the columns are.

    Args:
        width: Cells of the whole widget.
    """

    width: int

    @property
    def gutter(self) -> int:
        """Cells left of the text, for the rule and the mark."""
        return 2 if self.width >= 12 else 1 if self.width >= 5 else 0

    @property
    def text(self) -> int:
        """Cells of text."""
        spare = 1 if self.width >= 40 else 0
        return max(1, min(READING_WIDTH, self.width - self.gutter - spare))

    @property
    def column(self) -> int:
        """Cells of the reading column, gutter included."""
        return min(self.width, self.gutter + self.text + (1 if self.width >= 40 else 0))

    @property
    def margin(self) -> int:
        """Cells left of the reading column."""
        return max(0, (self.width - self.column) // 2)

    @property
    def prefix(self) -> int:
        """Characters left of the text."""
        return self.margin + self.gutter


@dataclass(frozen=True, slots=True)
class Look:
    """What sets a line apart at the moment.

    Args:
        marked: Whether its turn is the selected one.
        selection: The characters of the strip that are selected; an end of -1 means the end of the line.
        highlight: The style of what is selected.
        hits: What was searched for: first and last character of the line, and whether it is the place gone to.
        chosen: Whether it is the header of the block of code that is selected.
    """

    marked: bool = False
    selection: tuple[int, int] | None = None
    highlight: Style = field(default_factory=Style.null)
    hits: tuple[tuple[int, int, bool], ...] = ()
    chosen: bool = False


class Painter:
    """Turns lines into strips as wide as the widget, and keeps those in view."""

    def __init__(self) -> None:
        self.geometry = Geometry(1)
        self.palette = Palette()
        self.rows = 0
        """How many rows are in view."""
        self._blank = Strip.blank(1)
        self._cache: OrderedDict[tuple[int, int], tuple[Line, tuple[bool, bool, str], Strip]] = OrderedDict()

    def use(self, geometry: Geometry, palette: Palette) -> None:
        """Paint for another width or other styles from now on."""
        self.geometry = geometry
        self.palette = palette
        self._blank = Strip.blank(geometry.width, palette.base)
        self._cache.clear()

    def blank(self) -> Strip:
        """Return a row with nothing on it."""
        return self._blank

    def paint(self, place: Place, look: Look) -> Strip:
        """Return the strip for one line, as it is put on the screen."""
        key = (place.view.serial, place.row)
        plain = look.selection is None and not look.hits and not look.chosen
        # What a row looks like beside its line.
        beside = (look.marked, _is_spacer(place), self._label(place))
        cached = self._cache.get(key)
        if plain and cached is not None and cached[0] is place.line and cached[1] == beside:
            self._cache.move_to_end(key)
            return cached[2]
        segments = self._segments(place, look)
        prefix = self.geometry.prefix
        for start, end, current in look.hits:
            hit = self.palette["hit-current" if current else "hit"]
            segments = _select(segments, (prefix + start, prefix + end), hit)
        if look.selection is not None:
            segments = _select(segments, self._selected(place.line, look.selection), look.highlight)
        strip = Strip(segments).adjust_cell_length(self.geometry.width, self.palette.base)
        if plain:
            self._cache[key] = (place.line, beside, strip)
            self._cache.move_to_end(key)
            if len(self._cache) > self.rows + _SPARE:
                self._cache.popitem(last=False)
        return strip

    @staticmethod
    def name(strip: Strip, place: Place) -> Strip:
        """Return a strip that tells the mouse which characters it shows; each has a style of its own then."""
        return strip.apply_offsets(0, place.view.serial << ROW_BITS | place.row)

    def _selected(self, line: Line, selection: tuple[int, int]) -> tuple[int, int]:
        """Return the part of a selection that is copied, in characters of the strip."""
        first = self.geometry.prefix + line.indent
        last = self.geometry.prefix + len(line.text) - line.trailing
        start, end = selection
        if not line.copied:
            return first, first
        return max(start, first), last if end == -1 else min(end, last)

    def head_action(self, place: Place, cell: int) -> Action | None:
        """Return what a click on a cell right of a prompt's first row does; cells count from where text begins."""
        values = place.view.content.values
        if values.role is not Role.USER or place.row:
            return None
        label = head_label(values, self.geometry.text)
        actions = branch_actions(values.branch, self.geometry.text - cell_len(label)) if label[:1] == "‹" else ()
        return next((action for action in actions if action.start <= cell < action.end), None)

    def _segments(self, place: Place, look: Look) -> list[Segment]:
        geometry, palette = self.geometry, self.palette
        values = place.view.content.values
        spacer = _is_spacer(place)
        tinted = values.role is Role.USER and not spacer
        ground = palette.base + palette["user"] if tinted else palette.base
        line = place.line
        segments = [Segment(" " * geometry.margin, palette.base)] if geometry.margin else []
        segments.append(self._gutter(tinted, look.marked and not spacer, look.chosen, ground))
        over = palette["accent"] if look.chosen else Style.null()
        used = 0
        fill = ground if line.fill is None else ground + line.fill
        decoration = line.indent
        for segment in line.segments:
            used += segment.cell_length
            own = ground if decoration > 0 else fill
            decoration -= len(segment.text)
            segments.append(Segment(segment.text, own + over if segment.style is None else own + segment.style + over))
        if line.fill is not None:
            pad = text_width(values, geometry.text) - used
            segments.append(Segment(" " * max(0, pad), fill))
            used += max(0, pad)
        right = geometry.column - geometry.gutter - used
        label = self._label(place)
        if label and right > cell_len(label):
            tail = geometry.column - geometry.gutter - geometry.text
            segments.append(Segment(" " * (right - tail - cell_len(label)), ground))
            segments.append(Segment(label, ground + palette["dim"]))
            right = tail
        segments.append(Segment(" " * max(0, right), ground))
        return [segment for segment in segments if segment.text]

    def _label(self, place: Place) -> str:
        """Return what stands at the right of a row: of a prompt's first one only."""
        values = place.view.content.values
        is_head = place.row == 0 and values.role is Role.USER and not _is_spacer(place)
        return head_label(values, self.geometry.text) if is_head else ""

    def _gutter(self, ruled: bool, marked: bool, chosen: bool, ground: Style) -> Segment:
        mark = "▶" if chosen else "▌" if ruled else "▎" if marked else " "
        style = self.palette["accent" if marked or chosen else "user-rule"]
        return Segment(mark.ljust(self.geometry.gutter)[: self.geometry.gutter], ground + style)

    def pill(self, strip: Strip, text: str) -> Strip:
        """Put the pill over the right end of a strip."""
        geometry = self.geometry
        label = f" {text} "
        cells = cell_len(label)
        if cells > geometry.width:
            return strip
        right = min(geometry.width, geometry.margin + geometry.column)
        parts = [strip.crop(0, right - cells), Strip([Segment(label, self.palette["pill"])]), strip.crop(right)]
        return Strip.join([part for part in parts if part.cell_length])

    def pill_start(self, text: str) -> int:
        """Return the first cell of the pill."""
        return min(self.geometry.width, self.geometry.margin + self.geometry.column) - cell_len(text) - 2


def _is_spacer(place: Place) -> bool:
    """Whether a row is the last of its turn, which stands for the space below it."""
    return place.row >= place.view.height - 1


def _select(segments: list[Segment], span: tuple[int, int], highlight: Style) -> list[Segment]:
    start, end = span
    result: list[Segment] = []
    offset = 0
    for text, style, _ in segments:
        first, last = max(0, start - offset), min(len(text), end - offset)
        if first < last:
            parts = (
                (text[:first], style),
                (text[first:last], (style or Style.null()) + highlight),
                (text[last:], style),
            )
            result.extend(Segment(part, own) for part, own in parts if part)
        else:
            result.append(Segment(text, style))
        offset += len(text)
    return result
