"""The app: frame, panes, and who is told what."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from lmstudio_tui.features.facts import Fact, clock, facts_of
from lmstudio_tui.features.models import RememberedModels, model_for_chat
from lmstudio_tui.features.server_view import Presence, ServerView, describe_change
from lmstudio_tui.sdk import LMStudioError, ModelSummary
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.paned import PanedApp
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.screens.server_facts import ServerFacts
from lmstudio_tui.tui.server_choice import ServerChoice
from lmstudio_tui.tui.server_link import LinkListener, ServerLink
from lmstudio_tui.tui.service_links import SERVICES, ServiceLinks
from lmstudio_tui.tui.themes import QUIET_DARK, THEMES
from lmstudio_tui.tui.widgets.header import HeaderBar
from lmstudio_tui.tui.widgets.rail import Rail

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.binding import BindingType
    from textual.timer import Timer

    from lmstudio_tui.features.service_view import Service, ServiceView
    from lmstudio_tui.sdk import CancelScope, ClientConfig, LMStudioSDK
    from lmstudio_tui.tui.messages import (
        ChatsOpened,
        FactWanted,
        ModelChosen,
        ServiceWanted,
    )
    from lmstudio_tui.tui.panes.pane import Pane
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.widgets.absence import Absence


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
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual declares it so
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012 - as the one above
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app.quit", "app.help", "app.go_to", "app.next_pane", "app.previous_pane"),
        *bindings("app.facts", "app.servers", "app.key", "app.simulator", "app.retry_server"),
    ]

    def __init__(self, services: Services) -> None:
        self._state = services.state.load()
        super().__init__(services, self._state.last_pane)
        self._view = ServerView(services.config.base_url)
        self._model: str | None = services.model
        self._change = ""
        listener = LinkListener(self._connected, self._show, self._not_connected)
        self._link = ServerLink(self._runs, services.connect, services.config, listener)
        self._choice = ServerChoice(self, services, self._runs, lambda: self._link.config, self._use_another)
        self._served = ServiceLinks(self._runs, services, lambda: self._choice.profile, self._tell_service)
        self._ticking: Timer | None = None
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
        if self._state.last_pane != self._pane:
            self._services.state.save(self._state.with_pane(self._pane))
        self._services.library.close()
        self._services.media.close()

    def _introduce(self, pane: Pane) -> None:
        """Tell a pane that has just been made what the others know."""
        if self._link.client is not None:
            pane.use_client(self._link.client)
        pane.show_server(self._view)
        pane.use_model(self._model)
        self._find_services(pane)
        self._tell_defaults()

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
        for pane in self._panes.values():
            pane.use_service(service, client, view)
        if view.own:
            self._show_facts()

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
            self._model = None
        self._use_server(config)

    def _connected(self, client: LMStudioSDK) -> None:
        for pane in self._panes.values():
            pane.use_client(client)
        self._served.connected(client)
        self._runs.start(self._warm_up, name="warm-up")

    def _not_connected(self, sentence: str) -> None:
        self.notify(sentence, severity="error")

    def _warm_up(self, emit: object, scope: CancelScope) -> None:
        """Import what will be needed while nobody waits for it."""
        del emit, scope
        for module in _NEEDED_SOON:
            import_module(module)

    def _show(self, view: ServerView) -> None:
        """Tell everybody what the server is like now."""
        before, self._view = self._view, view
        if words := describe_change(before, view):
            self._change = f"{clock(time.time())} {words}"
        if view.online and not before.online:
            self._settle_model()
        self.query_one(HeaderBar).show_server(view)
        self._show_facts()
        if view.online and view.models and view.models_at != before.models_at:
            self._remember(view)
        for pane in self._panes.values():
            pane.show_server(view)
        self._served.seen(view)
        if view.presence is not before.presence:
            self.refresh_bindings()
        if self._choice.key_typed and view.presence is Presence.LOCKED:
            self.notify("The server does not take that key.", severity="warning")
        self._choice.key_typed = self._choice.key_typed and view.presence is Presence.CONNECTING
        self._tick_while(view.presence is Presence.OFFLINE or view.silent_since is not None)

    def _remember(self, view: ServerView) -> None:
        """Keep the list for when the server is away. The simulator is gone with the app, and its list with it."""
        if view.status is not None and view.status.simulator:
            return
        url, models = view.base_url, RememberedModels(view.models, self._services.now())

        def keep(emit: object, scope: CancelScope) -> None:
            del emit, scope
            self._services.remember(url, models)

        self._runs.start(keep, name="remember")

    def _show_facts(self) -> None:
        facts = self._facts()
        # A server may be heard of while the app is taken down: then there is no screen, or nothing on it.
        if not self.screen_stack:
            return
        for rail in self.query(Rail):
            rail.show_facts(self._view.base_url, facts)
        if isinstance(self.screen, ServerFacts):
            self.screen.show_facts(self._view.base_url, facts)

    def _facts(self) -> list[Fact]:
        return facts_of(self._view, self._link.config.warnings(), self._change, self._served.views)

    def _tick_while(self, counting: bool) -> None:
        """Count seconds in the header, while there is something to count."""
        if counting and self._ticking is None:
            self._ticking = self.set_interval(1.0, self._tick)
        elif not counting and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def _tick(self) -> None:
        self.query_one(HeaderBar).refresh()
        if self._view.silent_since is not None:
            self._show_facts()

    def _settle_model(self) -> None:
        """Choose a model when a server appears."""
        config = self._link.config
        asked = self._services.model
        listed = {model.id for model in self._view.models}
        own = next((one for pane in self._panes.values() if (one := pane.own_model) in listed), None)
        preferred = (own, self._model, self._state.last_model.get(config.base_url), config.default_model)
        # What was asked for by name is asked for, listed or not.
        chosen = asked or model_for_chat(self._view.models, *preferred)
        wanted = next((name for name in preferred if name), None)
        if chosen != wanted and wanted is not None and asked is None and self._view.models:
            instead = f"{clean_line(chosen)} is asked instead" if chosen else "there is none to ask"
            self.notify(f"{clean_line(wanted)} is not on this server; {instead}.", severity="warning")
        self._use_model(chosen)

    def _use_model(self, model: str | None) -> None:
        self._model = model
        self.query_one(HeaderBar).show_model(model)
        for pane in self._panes.values():
            pane.use_model(model)
        self._tell_defaults()

    def _tell_defaults(self) -> None:
        """The models pane marks which models are used for what."""
        config = self._link.config
        chosen = self._state.last_embedding_model.get(config.base_url) or config.default_embedding_model
        for pane in self._panes.values():
            pane.show_defaults(self._model, chosen)

    # What the panes ask for

    def on_server_doubted(self) -> None:
        """A request failed, or changed something: look at once."""
        self.action_retry_server()

    def on_fact_wanted(self, event: FactWanted) -> None:
        """A badge was clicked."""
        self.action_explain(event.fact)

    def action_explain(self, fact: str) -> None:
        """Explain what is known of the server."""
        if isinstance(self.screen, ServerFacts):
            self.screen.dismiss(None)
        elif len(self.screen_stack) == 1:
            self.push_screen(ServerFacts(self._view.base_url, self._facts(), fact))

    def on_model_wanted(self) -> None:
        """Choose among the models, as they are now."""
        client = self._link.client
        if client is None:
            return

        def fetch(emit: object, scope: CancelScope) -> tuple[ModelSummary, ...] | LMStudioError:
            del emit
            try:
                return tuple(client.list_models(scope=scope))
            except LMStudioError as error:
                return error

        self._runs.start(fetch, finished=self._offer_models, name="models")

    def _offer_models(self, found: tuple[ModelSummary, ...] | LMStudioError) -> None:
        if isinstance(found, LMStudioError):
            self.notify(f"{found.message} {found.hint}", severity="error")
            return
        from lmstudio_tui.tui.screens.model_picker import ModelPicker

        if not isinstance(self.screen, ModelPicker):
            self.push_screen(ModelPicker(found, self._model), self._chosen)

    def _chosen(self, model: str | None) -> None:
        if model is None:
            return
        self._use_model(model)
        self._state = self._state.with_model(self._link.config.base_url, model)
        self._services.state.save(self._state)

    def on_model_chosen(self, event: ModelChosen) -> None:
        """A model was chosen in the list of models."""
        if event.purpose == "chat":
            self._chosen(event.model)
            return
        self._state = self._state.with_embedding_model(self._link.config.base_url, event.model)
        self._services.state.save(self._state)
        self._tell_defaults()

    def on_chats_opened(self, event: ChatsOpened) -> None:
        """Other conversations are open."""
        state = self._state.with_chats(event.ids, event.front)
        if state != self._state:
            self._state = state
            self._services.state.save(state)

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
_NEEDED_SOON = ("markdown_it", "pygments.lexers", "lmstudio_tui.tui.panes.models", "lmstudio_tui.tui.panes.inspector")
