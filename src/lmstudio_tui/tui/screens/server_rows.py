"""The lines of the list of servers, and what is said of the one under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from lmstudio_tui.features.discovery import Found
from lmstudio_tui.features.profiles import NO_PROFILE, ProfileEntry
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = 20
"""Columns of a name at most."""
_REST = 22
"""Columns that are kept for what stands behind the address."""


_KEYS = {
    "use": "Enter use",
    "add": "{servers.add} add",
    "edit": "{servers.edit} edit",
    "test": "{servers.test} test",
    "remove": "{servers.remove} remove",
    "restore": "{servers.restore} bring back",
    "start_with": "{servers.start} start with it",
    "find": "{servers.find} find",
    "filter": "{servers.filter} filter",
    "leave": "{dialog.leave} back",
}
"""What can be done, by the action."""
_LEAVING = ("start_with", "restore", "filter", "test", "find", "remove", "edit", "add", "use")
"""The order in which keys are left out where there is no room; the help has them all."""


class ServerList(OptionList):
    """The servers by name, and below them those that were found."""

    DEFAULT_CSS = """
    ServerList { max-height: 60vh; min-height: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[ProfileEntry | Found | None] = []

    @property
    def under(self) -> ProfileEntry | Found | None:
        """What the cursor is on."""
        at = self.highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

    def fill(
        self, entries: Sequence[ProfileEntry], found: Sequence[Found], query: str, current: str, name: str | None
    ) -> None:
        """Show what the filter lets through.

        Args:
            entries: the profiles.
            found: what was found on this machine.
            query: words that all have to be there.
            current: the name of the profile in use.
            name: where the cursor goes; None leaves it where it is, as nearly as that can be.
        """
        under, at = self.under, self.highlighted or 0
        wanted = name if name is not None else under.name if under is not None else current
        words = query.lower().split()
        left = [row for row in entries if all(word in words_of(row) for word in words)]
        more = [row for row in found if all(word in words_of(row) for word in words)]
        self._rows = [*left, *([None, *more] if more else [])]
        self.clear_options()
        texts = rows_for(self._rows, current, self.content_size.width)
        self.add_options([Option(text, disabled=row is None) for text, row in zip(texts, self._rows, strict=True)])
        names = [row.name if row is not None else None for row in self._rows]
        if names:
            self.highlighted = names.index(wanted) if wanted in names else min(at, len(names) - 1)
            self.move(0)

    def move(self, step: int) -> None:
        """Move the cursor, and not onto the heading."""
        at = max(0, min(len(self._rows) - 1, (self.highlighted or 0) + step))
        if self._rows and self._rows[at] is None:
            at += -1 if step < 0 and at > 0 else 1
        if self._rows:
            self.highlighted = at


def keys_for(width: int, *, removed: bool) -> str:
    """The keys for which there is room, as markup: they stand in the border, where they can be clicked, too.

    Args:
        width: columns.
        removed: whether there is something to bring back.
    """
    kept = {action: told(text) for action, text in _KEYS.items() if removed or action != "restore"}
    for action in _LEAVING:
        if sum(len(text) + 2 for text in kept.values()) - 2 <= width:
            break
        kept.pop(action, None)
    return "  ".join(f"[@click=screen.{action}]{text}[/]" for action, text in kept.items())


def words_of(row: ProfileEntry | Found) -> str:
    """Everything about a server that the filter looks at."""
    parts = [_title(row), row.base_url]
    if isinstance(row, Found):
        parts.append(row.label)
    else:
        parts += [row.key_source, row.default_model or "", row.default_embedding_model or "", row.problem]
        parts += [row.audio_base_url or "", row.images_base_url or ""]
    return " ".join(parts).lower()


def rows_for(rows: Sequence[ProfileEntry | Found | None], current: str, width: int) -> list[Text]:
    """The lines of the list, aligned; None is the heading above what was found.

    Args:
        rows: what to show.
        current: the name of the profile in use.
        width: columns that there are for a line.
    """
    there = [row for row in rows if row is not None]
    name = min(_NAME, max((cell_len(_title(row)) for row in there), default=0))
    address = max((cell_len(clean_line(row.base_url)) for row in there), default=0)
    address = min(address, max(24, width - name - _REST - 6))
    return [_heading() if row is None else _row(row, current, name, address) for row in rows]


def _heading() -> Text:
    return Text("  on this machine, not among your servers", "dim italic")


def _row(row: ProfileEntry | Found, current: str, name: int, address: int) -> Text:
    used = isinstance(row, ProfileEntry) and row.name == current
    mark = "● " if used else "+ " if isinstance(row, Found) else "  "
    line = Text(mark, no_wrap=True, overflow="ellipsis")
    title = "italic" if isinstance(row, ProfileEntry) and row.name == NO_PROFILE else "bold" if used else ""
    line.append(_fitted(_title(row), name), title)
    if isinstance(row, ProfileEntry) and not row.base_url:
        return line.append("  cannot be used", "dim")
    line.append("  " + _fitted(clean_line(row.base_url), address))
    if isinstance(row, Found):
        return line.append(f"  {row.label}", "dim")
    line.append(f"  {'cannot be used' if row.problem else row.key_source}", "dim")
    if row.chosen and row.name != NO_PROFILE:
        line.append(" · starts", "dim")
    return line


def describe(row: ProfileEntry | Found, current: str) -> Content:
    """What is known of a server, for the place below the list."""
    if isinstance(row, Found):
        told = f"{row.label[:1].upper()}{row.label[1:]} answers at {row.base_url}."
        return Content.assemble(told, ("\nEnter adds it to your servers.", "dim"))
    if row.problem:
        return Content.styled(clean_line(row.problem), "$text-error")
    facts = (
        ("model", row.default_model),
        ("embeddings", row.default_embedding_model),
        ("audio", row.audio_base_url),
        ("images", row.images_base_url),
    )
    parts: list[str | tuple[str, str]] = [clean_line(row.base_url)]
    if row.name == current:
        parts.append(("   in use", "bold"))
    if row.chosen:
        parts.append(("   the app starts with it", "dim"))
    parts.append((f"\n{row.key_source}", "dim"))
    for label, value in facts:
        if value:
            parts += [(f"\n{label} ", "dim"), clean_line(value)]
    return Content.assemble(*parts)


def _title(row: ProfileEntry | Found) -> str:
    return clean_line(row.name) or "no profile"


def _fitted(text: str, width: int) -> str:
    return set_cell_size(text, width) if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"
