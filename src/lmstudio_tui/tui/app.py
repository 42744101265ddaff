"""The app: frame, panes, and who is told what."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.memory import Memory
from lmstudio_tui.tui.model_choice import ModelChoice
from lmstudio_tui.tui.paned import PanedApp
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.server_choice import ServerChoice
from lmstudio_tui.tui.server_display import ServerDisplay
from lmstudio_tui.tui.server_link import LinkListener, ServerLink
from lmstudio_tui.tui.service_links import SERVICES, ServiceLinks
from lmstudio_tui.tui.themes import QUIET_DARK, THEMES
from lmstudio_tui.tui.typed import is_present
from lmstudio_tui.tui.upkeep import TIDIED_AFTER, Upkeep
from lmstudio_tui.tui.widgets.header import HeaderBar

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.binding import BindingType

    from lmstudio_tui.features.service_view import Service, ServiceView
    from lmstudio_tui.sdk import ClientConfig, LMStudioSDK
    from lmstudio_tui.tui.messages import (
        ChatsOpened,
        FactWanted,
        ModelChosen,
        ServiceWanted,
    )
    from lmstudio_tui.tui.panes.pane import Pane
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.widgets.absence import Absence

_WIDTHS = [(0, "-tiny"), (60, "-narrow"), (110, "-wide")]
"""Columns of the terminal from which on it has that class."""
_HEIGHTS = [(0, "-short"), (16, "-tall")]
"""Rows of the terminal from which on it has that class."""


class LMStudioApp(PanedApp):
    """lmstudio-tui.

    Args:
        services: everything it needs from outside.
    """

    TITLE = "lmstudio-tui"
    AUTO_FOCUS = "#composer"
    CSS = """
    #body { height: 1fr; }
    #panes { height: 1fr; }
    Rail { display: none; }
    .-wide Rail { display: block; }
    .-wide PaneStrip, .-tiny PaneStrip { display: none; }
    .-wide #transcript { margin-top: 1; }
    .-tiny HeaderBar, .-tiny KeyFooter, .-short InfoLine { display: none; }
    KeyFooter.-covered { visibility: hidden; }
    .-tall ToastRack { margin-bottom: 5; }
    """
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app.quit", "app.help", "app.go_to", "app.next_pane", "app.previous_pane"),
        *bindings("app.facts", "app.servers", "app.key", "app.simulator", "app.retry_server"),
    ]

    def __init__(self, services: Services) -> None:
        self._memory = Memory(services.state)
        super().__init__(services, self._memory.state.last_pane, made=self._introduce)
        self._view = ServerView(services.config.base_url)
        listener = LinkListener(self._connected, self._show, self._not_connected)
        self._link = ServerLink(self._runs, services.connect, services.config, listener)
        self._models = ModelChoice(self, self._runs, self._link, self._memory, self._panes, services.model)
        self._choice = ServerChoice(self, services, self._runs, lambda: self._link.config, self._use_another)
        self._served = ServiceLinks(self._runs, services, lambda: self._choice.profile, self._tell_service)
        self._shown = ServerDisplay(self, lambda: self._link.config, lambda: self._served.views)
        self._upkeep = Upkeep(self._runs, services)
        for theme in THEMES:
            self.register_theme(theme)

    def on_mount(self) -> None:
        """Paint first, then look for the server."""
        wanted = self._services.theme
        self.theme = wanted if wanted in self.available_themes else QUIET_DARK.name
        if wanted and wanted not in self.available_themes:
            self.notify(f"There is no theme {wanted!r}; Ctrl+P, Theme lists them.", severity="warning")
        self._heed_signals()
        self._mark_pane()
        for pane in self._panes.values():
            pane.show_server(self._view)
            self._find_services(pane)
        if self._pane != "chat":
            self._panes[self._pane].arrive()
        self.call_after_refresh(self._use_server, self._services.config)
        self.set_timer(_LATER, self._find_all_services)
        self.set_timer(TIDIED_AFTER, self._upkeep.tidy)

    def _heed_signals(self) -> None:
        """Leave in order when told to from outside: the terminal is left as it was found."""
        if self.is_headless:
            return
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            # Windows has no SIGHUP, and its loop no handlers.
            with suppress(NotImplementedError, ValueError, RuntimeError):
                if number is not None:
                    asyncio.get_running_loop().add_signal_handler(number, self.exit, None, 128 + number)

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave, and keep what is typed."""
        for pane in self._panes.values():
            if (opened := pane.leave()) is not None:
                self.on_chats_opened(opened)
        super().exit(result, return_code, message)

    def on_unmount(self) -> None:
        """End whatever waits for a server."""
        self._link.close()
        self._served.close()
        self._runs.drop_all()
        self._services.sound.close()
        if self._memory.state.last_pane != self._pane:
            self._memory.keep(self._memory.state.with_pane(self._pane))
        self._services.library.close()
        self._services.media.close()
        self._services.embeddings.close()

    def _introduce(self, pane: Pane) -> None:
        """Tell a pane that has just been made what the others know."""
        if self._link.client is not None:
            pane.use_client(self._link.client)
        pane.show_server(self._view)
        self._models.introduce(pane)
        self._find_services(pane)

    def _find_services(self, pane: Pane) -> None:
        """Look for the servers of what the pane is there for."""
        for service in pane.services:
            self._served.want(service)

    def _find_all_services(self) -> None:
        for service in SERVICES:
            self._served.want(service)

    def on_service_wanted(self, event: ServiceWanted) -> None:
        """Somebody needs audio or images."""
        self._served.want(event.service)

    def _tell_service(self, service: Service, client: LMStudioSDK | None, view: ServiceView) -> None:
        if not is_present(self):
            return
        for pane in self._panes.values():
            pane.use_service(service, client, view)
        if view.own:
            self._shown.show_facts()

    # The server

    def _use_server(self, config: ClientConfig) -> None:
        """Talk to this server from now on."""
        self.query_one(HeaderBar).show_warning(" ".join(config.warnings()))
        self._show(ServerView(config.base_url))
        self._link.use(config)
        self._served.use(config)

    def _use_another(self, config: ClientConfig) -> None:
        """Talk to another server, and forget which model the one before was asked for."""
        if config.base_url != self._link.config.base_url:
            self._models.forget()
        self._use_server(config)

    def _connected(self, client: LMStudioSDK) -> None:
        for pane in self._panes.values():
            pane.use_client(client)
        self._served.connected(client)
        self._upkeep.warm_up()

    def _not_connected(self, sentence: str) -> None:
        self.notify(sentence, severity="error")

    def _show(self, view: ServerView) -> None:
        """Tell everybody what the server is like now."""
        if not is_present(self):
            return
        before, self._view = self._view, view
        if view.online and not before.online:
            self._models.settle(view)
        self._shown.show(view)
        if view.online and view.models and view.models_at != before.models_at:
            self._upkeep.remember(view)
        for pane in self._panes.values():
            pane.show_server(view)
        self._served.seen(view)
        if view.presence is not before.presence:
            self.refresh_bindings()
        if self._choice.key_typed and view.presence is Presence.LOCKED:
            self.notify("The server does not take that key.", severity="warning")
        self._choice.key_typed = self._choice.key_typed and view.presence is Presence.CONNECTING

    # What the panes ask for

    def on_server_doubted(self) -> None:
        """A request failed, or changed something: look at once."""
        self.action_retry_server()

    def on_fact_wanted(self, event: FactWanted) -> None:
        """A badge was clicked."""
        self.action_explain(event.fact)

    def action_explain(self, fact: str) -> None:
        """Explain what is known of the server."""
        self._shown.explain(fact)

    def on_model_wanted(self) -> None:
        """Somebody wants to choose among the models."""
        self._models.ask()

    def on_model_chosen(self, event: ModelChosen) -> None:
        """A model was chosen in a pane."""
        self._models.take(event)

    def on_chats_opened(self, event: ChatsOpened) -> None:
        """Other conversations are open."""
        state = self._memory.state.with_chats(event.ids, event.front)
        if state != self._memory.state:
            self._memory.keep(state)

    def on_absence_chosen(self, event: Absence.Chosen) -> None:
        """A way on, from the page without a server."""
        match event.way:
            case "simulator":
                self.action_simulator()
            case "key":
                self.action_enter_key()
            case "servers":
                self.action_servers()
            case _:
                self.action_retry_server()

    # Actions

    async def action_quit(self) -> None:
        """Leave; where something would be lost sight of, ask first. Who insists is not asked twice."""
        at_stake = [sentence for pane in self._panes.values() if (sentence := pane.at_stake())]
        if not at_stake or isinstance(self.screen, Confirm):
            self.exit()
            return

        def leave(sure: bool | None) -> None:
            if sure:
                self.exit()

        self.push_screen(Confirm("Leave?", " ".join(at_stake), "Leave", "Stay"), leave)

    def action_retry_server(self) -> None:
        """Look for the server at once."""
        self._link.look()
        self._served.look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key is asked for only where one is wanted."""
        del parameters
        return self._view.presence is Presence.LOCKED if action == "enter_key" else True

    def action_enter_key(self) -> None:
        """Ask for the API key that the server wants."""
        self._choice.ask_for_key()

    def action_servers(self) -> None:
        """Choose, add or edit servers."""
        self._choice.ask()

    def on_servers_wanted(self) -> None:
        """A click on the server's address."""
        self._choice.ask()

    def action_simulator(self) -> None:
        """Use the simulator in place of the server."""
        self._choice.simulator()


_LATER = 1.0
"""Seconds after the first paint: then the servers of audio and images are looked for, which nobody waits for."""
