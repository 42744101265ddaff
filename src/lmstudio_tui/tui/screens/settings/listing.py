"""The list of settings, group by group, with a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from lmstudio_tui.tui.commands import moves
from lmstudio_tui.tui.screens.settings.line import SettingLine
from lmstudio_tui.tui.widgets.rows import in_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from lmstudio_tui.features.settings_desk import SettingRow


class SettingList(VerticalScroll):
    """Settings, of which a search may leave a few.

    Args:
        at: the name of the one to begin at; else the first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="move(-1)", down="move(1)", page_up="page(-1)", page_down="page(1)"),
        *moves(half_up="page(-0.5)", half_down="page(0.5)", first="first", last="last"),
    ]

    DEFAULT_CSS = """
    SettingList {
        height: 1fr;
        scrollbar-size-vertical: 1;
        & > .group { color: $text-muted; height: auto; padding-top: 1; text-style: bold; }
        & > .group.-first { padding-top: 0; }
        &:focus SettingLine.-cursor { background: $accent 22%; color: $foreground; text-style: bold; }
    }
    """

    class Moved(Message):
        """The cursor is on another setting."""

    def __init__(self, at: str = "") -> None:
        super().__init__()
        self._cursor = at

    @property
    def under(self) -> SettingLine | None:
        """The line that the cursor is on."""
        return next((line for line in self._shown if line.row.name == self._cursor), None)

    @property
    def _lines(self) -> list[SettingLine]:
        return list(self.query(SettingLine))

    @property
    def _shown(self) -> list[SettingLine]:
        return [line for line in self._lines if line.display]

    async def fill(self, rows: Sequence[SettingRow], query: str) -> None:
        """Show what the search lets through.

        Args:
            rows: all settings.
            query: words that all have to be there.
        """
        if not self._lines:
            await self._furnish(rows)
        by_name = {row.name: row for row in rows}
        words = query.lower().split()
        groups: set[str] = set()
        for line in self._lines:
            row = by_name.get(line.row.name)
            if row is not None:
                line.show(row)
            line.display = row is not None and row.has(words)
            if line.display:
                groups.add(line.row.group)
        first = True
        for title in self.query(".group").results(Static):
            title.display = title.name in groups
            title.set_class(title.display and first, "-first")
            first = first and not title.display
        under = self.under
        if under is None:
            self.put(next((line.row.name for line in self._shown), ""))
        else:
            self.call_after_refresh(self._bring, under)

    async def _furnish(self, rows: Sequence[SettingRow]) -> None:
        """One line for each, below the titles of their groups."""
        parts: list[Static | SettingLine] = []
        for at, row in enumerate(rows):
            if at == 0 or rows[at - 1].group != row.group:
                parts.append(Static(row.group, classes="group", name=row.group, markup=False))
            line = SettingLine(row)
            line.put_cursor(here=row.name == self._cursor)
            parts.append(line)
        await self.mount_all(parts)

    def go_to(self, line: SettingLine) -> None:
        """Put the cursor on a line."""
        self.put(line.row.name)

    def put(self, name: str) -> None:
        """Put the cursor on the setting of that name."""
        if name == self._cursor:
            return
        self._cursor = name
        for line in self._lines:
            line.put_cursor(here=line.row.name == name)
        under = self.under
        if under is not None:
            self._bring(under)
        self.post_message(self.Moved())

    def _bring(self, line: SettingLine) -> None:
        """Scroll to a line; with the title of its group where it is the first one below it."""
        shown = [one for one in self.children if one.display]
        if line not in shown:
            return  # a search has taken it away meanwhile
        at = shown.index(line)
        if at == 1:
            self.scroll_home(animate=False)
            return
        if not isinstance(shown[at - 1], SettingLine):
            shown[at - 1].scroll_visible(animate=False)
        line.scroll_visible(animate=False)

    def action_move(self, step: int) -> None:
        """Move the cursor so many lines."""
        shown = self._shown
        under = self.under
        if shown:
            at = shown.index(under) if under in shown else 0
            self.go_to(shown[max(0, min(len(shown) - 1, at + step))])

    def action_page(self, pages: float) -> None:
        """Move the cursor a page, or a part of one."""
        self.action_move(in_lines(pages, self.size.height - 1))

    def action_first(self) -> None:
        """To the first one."""
        self.action_move(-len(self._lines))

    def action_last(self) -> None:
        """To the last one."""
        self.action_move(len(self._lines))
