"""The text of `config.toml`: read, changed in one place, and written, with everything else as it was.

The file is read again before every change, so that what somebody else wrote meanwhile stays. Comments, order and
spelling of everything else stay as they are; what was made is compared with what was meant before it is written.
"""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING, Any, cast

from lmstudio_tui.settings import sources, toml_text
from lmstudio_tui.settings.model import SERVICES
from lmstudio_tui.settings.sources import SettingsError
from lmstudio_tui.store.atomic import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Edit = Callable[[str], str]
    Table = dict[str, Any]

_PRIVATE = 0o600
_WRITABLE = 0o222


class ConfigFile:
    """A settings file that can be changed. It is made, with its folder, when something is written.

    Args:
        path: the file, which need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

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

    def _write(self, text: str, edits: list[Edit], meant: Table, otherwise: Edit) -> str:
        """Make the edits, write the outcome when it is what was meant, and give it."""
        made = self._made(text, edits, meant, otherwise)
        self._put(made)
        return made

    def _made(self, text: str, edits: list[Edit], meant: Table, otherwise: Edit) -> str:
        """The text with these edits.

        Args:
            text: as it is in the file.
            edits: what is to be done to it, one after the other.
            meant: what the outcome has to say.
            otherwise: makes the outcome in another way, where the edits fail at an unusual spelling; it may fail, too.
        """
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        windows = "\r\n" in text
        plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
        for attempt in (edits, [otherwise]):
            made = _right(plain, attempt, meant)
            if made is not None:
                return mark + (made.replace("\n", "\r\n") if windows else made)
        raise self._error("It cannot be changed without disturbing the rest of it.", "Change it in an editor.")

    def _put(self, text: str) -> None:
        if self._is_read_only():
            raise self._error("It cannot be written: it is read-only.", "Nothing was changed.")
        try:
            write_atomic(self.path, text, self._mode(text))
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise self._error(f"It cannot be written: {reason}.", "Nothing was changed.") from None

    def _is_read_only(self) -> bool:
        """Whether somebody took the right to write away: replacing the file would get around that."""
        try:
            mode = self.path.stat().st_mode
        except OSError:
            return False  # there is none, or writing tells
        return not mode & _WRITABLE or not os.access(self.path, os.W_OK)

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


def _right(text: str, edits: list[Edit], meant: Table) -> str | None:
    """The text with these edits, when it then says what is meant."""
    from tomlkit.exceptions import TOMLKitError  # only where something is written

    try:
        for edit in edits:
            text = edit(text)
        return text if tomllib.loads(text) == meant else None
    except (TOMLKitError, ValueError, LookupError, TypeError):  # an unusual spelling, such as inline tables
        return None


def top_set(text: str, name: str, value: object) -> str:
    """The text with a value at its top set; None takes it away."""
    lines = toml_text.lines_of(text)
    top = toml_text.sections(lines)[0]
    below = lines[top.end :]
    piece = toml_text.changed("".join(lines[: top.end]), (), {name: value})
    if piece and top.end == 0 and below and below[0].strip():
        piece += "\n"
    text = "".join([piece, *below])
    return text if piece else text.lstrip("\n")
