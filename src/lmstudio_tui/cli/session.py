"""The composition root of the command line: settings → client, and the simulator for `--demo`."""

from __future__ import annotations

from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

from lmstudio_tui.cli.console import warn

if TYPE_CHECKING:
    from pathlib import Path

    import typer

    from lmstudio_tui.cli.profiles import SettingsProfiles
    from lmstudio_tui.cli.settings_desk import SessionSettings
    from lmstudio_tui.sdk import ClientConfig, LMStudioClient
    from lmstudio_tui.sdk.recording import Recorder
    from lmstudio_tui.settings import LoadedSettings, Service
    from lmstudio_tui.simulator import SimulatorServer


@dataclass
class Session:
    """One run of a command. Nothing is read or opened before it is asked for."""

    base_url: str | None = None
    api_key: str | None = None
    config_path: Path | None = None
    demo: bool = False
    model: str | None = None
    """The model that was named before the command."""
    pane: str | None = None
    """The pane that was named before the command."""
    profile: str | None = None
    log_level: str | None = None
    recorders: list[Recorder] = field(default_factory=list["Recorder"], compare=False)
    """Are told of every call of the clients that are made from then on."""
    quiet: bool = False
    """Whether the command itself tells the warnings of the settings."""
    service: Service = "main"
    """Whose server the command asks."""
    secrets: ClassVar[set[str]] = set()
    """The keys of all servers that clients were made for, in any session: they are kept out of reports."""
    _stack: ExitStack = field(default_factory=ExitStack, compare=False)

    def __enter__(self) -> Self:
        token = _IN_USE.set(self)
        self._stack.callback(_IN_USE.reset, token)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def check(self) -> None:
        """Refuse options that contradict each other.

        Raises:
            typer.BadParameter
        """
        wrong = "--base-url" if self.base_url is not None else "--profile" if self.profile else None
        if self.demo and wrong is not None:
            from typer import BadParameter

            raise BadParameter(f"--demo brings a server of its own; leave {wrong} out.")

    @cached_property
    def loaded(self) -> LoadedSettings:
        """The settings.

        Raises:
            SettingsError: when one cannot be used.
        """
        loaded = self._read()
        for text in () if self.quiet else loaded.warnings:
            warn(text)
        return loaded

    def read_again(self) -> None:
        """Go by the settings as they are now.

        Raises:
            SettingsError: when one cannot be used; then it goes on by those of before.
        """
        loaded = self._read()
        for name in ("config", "profiles", "_without_profile"):
            self.__dict__.pop(name, None)
        self.__dict__["loaded"] = loaded

    def _read(self) -> LoadedSettings:
        from lmstudio_tui.settings import load_settings

        flags: dict[str, object] = {"base_url": self.base_url, "api_key": self.api_key, "profile": self.profile}
        if self.demo:
            flags = self._flags_for_demo()
        flags["log_level"] = self.log_level
        return load_settings(flags, config_path=self.config_path)

    def _flags_for_demo(self) -> dict[str, object]:
        """The simulator is on this machine and wants no key, whatever the settings say of the real server."""
        return {
            "base_url": self.start_simulator(),
            "api_key": "",
            "env": "local",
            "allowed_hosts": [],
            "extra_headers": {},
            "verify_tls": True,
            "profile": "",
        }

    @cached_property
    def config(self) -> ClientConfig:
        """What the client needs.

        Raises:
            SettingsError, ConfigurationError
        """
        config = self.loaded.client_config()
        if self.demo:  # which does not have the models of the real server
            return config.model_copy(update={"default_model": None, "default_embedding_model": None})
        return config

    def about_key(self, hint: str) -> str:
        """What to do about a refused key: where it came from, or why none was sent.

        Args:
            hint: what is said when nothing better is known.
        """
        loaded, service = self.loaded, self.service
        if service != "main" and not self.demo and getattr(loaded.settings, f"{service}_base_url") is not None:
            if self.config_for(service).api_key is None:
                return f"Set LM_STUDIO_{service.upper()}_API_KEY, or {service}_api_key in config.toml."
            return f"The server for {service} refused the {loaded.key_source(service)}. Correct it there."
        if self.config.api_key is None:
            return " ".join([*self.loaded.withheld, hint])
        owned = any("[profiles." in loaded.origins[name] for name in ("api_key", "api_key_env", "api_key_command"))
        whose = f" (profile {loaded.settings.profile})" if owned else ""
        return f"The server refused the {loaded.key_source()}{whose}. Correct it there, or give another: --api-key."

    def config_for(self, service: Service) -> ClientConfig:
        """What the client of a service needs: audio and images may have a server of their own.

        Raises:
            SettingsError, ConfigurationError
        """
        if service == "main":
            return self.config
        return self._simulated(self.config) if self.demo else self.loaded.client_config(service)

    def service_config(self, service: Service, main: ClientConfig, profile: str | None) -> ClientConfig | None:
        """What a client for audio, or images, needs beside the main server; None when that one serves it.

        Args:
            service: which of the two.
            main: the configuration of the main server in use, which may be the simulator.
            profile: the name of the profile in use, if it is one.

        Raises:
            ConfigurationError, ProfileError
        """
        from lmstudio_tui.features.profiles import ProfileError
        from lmstudio_tui.settings import SettingsError

        if main.base_url in self._simulated_urls:
            return self._simulated(main)
        try:
            loaded = self.loaded if profile == self.loaded.settings.profile else self.profiles.settings_of(profile)
            own = getattr(loaded.settings, f"{service}_base_url") is not None
            return loaded.client_config(service) if own else None
        except SettingsError as error:
            raise ProfileError(error.message, error.hint) from None

    @property
    def _simulated_urls(self) -> set[str]:
        """Where the simulator listens, once it was started."""
        return {self._simulator.base_url} if "_simulator" in self.__dict__ else set()

    def _simulated(self, main: ClientConfig) -> ClientConfig:
        """LM Studio serves no audio and no images, and its simulator neither: another one stands beside it."""
        update = {"base_url": self._sound_simulator.base_url, "enable_audio": True, "enable_images": True}
        return main.model_copy(update={**update, "default_model": None, "default_embedding_model": None})

    @cached_property
    def profiles(self) -> SettingsProfiles:
        """The servers by name, for the app to list, use and edit.

        Raises:
            SettingsError: when the settings cannot be used.
        """
        from lmstudio_tui.cli.profiles import SettingsProfiles

        return SettingsProfiles(
            self.loaded.path,
            config_path=self.config_path,
            without=self._config_without_profile,
            entry=lambda: self._without_profile,
        )

    @cached_property
    def settings_desk(self) -> SessionSettings:
        """The settings, for the app to show and change.

        Raises:
            SettingsError: when the settings cannot be used.
        """
        from lmstudio_tui.cli.settings_desk import SessionSettings

        return SessionSettings(self)

    @cached_property
    def _without_profile(self) -> LoadedSettings:
        """The settings when no profile is used."""
        if self.demo or self.loaded.settings.profile is None:
            return self.loaded
        from lmstudio_tui.settings import load_settings

        flags = {"base_url": self.base_url, "api_key": self.api_key, "profile": ""}
        return load_settings(flags, config_path=self.config_path)

    def _config_without_profile(self) -> ClientConfig:
        return self.config if self._without_profile is self.loaded else self._without_profile.client_config()

    def client(self, *, streaming: bool = True) -> LMStudioClient:
        """A client for the configured server, after the standing warnings about it; closed with the session.

        Args:
            streaming: whether the caller wants streams; the settings may still say no.

        Raises:
            SettingsError, ConfigurationError
        """
        for text in self.config.warnings():
            warn(text)
        streaming = streaming and self.config.enable_streaming
        return self.connect(self.config.model_copy(update={"enable_streaming": streaming}))

    def connect(self, config: ClientConfig) -> LMStudioClient:
        """A client for a server; closed with the session."""
        from lmstudio_tui.features.recorders import FanOut
        from lmstudio_tui.sdk import LMStudioClient

        self.secrets.update(config.secrets())
        recorders = [*self.recorders, *self._log]
        recorder = FanOut(recorders) if recorders else None
        return self._stack.enter_context(LMStudioClient(config, recorder=recorder))

    @cached_property
    def _log(self) -> list[Recorder]:
        """The log of requests, if one is wanted. Closed with the session, after the clients."""
        level = self.loaded.settings.log_level
        if level == "off":
            return []
        from lmstudio_tui.paths import request_log_file
        from lmstudio_tui.store.request_log import RequestLog

        log = RequestLog(request_log_file(), level, warn)
        self._stack.callback(log.close)
        return [log]

    def start_simulator(self) -> str:
        """Start the built-in simulator, once, and give its base URL.

        Raises:
            SimulatorError: when it cannot listen.
        """
        return self._simulator.base_url

    @cached_property
    def _simulator(self) -> SimulatorServer:
        from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

        return self._stack.enter_context(SimulatorServer(SimulatorConfig(list_faults=False)))

    @cached_property
    def _sound_simulator(self) -> SimulatorServer:
        from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

        return self._stack.enter_context(SimulatorServer(SimulatorConfig(flavour="openai", list_faults=False)))


_IN_USE: ContextVar[Session | None] = ContextVar("_IN_USE", default=None)


def session_in_use() -> Session | None:
    """The session of the command that is running; None where there is none."""
    return _IN_USE.get()


def session_of(
    context: typer.Context,
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    config_path: Path | None = None,
    demo: bool = False,
    profile: str | None = None,
    log_level: str | None = None,
) -> Session:
    """The session of a command; an option that stands after the command counts over the same one before it.

    Raises:
        typer.BadParameter: when options contradict each other.
    """
    session = context.ensure_object(Session)
    session.base_url = session.base_url if base_url is None else base_url
    session.api_key = session.api_key if api_key is None else api_key
    session.config_path = session.config_path if config_path is None else config_path
    session.demo = session.demo or demo
    session.profile = session.profile if profile is None else profile
    session.log_level = session.log_level if log_level is None else log_level
    session.check()
    return session
