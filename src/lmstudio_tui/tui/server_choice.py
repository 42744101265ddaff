"""Going to another server: one of the profiles, the simulator, or the same one with a key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pydantic import SecretStr

from lmstudio_tui.features.profiles import NO_PROFILE, ProfileError
from lmstudio_tui.sdk import LMStudioError
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.screens.key_entry import KeyEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.features.profiles import Profiles
    from lmstudio_tui.sdk import CancelScope, ClientConfig
    from lmstudio_tui.tui.remarks import RemarkingApp
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.worker_bridge import Runs


class ServerChoice:
    """Asks which server it shall be, and prepares what a client for it needs.

    Args:
        app: shows the questions.
        services: knows the profiles, and starts the simulator.
        runs: of the app.
        config: gives the server in use.
        use: is told of another one.
    """

    def __init__(
        self,
        app: RemarkingApp,
        services: Services,
        runs: Runs,
        config: Callable[[], ClientConfig],
        use: Callable[[ClientConfig], None],
    ) -> None:
        self.profile = services.profile
        """The name of the profile in use, if it is one."""
        self._simulated = False
        self.key_typed = False
        """Whether the last key was typed, and not yet tried."""
        self._given: ClientConfig | None = services.config
        """What the settings say of the server in use; None when it is the simulator, or its key was typed."""
        self._app = app
        self._services = services
        self._runs = runs
        self._config = config
        self._use = use

    def is_other(self, name: str) -> bool:
        """Whether the server of that profile is another than the one in use."""
        return self._simulated or name != (self.profile or NO_PROFILE)

    def ask(self, *, find: bool = False) -> None:
        """Show the servers.

        Args:
            find: whether servers are looked for on this machine, as somebody has asked.
        """
        if len(self._app.screen_stack) > 1:
            return
        if self._services.profiles is None:
            self._app.notify("There are no settings to keep servers in.", severity="warning")
            return
        from lmstudio_tui.tui.screens.servers import ServersScreen

        profiles = self._services.profiles()
        instead = "the simulator" if self._simulated else ""
        screen = ServersScreen(profiles, self._services.connect, self.profile, instead=instead, find=find)
        self._app.push_screen(screen, partial(self._switch, profiles))

    def use(self, profiles: Profiles, name: str) -> None:
        """Talk to the server of that name."""
        self._switch(profiles, name)

    def _switch(self, profiles: Profiles, name: str | None) -> None:
        """Talk to the server of that name; a command may have to print its key first."""
        if name is None:
            return

        def prepare(emit: object, scope: CancelScope) -> ClientConfig | ProfileError | LMStudioError:
            del emit, scope
            try:
                return profiles.config_of(name)
            except (ProfileError, LMStudioError) as error:
                return error

        def use(prepared: ClientConfig | ProfileError | LMStudioError) -> None:
            if isinstance(prepared, ProfileError | LMStudioError):
                self._app.notify(f"{prepared.message} {prepared.hint}".strip(), severity="error", timeout=10)
                return
            self.profile = name
            self._simulated = False
            self._given = prepared
            self._use(prepared)

        self._runs.start(prepare, finished=use, name="profile")

    def settle(self, config: ClientConfig, *, anew: bool) -> None:
        """Go by other settings of the server in use, unless that is another one than they name.

        Args:
            config: what they say now.
            anew: whether something beside it is different, too.
        """
        if self._given is not None and (anew or config != self._given):
            self._given = config
            self._use(config)

    def ask_for_key(self) -> None:
        """Ask for the API key that the server wants."""
        if not isinstance(self._app.screen, KeyEntry):
            self._app.push_screen(KeyEntry(), self._use_key)

    def _use_key(self, key: str | None) -> None:
        if key:
            self.key_typed = True
            self._given = None
            self._use(self._config().model_copy(update={"api_key": SecretStr(key)}))

    def simulator(self, *, quiet: bool = False) -> None:
        """Use the simulator in place of the server.

        Args:
            quiet: whether there was no server to go back to, so that nothing need be said of that.
        """

        def start(emit: object, scope: CancelScope) -> str:
            del emit, scope
            return self._services.start_simulator()

        self._runs.start(
            start, finished=partial(self._use_simulator, quiet=quiet), crashed=self._no_simulator, name="simulator"
        )

    def _use_simulator(self, base_url: str, *, quiet: bool) -> None:
        config = self._config()
        if config.base_url != base_url:
            self._given = None
            self._simulated = True
            update: dict[str, object] = {"base_url": base_url, "api_key": None, "env": "local", "extra_headers": {}}
            self._use(config.model_copy(update=update))
            if not quiet:
                self._app.notify(told("This is the simulator now. {app.servers} goes back to a server."), timeout=6)

    def _no_simulator(self, error: BaseException) -> None:
        self._app.notify(f"The simulator could not be started: {error}", severity="error")
