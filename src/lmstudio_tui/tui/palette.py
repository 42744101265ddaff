"""The command palette: besides what can be done, what can be gone to: conversations, models, servers, themes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, cast

from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Provider

from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.finding_words import likeness, painted
from lmstudio_tui.tui.keyed import Keyed
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from textual.app import SystemCommand
    from textual.command import Hits
    from textual.screen import Screen

_BETWEEN: Final = " · "
"""Stands between the word for a command and its keys."""
_TITLE, _TEXT, _REST = 3.0, 2.0, 1.0
"""How much it counts where a word is found: in the word for a command, in the line that is shown, and below it."""
_RATHER: Final = 0.25
"""What can be done stands before what can be gone to, where both are as like."""


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


class Offering(Protocol):
    """Who knows what can be done."""

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that can be done now, for somebody on that screen."""
        ...


class Commands(Provider):
    """What can be done now, found by whatever is seen of it: the sentence, its word in the footer, its keys."""

    async def discover(self) -> Hits:
        """Everything, as long as nothing is typed."""
        for name, words, run, _ in sorted(self._offered(), key=lambda one: one.title):
            yield DiscoveryHit(name, run, help=words)

    async def search(self, query: str) -> Hits:
        """Those that have what is typed."""
        for name, words, run, _ in self._offered():
            title = words.partition(_BETWEEN)[0]
            score = likeness(query, (title, _TITLE), (name, _TEXT), (words, _REST))
            if score > 0:
                yield Hit(score + _RATHER, painted(name, query, self.match_style), run, text=name, help=words)

    def _offered(self) -> list[SystemCommand]:
        return list(cast("Offering", app_of(self.screen)).get_system_commands(self.screen))


class Finds(Provider):
    """What can be gone to, looked up once when the palette opens, and not at every key."""

    async def startup(self) -> None:
        """Look it up."""
        self._found = await cast("Finding", app_of(self.screen)).finds()

    async def search(self, query: str) -> Hits:
        """Those that have what is typed."""
        for one in self._found:
            score = likeness(query, (one.text, _TEXT), (one.help, _REST))
            if score > 0:
                shown = painted(one.text, query, self.match_style)
                yield Hit(score, shown, one.run, text=one.text, help=one.help)


class Palette(Keyed[None], CommandPalette):
    """Textual's palette, with the keys that the user wants, in a frame like that of any dialog."""

    def on_mount(self) -> None:
        """Say what it is, and how it is left."""
        self.query_one("#--input").border_title = "Commands"
        self.query_one(CommandList).border_subtitle = told("Enter take   {dialog.leave} back")
