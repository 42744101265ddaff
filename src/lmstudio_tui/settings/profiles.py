"""Writing the profiles of `config.toml`, and nothing else in it.

The file is read again before every change, so that what somebody else wrote meanwhile stays. Comments, order and
spelling of everything else stay as they are; what was made is compared with what was meant before it is written.
"""

from __future__ import annotations

import copy
import os
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from lmstudio_tui.settings import sources, toml_text
from lmstudio_tui.settings.model import PROFILE_NAME, SERVICES
from lmstudio_tui.settings.sources import SettingsError
from lmstudio_tui.store.atomic import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Edit = Callable[[str], str]
    Table = dict[str, Any]

_PRIVATE = 0o600


@dataclass(frozen=True)
class Removed:
    """A profile that was taken away, to be put back.

    Args:
        name: its name.
        values: what it held.
        was_default: whether the app started with it.
        before: the whole file as it was.
        after: and as it was left.
    """

    name: str
    values: Mapping[str, object] = field(repr=False)
    was_default: bool
    before: str = field(repr=False)
    after: str = field(repr=False)


class ProfileFile:
    """The profiles in a settings file.

    Every method reads the file anew, and raises `SettingsError` when it cannot be read, is no valid TOML, or cannot be
    written; then nothing is changed.

    Args:
        path: the file, which need not be there; it and its folder are made when something is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """The names, in the order of the file, broken ones included."""
        return list(self._profiles(self._parsed(self._read())))

    def default(self) -> str | None:
        """The name of the one that the app starts with."""
        name = self._parsed(self._read()).get("profile")
        return name if isinstance(name, str) and name else None

    def get(self, name: str) -> dict[str, object]:
        """What a profile holds.

        Raises:
            SettingsError: also when there is none of that name.
        """
        return self._existing(self._parsed(self._read()), name)

    def save(self, name: str, values: Mapping[str, object], *, former: str | None = None) -> None:
        """Make or change a profile.

        Args:
            name: its name from now on.
            values: what to set; None takes a value away, and what is not named stays.
            former: its name until now; None makes a new one.

        Raises:
            SettingsError: also for a name that no profile can have, or that another one has.
        """
        if not PROFILE_NAME.fullmatch(name):
            hint = "A name has up to 40 letters, digits, hyphens, underscores and dots."
            raise self._error("No profile can have this name.", hint)
        text = self._read()
        data = self._parsed(text)
        if name != former and name in self._profiles(data):
            raise self._error(f"There is a profile {name!r} already.", "Choose another name, or edit that one.")
        if former is None:
            made: dict[str, object] = {key: value for key, value in values.items() if value is not None}
            profiles = {**self._profiles(data), name: made}
            edits: list[Edit] = [lambda text: _appended(text, name, made)]
        else:
            old = self._existing(data, former)
            both = {**old, **values}
            table = {key: value for key, value in both.items() if value is not None}
            profiles = {(name if key == former else key): content for key, content in self._profiles(data).items()}
            profiles[name] = table
            edits = [lambda text: _renamed(_edited(text, former, values), former, name)]
        meant = {**data, "profiles": profiles}
        if former is not None and data.get("profile") == former != name:
            meant["profile"] = name
            edits.append(lambda text: _top_set(text, "profile", name))
        self._write(text, edits, meant)

    def remove(self, name: str) -> Removed:
        """Take a profile away; the app no longer starts with it.

        Returns:
            what `restore` needs to put it back.
        """
        text = self._read()
        data = self._parsed(text)
        values = self._existing(data, name)
        meant = copy.deepcopy(data)
        del meant["profiles"][name]
        if not meant["profiles"]:
            del meant["profiles"]
        edits: list[Edit] = [lambda text: _removed(text, name)]
        was_default = data.get("profile") == name
        if was_default:
            del meant["profile"]
            edits.append(lambda text: _top_set(text, "profile", None))
        after = self._write(text, edits, meant)
        return Removed(name, values, was_default, text, after)

    def restore(self, removed: Removed) -> None:
        """Put a profile back: in its old place, unless the file was changed since."""
        if self._read() == removed.after:
            self._put(removed.before)
            return
        self.save(removed.name, removed.values)
        if removed.was_default and self.default() is None:
            self.set_default(removed.name)

    def set_default(self, name: str | None) -> None:
        """Choose the one that the app starts with; None chooses none."""
        text = self._read()
        data = self._parsed(text)
        if name is not None:
            self._existing(data, name)
        meant = {key: value for key, value in data.items() if key != "profile"}
        if name is not None:
            meant["profile"] = name
        self._write(text, [lambda text: _top_set(text, "profile", name)], meant)

    # Reading

    def _read(self) -> str:
        content, _ = sources.read(self.path, "")
        sources.parse(self.path, content or b"")  # a file that is not valid is told of, and never touched
        return (content or b"").decode()

    def _parsed(self, text: str) -> Table:
        return tomllib.loads(text.removeprefix("\ufeff"))

    def _profiles(self, data: Table) -> Table:
        return cast("Table", sources.split_profiles(self.path, data)[1])

    def _existing(self, data: Table, name: str) -> Table:
        profiles = self._profiles(data)
        if not isinstance(profiles.get(name), dict):
            raise self._error(f"There is no profile {name!r} any more.", "The file was changed meanwhile.")
        return profiles[name]

    def _error(self, message: str, hint: str) -> SettingsError:
        return SettingsError(f"{self.path}: {message}", hint=hint, source=str(self.path))

    # Writing

    def _write(self, text: str, edits: list[Edit], meant: Table) -> str:
        """Make the edits, write the outcome when it is what was meant, and give it."""
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        windows = "\r\n" in text
        made = text.removeprefix("\ufeff").replace("\r\n", "\n")
        try:
            for edit in edits:
                made = edit(made)
            right = tomllib.loads(made) == meant
        except (ValueError, LookupError, TypeError):  # an unusual spelling of the profiles, such as inline tables
            right = False
        if not right:
            made = _rewritten(text.removeprefix("\ufeff").replace("\r\n", "\n"), meant)
            if made is None:
                raise self._error("It cannot be changed without disturbing the rest of it.", "Change it in an editor.")
        made = mark + (made.replace("\n", "\r\n") if windows else made)
        self._put(made)
        return made

    def _put(self, text: str) -> None:
        try:
            write_atomic(self.path, text, self._mode(text))
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise self._error(f"It cannot be written: {reason}.", "Nothing was changed.") from None

    def _mode(self, text: str) -> int:
        """For its owner alone when it is new or holds a key; else as it was."""
        data = self._parsed(text)
        tables: list[object] = [data, *self._profiles(data).values()]
        secret = [*(f"{service}api_key" for service in SERVICES), "extra_headers"]
        if any(cast("Table", table).get(name) for table in tables if isinstance(table, dict) for name in secret):
            return _PRIVATE
        try:
            return self.path.stat().st_mode & 0o777 if os.name == "posix" else _PRIVATE
        except OSError:
            return _PRIVATE


def _appended(text: str, name: str, values: Mapping[str, object]) -> str:
    above = text.rstrip("\n")
    return f"{above}{chr(10) * 2 if above else ''}{toml_text.new_table(('profiles', name), values)}"


def _edited(text: str, name: str, values: Mapping[str, object]) -> str:
    lines = toml_text.lines_of(text)
    path = ("profiles", name)
    section = next((one for one in toml_text.sections(lines) if one.path == path), None)
    if section is None:
        raise LookupError(name)
    piece = toml_text.changed("".join(lines[section.header : section.end]), path, values)
    return "".join([*lines[: section.header], piece, *lines[section.end :]])


def _renamed(text: str, former: str, name: str) -> str:
    lines = toml_text.lines_of(text)
    for section in toml_text.sections(lines):
        if section.path[:2] == ("profiles", former) and former != name:
            path = ("profiles", name, *section.path[2:])
            lines[section.header] = toml_text.renamed_header(lines[section.header], path)
    return "".join(lines)


def _removed(text: str, name: str) -> str:
    lines = toml_text.lines_of(text)
    taken = [one for one in toml_text.sections(lines) if one.path[:2] == ("profiles", name)]
    return "".join(toml_text.without(lines, taken))


def _top_set(text: str, name: str, value: object) -> str:
    lines = toml_text.lines_of(text)
    top = toml_text.sections(lines)[0]
    below = lines[top.end :]
    piece = toml_text.changed("".join(lines[: top.end]), (), {name: value})
    if piece and top.end == 0 and below and below[0].strip():
        piece += "\n"
    text = "".join([piece, *below])
    return text if piece else text.lstrip("\n")


def _rewritten(text: str, meant: Table) -> str | None:
    """The text with the profiles written anew as tomlkit sees fit, everything else as it was; None if that fails."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        for name in ("profiles", "profile"):
            if name in document:
                del document[name]
        rest = tomlkit.dumps(document)
        if "profile" in meant:
            rest = _top_set(rest, "profile", meant["profile"])
        for name, table in meant.get("profiles", {}).items():
            rest = _appended(rest, name, table)
        return rest if tomllib.loads(rest) == meant else None
    except (TOMLKitError, ValueError, LookupError, TypeError):
        return None
