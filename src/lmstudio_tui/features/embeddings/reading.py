"""Texts out of files: one a line, out of a column of a table, or out of JSON. All of it blocks: for worker threads."""

from __future__ import annotations

import codecs
import errno
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.embeddings.gathering import LONGEST, Gathering, ReadingError
from lmstudio_tui.features.embeddings.json_texts import read_json, read_json_lines
from lmstudio_tui.features.embeddings.table_texts import read_table
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lmstudio_tui.store.embeddings.records import TextRecord

__all__ = ["FORMATS", "LIMIT", "ReadingError", "TextsRead", "parse_pasted", "read_texts"]

LIMIT: Final = 50_000
"""Texts that are read from one file."""

_LOOKED_AT: Final = 65_536
_SOME, _FEW = 0.3, 0.01
"""Bytes at the beginning that tell what a file is, and which part of them may be control characters in a text.

Few bytes are no character of Latin-1, so that anything would pass for it.
"""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", ""),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
"""UTF-32 is looked for first: its mark begins with that of UTF-16."""

_MARKED: Final = frozenset({"utf-16", "utf-32"})

_CONTROLS: Final = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_KNOWN: Final = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a packed file, as office documents are",
    b"\x1f\x8b": "a packed file",
    b"\x7fELF": "a program",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"SQLite format 3\0": "a database",
    b"PAR1": "a Parquet file",
}
_REASONS: Final = {
    errno.EACCES: "you may not read it",
    errno.EPERM: "you may not read it",
    errno.ENAMETOOLONG: "that name is too long",
    errno.ELOOP: "its links lead in a circle",
}
_LINE_END: Final = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class TextsRead:
    """What came out of a file.

    Attributes:
        texts: in order, exactly as they stand there; at least one.
        skipped: lines, rows or members that gave no text.
        notes: what is to be known about it, a sentence each.
        columns: the columns of a table, or the members of the objects, among which one can choose.
        column: the one that the texts are from; None where there are none.
    """

    texts: list[TextRecord]
    skipped: int = 0
    notes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    column: str | None = None


def read_texts(path: Path, *, column: str | None = None, limit: int = LIMIT) -> TextsRead:
    """Read the texts of a file: txt, csv, tsv, json, jsonl or ndjson.

    Args:
        path: of the file; `~` is the home folder.
        column: the name or number of the column to read; None leaves it to what the columns are called, and to how
            long their texts are.
        limit: how many texts at most.

    Raises:
        ReadingError: no texts can be read from it, with the reason.
    """
    name = clean_line(path.name) or clean_line(str(path))
    try:
        whole = _file(path, name)
        reader = _READERS.get(whole.suffix.lower())
        if reader is None:
            raise ReadingError(f"{name} is of no kind that texts are read from.", f"It may be {FORMATS}.")
        return _read(whole, name, reader, column, limit)
    except (OSError, ValueError, RuntimeError) as error:
        raise ReadingError(_reason(error, path, name)) from error


def parse_pasted(text: str) -> list[str]:
    """Texts that were typed or pasted, one a line; blank lines are none."""
    lines = _LINE_END.split(text.removeprefix("\ufeff"))
    return [line for line in lines if line and not line.isspace()]


def _file(path: Path, name: str) -> Path:
    whole = path.expanduser()
    if "\0" in str(whole):
        raise ReadingError("A path cannot hold such a character.")
    if whole.is_dir():
        raise ReadingError(f"{name} is a folder.", "Choose a file in it.")
    if not whole.exists():
        hint = "" if whole.is_symlink() else f"Is {clean_line(str(whole.parent))} the right folder?"
        raise ReadingError(f"There is no file {clean_line(str(path))}.", hint)
    if not whole.is_file():
        raise ReadingError(f"{name} is no ordinary file.")
    return whole


