"""Putting the sources in order: flags > environment > `config.toml` > defaults."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import Secret, SecretStr, ValidationError
from pydantic_settings import PydanticBaseSettingsSource

from lmstudio_tui.settings import sources
from lmstudio_tui.settings.model import LAYERS, PARTS, Settings
from lmstudio_tui.settings.sources import CONFIG_VARIABLE, Given, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from lmstudio_tui.sdk.config import ClientConfig

_ADDRESS = frozenset({"base_url", *PARTS})
_NEVER_QUOTED = frozenset({"base_url", "host", "allowed_hosts", "api_key", "extra_headers"})
"""Where a wrong value may hold a password: messages do not repeat it."""


@dataclass(frozen=True)
class LoadedSettings:
    """The settings, and where each of them came from.

    Args:
        settings: the settings.
        origins: for each field "flag --base-url", "environment LM_STUDIO_BASE_URL", the path of the file, or "default".
        path: the file that was looked for.
        file_exists: whether it was there.
        warnings: what the user ought to know and nothing has to stop for, a sentence each.
    """

    settings: Settings
    origins: dict[str, str]
    path: Path
    file_exists: bool
    warnings: list[str]

    def client_config(self) -> ClientConfig:
        """What the SDK's client needs.

        Raises:
            ConfigurationError: the SDK's own, such as that of its host policy, which here also says where the value
                in question was set.
        """
        # Here, so that the settings can be read and shown without loading the SDK.
        from lmstudio_tui.sdk.config import ClientConfig
        from lmstudio_tui.sdk.errors import ConfigurationError, HostNotAllowedError

        try:
            return ClientConfig(**{name: getattr(self.settings, name) for name in ClientConfig.model_fields})
        except ConfigurationError as error:
            # The host policy names what is missing; what was set, and so has an origin, is the address and the env.
            subjects = (
                ["base_url", "env"] if isinstance(error, HostNotAllowedError) else [(error.key or "").split(".")[0]]
            )
            set_by = [
                f"{name} from {self.origins[name]}"
                for name in subjects
                if self.origins.get(name, "default") != "default"
            ]
            if set_by:
                error.message = f"{error.message.removesuffix('.')} ({'; '.join(set_by)})."
            raise


class _Layer(PydanticBaseSettingsSource):
    """One source. pydantic-settings asks the layers in turn, and tells each what those before it gave."""

    def __init__(self, given: Mapping[str, Given]) -> None:
        super().__init__(Settings)
        self.given = given
        self.used: dict[str, Given] = {}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[object, str, bool]:  # noqa: ARG002
        """What the base class demands; only `__call__` is asked."""
        return self.given[field_name].value, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The values that no layer before has. The address counts as one value, whichever way it is spelt."""
        taken = set(self.current_state)
        if taken & _ADDRESS:
            taken |= _ADDRESS
        elif "base_url" in self.given:
            taken.update(PARTS)
        self.used = {name: given for name, given in self.given.items() if name not in taken}
        return {name: _veiled(name, given.value) for name, given in self.used.items()}


def _veiled(name: str, value: object) -> object:
    """Secrets are wrapped at once, since pydantic-settings can be made to log what its sources return."""
    if name == "api_key" and isinstance(value, str):
        return SecretStr(value)
    return Secret[object](value) if name == "extra_headers" else value


def load_settings(
    flags: Mapping[str, object] = MappingProxyType({}),
    *,
    config_path: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> LoadedSettings:
    """Read and check the settings.

    Args:
        flags: values from the command line, by field; None means that the flag was not given.
        config_path: the file named on the command line, which then must exist. Otherwise LM_STUDIO_CONFIG names it,
            or else it is `config.toml` in the platform's folder, which may be missing.
        environ: the environment; `os.environ` when None.

    Raises:
        SettingsError: for anything that cannot be used.
    """
    environ = os.environ if environ is None else environ
    path, named_by = sources.choose_file(config_path, environ.get(CONFIG_VARIABLE, "").strip())
    content, open_to_others = sources.read(path, named_by)
    table = sources.parse(path, content or b"")
    warnings = sources.unknown_variables(environ)
    if open_to_others and table.get("api_key"):
        warnings.append(f"{path} holds an API key, and other users of this machine can read it: chmod 600 it.")
    from_flags = sources.from_flags(flags)
    lower = (sources.from_environment(environ), sources.from_file(path, table))
    layers = tuple(_Layer(given) for given in (from_flags, *lower))
    settings = _checked(layers)
    for given in lower:
        _check_alone(given, from_flags)
    return LoadedSettings(settings, _origins(layers), path, content is not None, warnings)


def _checked(layers: tuple[_Layer, ...]) -> Settings:
    token = LAYERS.set(layers)
    try:
        return Settings()
    except ValidationError as error:
        used = {name: given for layer in layers for name, given in layer.used.items()}
        raise _in_words(error.errors(include_url=False, include_input=False)[0], used) from None
    finally:
        LAYERS.reset(token)


def _check_alone(given: Mapping[str, Given], flags: Mapping[str, Given]) -> None:
    """Check the values of one source, also those that another source overrules: they are wrong all the same.

    What a flag replaces is passed over, so that a flag can get past a wrong value.
    """
    passed = flags.keys() | (_ADDRESS if flags.keys() & _ADDRESS else set[str]())
    values: dict[str, Any] = {name: _veiled(name, one.value) for name, one in given.items() if name not in passed}
    try:
        Settings(**values)
    except ValidationError as error:
        raise _in_words(error.errors(include_url=False, include_input=False)[0], given) from None


def _in_words(error: ErrorDetails, used: Mapping[str, Given]) -> SettingsError:
    name = str(error["loc"][0])
    given = used[name]
    own = str(error.get("ctx", {}).get("error", "")) if error["type"] == "value_error" else ""
    message = f"{given.label} {own or f'must be {Settings.model_fields[name].description}'}"
    if name not in _NEVER_QUOTED:
        message += f", not {_quoted(given.value)}"
    return SettingsError(f"{message}.", source=given.source, key=name)


def _quoted(value: object) -> str:
    """A wrong value, short and harmless to a terminal."""
    if not isinstance(value, str | int | float) or (isinstance(value, int) and value.bit_length() > 64):
        return "that"  # also for a number that has more digits than Python is willing to write
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _origins(layers: tuple[_Layer, ...]) -> dict[str, str]:
    set_by = {name: given.origin for layer in layers for name, given in layer.used.items()}
    parts = dict.fromkeys(set_by[part] for part in PARTS if part in set_by)
    if parts:
        set_by["base_url"] = " and ".join(parts)
    return {name: set_by.get(name, "default") for name in Settings.model_fields}
