"""What the user has set: flags > environment > `config.toml` > defaults.

The names are those of the server contract, section 1, and a few of the app's own. Nothing is read before
`load_settings` is called. Each value knows where it came from, so that an error can name the place.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import stat
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import Field, Secret, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from lmstudio_tui import paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from lmstudio_tui.sdk.config import ClientConfig

PREFIX = "LM_STUDIO_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"
KEY_VARIABLES = (f"{PREFIX}API_KEY", "LM_API_TOKEN", "LMSTUDIO_API_TOKEN")
"""The names of the key in the environment; the first that is set counts."""

_PARTS = ("scheme", "host", "port")
_ADDRESS = frozenset({"base_url", *_PARTS})
_NEVER_QUOTED = frozenset({"base_url", "host", "allowed_hosts", "api_key", "extra_headers"})
"""Where a wrong value may hold a password: messages do not repeat it."""
_Name = Annotated[str, Field(min_length=1)]
_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_COMPOSED: Any = None
"""Stands for a base URL that is made of scheme, host and port."""


class SettingsError(Exception):
    """A setting that cannot be used. As a text it is all that a user needs: what is wrong, where, and the next step.

    Args:
        message: what is wrong and where, in one line. It never holds a key.
        hint: the next step, in one line, or nothing.
        source: the path of the file, the name of the variable, or the flag.
        key: the setting, if it is about one.
    """

    def __init__(self, message: str, *, hint: str = "", source: str, key: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.source = source
        self.key = key

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class Settings(BaseSettings):
    """The settings, checked. Each description says in words what a value must be; error messages are made of them.

    `base_url` is always the address in force; `scheme`, `host` and `port` are there if it was made of them.
    `Settings(…)` by itself reads neither environment nor file: that is what `load_settings` is for.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    scheme: Literal["http", "https"] | None = Field(default=None, description="http or https")
    host: str | None = Field(
        default=None, description="a host name or an IP address alone (for a whole address: base_url)"
    )
    port: int | None = Field(default=None, ge=1, le=65_535, description="a whole number from 1 to 65535")
    base_url: str = Field(default=_COMPOSED, min_length=1, description="an address such as http://127.0.0.1:1234")
    api_key: SecretStr | None = Field(default=None, description="a text of printable ASCII characters")
    timeout: _Seconds = Field(default=30.0, le=86_400, description="a number of seconds, above 0 and up to 86400")
    generation_timeout: _Seconds | None = Field(
        default=None,
        le=31_536_000,
        description='a number of seconds, above 0 and up to 31536000, or "none" for no limit',
    )
    connect_timeout: _Seconds = Field(default=10.0, le=3_600, description="a number of seconds, above 0 and up to 3600")
    max_retries: int = Field(default=2, ge=0, le=20, description="a whole number from 0 to 20")
    stream_retry_ms: int = Field(
        default=250, ge=0, le=60_000, description="a whole number of milliseconds from 0 to 60000"
    )
    verify_tls: bool = Field(default=True, description="true or false")
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="a list of names such as box.lan, without http:// or a path"
    )
    extra_headers: dict[str, str] = Field(
        default={}, repr=False, description='a table of texts, such as {"X-Team": "blue"}'
    )
    default_model: _Name | None = Field(default=None, description="the id of a model")
    default_embedding_model: _Name | None = Field(default=None, description="the id of a model")
    enable_streaming: bool = Field(default=True, description="true or false")
    enable_audio: bool = Field(default=False, description="true or false")
    enable_images: bool = Field(default=False, description="true or false")
    env: _Name = Field(default="local", description='a name such as "local" or "production"')
    theme: _Name | None = Field(default=None, description="the name of a theme")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Ours in place of the ready-made ones, which cannot tell where a value came from."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings, *_LAYERS.get())

    @field_validator(
        "port", "timeout", "generation_timeout", "connect_timeout", "max_retries", "stream_retry_ms", mode="before"
    )
    @classmethod
    def _no_truth_for_a_number(cls, value: object) -> object:
        if isinstance(value, bool):  # pydantic takes true for 1
            raise ValueError
        return value

    @field_validator("generation_timeout", mode="before")
    @classmethod
    def _none_in_words(cls, value: object) -> object:
        return None if value == "none" else value

    @field_validator("host")
    @classmethod
    def _host_alone(cls, value: str | None) -> str | None:
        if value is None:
            return None
        bare = value.strip().removeprefix("[").removesuffix("]")
        if not re.fullmatch(r"[^/\\@?#\[\]\s]+", bare) or (":" in bare and not _is_ipv6(bare)):
            raise ValueError
        return bare

    @field_validator("base_url", mode="before")
    @classmethod
    def _compose(cls, value: object, info: ValidationInfo) -> object:
        if value is not _COMPOSED:
            return value
        scheme, host, port = (info.data.get(part) for part in _PARTS)
        host = host or "127.0.0.1"
        return f"{scheme or 'http'}://{f'[{host}]' if ':' in host else host}:{port or 1234}"

    @field_validator("base_url")
    @classmethod
    def _without_password(cls, value: str) -> str:
        # Here rather than in the SDK only: these settings are shown, and the SDK's message may quote the address.
        if re.search(r"[@?#]", value):
            raise ValueError("must hold no user name, password or query (use api_key; write an @ in a path as %40)")
        return value

    @field_validator("api_key")
    @classmethod
    def _sendable_key(cls, value: SecretStr | None) -> SecretStr | None:
        plain = value.get_secret_value().strip() if value else ""
        if not re.fullmatch(r"[\x20-\x7e]*", plain):
            raise ValueError
        return SecretStr(plain) if plain else None

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _list_of_hosts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        decoded = _json(value)  # what only looks like JSON may be an IPv6 address: [::1]:1234
        if isinstance(decoded, list):
            return cast("list[object]", decoded)
        return [host.strip() for host in value.split(",") if host.strip()]

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts_alone(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not re.fullmatch(r"[^\s/\\@?#\"']+", host) for host in value):
            raise ValueError
        return value

    @field_validator("extra_headers", mode="before")
    @classmethod
    def _table_of_headers(cls, value: object) -> object:
        plain = cast("Secret[object]", value).get_secret_value() if isinstance(value, Secret) else value
        return _json(plain) if isinstance(plain, str) else plain


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


