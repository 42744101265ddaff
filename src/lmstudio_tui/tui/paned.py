"""The frame of the app: header, rail or strip, the panes one at a time, footer; and what every pane may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.containers import Horizontal, Vertical
from textual.widgets import ContentSwitcher

from lmstudio_tui.tui.commands import commands
from lmstudio_tui.tui.panes import PANES
from lmstudio_tui.tui.panes.making import make_pane
from lmstudio_tui.tui.screens.go_to import GoTo
from lmstudio_tui.tui.screens.help import HelpScreen
from lmstudio_tui.tui.typed import is_seen
from lmstudio_tui.tui.typing_ahead import TypingAheadApp
from lmstudio_tui.tui.widgets.header import HeaderBar
from lmstudio_tui.tui.widgets.key_footer import KeyFooter
from lmstudio_tui.tui.widgets.pane_strip import PaneStrip
from lmstudio_tui.tui.widgets.rail import Rail
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from textual.app import ComposeResult
    from textual.screen import Screen
    from textual.widget import Widget

    from lmstudio_tui.features.clipboard import Copied
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.tui.catalogue.command import Command
    from lmstudio_tui.tui.messages import (
        CopyWanted,
        EmbeddingsWanted,
        PaneWanted,
        PromptWanted,
        SaveWanted,
        SpeakWanted,
    )
    from lmstudio_tui.tui.panes.pane import Pane
    from lmstudio_tui.tui.services import Services


class PanedApp(TypingAheadApp):
    """An app of panes, each of which is made when it is first shown.

    Args:
        services: everything it needs from outside.
        last_pane: the one that was used last.
        made: is told of a pane that was made while the app runs, to tell it what the others know.
    """

    def __init__(self, services: Services, last_pane: str | None, *, made: Callable[[Pane], None]) -> None:
        super().__init__()
        self._made = made
        self._services = services
        self._pane = _first_pane(services.pane, last_pane)
        self._panes: dict[str, Pane] = {}
        self._runs = Runs(self)

    def compose(self) -> ComposeResult:
        yield HeaderBar(id="header")
        with Horizontal(id="body"):
            yield Rail(PANES, id="rail")
            with Vertical(id="middle"):
                yield PaneStrip(PANES, id="strip")
                with ContentSwitcher(initial=self._pane, id="panes"):
                    # The chat is always there: an answer goes on, and a draft is kept, whichever pane is in front.
                    for name in dict.fromkeys(("chat", self._pane)):
                        self._panes[name] = make_pane(name, self._services)
                        yield self._panes[name]
        yield KeyFooter()

    def on_mount(self) -> None:
        """See to it that keys go to what is seen."""
        self.watch(self.screen, "focused", self._heed_loss, init=False)

    def _heed_loss(self, focused: Widget | None) -> None:
        if not is_seen(focused):
            self.call_after_refresh(self._find_focus)

    def _find_focus(self) -> None:
        """Where nothing has the focus, Textual gives it to the prompt of the chat when a dialog closes, seen or not."""
        screen = self.screen_stack[0] if self.screen_stack else None
        if screen is None or self.screen is not screen or is_seen(screen.focused):
            return
        pane = self._panes[self._pane]
        pane.arrive()
        if not is_seen(screen.focused):
            # What it would be is hidden now.
            screen.set_focus(next((one for one in pane.query() if one.focusable and is_seen(one)), None))

    async def action_pane(self, name: str) -> None:
        """Bring a pane to the front."""
        if len(self.screen_stack) > 1:
            return
        switcher = self.query_one("#panes", ContentSwitcher)
        pane = self._panes.get(name)
        if pane is None:
            self._panes[name] = pane = make_pane(name, self._services)
            pane.display = False
            await switcher.mount(pane)
            self._made(pane)
        self._pane = name
        switcher.current = name
        self._mark_pane()
        pane.arrive()
        self.refresh_bindings()

    def _mark_pane(self) -> None:
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
        """Offer the panes, and what else there is."""
        if isinstance(self.screen, GoTo):
            self.screen.dismiss(None)
            return
        places = [(str(number), name, title) for number, (name, title) in enumerate(PANES, 1)]
        places += [("f", "facts", "Server facts"), ("s", "servers", "Servers")]

        async def go(name: str | None) -> None:
            match name:
                case None:
                    pass
                case "facts":
                    await self.run_action("explain('server')")
                case "servers":
                    await self.run_action("servers")
                case _:
                    await self.action_pane(name)

        self.push_screen(GoTo(places, self._pane), go)

    def on_copy_wanted(self, event: CopyWanted) -> None:
        """Copy, and say how sure that is."""
        text, what = event.text, event.what

        def copy(emit: object, scope: CancelScope) -> Copied:
            del emit, scope
            return self._services.copy(text)

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

    def action_help(self) -> None:
        """Show the keys, or close them."""
        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss(None)
        else:
            self.push_screen(HelpScreen(self._pane))

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
                yield SystemCommand(f"Go to {title}", f"{title} · Ctrl+O {number}", run)
        yield SystemCommand("Theme", "Choose how the app looks.", self.action_change_theme)
        del screen

    def _offered(self, one: Command, target: Widget | PanedApp) -> SystemCommand:
        run = self._runner(one.action, target)
        return SystemCommand(one.help.removesuffix("."), f"{one.title} · {one.shown_keys}", run)

    def _runner(self, action: str, target: Widget | PanedApp) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await self.run_action(action, target)

        return run


def _first_pane(asked: str | None, last: str | None) -> str:
    """The pane to open on: the one asked for, the one used last if it is still there, else the first."""
    names = [name for name, _ in PANES]
    return next((name for name in (asked, last) if name in names), names[0])
