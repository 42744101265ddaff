"""The frame of the app: header, rail or strip, the panes one at a time, footer; and what every pane may ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.app import SystemCommand
from textual.containers import Horizontal, Vertical
from textual.widgets import ContentSwitcher

from lmstudio_tui.tui.commands import command_or_none, commands, key_of, told
from lmstudio_tui.tui.keyed import bindings_of
from lmstudio_tui.tui.panes import PANES
from lmstudio_tui.tui.panes.making import make_pane
from lmstudio_tui.tui.themed import ThemedApp
from lmstudio_tui.tui.typed import is_seen
from lmstudio_tui.tui.widgets.columns import Columns
from lmstudio_tui.tui.widgets.first_prompt import FirstPrompt
from lmstudio_tui.tui.widgets.header import HeaderBar
from lmstudio_tui.tui.widgets.key_footer import KeyFooter
from lmstudio_tui.tui.widgets.pane_strip import PaneStrip
from lmstudio_tui.tui.widgets.rail import Rail
from lmstudio_tui.tui.widgets.too_small import PROMPT, USABLE, TooSmall, fit
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from textual.app import ComposeResult
    from textual.dom import DOMNode
    from textual.events import Key, Paste, Resize
    from textual.geometry import Size
    from textual.screen import Screen
    from textual.widget import Widget

    from lmstudio_tui.features.clipboard import Copied
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.tui.catalogue.command import Command, Where
    from lmstudio_tui.tui.looks.surroundings import Surroundings
    from lmstudio_tui.tui.looks.wishes import Wishes
    from lmstudio_tui.tui.messages import (
        CopyWanted,
        EmbeddingsWanted,
        PaneWanted,
        PromptWanted,
        SaveWanted,
        SpeakWanted,
    )
    from lmstudio_tui.tui.palette import Commands, Find, Finds
    from lmstudio_tui.tui.panes.pane import Pane
    from lmstudio_tui.tui.services import Services


_ONLY_KEYS: Final[frozenset[Where]] = frozenset({"moving", "prompt", "fields", "dialog", "everywhere"})
"""Places whose commands make no sense but by their keys."""


def _makes_sense_alone(one: Command) -> bool:
    """Whether somebody may look for it by its name; Esc, Enter and digits go with what is seen."""
    plain = all(key in {"escape", "enter"} or key.isdigit() for key in one.usual_keys)
    return not plain and one.where not in _ONLY_KEYS


def _commands_provider() -> type[Commands]:
    # Imported when the palette opens: the first picture does without.
    from lmstudio_tui.tui.palette import Commands

    return Commands


def _finds_provider() -> type[Finds]:
    from lmstudio_tui.tui.palette import Finds

    return Finds


class PanedApp(ThemedApp):
    """An app of panes, each of which is made when it is first shown.

    Args:
        theme: its name; None, and one that there is not, is our own.
        pane: the name of the one in front.
    """

    COMMANDS: ClassVar[set[Any]] = {_commands_provider, _finds_provider}

    def __init__(self, wishes: Wishes, pane: str, surroundings: Surroundings | None = None) -> None:
        super().__init__(wishes, surroundings)
        self._pane = pane
        self._panes: dict[str, Pane] = {}
        self._runs = Runs(self)
        self._services: Services | None = None

    @property
    def services(self) -> Services:
        """Everything it needs from outside; once it is opened."""
        assert self._services is not None
        return self._services

    @property
    def opening(self) -> bool:
        """Whether the frame has nothing in it yet."""
        return self._services is None

    def compose(self) -> ComposeResult:
        yield HeaderBar(id="header")
        with Horizontal(id="body"):
            yield Rail(PANES, id="rail")
            with Vertical(id="middle"):
                yield PaneStrip(PANES, id="strip")
                if self.opening:
                    with Vertical(id="opening"):
                        if self._pane == "chat":
                            yield FirstPrompt()
                else:
                    yield self._make_panes()
        yield KeyFooter()
        yield TooSmall(told("{app.go_to} goes elsewhere."))

    def _make_panes(self) -> ContentSwitcher:
        # The chat is always there: an answer goes on, and a draft is kept, whichever pane is in front.
        for name in dict.fromkeys(("chat", self._pane)):
            self._panes[name] = make_pane(name, self.services)
        return ContentSwitcher(*self._panes.values(), initial=self._pane, id="panes")

    async def fill(self) -> None:
        """Put the panes into the frame, in the place of what stood there."""
        with self.batch_update():
            await self.query_one("#opening").remove()
            await self.query_one("#middle").mount(self._make_panes())

    def preview(self, event: Key | Paste) -> None:
        """Show what was typed before the chat is there."""
        for prompt in self.query(FirstPrompt):
            prompt.take(event)

    def on_mount(self) -> None:
        """See to it that keys go to what is seen."""
        self.watch(self.screen, "focused", self._heed_loss, init=False)

    def _heed_loss(self, focused: Widget | None) -> None:
        # While another window is in front nothing has the focus; it comes back with the window.
        if self.app_focus and not is_seen(focused):
            self.call_after_refresh(self._find_focus)

    def on_app_focus(self) -> None:
        """What had the focus may be gone: a dialog that has closed meanwhile."""
        self.call_after_refresh(self._find_focus)

    def _find_focus(self) -> None:
        """Where nothing has the focus, Textual gives it to the prompt of the chat when a dialog closes, seen or not."""
        screen = self.screen_stack[0] if self.screen_stack else None
        # While the app is being opened there is no pane yet; the first one takes the focus when it is there.
        pane = self._panes.get(self._pane)
        if pane is None or screen is None or self.screen is not screen or is_seen(screen.focused):
            return
        pane.arrive()
        if not is_seen(screen.focused):
            # What it would be is hidden now.
            screen.set_focus(next((one for one in pane.query() if one.focusable and is_seen(one)), None))

    async def action_pane(self, name: str) -> None:
        """Bring a pane to the front."""
        if len(self.screen_stack) > 1 or self.opening:
            return
        switcher = self.query_one("#panes", ContentSwitcher)
        pane = self._panes.get(name)
        if pane is None:
            self._panes[name] = pane = make_pane(name, self.services)
            pane.display = False
            await switcher.mount(pane)
            self.introduce(pane)
        self._pane = name
        switcher.current = name
        self._mark_pane()
        pane.arrive()
        self.refresh_bindings()

    def introduce(self, pane: Pane) -> None:
        """Tell a pane that was made while the app runs what the others know."""

    def on_resize(self, event: Resize) -> None:
        """What does not fit is not shown in part."""
        if self.screen_stack:
            self._fit(event.size)

    def _fit(self, here: Size) -> None:
        # The prompt makes sense in a room in which no list does.
        fit(self.screen_stack[0], PROMPT if self._pane == "chat" else USABLE, here)

    def _mark_pane(self) -> None:
        self._fit(self.size)
        self.query_one(Rail).show_pane(self._pane)
        self.query_one(PaneStrip).show_pane(self._pane)

    async def on_pane_wanted(self, event: PaneWanted) -> None:
        """A click on the rail or the strip, or a pane that knows of another."""
        await self.action_pane(event.name)

    async def on_prompt_wanted(self, event: PromptWanted) -> None:
        """A pane has a text for the chat's prompt."""
        await self._hand_on("chat", event.text)

    async def on_speak_wanted(self, event: SpeakWanted) -> None:
        """A pane has a text to be spoken."""
        await self._hand_on("speech", event.text)

    async def on_embeddings_wanted(self, event: EmbeddingsWanted) -> None:
        """A pane has a model to be tried on texts."""
        await self.action_pane("embeddings")
        self._panes["embeddings"].try_model(event.model)

    async def _hand_on(self, pane: str, text: str) -> None:
        await self.action_pane(pane)
        self._panes[pane].receive(text)

    async def action_turn(self, step: int) -> None:
        """Bring the next pane to the front, or the one before."""
        names = [name for name, _ in PANES]
        await self.action_pane(names[(names.index(self._pane) + step) % len(names)])

    def action_go_to(self) -> None:
        """Offer the panes, and everything in sight that can have the cursor."""
        from lmstudio_tui.tui.screens.jump import Jump

        if isinstance(self.screen, Jump):
            self.screen.dismiss(None)
            return
        places: list[tuple[str, str, str]] = []
        if len(self.screen_stack) == 1:
            places = [(str(number), name, title) for number, (name, title) in enumerate(PANES, 1)]
            places += [("f", "facts", "Server facts"), ("s", "servers", "Servers"), (",", "settings", "Settings")]

        async def go(name: str | None) -> None:
            match name:
                case None:
                    pass
                case "facts":
                    await self.run_action("explain('server')")
                case "servers":
                    await self.run_action("servers")
                case "settings":
                    await self.run_action("settings")
                case _:
                    await self.action_pane(name)

        self.push_screen(Jump(self.screen, places, self._pane), go)

    def on_copy_wanted(self, event: CopyWanted) -> None:
        """Copy, and say how sure that is."""
        text, what = event.text, event.what

        def copy(emit: object, scope: CancelScope) -> Copied:
            del emit, scope
            return self.services.copy(text)

        def tell(copied: Copied) -> None:
            if copied.how != "failed":
                # The app's own paste finds it, too; and the terminal, where that is the way.
                self._clipboard = text
            if copied.to_send:
                self.copy_to_clipboard(text)
            failed = copied.how == "failed"
            amount = f"{what}, {len(text):,} characters"
            said = f"Copied: {amount}." if copied.how == "verified" else f"{copied.sentence} ({amount})"
            self.notify(said, severity="warning" if failed else "information", timeout=8 if failed else 3)

        self._runs.start(copy, finished=tell, name="copy")

    def on_save_wanted(self, event: SaveWanted) -> None:
        """Write a text to a file that the user names."""
        from lmstudio_tui.tui.screens.save_file import SaveFile

        def saved(path: object) -> None:
            if path is not None:
                self.notify(f"Written: {path}", timeout=5)

        self.push_screen(SaveFile(event.what, event.suggested, event.text), saved)

    @property
    def _columns(self) -> Columns | None:
        """The two columns in front; None where there are none beside each other."""
        pane = self._panes.get(self._pane)
        return None if pane is None else next((one for one in pane.query(Columns) if one.beside), None)

    def action_widen(self, steps: int) -> None:
        """Make the first of two columns wider or narrower; 0 gives it the room that it had at first."""
        if (columns := self._columns) is not None:
            columns.move_by(steps) if steps else columns.forget()

    def action_tour(self) -> None:
        """Show somebody around."""

    def action_help(self) -> None:
        """Show the keys, or close them."""
        from lmstudio_tui.tui.screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss(None)
        else:
            self.push_screen(HelpScreen(self._pane, self.screen.focused))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: everything in the catalogue that makes sense now, and the theme."""
        pane = self._panes[self._pane]
        for one in commands("everywhere", pane.where):
            action = one.action.partition("(")[0]
            target: Widget | PanedApp = pane.actor(action) if one.where == pane.where else self
            if one.palette and target.check_action(action, ()):
                yield self._offered(one, target)
        for number, (name, title) in enumerate(PANES, 1):
            if name != self._pane:
                run = self._runner(f"pane('{name}')", self)
                yield SystemCommand(f"Go to {title}", f"{title} · {key_of('app.go_to')} {number}", run)
        yield SystemCommand("Show the tour", "What is where, and the keys that matter first", self.action_tour)
        yield SystemCommand("Theme", "Choose how the app looks", self.action_change_theme)
        yield from self._offered_here(screen)

    def _offered_here(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What can be done with what has the cursor, and is told of nowhere else."""
        offered: set[str | None] = set()
        for node in screen.focused.ancestors_with_self if screen.focused is not None else ():
            for binding in (one for found in bindings_of(node).values() for one in found):
                one = command_or_none(binding.id)
                if one is None or one.palette or one.id in offered or not _makes_sense_alone(one):
                    continue
                offered.add(one.id)
                if node.check_action(binding.action.partition("(")[0], ()):
                    yield self._offered(replace(one, action=binding.action), node)

    def _offered(self, one: Command, target: DOMNode) -> SystemCommand:
        run = self._runner(one.action, target)
        words = " · ".join(filter(None, (one.title, one.shown_keys)))
        return SystemCommand(one.help.removesuffix("."), words, run)

    def action_command_palette(self) -> None:
        """Show everything that can be done, or gone to."""
        from lmstudio_tui.tui.palette import Palette

        if not self.opening and not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def search_themes(self) -> None:
        """Show all themes, and take the one that is chosen."""
        from lmstudio_tui.tui.palette import ThemePalette

        self.push_screen(ThemePalette())

    async def finds(self) -> Sequence[Find]:
        """What the palette can go to, besides panes."""
        return ()

    def _runner(self, action: str, target: DOMNode) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await self.run_action(action, target)

        return run


def first_pane(asked: str | None, last: str | None) -> str:
    """The pane to open on: the one asked for, the one used last if it is still there, else the first."""
    names = [name for name, _ in PANES]
    return next((name for name in (asked, last) if name in names), names[0])
