"""Putting the sources in order: flags > environment > `config.toml` > defaults, and a profile where it belongs."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from pydantic import Secret, SecretStr, ValidationError

from lmstudio_tui.paths import CONFIG_VARIABLE, chosen_config_file
from lmstudio_tui.settings import sources
from lmstudio_tui.settings.belonging import withheld
from lmstudio_tui.settings.keys import key_of, key_source
from lmstudio_tui.settings.model import PARTS, PROFILE_NAME, SERVICES, Settings, key_names
from lmstudio_tui.settings.precedence import ADDRESS, in_force, in_order
from lmstudio_tui.settings.services import Service, ServiceConfigs
from lmstudio_tui.settings.sources import Given, SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.errors import ConfigurationError
    from lmstudio_tui.settings.belonging import Withheld

_HIDDEN = frozenset(
    name for service in SERVICES for name in (*key_names(service), f"{service}base_url", "host", "extra_headers")
)
_NEVER_QUOTED = _HIDDEN | {"allowed_hosts", "keys"}
"""Where a wrong value may hold a password, or is long: messages do not repeat it."""
_KEY_HEADER = re.compile(r"(?i)auth|key|token|secret|cookie|password")
"""Names of headers whose values are secrets."""


@dataclass(frozen=True)
class LoadedSettings:
    """The settings, and where each of them came from.

    Args:
        settings: the settings; `profile` is the one in use.
        origins: for each field "flag --base-url", "environment LM_STUDIO_BASE_URL", the path of the file, the path and
            "[profiles.name]", or "default".
        path: the file that was looked for.
        file_exists: whether it was there.
        warnings: what the user ought to know and nothing has to stop for, a sentence each.
        profiles: the names of the profiles in the file, in its order.
        environ: the environment that was read.
        withheld: what is not sent because it belongs to another server, a sentence each; `warnings` has them, too.
    """

    settings: Settings
    origins: dict[str, str]
    path: Path
    file_exists: bool
    warnings: list[str]
    profiles: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict[str, str], repr=False, compare=False)
    withheld: tuple[str, ...] = ()
    _keys: dict[str, SecretStr | None] = field(
        default_factory=dict[str, "SecretStr | None"], init=False, repr=False, compare=False
    )

    def client_config(self, service: Service = "main") -> ClientConfig:
        """What the SDK's client needs. Blocks for as long as a command takes that prints the key.

        Args:
            service: `audio` and `images` may have a server of their own; without one it is the main one.

        Raises:
            SettingsError: when the key cannot be had.
            ConfigurationError: the SDK's own, such as that of its host policy, which here also says where the value
                in question was set.
        """
        return ServiceConfigs(self.settings, self.origins, self.key).of(service)

    def policy(self, service: Service = "main") -> ConfigurationError | None:
        """What the SDK says against a server, without its key being fetched; None when it takes it."""
        from lmstudio_tui.sdk.errors import ConfigurationError

        def key(service: str) -> SecretStr | None:
            given = any(getattr(self.settings, name) is not None for name in key_names(service))
            return SecretStr("-") if given else None

        try:
            ServiceConfigs(self.settings, self.origins, key).of(service)
        except ConfigurationError as error:
            return error
        return None

    def key(self, service: str) -> SecretStr | None:
        """The key of a service, by how the names of its settings begin; fetched once.

        Raises:
            SettingsError: when it cannot be had.
        """
        if service not in self._keys:
            self._keys[service] = key_of(self.settings, service, self.origins, self.environ)
        return self._keys[service]

    def key_source(self, service: Service = "main") -> str:
        """Where the key comes from, such as "key from $BOX_KEY", "key from a command" or "no key"."""
        return key_source(self.settings, "" if service == "main" else f"{service}_", self.origins)


def _veiled(name: str, value: object) -> object:
    """Secrets are wrapped at once, so that nothing on the way shows them."""
    if name.endswith("api_key") and isinstance(value, str):
        return SecretStr(value)
    return Secret[object](value) if name == "extra_headers" else value


def load_settings(
    flags: Mapping[str, object] = MappingProxyType({}),
    *,
    config_path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    drafts: Mapping[str, Mapping[str, object]] = MappingProxyType({}),
    text: str | None = None,
) -> LoadedSettings:
    """Read and check the settings.

    Args:
        flags: values from the command line, by field; None means that the flag was not given.
        config_path: the file named on the command line, which then must exist. Otherwise LM_STUDIO_CONFIG names it,
            or else it is `config.toml` in the platform's folder, which may be missing.
        environ: the environment; `os.environ` when None.
        drafts: profiles that count as if they stood in the file, in place of those of the same names.
        text: counts in place of what the file holds.

    Raises:
        SettingsError: for anything that cannot be used.
    """
    environ = os.environ if environ is None else environ
    path, named_by = chosen_config_file(config_path, environ.get(CONFIG_VARIABLE, "").strip())
    content, open_to_others = sources.read(path, named_by) if text is None else (text.encode(), False)
    top, profiles = sources.split_profiles(path, sources.parse(path, content or b""))
    profiles |= drafts
    warnings = sources.unknown_variables(environ)
    if open_to_others and any(_holds_key(table) for table in (top, *profiles.values())):
        warnings.append(f"{path} holds an API key, and other users of this machine can read it: chmod 600 it.")
    by_source = (sources.from_flags(flags), sources.from_environment(environ), sources.from_file(path, top))
    chosen, rank = _choice(by_source)
    from_profile: dict[str, Given] = {}
    if chosen is not None and chosen not in profiles:
        raise sources.no_such_profile(by_source[rank]["profile"], path, list(profiles))
    for name, table in profiles.items():
        try:
            given = sources.from_profile(path, name, table)
            _check_alone(given, by_source[0] if name == chosen else {})
        except SettingsError as error:
            if name == chosen:
                raise
            warnings.append(f"{error.message} The other profiles can be used.")
        else:
            from_profile = given if name == chosen else from_profile
    ordered = in_order(by_source, from_profile, rank)
    used = in_force(ordered)
    settings = _checked(used)
    for given in by_source[1:]:
        _check_alone(given, by_source[0])
    kept_back: tuple[str, ...] = ()
    strangers = withheld(settings, from_profile, by_source[2])
    if strangers:
        kept_back = _sentences(strangers, path, chosen, _origins(used))
        dropped = {(one.origin, name) for one in strangers for name in one.names}
        used = in_force([_without(given, dropped) for given in ordered])
        settings = _checked(used)
    return LoadedSettings(
        settings,
        _origins(used),
        path,
        content is not None,
        [*warnings, *kept_back],
        tuple(profiles),
        MappingProxyType(environ),
        kept_back,
    )


def _sentences(
    strangers: Sequence[Withheld], path: Path, profile: str | None, used: Mapping[str, str]
) -> tuple[str, ...]:
    owners = ((one, path.name if one.origin == str(path) else f"profile {profile}") for one in strangers)
    return tuple(filter(None, (one.sentence(owner, used) for one, owner in owners)))


def _without(given: Mapping[str, Given], dropped: Collection[tuple[str, str]]) -> dict[str, Given]:
    return {name: one for name, one in given.items() if (one.origin, name) not in dropped}


def mistakes_in(values: Mapping[str, object]) -> dict[str, str]:
    """What is wrong with values that come from no source yet: a sentence for each setting that cannot be used."""
    veiled: dict[str, Any] = {name: _veiled(name, value) for name, value in values.items()}
    try:
        Settings(**veiled)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return {str(one["loc"][0]): f"It {_wrong(one)}." for one in found}
    return {}


def _choice(by_source: Sequence[Mapping[str, Given]]) -> tuple[str | None, int]:
    """The name of the profile that is chosen, and by which source. An empty one on the command line means none."""
    for rank, given in enumerate(by_source):
        name = given["profile"].value if "profile" in given else None
        if isinstance(name, str) and PROFILE_NAME.fullmatch(name):
            return name, rank
        if name is not None:  # empty, or wrong in a way that is told when it is checked
            break
    return None, 0


def _holds_key(table: object) -> bool:
    """Whether a table of the file has a key, or a header that looks like one."""
    if not isinstance(table, dict):
        return False
    given = cast("dict[str, object]", table)
    headers = given.get("extra_headers")
    names = cast("dict[str, object]", headers) if isinstance(headers, dict) else {}
    return any(given.get(f"{service}api_key") for service in SERVICES) or any(map(_KEY_HEADER.search, names))


def _checked(given: Mapping[str, Given]) -> Settings:
    values: dict[str, Any] = {name: _veiled(name, one.value) for name, one in given.items()}
    try:
        return Settings(**values)
    except ValidationError as error:
        raise _in_words(error.errors(include_url=False, include_input=False)[0], given) from None


def _check_alone(given: Mapping[str, Given], flags: Mapping[str, Given]) -> None:
    """Check the values of one source, also those that another source overrules: they are wrong all the same.

    What a flag replaces is passed over, so that a flag can get past a wrong value.
    """
    passed = flags.keys() | (ADDRESS if flags.keys() & ADDRESS else set[str]())
    _checked({name: one for name, one in given.items() if name not in passed})


def _in_words(error: ErrorDetails, used: Mapping[str, Given]) -> SettingsError:
    name = str(error["loc"][0])
    given = used[name]
    message = f"{given.label} {_wrong(error)}"
    if name not in _NEVER_QUOTED:
        message += f", not {_quoted(given.value)}"
    return SettingsError(f"{message}.", source=given.source, key=name)


def _wrong(error: ErrorDetails) -> str:
    own = str(error.get("ctx", {}).get("error", "")) if error["type"] == "value_error" else ""
    return own or f"must be {Settings.model_fields[str(error['loc'][0])].description}"


def _quoted(value: object) -> str:
    """A wrong value, short and harmless to a terminal."""
    if not isinstance(value, str | int | float) or (isinstance(value, int) and value.bit_length() > 64):
        return "that"  # also for a number that has more digits than Python is willing to write
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _origins(used: Mapping[str, Given]) -> dict[str, str]:
    set_by = {name: given.origin for name, given in used.items()}
    parts = dict.fromkeys(set_by[part] for part in PARTS if part in set_by)
    if parts:
        set_by["base_url"] = " and ".join(parts)
    return {name: set_by.get(name, "default") for name in Settings.model_fields}
