"""The command palette: besides what can be done, what can be gone to: conversations, models, servers, themes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from textual.command import CommandList, CommandPalette, Hit, Provider

from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.keyed import Keyed
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.command import Hits


@dataclass(frozen=True, slots=True)
class Find:
    """Something that can be chosen.

    Args:
        text: what is searched, and shown.
        help: what it is, and with which key one comes to all of its kind.
        run: chooses it.
    """

    text: str
    help: str
    run: Callable[[], Awaitable[None] | None]


class Finding(Protocol):
    """Who knows what there is."""

    async def finds(self) -> Sequence[Find]:
        """Everything that can be chosen now. It may take its time, in a thread."""
        ...


class Finds(Provider):
    """What can be gone to, looked up once when the palette opens, and not at every key."""

    async def startup(self) -> None:
        """Look it up."""
        self._found = await cast("Finding", app_of(self.screen)).finds()

    async def search(self, query: str) -> Hits:
        """Those that are like what is typed."""
        matcher = self.matcher(query)
        for one in self._found:
            if (score := matcher.match(one.text)) > 0:
                yield Hit(score, matcher.highlight(one.text), one.run, text=one.text, help=one.help)


class Palette(Keyed[None], CommandPalette):
    """Textual's palette, with the keys that the user wants, in a frame like that of any dialog."""

    def on_mount(self) -> None:
        """Say what it is, and how it is left."""
        self.query_one("#--input").border_title = "Commands"
        self.query_one(CommandList).border_subtitle = told("Enter take   {dialog.leave} back")
