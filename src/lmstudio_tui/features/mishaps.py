"""What is written down when something goes wrong in the program itself, so that it can be told to who can mend it."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lmstudio_tui.sdk.redaction import Redactor
from lmstudio_tui.store.atomic import write_atomic
from lmstudio_tui.text_safety import clean, clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MOST_REPORTS: Final = 20
"""Older ones are removed."""
_LONGEST_LINE: Final = 2_000
_LONGEST_SHOWN: Final = 300
_LIBRARIES: Final = ("textual", "rich", "httpx", "pydantic")
_TOLD: Final = ("TERM", "COLORTERM", "TERM_PROGRAM", "NO_COLOR", "LANG", "LC_ALL")
"""Variables that matter to what is drawn, and hold nothing private."""
_SECRET_NAMES: Final = ("KEY", "TOKEN", "SECRET", "PASSWORD")


class Mishaps:
    """Writes reports of unexpected errors into a folder, each for its owner only.

    A report holds where it happened, in which versions and in what terminal. It holds no values of variables, so no
    text of a conversation; keys that are in use or in the environment are taken out of what an error says.

    Args:
        folder: where reports are written.
        secrets: the keys in use.
    """

    def __init__(self, folder: Path, secrets: Callable[[], Iterable[str]]) -> None:
        self.folder = folder
        self._secrets = secrets

    def keep(self, error: BaseException, where: str, about: Mapping[str, str] | None = None) -> Path | None:
        """Write down an error.

        Args:
            error: what was raised.
            where: what the program was doing, in words.
            about: more that is worth knowing, by its name.

        Returns:
            the file; None where none could be written.
        """
        now = datetime.now(UTC)
        path = self.folder / f"{now:%Y-%m-%dT%H-%M-%S}-{now.microsecond // 1000:03}.txt"
        try:
            write_atomic(path, self._text(error, where, about or {}, now))
        except OSError:
            return None
        self._remove_old()
        return path

    def shown(self, error: BaseException) -> str:
        """What an error is called and what it says, in one line for the screen."""
        said = clean_line(str(error))[:_LONGEST_SHOWN]
        return self._redactor()(f"{type(error).__name__}: {said}" if said else type(error).__name__)

    def _redactor(self) -> Redactor:
        return Redactor({*self._secrets(), *_secrets_of_the_environment()})

    def _text(self, error: BaseException, where: str, about: Mapping[str, str], now: datetime) -> str:
        raised = "".join(traceback.format_exception(error))
        lines = [
            "Something went wrong in lmstudio-tui itself.",
            "Nothing of this was sent anywhere. Keys were taken out; look through it before you hand it on.",
            "",
            f"when      {now:%Y-%m-%d %H:%M:%S} UTC",
            f"where     {where}",
            f"program   {_versions()}",
            f"system    {platform.platform()}, Python {platform.python_version()}",
            f"terminal  {_terminal()}",
            *[f"{name:<9} {value}" for name, value in about.items()],
            "",
            *raised.splitlines(),
        ]
        redact = self._redactor()
        home = str(Path.home())
        kept = [redact(clean(line)[:_LONGEST_LINE]) for line in lines]
        return "\n".join(line.replace(home, "~") if len(home) > 1 else line for line in kept) + "\n"

    def _remove_old(self) -> None:
        with suppress(OSError):
            for path in sorted(self.folder.glob("*.txt"))[:-MOST_REPORTS]:
                path.unlink()


def _versions() -> str:
    from importlib.metadata import PackageNotFoundError, version

    found: list[str] = []
    for name in ("lmstudio-tui", *_LIBRARIES):
        with suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return ", ".join(found)


def _terminal() -> str:
    told = [f"{name}={os.environ[name]}" for name in _TOLD if os.environ.get(name)]
    with suppress(OSError, ValueError, AttributeError):
        size = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
        told.append(f"{size.columns}×{size.lines}")
    return ", ".join(told) or "none"


def _secrets_of_the_environment() -> set[str]:
    """Values that are no business of anybody who reads a report. Short ones are ordinary words."""
    named = {value for name, value in os.environ.items() if any(word in name.upper() for word in _SECRET_NAMES)}
    return {value for value in named if len(value) >= 8}
