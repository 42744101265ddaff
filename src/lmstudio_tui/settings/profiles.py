"""Writing the profiles of `config.toml`, and nothing else in it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lmstudio_tui.settings import toml_text
from lmstudio_tui.settings.config_file import ConfigFile, top_set
from lmstudio_tui.settings.model import PROFILE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.settings.config_file import Edit, Table


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


class ProfileFile(ConfigFile):
    """The profiles in a settings file.

    Every method reads the file anew, and raises `SettingsError` when it cannot be read, is no valid TOML, or cannot be
    written; then nothing is changed.

    Args:
        path: the file, which need not be there; it and its folder are made when something is written.
    """

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
            edits.append(lambda text: top_set(text, "profile", name))
        self._write(text, edits, meant, _rewritten_as(meant))

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
            edits.append(lambda text: top_set(text, "profile", None))
        after = self._write(text, edits, meant, _rewritten_as(meant))
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
        self._write(text, [lambda text: top_set(text, "profile", name)], meant, _rewritten_as(meant))


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


def _rewritten_as(meant: Table) -> Edit:
    """Writes the profiles anew as tomlkit sees fit, and leaves everything else as it was."""

    def rewritten(text: str) -> str:
        import tomlkit

        document = tomlkit.parse(text)
        for name in ("profiles", "profile"):
            if name in document:
                del document[name]
        rest = tomlkit.dumps(document)
        if "profile" in meant:
            rest = top_set(rest, "profile", meant["profile"])
        for name, table in meant.get("profiles", {}).items():
            rest = _appended(rest, name, table)
        return rest

    return rewritten
