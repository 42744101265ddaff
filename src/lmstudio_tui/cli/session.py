"""The composition root of the command line: settings → client, and the simulator for `--demo`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self

import typer

from lmstudio_tui.cli.console import warn

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.sdk import ClientConfig, LMStudioClient
    from lmstudio_tui.settings import LoadedSettings
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
    _stack: ExitStack = field(default_factory=ExitStack, compare=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def check(self) -> None:
        """Refuse options that contradict each other.

        Raises:
            typer.BadParameter
        """
        if self.demo and self.base_url is not None:
            raise typer.BadParameter("--demo brings a server of its own; leave --base-url out.")

    @cached_property
    def loaded(self) -> LoadedSettings:
        """The settings.

        Raises:
            SettingsError: when one cannot be used.
        """
        from lmstudio_tui.settings import load_settings

        flags: dict[str, object] = {"base_url": self.base_url, "api_key": self.api_key}
        if self.demo:
            flags = self._flags_for_demo()
        loaded = load_settings(flags, config_path=self.config_path)
        for text in loaded.warnings:
            warn(text)
        return loaded

    def _flags_for_demo(self) -> dict[str, object]:
        """The simulator is on this machine and wants no key, whatever the settings say of the real server."""
        return {
            "base_url": self.start_simulator(),
            "api_key": "",
            "env": "local",
            "allowed_hosts": [],
            "extra_headers": {},
            "verify_tls": True,
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
        from lmstudio_tui.sdk import LMStudioClient

        return self._stack.enter_context(LMStudioClient(config))

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


def session_of(
    context: typer.Context, *, base_url: str | None, api_key: str | None, config_path: Path | None, demo: bool
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
    session.check()
    return session
