"""The app: frame, panes, and who is told what."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from pydantic import SecretStr
from textual.app import App, SystemCommand
from textual.containers import Horizontal
from textual.widgets import Footer

from lmstudio_tui.features.health import HealthMonitor, Presence, ServerView
from lmstudio_tui.features.models import model_for_chat
from lmstudio_tui.sdk import LMStudioError, ModelSummary
from lmstudio_tui.tui.commands import bindings, commands
from lmstudio_tui.tui.panes import PANES
from lmstudio_tui.tui.panes.chat import ChatPane
from lmstudio_tui.tui.screens.help import HelpScreen
from lmstudio_tui.tui.screens.key_entry import KeyEntry
from lmstudio_tui.tui.screens.model_picker import ModelPicker
from lmstudio_tui.tui.themes import QUIET_DARK, THEMES
from lmstudio_tui.tui.widgets.header import HeaderBar
from lmstudio_tui.tui.widgets.rail import Rail
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.screen import Screen
    from textual.timer import Timer

    from lmstudio_tui.sdk import CancelScope, ClientConfig, LMStudioSDK
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.widgets.absence import Absence


class LMStudioApp(App[None]):
    """lmstudio-tui.

    Args:
        services: everything it needs from outside.
    """

    TITLE = "lmstudio-tui"
    AUTO_FOCUS = "#composer"
    CSS = """
    #body { height: 1fr; }
    Rail { display: none; }
    .-wide Rail { display: block; }
    .-wide #transcript { margin-top: 1; }
    .-tiny HeaderBar, .-tiny Footer { display: none; }
    Footer { background: $panel; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual declares it so
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app.quit", "app.help", "app.simulator", "app.retry_server"),
    ]

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._config = services.config
        self._client: LMStudioSDK | None = None
        self._view = ServerView(services.config.base_url)
        self._state = services.state.load()
        self._model: str | None = services.model
        self._key_typed = False
        self._pane = _first_pane(services.pane, self._state.last_pane)
        self._runs = Runs(self)
        self._connecting: Run[None, LMStudioSDK] | None = None
        self._watching: Run[ServerView, None] | None = None
        self._monitor: HealthMonitor | None = None
        self._countdown: Timer | None = None
        for theme in THEMES:
            self.register_theme(theme)

    def compose(self) -> ComposeResult:
        yield HeaderBar(id="header")
        with Horizontal(id="body"):
            yield Rail([title for _, title in PANES], id="rail")
            yield ChatPane(self._services.now, id="chat")
        yield Footer()

    def on_mount(self) -> None:
        """Paint first, then look for the server."""
        wanted = self._services.theme
        self.theme = wanted if wanted in self.available_themes else QUIET_DARK.name
        if wanted and wanted not in self.available_themes:
            self.notify(f"There is no theme {wanted!r}; Ctrl+P, Theme lists them.", severity="warning")
        self._heed_signals()
        self.query_one(ChatPane).show_server(self._view)
        self.call_after_refresh(self._connect, self._config)

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

    def on_unmount(self) -> None:
        """End whatever waits for a server."""
        self._disconnect()
        self._runs.drop_all()
        if self._state.last_pane != self._pane:
            self._services.state.save(self._state.with_pane(self._pane))

    # The server

    def _connect(self, config: ClientConfig) -> None:
        """Talk to this server from now on."""
        self._disconnect()
        self._config = config
        self.query_one(HeaderBar).show_warning(" ".join(config.warnings()))
        self._show(ServerView(config.base_url))

        def connect(emit: object, scope: CancelScope) -> LMStudioSDK:
            # In a thread, because the HTTP library takes a while to import.
            del emit, scope
            return self._services.connect(config)

        self._connecting = self._runs.start(connect, finished=self._watch, crashed=self._not_connected, name="connect")

    def _disconnect(self) -> None:
        """End whatever waits for the server of before."""
        for run in (self._connecting, self._watching):
            if run is not None:
                run.drop()
        if self._monitor is not None:
            self._monitor.stop()
        if self._client is not None:
            self._client.close()
            self._client = None

    def _watch(self, client: LMStudioSDK) -> None:
        """Look at the server for as long as it is the one in use."""
        self._client = client
        self.query_one(ChatPane).use_client(client)
        self._runs.start(self._warm_up, name="warm-up")

        def look(emit: Callable[[ServerView], None], scope: CancelScope) -> None:
            del scope
            monitor.run(emit)

        self._monitor = monitor = HealthMonitor(client)
        self._watching = self._runs.start(look, items=self._seen, crashed=self._blind, name="health")

    def _blind(self, error: BaseException) -> None:
        """A defect of ours ended the watching: what the header says is no longer true."""
        self._show(ServerView(self._config.base_url, presence=Presence.STRANGE))
        self.notify(f"The server is no longer watched ({type(error).__name__}); F5 looks again.", severity="error")
        self._monitor = None

    def _not_connected(self, error: BaseException) -> None:
        self.notify(f"No client could be made for {self._config.base_url}: {error}", severity="error")

    def _warm_up(self, emit: object, scope: CancelScope) -> None:
        """Import what the first answer will need while nobody waits for it."""
        del emit, scope
        for module in ("markdown_it", "pygments.lexers"):
            import_module(module)

    def _seen(self, views: list[ServerView]) -> None:
        self._show(views[-1])

    def _show(self, view: ServerView) -> None:
        """Tell everybody what the server is like now."""
        before, self._view = self._view, view
        if view.online and not before.online:
            self._settle_model()
        for shown in (self.query_one(HeaderBar), self.query_one(Rail), self.query_one(ChatPane)):
            shown.show_server(view)
        if view.presence is not before.presence:
            self.refresh_bindings()
        if self._key_typed and view.presence is Presence.LOCKED:
            self.notify("The server does not take that key.", severity="warning")
        self._key_typed = self._key_typed and view.presence is Presence.CONNECTING
        away = view.presence is Presence.OFFLINE
        if away and self._countdown is None:
            self._countdown = self.set_interval(1.0, self.query_one(HeaderBar).refresh)
        elif not away and self._countdown is not None:
            self._countdown.stop()
            self._countdown = None

    def _settle_model(self) -> None:
        """Choose a model when a server appears."""
        url = self._config.base_url
        asked = self._services.model
        preferred = (self._model, self._state.last_model.get(url), self._config.default_model)
        # What was asked for by name is asked for, listed or not.
        self._use_model(asked or model_for_chat(self._view.models, *preferred))

    def _use_model(self, model: str | None) -> None:
        self._model = model
        self.query_one(HeaderBar).show_model(model)
        self.query_one(ChatPane).use_model(model)

    # What the panes ask for

    def on_chat_pane_server_doubted(self) -> None:
        """A request failed: look at once."""
        self.action_retry_server()

    def on_chat_pane_model_wanted(self) -> None:
        """Choose among the models, as they are now."""
        client = self._client
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
        if not isinstance(self.screen, ModelPicker):
            self.push_screen(ModelPicker(found, self._model), self._chosen)

    def _chosen(self, model: str | None) -> None:
        if model is None:
            return
        self._use_model(model)
        self._state = self._state.with_model(self._config.base_url, model)
        self._services.state.save(self._state)

    def on_absence_chosen(self, event: Absence.Chosen) -> None:
        """A way on, from the page without a server."""
        match event.way:
            case "simulator":
                self.action_simulator()
            case "key":
                self.push_screen(KeyEntry(), self._use_key)
            case _:
                self.action_retry_server()

    def _use_key(self, key: str | None) -> None:
        if key:
            self._key_typed = True
            self._connect(self._config.model_copy(update={"api_key": SecretStr(key)}))

    def on_chat_pane_copy_wanted(self, event: ChatPane.CopyWanted) -> None:
        """Copy, and say how sure that is."""
        text, what = event.text, event.what

        def copy(emit: object, scope: CancelScope) -> bool:
            del emit, scope
            return self._services.copy_natively(text)

        def tell(verified: bool) -> None:
            if verified:
                self.notify(f"Copied: {what}, {len(text):,} characters.", timeout=3)
            else:
                self.copy_to_clipboard(text)
                self.notify(f"Sent to the terminal's clipboard: {what}, {len(text):,} characters.", timeout=3)

        self._runs.start(copy, finished=tell, name="copy")

    # Actions

    def action_help(self) -> None:
        """Show the keys, or close them."""
        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss(None)
        else:
            self.push_screen(HelpScreen())

    def action_retry_server(self) -> None:
        """Look for the server at once."""
        if self._monitor is not None:
            self._monitor.poke()
        elif self._client is not None:
            self._watch(self._client)

    def action_simulator(self) -> None:
        """Use the simulator in place of the server."""

        def start(emit: object, scope: CancelScope) -> str:
            del emit, scope
            return self._services.start_simulator()

        self._runs.start(start, finished=self._use_simulator, crashed=self._no_simulator, name="simulator")

    def _use_simulator(self, base_url: str) -> None:
        if self._config.base_url != base_url:
            update: dict[str, object] = {"base_url": base_url, "api_key": None, "env": "local", "extra_headers": {}}
            self._connect(self._config.model_copy(update=update))
            self.notify("This is the simulator now. Start the app again for the server of before.", timeout=6)

    def _no_simulator(self, error: BaseException) -> None:
        self.notify(f"The simulator could not be started: {error}", severity="error")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: everything in the catalogue that makes sense now, and the theme."""
        pane = self.query_one(ChatPane)
        for command in commands("everywhere", "chat"):
            if not command.palette:
                continue
            target = pane if command.where == "chat" else self
            name = command.action.partition("(")[0]
            if target.check_action(name, ()):
                run = self._runner(command.action, target)
                yield SystemCommand(command.help.removesuffix("."), f"{command.title} · {command.shown_keys}", run)
        yield SystemCommand("Theme", "Choose how the app looks.", self.action_change_theme)
        del screen

    def _runner(self, action: str, target: ChatPane | LMStudioApp) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await self.run_action(action, target)

        return run


def _first_pane(asked: str | None, last: str | None) -> str:
    """The pane to open on: the one asked for, the one used last if it is still there, else the first."""
    names = [name for name, _ in PANES]
    return next((name for name in (asked, last) if name in names), names[0])
