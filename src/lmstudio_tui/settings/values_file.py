"""Writing single settings of `config.toml`, at its top or in a profile."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from lmstudio_tui.settings import toml_text
from lmstudio_tui.settings.config_file import ConfigFile, top_set

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.settings.config_file import Edit, Table

TOP: Final = ""
"""The place that is no profile: the top of the file."""


@dataclass(frozen=True)
class Change:
    """A setting that was written, to be undone.

    Args:
        place: `TOP`, or the name of a profile.
        name: the setting.
        was: what stood there; None when nothing did.
        now: what stands there; None when nothing does.
        before: the whole file as it was.
        after: and as it was left.
    """

    place: str
    name: str
    was: object = field(repr=False)
    now: object = field(repr=False)
    before: str = field(repr=False)
    after: str = field(repr=False)


class ValuesFile(ConfigFile):
    """The settings in a file, one at a time.

    Every method reads the file anew, and raises `SettingsError` when it cannot be read, is no valid TOML, or cannot be
    written; then nothing is changed.
    """

    def places(self) -> list[str]:
        """The top of the file, and the profiles in it."""
        profiles = self._profiles(self._parsed(self._read()))
        return [TOP, *(name for name, table in profiles.items() if isinstance(table, dict))]

    def values(self, place: str) -> Mapping[str, object]:
        """What stands in a place; an empty text is a line that was not filled in, and counts as none."""
        data = self._parsed(self._read())
        return {name: value for name, value in self._table(data, place).items() if value != ""}

    def preview(self, place: str, name: str, value: object) -> str:
        """The file as it would be with a setting changed; nothing is written.

        Args:
            place: `TOP`, or the name of a profile.
            name: the setting.
            value: what it is to be; None takes it away.
        """
        return self._with(self._read(), place, name, value)

    def set(self, place: str, name: str, value: object, *, was: object) -> Change:
        """Change a setting, and give what `undo` needs.

        Args:
            place: `TOP`, or the name of a profile.
            name: the setting.
            value: what it is to be; None takes it away.
            was: what is believed to stand there, None for nothing.

        Raises:
            SettingsError: also when something else stands there by now.
        """
        before = self._read()
        there = self._value(before, place, name)
        if there != was:
            raise self._error(f"{name} was changed in the file meanwhile.", "Look at it again; nothing was written.")
        after = self._with(before, place, name, value)
        self._put(after)
        return Change(place, name, was, value, before, after)

    def undo(self, change: Change) -> None:
        """Make a setting what it was: with its comment, unless the file was changed since.

        Raises:
            SettingsError: also when somebody else has changed that setting since.
        """
        if self._read() == change.after:
            self._put(change.before)
        else:
            self.set(change.place, change.name, change.was, was=change.now)

    def _value(self, text: str, place: str, name: str) -> object:
        value = self._table(self._parsed(text), place).get(name)
        return None if value == "" else value

    def _table(self, data: Table, place: str) -> Table:
        if place:
            return self._existing(data, place)
        return {name: value for name, value in data.items() if name != "profiles"}

    def _with(self, text: str, place: str, name: str, value: object) -> str:
        data = self._parsed(text)
        self._table(data, place)  # it may be gone
        meant = copy.deepcopy(data)
        inside: Table = meant["profiles"][place] if place else meant
        if value is None:
            inside.pop(name, None)
        else:
            inside[name] = value
        path = ("profiles", place) if place else ()
        edits: list[Edit] = [lambda text: _set(text, path, name, value)]
        return self._made(text, edits, meant, lambda text: _set_by_tomlkit(text, path, name, value))


def _set(text: str, path: tuple[str, ...], name: str, value: object) -> str:
    """The text with one value set, and all else as it was, to the letter."""
    lines = toml_text.lines_of(text)
    found = toml_text.sections(lines)
    own = (*path, name)
    tables = [one for one in found if one.path[: len(own)] == own]
    entries = _entries(value)
    if entries is not None and len(tables) == 1:
        return _entries_set(lines, tables[0], entries)
    if tables:
        lines = toml_text.lines_of("".join(toml_text.without(lines, tables)))
        found = toml_text.sections(lines)
    if value is None and tables:
        return "".join(lines)
    if not path:
        return top_set("".join(lines), name, value)
    section = next((one for one in found if one.path == path), None)
    if section is None:
        raise LookupError(path)
    piece = toml_text.changed("".join(lines[section.header : section.end]), path, {name: value})
    return "".join([*lines[: section.header], piece, *lines[section.end :]])


def _entries(value: object) -> Table | None:
    return cast("Table", value) if isinstance(value, dict) else None


def _entries_set(lines: list[str], section: toml_text.Section, value: Table) -> str:
    """A table that has a header of its own keeps it."""
    piece = "".join(lines[section.header : section.end])
    inside: Any = toml_text.content_of(piece, section.path)
    changes = {name: value.get(name) for name in (*inside, *value) if inside.get(name) != value.get(name)}
    piece = toml_text.changed(piece, section.path, changes)
    return "".join([*lines[: section.header], piece, *lines[section.end :]])


def _set_by_tomlkit(text: str, path: tuple[str, ...], name: str, value: object) -> str:
    """As tomlkit does it, for unusual spellings such as a profile in one line."""
    import tomlkit

    document = tomlkit.parse(text)
    table: Any = document
    for one in path:
        table = table[one]
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value
    return tomlkit.dumps(document)
