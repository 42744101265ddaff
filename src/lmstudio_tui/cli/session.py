"""The composition root of the command line: settings → client, and the simulator for `--demo`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self

from lmstudio_tui.cli.outcome import warn

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.sdk import ClientConfig, LMStudioClient
    from lmstudio_tui.settings import LoadedSettings


@dataclass
class Session:
    """One run of a command. Nothing is read or opened before it is asked for."""

    base_url: str | None = None
    api_key: str | None = None
    config_path: Path | None = None
    demo: bool = False
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def loaded(self) -> LoadedSettings:
        """The settings.

        Raises:
            SettingsError: when one cannot be used.
        """
        from lmstudio_tui.settings import load_settings

        flags: dict[str, object] = {"base_url": self.base_url, "api_key": self.api_key}
        if self.demo:
            # The simulator is on this machine and wants no key, whatever the settings say of the real server.
            flags |= {"base_url": self._start_simulator(), "env": "local"}
        loaded = load_settings(flags, config_path=self.config_path)
        for text in loaded.warnings:
            warn(text)
        return loaded

    @cached_property
    def config(self) -> ClientConfig:
        """What the client needs.

        Raises:
            SettingsError, ConfigurationError
        """
        return self.loaded.client_config()

    @cached_property
    def client(self) -> LMStudioClient:
        """A client for the configured server."""
        return self.client_for(self.config, streaming=True)

    def client_for(self, config: ClientConfig, *, streaming: bool) -> LMStudioClient:
        """A client that streams only where both the settings and the caller want it."""
        from lmstudio_tui.sdk import LMStudioClient

        streaming = streaming and config.enable_streaming
        return self._stack.enter_context(LMStudioClient(config.model_copy(update={"enable_streaming": streaming})))

    def _start_simulator(self) -> str:
        from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

        return self._stack.enter_context(SimulatorServer(SimulatorConfig(list_faults=False))).base_url
