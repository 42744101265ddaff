"""What was removed, until nobody can want it back: a folder for each, with the file and its description."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.private import make_private

if TYPE_CHECKING:
    from pathlib import Path

KEPT_S: Final = 86_400.0
"""Seconds for which what another app removed is left alone: it may still take it back."""


class Trash:
    """The trash of one folder.

    Args:
        folder: of the files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trash = folder / ".trash"
        self._mine: set[str] = set()

    def put(self, id: str, paths: list[Path]) -> None:  # noqa: A002 - as the record calls it
        """Move files into the trash, all or none.

        Args:
            id: of the record that they belong to.
            paths: of the files, in our folder.

        Raises:
            OSError: they cannot be moved.
        """
        into = self._trash / id
        make_private(into)
        _move_all(paths, into)
        # What counts is when it was removed, not when it was written.
        os.utime(into)
        self._mine.add(id)

    def take_back(self, id: str) -> bool:  # noqa: A002 - as the record calls it
        """Move files out of the trash again. False when they are not there any more.

        Raises:
            OSError: they cannot be moved; they are then still in the trash.
        """
        out = self._trash / id
        # The description last: what it describes is then there.
        paths = sorted(_inside(out), key=lambda path: path.suffix == ".json")
        if not paths:
            return False
        _move_all(paths, self._folder)
        self._mine.discard(id)
        with suppress(OSError):
            out.rmdir()
        return True

    def empty(self) -> None:
        """Delete what this app has removed, and what was left behind long ago."""
        now = time.time()
        for each in _inside(self._trash):
            if each.name in self._mine or _age(each, now) > KEPT_S:
                shutil.rmtree(each, ignore_errors=True)
                self._mine.discard(each.name)
        with suppress(OSError):
            self._trash.rmdir()
        # What a crash in the middle of a description has left.
        for each in _inside(self._folder):
            if each.name.startswith(".") and each.suffix == ".tmp" and _age(each, now) > KEPT_S:
                with suppress(OSError):
                    each.unlink()


def _move_all(paths: list[Path], folder: Path) -> None:
    moved: list[tuple[Path, Path]] = []
    try:
        for path in paths:
            target = folder / path.name
            if target.exists():
                raise FileExistsError(None, "a file of that name is there already", str(target))
            path.rename(target)
            moved.append((path, target))
    except OSError:
        for path, target in reversed(moved):
            with suppress(OSError):
                target.rename(path)
        raise


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _age(path: Path, now: float) -> float:
    try:
        return now - path.stat().st_mtime
    except OSError:
        return 0.0
