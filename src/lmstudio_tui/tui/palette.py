"""The command palette: besides what can be done, what can be gone to: conversations, models, servers, themes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Protocol, cast

from textual import on
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Provider
from textual.theme import ThemeProvider
from textual.widgets import Input

from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.finding_words import likeness, painted
from lmstudio_tui.tui.keyed import Keyed
from lmstudio_tui.tui.keys_in_turn import KeysInTurnApp
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from textual.app import SystemCommand
    from textual.command import Hits
    from textual.screen import Screen
    from textual.worker import Worker

_BETWEEN: Final = " · "
"""Stands between the word for a command and its keys."""
_TITLE, _TEXT, _REST = 3.0, 2.0, 1.0
"""How much it counts where a word is found: in the word for a command, in the line that is shown, and below it."""
_RATHER: Final = 0.25
"""What can be done stands before what can be gone to, where both are as like."""
_PATIENCE: Final = 1.0
"""Seconds after which Enter takes the first of what is there, however long the search may go on."""


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

    called: ClassVar[str] = "Commands"

    def on_mount(self) -> None:
        """Say what it is, and how it is left."""
        self.query_one("#--input").border_title = self.called
        self.query_one(CommandList).border_subtitle = told("Enter take   {dialog.leave} back")

    @on(Input.Submitted)
    async def _take_what_was_typed(self, event: Input.Submitted) -> None:
        """Let Enter wait for what is found by the last letter: the list may still be that of the letters before."""
        searches: list[Worker[object]] = [
            worker
            for worker in self.workers
            if worker.node is self and worker.group == self._GATHER_COMMANDS_GROUP and not worker.is_finished
        ]
        if searches and event.value.strip():
            ends = asyncio.gather(*(worker.wait() for worker in searches), return_exceptions=True)
            await asyncio.wait([ends], timeout=_PATIENCE)
        app = app_of(self)
        if self.query_one(CommandList).highlighted is not None and isinstance(app, KeysInTurnApp):
            app.keys_wait_for(self._done(app))

    def _done(self, app: KeysInTurnApp) -> Callable[[], bool]:
        """Whether what was chosen has been done: the keys behind Enter go to what that opens, and not below."""
        done = asyncio.Event()
        asked = False

        def come() -> bool:
            nonlocal asked
            if not asked and self not in app.screen_stack:
                # The app was asked to do it when the palette went.
                asked = app.call_later(done.set)
            return done.is_set()

        return come


class ThemePalette(Palette):
    """The themes."""

    called = "Themes"

    def __init__(self) -> None:
        super().__init__([ThemeProvider], placeholder="Search for themes…")
