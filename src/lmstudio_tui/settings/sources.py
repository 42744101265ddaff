"""Where settings come from: flags, the environment, the file. Each value knows its place, so that an error can tell."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from lmstudio_tui.paths import CONFIG_VARIABLE
from lmstudio_tui.settings.model import APP_ONLY, PROFILE_NAME, Settings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

PREFIX = "LM_STUDIO_"

KEY_VARIABLES = (f"{PREFIX}API_KEY", "LM_API_TOKEN", "LMSTUDIO_API_TOKEN")
"""The names of the key in the environment; the first that is set counts."""


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


@dataclass(frozen=True)
class Given:
    """A value as a source gave it, and how an error is to speak of it."""

    value: object = field(repr=False)
    origin: str
    source: str
    label: str


def from_flags(flags: Mapping[str, object]) -> dict[str, Given]:
    unknown = flags.keys() - Settings.model_fields.keys()
    if unknown:
        raise TypeError(f"no such settings: {', '.join(sorted(unknown))}")  # the caller's mistake, not the user's
    names = {name: f"--{name.replace('_', '-')}" for name in flags}
    return {
        name: Given(value, f"flag {names[name]}", names[name], names[name])
        for name, value in flags.items()
        if value is not None
    }


def variables_of(name: str) -> tuple[str, ...]:
    """The environment variables of a setting; the first that is set counts."""
    return KEY_VARIABLES if name == "api_key" else (f"{PREFIX}{name.upper()}",)


def from_environment(environ: Mapping[str, str]) -> dict[str, Given]:
    given: dict[str, Given] = {}
    for name in Settings.model_fields:
        for variable in variables_of(name):
            value = environ.get(variable, "").strip()
            if value and name not in given:
                given[name] = Given(value, f"environment {variable}", variable, variable)
    return given


def split_profiles(path: Path, table: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """What stands at the top of the file, and its profiles by name, not looked at yet."""
    top = dict(table)
    profiles = top.pop("profiles", {})
    if isinstance(top.get("profile"), dict):
        hint = "Did you mean [profiles.name]? profile = chooses the one to start with."
        raise SettingsError(f"{path}: profile must be a name, not a table.", hint=hint, source=str(path), key="profile")
    if not isinstance(profiles, dict):
        hint = "A profile begins with a line such as [profiles.box]."
        raise SettingsError(f"{path}: profiles must be tables.", hint=hint, source=str(path), key="profiles")
    return top, cast("dict[str, object]", profiles)


def from_file(path: Path, table: Mapping[str, object]) -> dict[str, Given]:
    """What stands at the top of the file."""
    return _from_table(path, str(path), table, list(Settings.model_fields))


def profile_place(path: Path, name: str) -> str:
    """How a profile is spoken of."""
    return f"{path} [profiles.{name if re.fullmatch(r'[A-Za-z0-9_-]+', name) else _shortened(json.dumps(name))}]"


def from_profile(path: Path, name: str, table: object) -> dict[str, Given]:
    """What a profile holds."""
    place = profile_place(path, name)
    if not PROFILE_NAME.fullmatch(name):
        hint = "A name has up to 40 letters, digits, hyphens, underscores and dots."
        raise SettingsError(f"{place}: no profile can have this name.", hint=hint, source=str(path))
    if not isinstance(table, dict):
        hint = "A profile begins with a line such as [profiles.box], and its settings follow."
        raise SettingsError(f"{place} must be a table.", hint=hint, source=str(path))
    content = cast("dict[str, object]", table)
    for key in content.keys() & APP_ONLY:
        hint = "It concerns the app and no server: put it at the top of the file."
        raise SettingsError(f"{place}: {key!r} cannot be set in a profile.", hint=hint, source=str(path), key=key)
    return _from_table(path, place, content, [name for name in Settings.model_fields if name not in APP_ONLY])


def _from_table(path: Path, place: str, table: Mapping[str, object], known: Sequence[str]) -> dict[str, Given]:
    top = place == str(path)
    for key, value in table.items():
        if key in known:
            continue
        near = _nearest(key, [*known, "config", "profiles"] if top else known)
        hint = f"Did you mean {near}?" if near else f"The keys are: {', '.join(known)}."
        if isinstance(value, dict) and not set(known).isdisjoint(cast("dict[str, object]", value)):
            hint = "A profile has no table but extra_headers. (A name with a dot stands in quotes.)"
            if top:
                hint = "Settings stand at the top of the file, in no table. A server of its own: [profiles.name]."
        raise SettingsError(f"{place}: unknown key {key!r}.", hint=hint, source=str(path), key=key)
    headers = table.get("extra_headers")
    if isinstance(headers, dict):
        _refuse_settings_among(cast("dict[str, object]", headers), path, place)
    # An empty text is a line of a template that was not filled in.
    return {name: Given(value, place, str(path), f"{place}: {name}") for name, value in table.items() if value != ""}


def _refuse_settings_among(headers: dict[str, object], path: Path, place: str) -> None:
    """In TOML whatever follows `[extra_headers]` belongs to it: a setting there would be sent as a header."""
    for name in headers:
        if name in Settings.model_fields:
            raise SettingsError(
                f"{place}: {name!r} is a setting, and stands among the extra_headers.",
                hint="What follows the line [extra_headers] is sent as a header: put settings above that line.",
                source=str(path),
                key=name,
            )


def read(path: Path, named_by: str) -> tuple[bytes | None, bool]:
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


def parse(path: Path, content: bytes) -> dict[str, object]:
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


def _nearest(key: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant."""
    import difflib  # only when something is wrong

    plain = key.lower().replace("-", "_").removeprefix(PREFIX.lower())
    return next(iter(difflib.get_close_matches(plain, list(names), n=1)), None)


def no_such_profile(given: Given, path: Path, names: Collection[str]) -> SettingsError:
    """What is said of a profile that is not there."""
    import difflib

    wanted = str(given.value)
    near = difflib.get_close_matches(wanted.lower(), {name.lower(): name for name in names}, n=1)
    meant = next((name for name in names if near and name.lower() == near[0]), None)
    hint = f"Did you mean {meant}? " if meant else ""
    known = [name for name in names if PROFILE_NAME.fullmatch(name)]
    hint += f"The profiles are: {', '.join(known)}." if known else "There is none yet; one begins with [profiles.name]."
    message = f"{given.label} must name a profile in {path}, and {_shortened(repr(wanted))} is none."
    return SettingsError(message, hint=hint, source=given.source, key="profile")


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    known = {CONFIG_VARIABLE, *(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)}
    warnings: list[str] = []
    for name in sorted(environ):
        if name.upper().startswith(PREFIX) and name not in known:
            near = _nearest(name, [*Settings.model_fields, "config"])
            meant = f" Did you mean {PREFIX}{near.upper()}?" if near else ""
            warnings.append(f"The environment variable {name} means nothing here.{meant}")
    return warnings
