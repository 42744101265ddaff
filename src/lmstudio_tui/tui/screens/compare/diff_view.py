"""The rows of a diff, of which only what is in view is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lmstudio_tui.tui.commands import bound, moves
from lmstudio_tui.tui.screens.compare.diff_rows import BETWEEN, GUTTER, DiffRows, half

if TYPE_CHECKING:
    from textual.binding import BindingType

    from lmstudio_tui.tui.screens.compare.diff_rows import Spans

_SIGNS: Final = {"removed": "- ", "added": "+ "}
_LEAD: Final = 2
"""Rows above a change that is gone to."""


class DiffView(ScrollView, can_focus=True):
    """Shows rows that were laid out elsewhere, and asks for others when its width changes."""

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"diff--removed", "diff--added", "diff--dim"}

    DEFAULT_CSS = """
    DiffView {
        height: 1fr;
        background: transparent;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .diff--removed { color: $text-error; background: $error 15%; text-style: strike; }
        & > .diff--added { color: $text-success; background: $success 15%; text-style: underline; }
        & > .diff--dim { color: $text-disabled; }
        &:ansi > .diff--removed { text-style: strike dim; }
        &:ansi > .diff--added { text-style: bold underline; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="scroll_up", down="scroll_down", page_up="page_up", page_down="page_down"),
        *moves(half_up="half(-1)", half_down="half(1)", first="scroll_home", last="scroll_end"),
        # Where there is no reasoning to fold.
        bound("compare.fold", "page_down"),
    ]

    def action_half(self, way: int) -> None:
        """Scroll up or down by half of what is in view."""
        self.scroll_relative(y=way * max(1, self.size.height // 2), animate=False)

    class Resized(Message):
        """There is another width to lay out for."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = DiffRows()
        self._styles: dict[str, Style] = {}

    @property
    def room(self) -> int:
        """The columns there are."""
        return self.scrollable_content_region.width

    def show(self, rows: DiffRows) -> None:
        """Show other rows, from about where one was."""
        before = self._shown
        share = self.scroll_y / len(before.rows) if before.rows else 0.0
        self._shown = rows
        self.virtual_size = Size(self.room, len(rows.rows))
        self.scroll_to(y=round(share * len(rows.rows)), animate=False, immediate=True)
        self.refresh()

    def go_to_change(self, step: int) -> None:
        """Bring the next change into view (1), or the one before (-1)."""
        at = round(self.scroll_y) + _LEAD
        changes = self._shown.changes
        if step > 0:
            wanted = next((row for row in changes if row > at), None)
        else:
            wanted = next((row for row in reversed(changes) if row < at), None)
        if wanted is not None:
            self.scroll_to(y=wanted - _LEAD, animate=False, immediate=True)

    def on_resize(self) -> None:
        """Ask for rows of this width."""
        if self.room != self._shown.width:
            self.post_message(self.Resized())

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self._styles = {}

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        at, width = round(self.scroll_y) + y, self.room
        if at >= len(self._shown.rows):
            return Strip.blank(width, self.rich_style)
        row = self._shown.rows[at]
        if row.right is None:
            return Strip(self._segments(row.left)).adjust_cell_length(width, self.rich_style)
        room = half(self._shown.width)
        left = Strip(self._segments(row.left)).adjust_cell_length(room, self.rich_style)
        right = Strip(self._segments(row.right)).adjust_cell_length(room, self.rich_style)
        between = Strip([Segment(BETWEEN, self._style("diff--dim"))])
        return Strip.join([left, between, right]).adjust_cell_length(width, self.rich_style)

    def _segments(self, spans: Spans) -> list[Segment]:
        signs = [_SIGNS[span.kind] for span in spans if span.kind != "same"]
        both = len(set(signs)) > 1
        sign = "± " if both else signs[0] if signs else " " * GUTTER
        kind = "diff--dim" if both or not signs else "diff--added" if sign == "+ " else "diff--removed"
        colour = self._style(kind)
        segments = [Segment(sign, self.rich_style + Style(color=colour.color, bold=True))]
        for text, of in spans:
            segments.append(Segment(text, self.rich_style if of == "same" else self._style(f"diff--{of}")))
        return segments

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = self.get_component_rich_style(name)
        return self._styles[name]