@dataclass(frozen=True)
class _Given:
    """A value as a source gave it, and how an error is to speak of it."""

    value: object = field(repr=False)
    origin: str
    source: str
    label: str


class _Layer(PydanticBaseSettingsSource):
    """One source. pydantic-settings asks the layers in turn, and tells each what those before it gave."""

    def __init__(self, given: Mapping[str, _Given]) -> None:
        super().__init__(Settings)
        self.given = given
        self.used: dict[str, _Given] = {}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[object, str, bool]:  # noqa: ARG002
        """What the base class demands; only `__call__` is asked."""
        return self.given[field_name].value, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The values that no layer before has. The address counts as one value, whichever way it is spelt."""
        taken = set(self.current_state)
        if taken & _ADDRESS:
            taken |= _ADDRESS
        elif "base_url" in self.given:
            taken.update(_PARTS)
        self.used = {name: given for name, given in self.given.items() if name not in taken}
        return {name: _veiled(name, given.value) for name, given in self.used.items()}


def _veiled(name: str, value: object) -> object:
    """Secrets are wrapped at once, since pydantic-settings can be made to log what its sources return."""
    if name == "api_key" and isinstance(value, str):
        return SecretStr(value)
    return Secret[object](value) if name == "extra_headers" else value


_LAYERS: ContextVar[tuple[_Layer, ...]] = ContextVar("_LAYERS", default=())
"""How `load_settings` hands its sources to pydantic-settings, which asks the class for them."""


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
    path, named_by = _choose_file(config_path, environ.get(CONFIG_VARIABLE, "").strip())
    content, open_to_others = _read(path, named_by)
    table = _parse(path, content or b"")
    warnings = _unknown_variables(environ)
    if open_to_others and table.get("api_key"):
        warnings.append(f"{path} holds an API key, and other users of this machine can read it: chmod 600 it.")
    layers = tuple(_Layer(given) for given in (_from_flags(flags), _from_environment(environ), _from_file(path, table)))
    token = _LAYERS.set(layers)
    try:
        settings = Settings()
    except ValidationError as error:
        raise _in_words(error.errors(include_url=False, include_input=False)[0], layers) from None
    finally:
        _LAYERS.reset(token)
    return LoadedSettings(settings, _origins(layers), path, content is not None, warnings)


def _from_flags(flags: Mapping[str, object]) -> dict[str, _Given]:
    unknown = flags.keys() - Settings.model_fields.keys()
    if unknown:
        raise TypeError(f"no such settings: {', '.join(sorted(unknown))}")  # the caller's mistake, not the user's
    names = {name: f"--{name.replace('_', '-')}" for name in flags}
    return {
        name: _Given(value, f"flag {names[name]}", names[name], names[name])
        for name, value in flags.items()
        if value is not None
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, _Given]:
    given: dict[str, _Given] = {}
    for name in Settings.model_fields:
        for variable in KEY_VARIABLES if name == "api_key" else (f"{PREFIX}{name.upper()}",):
            value = environ.get(variable, "").strip()
            if value and name not in given:
                given[name] = _Given(value, f"environment {variable}", variable, variable)
    return given


def _from_file(path: Path, table: Mapping[str, object]) -> dict[str, _Given]:
    for key, value in table.items():
        if key in Settings.model_fields:
            continue
        near = _nearest(key)
        hint = f"Did you mean {near}?" if near else f"The keys are: {', '.join(Settings.model_fields)}."
        if isinstance(value, dict) and Settings.model_fields.keys() & cast("dict[str, object]", value):
            hint = "Settings stand at the top of the file, in no table."
        raise SettingsError(f"{path}: unknown key {key!r}.", hint=hint, source=str(path), key=key)
    # An empty text is a line of a template that was not filled in.
    return {
        name: _Given(value, str(path), str(path), f"{path}: {name}") for name, value in table.items() if value != ""
    }


def _choose_file(named: Path | None, variable: str) -> tuple[Path, str]:
    """The file to read, and who named it: a flag, a variable, or nobody."""
    path = named or (Path(variable) if variable else paths.config_file())
    with suppress(RuntimeError):  # There is no such user: then it is a name like any other.
        path = path.expanduser()  # No shell does it within --config=~/x.
    return path, "--config" if named else CONFIG_VARIABLE if variable else ""


def _read(path: Path, named_by: str) -> tuple[bytes | None, bool]:
    """The file, or None if it is not there and need not be; and whether other users can read it."""
    place = f"{named_by}: {path}" if named_by else str(path)
    try:
        with path.open("rb") as file:
            content = file.read()
            mode = os.fstat(file.fileno()).st_mode
    except (FileNotFoundError, NotADirectoryError):
        if not named_by:
            return None, False
        raise SettingsError(f"{place} does not exist.", hint="Is the path right?", source=str(path)) from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise SettingsError(f"{place} cannot be read: {reason}.", source=str(path)) from None
    return content, os.name == "posix" and bool(mode & (stat.S_IRGRP | stat.S_IROTH))


def _parse(path: Path, content: bytes) -> dict[str, object]:
    import tomllib  # only where there is a file

    try:
        text = content.decode("utf-8-sig")  # Windows' Notepad begins a file with a mark
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message, hint = f"{path}, line {line}: not UTF-8 text.", "Save the file as UTF-8."
    except RecursionError:
        message, hint = f"{path}: not valid TOML: nested too deeply.", ""
    except ValueError as error:  # TOMLDecodeError, or Python's refusal of a number of thousands of digits
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        what = re.sub(r" \(at .*\)$", "", str(error))
        found = re.search(r"\(at line (\d+), column (\d+)\)$", str(error))
        line, column = found.groups() if found else (text.count("\n") + 1, len(text) - text.rfind("\n"))
        message = f"{path}, line {line}, column {column}: not valid TOML: {what[:1].lower()}{what[1:]}."
        hint = 'An example of a right line: base_url = "http://127.0.0.1:1234"'
    raise SettingsError(message, hint=hint, source=str(path))


def _in_words(error: ErrorDetails, layers: tuple[_Layer, ...]) -> SettingsError:
    name = str(error["loc"][0])
    given = next(layer.used[name] for layer in layers if name in layer.used)
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


def _nearest(key: str) -> str | None:
    """The setting that was probably meant."""
    import difflib  # only when something is wrong

    plain = key.lower().replace("-", "_").removeprefix(PREFIX.lower())
    return next(iter(difflib.get_close_matches(plain, [*Settings.model_fields, "config"], n=1)), None)


def _unknown_variables(environ: Mapping[str, str]) -> list[str]:
    known = {CONFIG_VARIABLE, *(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)}
    warnings: list[str] = []
    for name in sorted(environ):
        if name.upper().startswith(PREFIX) and name not in known:
            near = _nearest(name)
            meant = f" Did you mean {PREFIX}{near.upper()}?" if near else ""
            warnings.append(f"The environment variable {name} means nothing here.{meant}")
    return warnings


def _origins(layers: tuple[_Layer, ...]) -> dict[str, str]:
    set_by = {name: given.origin for layer in layers for name, given in layer.used.items()}
    parts = dict.fromkeys(set_by[part] for part in _PARTS if part in set_by)
    if parts:
        set_by["base_url"] = " and ".join(parts)
    return {name: set_by.get(name, "default") for name in Settings.model_fields}


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _json(text: str) -> object:
    """The value, or the text itself if it is no JSON (or too deep, or with too long a number)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
