"""Texts that fill a column, and paths without what everybody knows of them."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len, set_cell_size


def fitted(text: str, width: int) -> str:
    """A text in exactly so many cells."""
    if cell_len(text) > width:
        text = set_cell_size(text, max(0, width - 1)).rstrip() + "…"
    return set_cell_size(text, width)


def home_path(path: Path) -> str:
    """A path as people write it: what is in the home folder begins with ~."""
    try:
        return str("~" / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)
