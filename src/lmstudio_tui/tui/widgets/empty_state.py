"""Where there is nothing yet: a quiet hatch, and in the middle of it what to do first."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar, Final

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.color import Color
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from textual.selection import Selection

    from lmstudio_tui.tui.typed import WidgetOptions

_HATCH: Final = "╱"
_FAINT: Final = 0.11
"""How much of the text's colour is in the hatch."""
_ROOM: Final = Size(34, 7)
"""Cells and rows from which on there is a hatch; in less it would only be in the way."""
_MARGIN: Final = Size(3, 1)
"""Cells and rows around the words that stay free of it."""
_WIDEST: Final = 64
"""Cells of a line of words."""
_NUMBER: Final = re.compile(r"\d+ {2,}")
"""What a way on begins with; what does not fit in its row stands below its words."""


def hatched(lines: Sequence[Text], y: int, size: Size, base: Style) -> Strip:
    """A row of a widget in which there is nothing but words.

    Args:
        lines: the words, broken for the room there is.
        y: the row, from the top.
        size: of the widget.
        base: the style of its ground.
    """
    width, height = size
    above = max(0, (height - len(lines)) // 2)
    widest = max((line.cell_len for line in lines), default=0)
    if not widest:
        return Strip.blank(width, base)
    hatch = width >= _ROOM.width and height >= max(_ROOM.height, len(lines) + 2 * _MARGIN.height + 2)
    blank = Segment(" ", base)
    filling = Segment(_HATCH if hatch else " ", _faint(base) if hatch else base)
    if not above - _MARGIN.height <= y < above + len(lines) + _MARGIN.height:
        return _times(filling, width)
    line = lines[y - above] if 0 <= y - above < len(lines) else Text()
    block = min(width, widest + 2 * _MARGIN.width)
    left = (width - block) // 2
    words = [Segment(one.text, base + (one.style or Style.null())) for one in line.render(Console(width=width), end="")]
    before = max(0, (block - line.cell_len) // 2)
    said = Strip(words).apply_offsets(0, y - above)
    after = block - before - said.cell_length
    parts = [_times(filling, left), _times(blank, before), said, _times(blank, after)]
    return Strip.join([*parts, _times(filling, width - left - block)])


def notice_row(notice: Sequence[str], y: int, size: Size, base: Style, first: Style, rest: Style) -> Strip:
    """The same for a notice.

    Args:
        notice: what to say, a line each; long ones are broken.
        y: the row, from the top.
        size: of the widget.
        base: the style of its ground.
        first: of the first line of the notice.
        rest: of the others.
    """
    return hatched(broken(notice, size.width, first, rest), y, size, base)


def broken(notice: Sequence[str], width: int, first: Style | str, rest: Style | str) -> list[Text]:
    """A notice as rows of words."""
    room = max(1, min(_WIDEST, width - 2))
    return [
        Text(row, rest if number else first, no_wrap=True)
        for number, text in enumerate(notice)
        for row in wrap(text, room) or [""]
    ]


def _rows_of(line: Text, room: int) -> list[Text]:
    """A line of words, broken for the room there is."""
    number = _NUMBER.match(line.plain)
    start = number.end() if number else 0
    rows = list(line[start:].wrap(Console(width=room), max(1, room - start))) or [Text()]
    return [Text.assemble(" " * start if at else line[:start], row) if start else row for at, row in enumerate(rows)]


def _times(segment: Segment, count: int) -> Strip:
    return Strip([Segment(segment.text * max(0, count), segment.style)], max(0, count))


def _faint(base: Style) -> Style:
    if base.color is None or base.bgcolor is None:
        return base + Style(dim=True)
    ground, ink = Color.from_rich_color(base.bgcolor), Color.from_rich_color(base.color)
    return base + Style(color=ground.blend(ink, _FAINT).rich_color)


class EmptyState(Widget):
    """A page of nothing but words, on a hatch.

    Args:
        text: what it says.
    """

    CENTRED: ClassVar[bool] = True
    """Whether each line is centred; else all of them begin in the same column."""
    DEFAULT_CSS = "EmptyState { height: 1fr; color: $foreground; }"

    def __init__(self, text: Text | str = "", **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._text = Text()
        self._lines: list[Text] = []
        self._centred = self.CENTRED
        self.update(text)

    @property
    def content(self) -> Text:
        """What it says."""
        return self._text

    def update(self, text: Text | str, *, centred: bool | None = None) -> None:
        """Say something else.

        Args:
            text: what.
            centred: as `CENTRED`, for this text.
        """
        text = text.copy() if isinstance(text, Text) else Text(text)
        self._centred = self.CENTRED if centred is None else centred
        if text != self._text or not self._lines:
            self._text = text
            self._break()

    def on_resize(self) -> None:
        """There is another room."""
        self._break()

    def _break(self) -> None:
        room = max(1, min(_WIDEST + 12, self.size.width - 2))
        self._lines = [row for line in self._text.split("\n", allow_blank=True) for row in _rows_of(line, room)]
        for line in self._lines:
            line.rstrip()
        widest = 0 if self._centred else max((line.cell_len for line in self._lines), default=0)
        for line in self._lines:
            line.pad_right(max(0, widest - line.cell_len))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A row of the page."""
        return hatched(self._marked(), y, self.size, self.rich_style)

    def _marked(self) -> list[Text]:
        """The lines, with what the mouse has selected."""
        if (selection := self.text_selection) is None:
            return self._lines
        lines = [line.copy() for line in self._lines]
        for row, line in enumerate(lines):
            if (span := selection.get_span(row)) is not None:
                start, end = span
                line.stylize(self.screen.get_component_rich_style("screen--selection"), start, None if end < 0 else end)
        return lines

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What the mouse has selected."""
        return selection.extract("\n".join(line.plain.rstrip() for line in self._lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """More is selected, or less."""
        del selection
        self.refresh()
