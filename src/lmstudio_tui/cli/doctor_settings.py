"""What `doctor` has to say of the settings: the file, each value and where it came from, and never a key."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, cast

from lmstudio_tui.features.doctor.checks import Check, Status
from lmstudio_tui.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from lmstudio_tui.cli.outcome import Failure
    from lmstudio_tui.cli.session import Session
    from lmstudio_tui.sdk import ClientConfig
    from lmstudio_tui.settings import LoadedSettings

_SECRET = ("api_key", "token", "secret", "password")
_NOTHING = "none"
_REPAIR = "Correct the setting and try again."


def check_settings(loaded: LoadedSettings, keys: Sequence[str] = ()) -> Generator[Check]:
    """The file, the values and the profile, when all of them can be used.

    Args:
        loaded: the settings.
        keys: what is wrong with the keys that they change, a sentence each.
    """
    about_file = [text for text in loaded.warnings if str(loaded.path) in text]
    others = [*(text for text in loaded.warnings if text not in about_file), *keys]
    file = f"{loaded.path}{_mode(loaded) if loaded.file_exists else ' does not exist, which is fine'}"
    yield _judged("settings file", file, about_file)
    yield _judged("settings", "\n".join(_values(loaded)), others)
    names = ", ".join(loaded.profiles) or "none"
    in_use = loaded.settings.profile
    where = f"{in_use} ({loaded.origins['profile']})" if in_use else "none in use"
    yield Check("profile", Status.OK, f"{where}; there are: {names}" if loaded.profiles else where)


def settings_refused(error: Failure) -> Generator[Check]:
    """The same, when one of them cannot be used."""
    message, hint = str(getattr(error, "message", error)), getattr(error, "hint", "") or _REPAIR
    in_file = isinstance(error, SettingsError) and not (error.source.startswith("--") or error.source.isupper())
    place = "settings file" if in_file else "settings"
    for name in ("settings file", "settings", "profile"):
        if name == place:
            yield Check(name, Status.FAILED, message, hint)
        else:
            yield Check(name, Status.SKIPPED, "The settings cannot be read.")


def check_address(session: Session) -> tuple[Check, ClientConfig | None]:
    """Whether the address may be used, and the standing warnings about it.

    Raises:
        LMStudioError, SettingsError: when it may not; for `address_refused`.
    """
    config = session.config
    source = "" if session.demo else f"; {session.loaded.key_source()}"
    return _judged("address", f"{config.base_url}{source}", config.warnings()), config


def address_refused(error: Failure) -> Check:
    """The same, when it may not, or when its key cannot be had."""
    message = str(getattr(error, "message", error))
    return Check("address", Status.FAILED, message, getattr(error, "hint", "") or _REPAIR)


def _judged(name: str, detail: str, warnings: list[str]) -> Check:
    if not warnings:
        return Check(name, Status.OK, detail)
    return Check(name, Status.WARNING, detail, " ".join(warnings))


def _mode(loaded: LoadedSettings) -> str:
    if os.name != "posix":
        return ""
    try:
        return f" (mode {stat.S_IMODE(loaded.path.stat().st_mode):03o})"
    except OSError:
        return ""


def _values(loaded: LoadedSettings) -> list[str]:
    """What was set, a line each; then what is as it always is, in one."""
    names = Settings.model_fields
    chosen = [name for name in names if loaded.origins.get(name, "default") != "default"]
    lines = [f"{name} = {_shown(loaded, name)} ({loaded.origins[name]})" for name in chosen]
    usual = [name for name in names if name not in chosen]
    there = ", ".join(f"{name} {_shown(loaded, name)}" for name in usual if _shown(loaded, name) != _NOTHING)
    missing = ", ".join(name for name in usual if _shown(loaded, name) == _NOTHING)
    return [*lines, *([f"default: {there}"] if there else []), *([f"not set: {missing}"] if missing else [])]


def _shown(loaded: LoadedSettings, name: str) -> str:
    """A value; of keys and of headers only that they are set."""
    value: object = getattr(loaded.settings, name)
    if value is None or value == () or value == {}:
        return _NOTHING
    if any(word in name for word in _SECRET):
        return "set"
    if name == "keys":
        return " ".join(sorted(loaded.settings.keys))
    if isinstance(value, tuple):
        return " ".join(cast("tuple[str, ...]", value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if isinstance(value, str | int) else "set"
