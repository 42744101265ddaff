"""Reading JSON that may be anything by now: what cannot be understood is set aside, and never stops the app."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, TypeGuard, cast

if TYPE_CHECKING:
    from pathlib import Path


def read_object(path: Path) -> dict[str, object] | None:
    """The members of the JSON object in a file. None when there is none; what is no JSON object is set aside."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    try:
        read: object = json.loads(content)
    except (ValueError, RecursionError):  # ValueError: not JSON, not Unicode, or a number of thousands of digits
        read = None
    if isinstance(read, dict):
        return cast("dict[str, object]", read)
    set_aside(path)
    return None


def set_aside(path: Path) -> None:
    """Put a file that cannot be understood out of the way, if that is possible."""
    with suppress(OSError):
        path.replace(broken_path(path))


def broken_path(path: Path) -> Path:
    """Where a file that cannot be understood is put, for whoever wants to look at it."""
    return path.with_name(f"{path.name}.broken")


def is_text(value: object) -> TypeGuard[str]:
    """A text, not empty, and no half of a surrogate pair, which JSON can spell but no terminal or request can carry."""
    if not isinstance(value, str):
        return False
    return bool(value) and not any("\ud800" <= character <= "\udfff" for character in value)
