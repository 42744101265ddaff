"""The configuration of a client for each service: the main server, and those for audio and for images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lmstudio_tui.settings.addresses import refuse_nonsense

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import SecretStr

    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.errors import ConfigurationError
    from lmstudio_tui.settings.model import Settings

Service = Literal["main", "audio", "images"]


@dataclass(frozen=True)
class ServiceConfigs:
    """Args:
    settings: the settings.
    origins: where each came from.
    key: gives the key of a service, by how the names of its settings begin.
    """

    settings: Settings
    origins: Mapping[str, str]
    key: Callable[[str], SecretStr | None]

    def of(self, service: Service) -> ClientConfig:
        """The configuration for one service.

        Raises:
            SettingsError: when the key cannot be had.
            ConfigurationError: when the SDK refuses the settings; it says where they were set.
        """
        # Here, so that the settings can be read and shown without loading the SDK.
        from lmstudio_tui.sdk.config import ClientConfig
        from lmstudio_tui.sdk.errors import ConfigurationError

        prefix = "" if self._address(service) is None else f"{service}_"
        values: dict[str, Any] = {name: getattr(self.settings, name) for name in ClientConfig.model_fields}
        try:
            refuse_nonsense(self._address(service) or self.settings.base_url)
        except ConfigurationError as error:
            self._say_where(error, prefix, "")
            raise
        values["api_key"] = self.key(prefix)
        if prefix:
            values |= self._own(service)
        try:
            return ClientConfig(**values)
        except ConfigurationError as error:
            self._say_where(error, prefix, str(values["base_url"]))
            raise

    def _address(self, service: Service) -> str | None:
        return None if service == "main" else getattr(self.settings, f"{service}_base_url")

    def _own(self, service: Service) -> dict[str, Any]:
        """What is different on a server of its own: the models, the key and the headers are those of the main one."""
        address = self._address(service) or ""
        own: dict[str, Any] = {"base_url": address, "default_model": None, "default_embedding_model": None}
        if self.origins[f"enable_{service}"] == "default":  # who names a server for it wants it
            own[f"enable_{service}"] = True
        if not self._is_main(address):
            own["extra_headers"] = {}
        elif self.key(f"{service}_") is None:
            own["api_key"] = self.key("")
        return own

    def _is_main(self, address: str) -> bool:
        from lmstudio_tui.sdk.config import normalise_base_url
        from lmstudio_tui.sdk.errors import ConfigurationError

        try:
            return normalise_base_url(address) == normalise_base_url(self.settings.base_url)
        except ConfigurationError:
            return False

    def _say_where(self, error: ConfigurationError, prefix: str, address: str) -> None:
        """Add where the value in question was set, and call it by its name."""
        from lmstudio_tui.sdk.config import host_of, normalise_base_url
        from lmstudio_tui.sdk.errors import HostNotAllowedError

        name = (error.key or "").split(".")[0]
        # The host policy names what is missing; what was set, and so has an origin, is the address and the env.
        subjects = ["base_url", "env"] if isinstance(error, HostNotAllowedError) else [name]
        elsewhere = self.origins[f"{prefix}base_url"].startswith(("flag ", "environment "))
        if elsewhere and name == "api_key":  # one in the file would belong to the file's address
            error.hint = f"Set LM_STUDIO_{prefix.upper()}API_KEY{'' if prefix else ', or give --api-key'}."
        elif self.settings.profile and isinstance(error, HostNotAllowedError) and not elsewhere:
            keys = f"{prefix}api_key, {prefix}api_key_env or {prefix}api_key_command"
            missing = keys if name == "api_key" else f'allowed_hosts = ["{host_of(normalise_base_url(address))}"]'
            error.hint = f"Put {missing} into [profiles.{self.settings.profile}] of config.toml."
        elif prefix and name == "api_key":
            error.hint = f"Set LM_STUDIO_{prefix.upper()}API_KEY, or {prefix}api_key in config.toml."
        if prefix:
            subjects = [f"{prefix}{one}" if one in {"base_url", "api_key"} else one for one in subjects]
        set_by = [
            f"{name} from {self.origins[name]}" for name in subjects if self.origins.get(name, "default") != "default"
        ]
        if set_by:
            error.message = f"{error.message.removesuffix('.')} ({'; '.join(set_by)})."
