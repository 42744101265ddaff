"""The app: frame, panes, and who is told what."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, ClassVar

from textual.events import Key, Paste
from textual.widgets import TextArea

from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.tui.commands import bindings, bound, key_of, keys_of, use_keys
from lmstudio_tui.tui.keyed import KeyedScreen
from lmstudio_tui.tui.looks.density import COMPACT_CSS
from lmstudio_tui.tui.looks.frame import FRAME_CSS
from lmstudio_tui.tui.memory import Memory
from lmstudio_tui.tui.messages import ModelChosen
from lmstudio_tui.tui.opening import Opening
from lmstudio_tui.tui.paned import PanedApp, first_pane
from lmstudio_tui.tui.typed import is_present
from lmstudio_tui.tui.widgets.header import HeaderBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from textual.binding import BindingType

    from lmstudio_tui.features.service_view import Service, ServiceView
    from lmstudio_tui.features.settings_desk import InForce
    from lmstudio_tui.sdk import CancelScope, ClientConfig, LMStudioSDK
    from lmstudio_tui.store.library.records import Conversation
    from lmstudio_tui.tui.looks.surroundings import Surroundings
    from lmstudio_tui.tui.messages import ChatsOpened, FactWanted, ServiceWanted
    from lmstudio_tui.tui.palette import Find
    from lmstudio_tui.tui.panes.pane import Pane
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.widgets.absence import Absence
    from lmstudio_tui.tui.widgets.columns import Columns

_WIDTHS = [(0, "-tiny"), (60, "-narrow"), (110, "-wide")]
"""Columns of the terminal from which on it has that class."""
_HEIGHTS = [(0, "-short"), (16, "-tall")]
"""Rows of the terminal from which on it has that class."""


class LMStudioApp(PanedApp):
    """lmstudio-tui.

    Args:
        services: everything it needs from outside; or how to come by that, behind the first picture.
        surroundings: what the terminal can show.
    """

    TITLE = "lmstudio-tui"
    AUTO_FOCUS = "#composer"
    CSS = FRAME_CSS + COMPACT_CSS
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app.quit", "app.help", "app.go_to", "app.next_pane", "app.previous_pane"),
        bound("app.palette", "command_palette"),
        *bindings("app.list_wider", "app.list_narrower", "app.list_reset"),
        *bindings("app.facts", "app.servers", "app.settings", "app.key", "app.simulator", "app.retry_server"),
        *bindings("app.density"),
    ]

    def __init__(self, services: Services | Opening, surroundings: Surroundings | None = None) -> None:
        self._memory = Memory(services.state)
        before = self._memory.state
        # Before the settings are read it looks as the last time, and has its keys.
        wishes = self._memory.wishes if isinstance(services, Opening) else self._memory.ask(services)
        use_keys(before.keys if isinstance(services, Opening) else services.keys)
        self._kept = before
        super().__init__(wishes, first_pane(services.pane, before.last_pane), surroundings)
        self._view = ServerView("")
        self._opening: Opening | None = None
        self._leaving = False
        if isinstance(services, Opening):
            self._opening = services
        else:
            self._take(services)

    def _take(self, services: Services) -> None:
        """Have everything that it takes. Imported here: the first picture does without."""
        from lmstudio_tui.tui.model_choice import ModelChoice
        from lmstudio_tui.tui.server_choice import ServerChoice
        from lmstudio_tui.tui.server_display import ServerDisplay
        from lmstudio_tui.tui.server_link import LinkListener, ServerLink
        from lmstudio_tui.tui.service_links import ServiceLinks
        from lmstudio_tui.tui.settings_choice import SettingsChoice
        from lmstudio_tui.tui.upkeep import Upkeep

        self._services = services
        use_keys(services.keys)
        self._view = ServerView(services.config.base_url)
        listener = LinkListener(self._connected, self._show, self._not_connected)
        self._link = ServerLink(self._runs, services.connect, services.config, listener)
        self._models = ModelChoice(self, self._runs, self._link, self._memory, self._panes, services.model)
        self._choice = ServerChoice(self, services, self._runs, lambda: self._link.config, self._use_another)
        self._settings = SettingsChoice(self, services, self._runs, self._choice, self._model_ids, self._use_looks)
        self._served = ServiceLinks(self._runs, services, lambda: self._choice.profile, self._tell_service)
        self._shown = ServerDisplay(self, lambda: self._link.config, lambda: self._served.views)
        self._upkeep = Upkeep(self._runs, services)

    def on_mount(self) -> None:
        """Paint first, then look for the server."""
        self._mark_pane()
        unsent = self._memory.state.unsent
        if unsent and self._pane == "chat":
            self.type_first(unsent)
            self.preview(Paste(unsent))
        if self._opening is not None:
            self.call_after_refresh(self._open, self._opening)
            return
        self._begin()
        if self._pane != "chat":
            self._panes[self._pane].arrive()

    def _open(self, opening: Opening) -> None:
        """Come by the rest, behind the first picture."""

        def load(emit: object, scope: CancelScope) -> Services:
            del emit, scope
            return opening.load()

        def furnish(services: Services) -> None:
            self.call_next(self._furnish, services)

        def leave(_: BaseException) -> None:
            opening.failed()
            self.exit()

        self._runs.start(load, finished=furnish, crashed=leave, name="opening")

    def preview(self, event: Key | Paste) -> None:
        """Show what was typed before there is anything to take it; who insists on leaving does not wait for that."""
        super().preview(event)
        if isinstance(event, Key) and event.key in keys_of("app.quit"):
            if self._leaving:
                self.exit()
            self._leaving = True
            self.query_one(HeaderBar).show_warning("The app is being opened; the same key again leaves at once.")

    async def _furnish(self, services: Services) -> None:
        """Put everything in its place."""
        self._take(services)
        self.use_wishes(self._memory.ask(services))
        await self.fill()
        if self._exit:
            return
        self._begin()
        self.opened()
        self._panes[self._pane].arrive()
        self.refresh_bindings()

    def _begin(self) -> None:
        """Everything is there: look for the server."""
        from lmstudio_tui.tui.upkeep import TIDIED_AFTER

        theme = self.services.theme
        if theme and theme not in self.available_themes:
            self.notify(f"There is no theme {theme!r}; {key_of('app.palette')}, Theme lists them.", severity="warning")
        if self.services.keys:
            self._warn_of_keys()
        state = self._memory.state.with_keys(self.services.keys)
        if self._pane == "chat":
            # It is typed again by now.
            state = state.with_unsent("")
        if state != self._kept:
            self._memory.keep(state)
        for name, pane in self._panes.items():
            pane.show_server(self._view)
            pane.show_columns(self._memory.state.columns.get(name))
            self._find_services(pane)
        self.call_after_refresh(self._use_server, self.services.config)
        self.set_timer(_LATER, gc.enable)
        self.set_timer(_LATER, self._find_all_services)
        self.set_timer(TIDIED_AFTER, self._upkeep.tidy)

    def _warn_of_keys(self) -> None:
        """Say what is wrong with the keys that the settings change. Imported here: most change none."""
        from lmstudio_tui.tui.key_clashes import problems

        found = problems(self.services.keys)
        if found:
            more = f" And {len(found) - 1} more: lmstudio-tui keys --check." if len(found) > 1 else ""
            self.notify(f"{found[0].sentence}{more}", title="Keys", severity="warning", timeout=12)

    def get_default_screen(self) -> KeyedScreen:
        """The one with the panes, on which keys are those that the user wants."""
        return KeyedScreen(id="_default")

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave, and keep what is typed."""
        for pane in self._panes.values():
            if (opened := pane.leave()) is not None:
                self.on_chats_opened(opened)
        super().exit(result, return_code, message)

    def on_unmount(self) -> None:
        """End whatever waits for a server."""
        self._runs.drop_all()
        if self._services is None or not self._panes:
            if text := self.typed:
                self._memory.keep(self._memory.state.with_unsent(text))
            return
        self._link.close()
        self._served.close()
        self._services.sound.close()
        if self._memory.state.last_pane != self._pane:
            self._memory.keep(self._memory.state.with_pane(self._pane))
        self._services.library.close()
        self._services.media.close()
        self._services.embeddings.close()

    def introduce(self, pane: Pane) -> None:
        """Tell a pane that has just been made what the others know."""
        if self._link.client is not None:
            pane.use_client(self._link.client)
        pane.show_server(self._view)
        self._models.introduce(pane)
        pane.show_columns(self._memory.state.columns.get(pane.id or ""))
        self._find_services(pane)

    def _find_services(self, pane: Pane) -> None:
        """Look for the servers of what the pane is there for."""
        for service in pane.services:
            self._served.want(service)

    def _find_all_services(self) -> None:
        from lmstudio_tui.tui.service_links import SERVICES

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
        self._upkeep.settle()

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

    # How it looks

    def theme_picked(self, theme: str) -> None:
        """A theme was chosen in the palette: the next time it is there again, unless the settings name one."""
        super().theme_picked(theme)
        self._memory.keep(self._memory.state.with_picked_theme(theme))
        self._tell_if_asked("theme", self._memory.state.theme)

    def _pick_theme(self, theme: str) -> None:
        self.theme = theme

    def action_density(self) -> None:
        """Be compact, or comfortable again; the next time, too, unless the settings ask for one."""
        density = "comfortable" if self.compact else "compact"
        self.use_wishes(self.wishes.with_density(density))
        self._memory.keep(self._memory.state.with_picked_density(density))
        self._tell_if_asked("density", self._memory.state.density)

    def _tell_if_asked(self, name: str, asked: str | None) -> None:
        if asked is not None and asked != getattr(self.wishes, name):
            self.notify(f"Until you leave: the settings ask for {name} = {asked!r}, which counts at the next start.")

    # What the panes ask for

    def on_composer_draft_changed(self) -> None:
        """Somebody is about to ask."""
        self._upkeep.warm_up()

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

    async def finds(self) -> Sequence[Find]:
        """Conversations, models, servers, settings and themes, for the palette."""
        from lmstudio_tui.tui.finding import conversations, models, servers, settings, themes

        if self.opening:
            return ()
        chat = self._panes["chat"]

        async def open_kept(conversation: Conversation) -> None:
            await self.action_pane("chat")
            await chat.open_kept(conversation)

        async def ask(model: str) -> None:
            self._models.take(ModelChosen(model, "chat"))
            await self.action_pane("chat")

        return (
            *await conversations(self.services.library, self.services.now(), open_kept),
            *models(self._view.models, ask),
            *await servers(self.services.profiles, self._choice.is_other, self._choice.use),
            *await settings(self.services.settings, self._choice.profile, self._settings.ask),
            *themes(self.available_themes, self._pick_theme),
        )

    def on_chats_opened(self, event: ChatsOpened) -> None:
        """Other conversations are open."""
        if self._exit:
            return  # what was said before the end is older than what was kept at the end
        state = self._memory.state.with_chats(event.ids, event.front)
        if state != self._memory.state:
            self._memory.keep(state)

    def on_absence_chosen(self, event: Absence.Chosen) -> None:
        """A way on, from the page without a server."""
        match event.way:
            case "simulator":
                self._choice.simulator(quiet=True)
            case "key":
                self.action_enter_key()
            case "servers":
                self.action_servers()
            case "find":
                self._choice.ask(find=True)
            case _:
                self.action_retry_server()

    def on_columns_moved(self, event: Columns.Moved) -> None:
        """Columns were given other room by hand."""
        self._memory.keep(self._memory.state.with_columns(self._pane, event.share))

    # Actions

    async def action_quit(self) -> None:
        """Leave; where something would be lost sight of, ask first. Who insists is not asked twice."""
        from lmstudio_tui.tui.screens.confirm import Confirm

        await self.caught_up()
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
        """A key is asked for only where one is wanted, and room is shared only where there are two columns."""
        del parameters
        if action == "widen":
            return not self.opening and len(self.screen_stack) == 1 and self._columns is not None
        return self._view.presence is Presence.LOCKED if action == "enter_key" else True

    def action_enter_key(self) -> None:
        """Ask for the API key that the server wants."""
        self._choice.ask_for_key()

    def action_servers(self) -> None:
        """Choose, add or edit servers."""
        self._choice.ask()

    def action_settings(self) -> None:
        """Show what is in `config.toml`, to be changed."""
        self._settings.ask()

    def _model_ids(self) -> list[str]:
        return [model.id for model in self._view.models]

    def _use_looks(self, settings: InForce) -> None:
        """Look as the settings say from now on."""
        self.use_wishes(self._memory.ask(settings.looks))
        self._memory.keep(self._memory.state)

    def on_tour_begun(self) -> None:
        """It was shown, and never will be again by itself."""
        self._memory.keep(self._memory.state.with_toured())

    def action_tour(self) -> None:
        """Show somebody around."""
        from lmstudio_tui.tui.screens.tour import TourScreen

        def typed(letter: str | None) -> None:
            if letter and isinstance(self.focused, TextArea):
                self.focused.insert(letter)

        self.push_screen(TourScreen(), typed)

    def on_servers_wanted(self) -> None:
        """A click on the server's address."""
        self._choice.ask()

    def action_simulator(self) -> None:
        """Use the simulator in place of the server."""
        self._choice.simulator()


_LATER = 1.0
"""Seconds after the first paint: then the servers of audio and images are looked for, which nobody waits for."""
