"""Whether there is room to write, and leave to."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from lmstudio_tui.features.doctor.checks import Check, Status
from lmstudio_tui.features.models import size_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LITTLE = 100_000_000


def check_disk(folders: Mapping[str, Path]) -> Check:
    """Look at the folders in which the program keeps its files. None of them is made.

    Args:
        folders: what each is for, and where it is.
    """
    lines: list[str] = []
    troubled: list[str] = []
    for what, folder in folders.items():
        said, trouble = _look(folder)
        lines.append(f"{what} {folder}: {said}")
        if trouble:
            troubled.append(trouble)
    detail = "\n".join(lines)
    if troubled:
        return Check("disk", Status.WARNING, detail, " ".join(dict.fromkeys(troubled)))
    return Check("disk", Status.OK, detail)


def _look(folder: Path) -> tuple[str, str]:
    """What there is to say of a folder, and what to do about it."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        return f"{there} is no folder", f"Move {there} out of the way."
    if not os.access(there, os.W_OK | os.X_OK):
        return f"{there} is not writable", f"Make {there} writable; until then nothing is kept there."
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return (error.strerror or str(error)).lower(), f"See what is wrong with {there}."
    said = f"{size_in_words(free)} free" + ("" if there == folder else ", not made yet")
    return said, "Make some room on the disk." if free < _LITTLE else ""
