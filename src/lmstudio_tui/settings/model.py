"""Which settings there are, and what each may hold."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, Secret, SecretStr, ValidationInfo, field_validator

from lmstudio_tui.settings.about import About

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = ("scheme", "host", "port")
"""What an address may be made of, in place of a base URL."""

SERVICES = ("", "audio_", "images_")
"""The main server, and the two that may be elsewhere: how the names of their settings begin."""

PROFILE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,40}")
APP_ONLY = frozenset({"profile", "theme", "density", "ascii", "animation", "log_level", "keys"})
"""What concerns the app and no server, and so stands in no profile."""

_Name = Annotated[str, Field(min_length=1)]
_Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=120)]
_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_A_VARIABLE = "the name of an environment variable that holds the key"
_A_COMMAND = "a command line that prints the key"
_COMPOSED: Any = None
"""Stands for a base URL that is made of scheme, host and port."""


class Settings(BaseModel):
    """The settings, checked. Each description says in words what a value must be; error messages are made of them.

    `base_url` is always the address in force; `scheme`, `host` and `port` are there if it was made of them.
    `Settings(…)` by itself reads neither environment nor file: that is what `load_settings` is for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    scheme: Annotated[
        Literal["http", "https"] | None,
        About("server", "http or https, where the address is given in parts"),
    ] = Field(default=None, description="http or https")
    host: Annotated[str | None, About("server", "the host, where the address is given in parts")] = Field(
        default=None, description="a host name or an IP address alone (for a whole address: base_url)"
    )
    port: Annotated[int | None, About("server", "the port, where the address is given in parts")] = Field(
        default=None, ge=1, le=65_535, description="a whole number from 1 to 65535"
    )
    base_url: Annotated[
        str,
        About("server", "the server; in the same place it counts more than its parts", default="http://127.0.0.1:1234"),
    ] = Field(default=_COMPOSED, min_length=1, description="an address such as http://127.0.0.1:1234")
    api_key: Annotated[SecretStr | None, About("key", "the server's key")] = Field(
        default=None, description="a text of printable ASCII characters"
    )
    api_key_env: Annotated[
        _Variable | None, About("key", "in place of the key: the name of an environment variable that holds it")
    ] = Field(default=None, description=_A_VARIABLE)
    api_key_command: Annotated[_Name | None, About("key", "in place of the key: a command line that prints it")] = (
        Field(default=None, description=_A_COMMAND)
    )
    timeout: Annotated[_Seconds, About("limits", "seconds for an ordinary call as a whole")] = Field(
        default=30.0, le=86_400, description="a number of seconds, above 0 and up to 86400"
    )
    generation_timeout: Annotated[
        _Seconds | None, About("limits", "seconds for an answer of a model as a whole", default="none")
    ] = Field(
        default=None,
        le=31_536_000,
        description='a number of seconds, above 0 and up to 31536000, or "none" for no limit',
    )
    connect_timeout: Annotated[_Seconds, About("limits", "seconds to connect")] = Field(
        default=10.0, le=3_600, description="a number of seconds, above 0 and up to 3600"
    )
    max_retries: Annotated[int, About("limits", "further attempts, where sending again does no harm")] = Field(
        default=2, ge=0, le=20, description="a whole number from 0 to 20"
    )
    stream_retry_ms: Annotated[int, About("limits", "milliseconds before a broken stream is tried once more")] = Field(
        default=250, ge=0, le=60_000, description="a whole number of milliseconds from 0 to 60000"
    )
    verify_tls: Annotated[
        bool, About("server", "whether the server's certificate is checked; false shows a standing warning")
    ] = Field(default=True, description="true or false")
    allowed_hosts: Annotated[
        tuple[str, ...], About("server", "hosts other than this machine that may be spoken to")
    ] = Field(default=(), description="a list of names such as box.lan, without http:// or a path")
    extra_headers: Annotated[dict[str, str], About("server", "headers to add to every request")] = Field(
        default={}, repr=False, description='a table of texts, such as {"X-Team": "blue"}'
    )
    default_model: Annotated[_Name | None, About("models", "the model to ask", default="a loaded one")] = Field(
        default=None, description="the id of a model"
    )
    default_embedding_model: Annotated[
        _Name | None, About("models", "the model to embed with", default="a loaded one")
    ] = Field(default=None, description="the id of a model")
    enable_streaming: Annotated[
        bool, About("models", "whether answers come piece by piece; false asks for them in one")
    ] = Field(default=True, description="true or false")
    enable_audio: Annotated[bool, About("services", "whether the server's audio endpoints count")] = Field(
        default=False, description="true or false"
    )
    enable_images: Annotated[bool, About("services", "whether the server's image endpoints count")] = Field(
        default=False, description="true or false"
    )
    env: Annotated[_Name, About("server", "any other value than local demands a key, on this machine, too")] = Field(
        default="local", description='a name such as "local" or "production"'
    )
    audio_base_url: Annotated[
        _Name | None, About("services", "where audio is, when elsewhere", default="the server")
    ] = Field(default=None, description="an address such as http://127.0.0.1:8000")
    audio_api_key: Annotated[SecretStr | None, About("services", "the key of the server for audio")] = Field(
        default=None, description="a text of printable ASCII characters"
    )
    audio_api_key_env: Annotated[
        _Variable | None, About("services", "in its place: the name of an environment variable that holds it")
    ] = Field(default=None, description=_A_VARIABLE)
    audio_api_key_command: Annotated[_Name | None, About("services", "in its place: a command line that prints it")] = (
        Field(default=None, description=_A_COMMAND)
    )
    images_base_url: Annotated[
        _Name | None, About("services", "where images are, when elsewhere", default="the server")
    ] = Field(default=None, description="an address such as http://127.0.0.1:8000")
    images_api_key: Annotated[SecretStr | None, About("services", "the key of the server for images")] = Field(
        default=None, description="a text of printable ASCII characters"
    )
    images_api_key_env: Annotated[
        _Variable | None, About("services", "in its place: the name of an environment variable that holds it")
    ] = Field(default=None, description=_A_VARIABLE)
    images_api_key_command: Annotated[
        _Name | None, About("services", "in its place: a command line that prints it")
    ] = Field(default=None, description=_A_COMMAND)
    profile: Annotated[
        Annotated[str, Field(pattern=rf"^{PROFILE_NAME.pattern}$")] | None,
        About("app", "the profile to start with", at_once=False),
    ] = Field(default=None, description='the name of a profile: up to 40 letters, digits, "-", "_" and "."')
    log_level: Annotated[
        Literal["off", "error", "info", "debug"], About("app", "what the log of requests keeps", at_once=False)
    ] = Field(default="off", description="off, error, info or debug")
    theme: Annotated[_Name | None, About("looks", "the colours of the app", default="quiet-dark")] = Field(
        default=None, description="the name of a theme"
    )
    density: Annotated[
        Literal["comfortable", "compact"] | None,
        About("looks", "compact leaves out blank rows and margins", default="comfortable"),
    ] = Field(default=None, description="comfortable or compact")
    ascii: Annotated[
        bool | Literal["auto"], About("looks", "true draws with ASCII alone; auto finds out what the terminal can show")
    ] = Field(default="auto", description="true, false or auto")
    animation: Annotated[
        Literal["auto", "on", "off"], About("looks", "off lets nothing move smoothly, nor does auto over SSH")
    ] = Field(default="auto", description="auto, on or off")
    keys: Annotated[
        dict[str, tuple[str, ...]], About("keys", "other keys for commands, by their names", at_once=False)
    ] = Field(default={}, description='a table of keys by commands, such as {"chat.send": "ctrl+s"}')

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

    @field_validator("profile", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

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
        scheme, host, port = (info.data.get(part) for part in PARTS)
        host = host or "127.0.0.1"
        return f"{scheme or 'http'}://{f'[{host}]' if ':' in host else host}:{port or 1234}"

    @field_validator("base_url", "audio_base_url", "images_base_url")
    @classmethod
    def _without_password(cls, value: str | None) -> str | None:
        # Here rather than in the SDK only: these settings are shown, and the SDK's message may quote the address.
        if value is not None and re.search(r"[@?#]", value):
            raise ValueError("must hold no user name, password or query (use api_key; write an @ in a path as %40)")
        return value

    @field_validator("api_key", "audio_api_key", "images_api_key")
    @classmethod
    def _sendable_key(cls, value: SecretStr | None) -> SecretStr | None:
        plain = value.get_secret_value().strip() if value else ""
        if not re.fullmatch(r"[\x20-\x7e]*", plain):
            raise ValueError
        return SecretStr(plain) if plain else None

    @field_validator("api_key_command", "audio_api_key_command", "images_api_key_command")
    @classmethod
    def _line_of_words(cls, value: str | None) -> str | None:
        import shlex  # only where there is a command

        try:
            words = [""] if value is None else shlex.split(value)
        except ValueError:  # a quote that is not closed
            words = []
        if not words:
            raise ValueError
        return value

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

    @field_validator("keys", mode="before")
    @classmethod
    def _table_of_keys(cls, value: object) -> object:
        table = _json(value) if isinstance(value, str) else value
        return dict(_by_commands(cast("dict[str, object]", table))) if isinstance(table, dict) else table


def _by_commands(table: dict[str, object], before: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """The keys of each command; in TOML, `chat.send` without quotes is a table in a table."""
    for name, value in table.items():
        names = cast("list[object]", value) if isinstance(value, list | tuple) else [value]
        if isinstance(value, dict):
            yield from _by_commands(cast("dict[str, object]", value), f"{before}{name}.")
        elif all(isinstance(one, str) for one in names):
            yield f"{before}{name}", tuple(one for one in cast("list[str]", names) if one)
        else:
            said = f"{before}{name}"[:60]
            raise ValueError(f'{said!r} must be a key or a list of keys, such as "ctrl+s" or ["ctrl+s", "f8"]')


def key_names(service: str) -> tuple[str, str, str]:
    """The three ways to give the key of a service: itself, the variable that holds it, the command that prints it."""
    return f"{service}api_key", f"{service}api_key_env", f"{service}api_key_command"


def address_names(service: str) -> frozenset[str]:
    """The settings that say where a service is."""
    return frozenset({f"{service}base_url", *(() if service else PARTS)})


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