def _read(
    path: Path, name: str, reader: Callable[[Iterator[str], Gathering], None], column: str | None, limit: int
) -> TextsRead:
    with path.open("rb") as file:
        encodings = _encodings(file.read(_LOOKED_AT), name)
        for encoding, said in encodings:
            gathering = Gathering(path.name, max(1, limit), column)
            file.seek(0)
            # What a mark says is believed; without one, what does not fit is tried as something else.
            errors = "replace" if encoding in _MARKED else "strict"
            # Line ends are left as they are: within a table's quotes they belong to a text.
            text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
            try:
                reader(_lines(text, name), gathering)
            except UnicodeDecodeError:
                continue
            finally:
                text.detach()
            return _result(gathering, name, [said] if said else [])
    raise ReadingError(f"{name} is no text.", "Save it as UTF-8.")


def _result(gathering: Gathering, name: str, notes: list[str]) -> TextsRead:
    notes += gathering.notes()
    if not gathering.texts:
        raise ReadingError(f"{name} has no texts in it.", " ".join(gathering.notes()))
    return TextsRead(gathering.texts, gathering.skipped, tuple(notes), gathering.columns, gathering.column)


def _encodings(head: bytes, name: str) -> list[tuple[str, str]]:
    """How a file may be written, with what is to be said of it, the likeliest first.

    Raises:
        ReadingError: when it is empty or no text.
    """
    if not head:
        raise ReadingError(f"{name} is empty.")
    for start, called in _KNOWN.items():
        if head.startswith(start):
            raise ReadingError(f"{name} is {called}, and no text.", "Save what it says as text, and load that.")
    for mark, encoding, called in _MARKS:
        if head.startswith(mark):
            return [(encoding, f"It was read as {called}." if called else "")]
    if b"\0" in head:
        return [(_without_mark(head, name), "It was read as UTF-16.")]
    if len(_CONTROLS.findall(head)) > (_SOME if _is_utf_8(head) else _FEW) * len(head):
        raise _binary(name)
    said = "It is not UTF-8; it was read as Latin-1 (Windows-1252), so look at its accents."
    return [("utf-8", ""), ("cp1252", said), ("latin-1", said)]


def _is_utf_8(head: bytes) -> bool:
    """Whether it may be UTF-8; the last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _without_mark(head: bytes, name: str) -> str:
    """UTF-16 without a mark has its zero bytes in every other place."""
    even, odd, enough = head[::2].count(0), head[1::2].count(0), max(1, len(head) // 2) * 0.3
    if len(head) > 1 and odd > enough and not even:
        return "utf-16-le"
    if len(head) > 1 and even > enough and not odd:
        return "utf-16-be"
    raise _binary(name)


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    """The lines of a file with their ends.

    Raises:
        ReadingError: when one is far too long, or has what no text has.
    """
    number = 0
    while line := text.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise ReadingError(f"Line {number:,} of {name} has more than {LONGEST:,} characters.", "Split it up.")
        if "\0" in line:
            raise _binary(name)
        yield line


def _binary(name: str) -> ReadingError:
    return ReadingError(f"{name} is no text: there are bytes in it that no text has.", f"It may be {FORMATS}.")


def _reason(error: Exception, path: Path, name: str) -> str:
    if isinstance(error, RuntimeError):
        return f"There is no such user: {clean_line(str(path))}."
    if not isinstance(error, OSError):
        return "A path cannot hold such a character."
    said = _REASONS.get(error.errno or 0) or clean_line(error.strerror or type(error).__name__).rstrip(".")
    return f"{name} could not be read: {said}."


def _read_plain(lines: Iterator[str], gathering: Gathering) -> None:
    for line in lines:
        if not gathering.take(line.rstrip("\r\n")):
            return


def _read_tabs(lines: Iterator[str], gathering: Gathering) -> None:
    read_table(lines, gathering, "\t,;|")


_READERS: Final[dict[str, Callable[[Iterator[str], Gathering], None]]] = {
    ".txt": _read_plain,
    ".text": _read_plain,
    ".csv": read_table,
    ".tsv": _read_tabs,
    ".tab": _read_tabs,
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
}

FORMATS: Final = "txt (a text a line), csv, tsv, json, jsonl or ndjson"
"""What texts are read from, in a sentence."""
