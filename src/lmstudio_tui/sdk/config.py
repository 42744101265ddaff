"""What a client needs to know about its server, checked once and then frozen."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import pydantic
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from lmstudio_tui.sdk.errors import ConfigurationError, HostNotAllowedError

DEFAULT_BASE_URL = "http://127.0.0.1:1234"

_API_SUFFIX = re.compile(r"(/api)?/v[01]$")
_OURS = frozenset({"connection", "content-length", "transfer-encoding"})
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def normalise_base_url(text: str) -> str:
    """`localhost:1234/v1/` → `http://localhost:1234`: the address below which `/v1/…` and `/api/…` lie.

    A path before these is kept, for a server behind a proxy.

    Raises:
        ConfigurationError: when it is no http or https address, or holds a password.
    """
    url = text.strip()
    if "://" not in url:
        url = f"http://{url}"
    # What may be a password is kept out of every message.
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise ConfigurationError("The base URL holds a user name or password.", key="base_url", hint="Use api_key.")
    example = f"An example: {DEFAULT_BASE_URL}"
    if "?" in url or "#" in url:
        raise ConfigurationError("No ? or # may follow the address.", key="base_url", hint=example)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigurationError(f"{text!r} is not an address: {error}.", key="base_url", hint=example) from None
    if parts.scheme not in {"http", "https"}:
        raise ConfigurationError(f"{text!r}: the scheme must be http or https.", key="base_url", hint=example)
    if not host or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise ConfigurationError(f"{text!r} names no host.", key="base_url", hint=example)
    path = _API_SUFFIX.sub("", parts.path.rstrip("/")).rstrip("/")
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}{f':{port}' if port is not None else ''}{path}"


def host_of(base_url: str) -> str:
    """The host of a normalised base URL, lower-case, without brackets."""
    return (urlsplit(base_url).hostname or "").lower()


def is_loopback(host: str) -> bool:
    """Whether the host is this very machine: `localhost`, 127.0.0.0/8 or ::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class ClientConfig(BaseModel):
    """The settings of one client. Times are in seconds unless the name says otherwise.

    The names and defaults are those of the server contract, section 1 ("Settings"). An unusable value raises
    `ConfigurationError`, and so does an address that the host policy refuses (`HostNotAllowedError`): loopback is
    free; another host must be in `allowed_hosts`; off loopback, or with an `env` other than `local`, a key is needed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = DEFAULT_BASE_URL
    """The server; `/v1` and the like at its end are taken off."""
    api_key: SecretStr | None = None
    """The server's key, sent as a bearer token; a plain text will do."""
    timeout: float = Field(default=30.0, gt=0, le=86_400)
    """Bounds each attempt of an ordinary call as a whole."""
    generation_timeout: float | None = Field(default=None, gt=0)
    """Bounds a call that makes a model work, as a whole; None waits as long as it takes."""
    connect_timeout: float = Field(default=10.0, gt=0, le=3_600)
    """Bounds connecting, TLS included."""
    max_retries: int = Field(default=2, ge=0, le=20)
    """How often an attempt that failed is repeated, where that does no harm."""
    stream_retry_ms: int = Field(default=250, ge=0, le=60_000)
    """Milliseconds before a stream that broke without any output is tried once more."""
    verify_tls: bool = True
    """Whether the server's certificate is checked."""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts other than this machine that may be spoken to; with or without a port."""
    extra_headers: dict[str, str] = Field(default_factory=dict[str, str], repr=False)
    """Sent with every request."""
    default_model: str | None = None
    """Asked when a request names no model; else a loaded one is."""
    default_embedding_model: str | None = None
    """The same for embeddings."""
    enable_streaming: bool = True
    """Whether a stream is asked for; without, an answer comes in one piece, as the same events."""
    enable_audio: bool = False
    """Whether a classic server's audio counts."""
    enable_images: bool = False
    """Whether a server's images count."""
    env: str = "local"
    """Any other value demands a key, on this machine, too."""

    def __init__(self, /, **values: Any) -> None:
        failure: ConfigurationError | None = None
        try:
            super().__init__(**values)
        except pydantic.ValidationError as error:
            failure = _in_words(error)
        if failure is not None:
            # Raised here and not above, so that pydantic's error, which holds the input, is not chained to it.
            raise failure
        self._check_hosts()

    @classmethod
    def model_validate(cls, obj: Any, **_: Any) -> Self:
        """The same checks, with the same errors, for a dictionary."""
        return cls(**dict(obj))

    @field_validator("base_url")
    @classmethod
    def _normalise(cls, value: str) -> str:
        try:
            return normalise_base_url(value)
        except ConfigurationError as error:
            raise _ReportedError(error) from None

    @field_validator("api_key", mode="before")
    @classmethod
    def _empty_key_is_none(cls, value: object) -> object:
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not isinstance(plain, str):
            return value
        if re.search(r"[^\x20-\x7e]", plain.strip()):
            raise ValueError("an API key has printable ASCII characters only")
        return SecretStr(plain.strip()) if plain.strip() else None

    @field_validator("extra_headers")
    @classmethod
    def _sendable(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            if not _HEADER_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is not a header name")
            if name.lower() in _OURS:
                raise ValueError(f"the client itself sets {name}")
            if re.search(r"[^\t\x20-\x7e\x80-\xff]", text.strip()):
                raise ValueError(f"the value of {name} holds a character that no header may hold")
        return value

    def _check_hosts(self) -> None:
        """The host policy (server contract, section 1)."""
        host = host_of(self.base_url)
        local = is_loopback(host)
        allowed = {entry.strip().lower().strip("[]") for entry in self.allowed_hosts}
        if not local and host not in allowed and (urlsplit(self.base_url).netloc.lower()) not in allowed:
            raise HostNotAllowedError(
                f"{host} is not this machine, and it is not in allowed_hosts.",
                key="allowed_hosts",
                hint=f'To allow it: allowed_hosts = ["{host}"] in config.toml, or LM_STUDIO_ALLOWED_HOSTS={host}.',
            )
        if self.api_key is None and (not local or self.env != "local"):
            reason = f"{host} is not this machine" if not local else f"env is {self.env!r}, not 'local'"
            raise HostNotAllowedError(
                f"An API key is needed: {reason}.",
                key="api_key",
                hint="Set LM_STUDIO_API_KEY, or api_key in config.toml.",
            )

    @property
    def host(self) -> str:
        """The server's host name or address."""
        return host_of(self.base_url)

    @property
    def origin(self) -> str:
        """Scheme, host and port, without the path that may follow."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def loopback(self) -> bool:
        """Whether the server is this very machine."""
        return is_loopback(self.host)

    @property
    def scheme(self) -> Literal["http", "https"]:
        """How the server is spoken to."""
        return "https" if self.base_url.startswith("https:") else "http"

    def warnings(self) -> list[str]:
        """Standing warnings about these settings, a sentence each; the app shows them for as long as they hold."""
        found: list[str] = []
        if not self.loopback and self.env == "local":
            found.append(f"{self.host} is another machine: prompts and answers leave this one.")
        if not self.loopback and self.scheme == "http":
            found.append(
                f"The connection to {self.host} is not encrypted: the key and every prompt can be read on the way."
            )
        if self.scheme == "https" and not self.verify_tls:
            found.append(f"TLS certificates are not verified: {self.host} may be an impostor.")
        return found

    def secrets(self) -> list[str]:
        """Every value that must appear in no text: the key, and the values of extra headers that carry one."""
        values = [self.api_key.get_secret_value()] if self.api_key else []
        telling = re.compile(r"(?i)auth|key|token|secret|cookie|password")
        for name, text in self.extra_headers.items():
            if telling.search(name):
                values += [text, *text.split()[1:]]
        return values


def _in_words(error: pydantic.ValidationError) -> ConfigurationError:
    """The first of pydantic's errors as the SDK's own."""
    first = error.errors(include_url=False, include_input=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, _ReportedError):
        return cause.error
    key = ".".join(str(part) for part in first["loc"])
    return ConfigurationError(f"{key}: {first['msg'].removeprefix('Value error, ')}.", key=key)


class _ReportedError(ValueError):
    """Carries a ConfigurationError through pydantic."""

    def __init__(self, error: ConfigurationError) -> None:
        super().__init__(error.message)
        self.error = error
