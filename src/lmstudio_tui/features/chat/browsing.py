"""Paths as people type and paste them, and the folders that they lead to. It blocks: a disk may be far away."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

MOST_ENTRIES: Final = 400
"""More are not listed: one types a letter or two before one scrolls that far."""

UP: Final = ".."
_LONGEST_PASTE: Final = 4096
_IMAGES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a folder.

    Args:
        name: as it is called there.
        path: where it is.
        folder: whether it is one.
        size: bytes; None for a folder, and for what cannot be asked.
    """

    name: str
    path: Path
    folder: bool
    size: int | None = None

    @property
    def kind(self) -> str:
        """What it probably is, by its name: `folder`, `image`, or the ending of its name."""
        if self.folder:
            return "folder"
        suffix = self.path.suffix.lower()
        return "image" if suffix in _IMAGES else suffix[1:9] or "file"


@dataclass(frozen=True, slots=True)
class FileKind:
    """The files that somebody looks for, by their names.

    Args:
        name: what they are called, such as `audio files`.
        suffixes: how their names end, in small letters.
    """

    name: str
    suffixes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a typed path may mean.

    Args:
        typed: the path so far.
        folder: where it has come to.
        entries: what is there and begins or goes on like it; folders first.
        more: how many others there are that are not listed.
        problem: why nothing is listed, in a sentence; else empty.
        others: how many files are not listed because they are of another kind than is looked for.
    """

    typed: str
    folder: Path
    entries: tuple[Entry, ...] = ()
    more: int = 0
    problem: str = ""
    others: int = 0


def divided(typed: str) -> tuple[str, str]:
    """The folder of a typed path, as typed and with its separator, and the name begun in it."""
    if typed in {"~", "."} or typed == UP or typed.endswith(("/..", os.sep + "..")):
        return f"{typed}/", ""
    cut = max(typed.rfind(separator) for separator in {"/", os.sep}) + 1
    return typed[:cut], typed[cut:]


def list_for(typed: str, here: Path, kind: FileKind | None = None) -> Listing:
    """What is in the folder that a typed path has come to, and fits the name begun.

    Args:
        typed: the path so far.
        here: the folder that relative paths count from.
        kind: of the files that are looked for: others are listed, after those, when a name is begun; None for any.
    """
    start, begun = divided(typed)
    folder = here
    try:
        folder = here / Path(start).expanduser()
        names, others = _named(folder, begun, kind)
    except RuntimeError:
        return Listing(typed, folder, problem="There is no such user.")
    except ValueError:
        return Listing(typed, folder, problem="A path cannot hold such a character.")
    except OSError as error:
        return Listing(typed, folder, problem=_reason(error))
    entries = [_entry(one) for one in names[:MOST_ENTRIES]]
    if not begun and folder.resolve() != folder.resolve().parent:
        entries.insert(0, Entry(UP, folder / UP, folder=True))
    return Listing(typed, folder, tuple(entries), max(0, len(names) - MOST_ENTRIES), others=others)


def _named(folder: Path, begun: str, kind: FileKind | None) -> tuple[list[os.DirEntry[str]], int]:
    """What begins like that comes before what has it within; a dot shows what is hidden. And how many are left out."""
    wanted, hidden = begun.casefold(), begun.startswith(".")
    found: list[tuple[tuple[bool, bool, bool, str], os.DirEntry[str]]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name.casefold()
            if wanted in name and (hidden or not name.startswith(".")):
                is_folder = _is_folder(entry)
                other = kind is not None and not is_folder and Path(name).suffix not in kind.suffixes
                found.append(((other, not name.startswith(wanted), not is_folder, name), entry))
    listed = found if begun else [pair for pair in found if not pair[0][0]]
    return [entry for _, entry in sorted(listed, key=lambda pair: pair[0])], len(found) - len(listed)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _entry(found: os.DirEntry[str]) -> Entry:
    folder = _is_folder(found)
    try:
        size = None if folder else found.stat().st_size
    except OSError:
        size = None
    return Entry(found.name, Path(found.path), folder, size)


def _reason(error: OSError) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "There is no such folder."
        case PermissionError():
            return "You may not look into that folder."
        case _:
            return f"That folder cannot be read: {error.strerror or type(error).__name__}."


def completed(listing: Listing) -> str:
    """The typed path with as much of a name as all entries that begin like it have in common."""
    start, begun = divided(listing.typed)
    fitting = [one for one in listing.entries if begun and one.name.casefold().startswith(begun.casefold())]
    if not fitting or listing.more:
        return listing.typed
    length = 0
    for letters in zip(*(one.name for one in fitting), strict=False):
        if len({letter.casefold() for letter in letters}) > 1:
            break
        length += 1
    whole = len(fitting) == 1 and fitting[0].folder
    return start + fitting[0].name[:length] + ("/" if whole else "") if length >= len(begun) else listing.typed


def pasted_paths(text: str) -> tuple[Path, ...]:
    """The files that a pasted text names, as a terminal writes them when files are dropped on it; else none.

    Only whole paths count (`/…`, `~/…`, `C:\\…`, `file://…`), since a word may be the name of a file by chance.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST_PASTE:
        return ()
    whole = _file_of(_bare(text))
    if whole is not None:
        return (whole,)
    pieces = text.splitlines()
    if len(pieces) == 1:
        try:
            pieces = shlex.split(text)
        except ValueError:
            return ()
    found = [_file_of(_bare(piece)) for piece in pieces if piece.strip()]
    paths = tuple(path for path in found if path is not None)
    return paths if len(paths) == len(found) else ()


def _bare(text: str) -> str:
    return text.strip().strip("'\"")


def _file_of(text: str) -> Path | None:
    """The file of that whole path, if there is one."""
    try:
        if text.startswith("file://"):
            path = Path(unquote(urlsplit(text).path))
        elif text.startswith(("/", "~/", "~\\")) or re.match(r"[A-Za-z]:[\\/]", text):
            path = Path(text).expanduser()
        else:
            return None
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None
