"""Selecting with the mouse in a list of items: their text alone, and no mark or time before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lmstudio_tui.tui.panes.transcribe.rows import ItemRows
from lmstudio_tui.tui.widgets.marked import marked

if TYPE_CHECKING:
    from rich.segment import Segment
    from rich.text import Text
    from textual import events
    from textual.selection import Selection


class SelectableRows(ItemRows):
    """Items whose text can be selected. Who inherits says what that is."""

    ALLOW_SELECT: ClassVar[bool] = True

    @property
    def lead(self) -> int:
        """How many characters stand before the text of a row."""
        return 0

    def text_of(self, item: int) -> str:
        """The whole text of an item."""
        raise NotImplementedError

    def part_of(self, item: int, row: int) -> tuple[int, int]:
        """Which characters of the text stand in a row of the item."""
        raise NotImplementedError

    def told(self, segments: list[Segment], line: int) -> list[Segment]:
        """A row of the list, with what is selected of its text."""
        selection = self.text_selection
        span = None if selection is None else selection.get_span(line)
        if span is None:
            return segments
        start, end = max(self.lead, span[0]), span[1] if span[1] < 0 else max(self.lead, span[1])
        return marked(segments, (start, end), self.screen.get_component_rich_style("screen--selection"))

    def told_notice(self, lines: list[Text]) -> None:
        """What to do first can be selected, too: there are commands in it."""
        if (selection := self.text_selection) is None:
            return
        for row, line in enumerate(lines):
            if (span := selection.get_span(row)) is not None:
                end = None if span[1] < 0 else span[1]
                line.stylize(self.screen.get_component_rich_style("screen--selection"), span[0], end)

    def text_select_all(self) -> None:
        """Do nothing: a double click plays, and does not take it all."""

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text: what an item says stands in one line, however it is broken here."""
        if self.cursor is None:
            return selection.extract(self.notice), "\n"
        first = (0, 0) if selection.start is None else self._char(selection.start.y, selection.start.x)
        end = None if selection.end is None else self._char(selection.end.y, selection.end.x)
        last = end[0] if end is not None else self.count - 1
        parts: list[str] = []
        for item in range(first[0], last + 1):
            text = self.text_of(item)
            to = end[1] if end is not None and item == last else len(text)
            parts.append(text[first[1] if item == first[0] else 0 : to])
        return "\n".join(parts), "\n"

    def _char(self, line: int, x: int) -> tuple[int, int]:
        """The item and the character of its text at a place of the selection."""
        item = self.item_at(line)
        if item is None:
            return self.count - 1, len(self.text_of(self.count - 1))
        start, end = self.part_of(item, line - self.first_line(item))
        return item, min(start + max(0, x - self.lead), end)

    def selection_updated(self, selection: Selection | None) -> None:
        """Show another selection."""
        del selection
        self.refresh()

    def forget_selection(self) -> None:
        """What was selected is not there any more."""
        if self.is_attached and self in self.screen.selections:
            self.screen.selections = {one: part for one, part in self.screen.selections.items() if one is not self}

    def on_click(self, event: events.Click) -> None:
        """The end of a selection is no choice."""
        if self in self.screen.selections:
            event.prevent_default()
