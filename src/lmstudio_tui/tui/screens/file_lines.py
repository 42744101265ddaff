"""What is in a folder, in lines and sentences. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.text import Text

from lmstudio_tui.features.chat.browsing import UP, divided
from lmstudio_tui.features.models.words import size_in_words
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.style import Style

    from lmstudio_tui.features.chat.browsing import Entry, FileKind, Listing

_MARK: Final = "✓"
_SIZE: Final = 8
_KIND: Final = 8
"""Columns for the size and for the kind."""
_LEAST_NAME: Final = 8


class LineStyles(NamedTuple):
    """The colours of a line: of its mark, and of what stands behind the name."""

    mark: Style
    quiet: Style


def line_of(entry: Entry, width: int, styles: LineStyles, *, marked: bool) -> Text:
    """How something in a folder is told in the list.

    Args:
        entry: what it is.
        width: cells of the line.
        styles: its colours.
        marked: whether it is to be taken.
    """
    line = Text(no_wrap=True, overflow="ellipsis", end="")
    line.append(f"{_MARK if marked else ' '} ", style=styles.mark)
    room = max(_LEAST_NAME, width - 2 - _SIZE - _KIND - 4)
    name = clean_line(entry.name) + ("/" if entry.folder else "")
    line.append(fitted(name, room), style="bold" if entry.folder else "")
    line.append(f"  {entry.kind[:_KIND]:<{_KIND}}", style=styles.quiet)
    return line.append(f"  {size_in_words(entry.size):>{_SIZE}}", style=styles.quiet)


def marked_in_words(marked: Mapping[Path, int | None]) -> str:
    """How much is marked: `2 marked, 3 kB: one.txt, two.txt`.

    Args:
        marked: the files, each with its size in bytes, as far as that is known.
    """
    names = ", ".join(clean_line(path.name) for path in marked)
    sizes = [size for size in marked.values() if size is not None]
    return f"{len(marked)} marked, {size_in_words(sum(sizes))}: {names}"


def folder_in_words(listing: Listing, kind: FileKind | None) -> str:
    """What is to be known of a folder that could be read.

    Args:
        listing: what is in it.
        kind: of the files that are looked for; None for any.
    """
    others = ""
    if kind is not None and listing.others:
        count = "one other" if listing.others == 1 else f"{listing.others:,} others"
        others = f"Only {kind.name} are listed: type to see {count}."
    if not any(entry.name != UP for entry in listing.entries):
        if others:
            return f"There are no {kind.name if kind is not None else 'files'} here. {others}"
        return "Nothing here begins or goes on like that." if divided(listing.typed)[1] else "It is empty."
    more = f"  and {listing.more:,} more: type to narrow it down" if listing.more else ""
    where = f"{clean_line(str(listing.folder))}{more}"
    # A long path must not push out what cannot be guessed.
    return f"{others}\n{where}" if others else where
