"""Texts out of files: one a line, out of a column of a table, or out of JSON. All of it blocks: for worker threads."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import IO, TYPE_CHECKING, Final

from lmstudio_tui.features.embeddings.decoding import LOOKED_AT, MARKED, binary, encodings
from lmstudio_tui.features.embeddings.gathering import FORMATS, LONGEST, Gathering, ReadingError
from lmstudio_tui.features.embeddings.json_texts import read_json, read_json_lines
from lmstudio_tui.features.embeddings.table_texts import read_table
from lmstudio_tui.features.unreadable import why_unreadable
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lmstudio_tui.store.embeddings.records import TextRecord

__all__ = ["FORMATS", "LIMIT", "ReadingError", "TextsRead", "decoded", "parse_pasted", "read_piped", "read_texts"]

PIPED: Final = "Standard input"

LIMIT: Final = 50_000
"""Texts that are read from one file."""

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
        samples: the first values of each column.
    """

    texts: list[TextRecord]
    skipped: int = 0
    notes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    column: str | None = None
    samples: tuple[tuple[str, ...], ...] = ()


def read_texts(path: Path, *, column: str | None = None, limit: int = LIMIT, pipes: bool = False) -> TextsRead:
    """Read the texts of a file: txt, csv, tsv, json, jsonl or ndjson; of any other text a text a line.

    Args:
        path: of the file; `~` is the home folder.
        column: the name or number of the column to read; None leaves it to what the columns are called, and to how
            long their texts are.
        limit: how many texts at most.
        pipes: whether a pipe is read, too, which may take for ever.

    Raises:
        ReadingError: no texts can be read from it, with the reason.
    """
    name = clean_line(path.name) or clean_line(str(path))
    try:
        whole = _file(path, name, pipes=pipes)
        suffix = whole.suffix.lower()
        gathering = partial(Gathering, path.name, max(1, limit), column)
        if not whole.is_file():
            return _read(io.BytesIO(whole.read_bytes()), name, _READERS.get(suffix, _read_plain), gathering)
        with whole.open("rb") as file:
            found = _read(file, name, _READERS.get(suffix, _read_plain), gathering)
        note = f"{name} was read as a text a line; files with columns or members end in .csv, .tsv, .json or .jsonl."
        if column is not None and not found.columns:
            found = replace(found, notes=(*found.notes, f"{name} has no columns; {column!r} means nothing there."))
        return found if suffix in _READERS else replace(found, notes=(note, *found.notes))
    except (OSError, ValueError, RuntimeError) as error:
        raise ReadingError(why_unreadable(error, path, name)) from error


def read_piped(data: bytes, *, source: str = "-", limit: int = LIMIT) -> TextsRead:
    """The texts that were piped in, one a line.

    Args:
        data: as it came; nothing but blank lines are no texts, and no error.
        source: what the texts are said to be from.
        limit: how many texts at most.

    Raises:
        ReadingError: it is no text.
    """
    if not data.strip():
        return TextsRead([])
    return _read(io.BytesIO(data), PIPED, _read_plain, partial(Gathering, source, max(1, limit)))


def decoded(data: bytes, name: str = PIPED) -> tuple[str, str]:
    """A text, and what is to be said of how it was read; empty when there is nothing.

    Raises:
        ReadingError: it is no text.
    """
    if not data:
        return "", ""
    for encoding, said in encodings(data[:LOOKED_AT], name):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding, "replace" if encoding in MARKED else "strict")
            if "\0" in text:
                break
            return text, said
    raise binary(name)


def parse_pasted(text: str) -> list[str]:
    """Texts that were typed or pasted, one a line; blank lines are none."""
    lines = _LINE_END.split(text.removeprefix("\ufeff"))
    return [line for line in lines if line and not line.isspace()]


def _file(path: Path, name: str, *, pipes: bool) -> Path:
    whole = path.expanduser()
    if "\0" in str(whole):
        raise ReadingError("A path cannot hold such a character.")
    if whole.is_dir():
        raise ReadingError(f"{name} is a folder.", "Choose a file in it.")
    if not whole.exists():
        hint = "" if whole.is_symlink() else f"Is {clean_line(str(whole.parent))} the right folder?"
        raise ReadingError(f"There is no file {clean_line(str(path))}.", hint)
    if not whole.is_file() and not (pipes and whole.is_fifo()):
        raise ReadingError(f"{name} is no ordinary file.")
    return whole


def _read(
    file: IO[bytes],
    name: str,
    reader: Callable[[Iterator[str], Gathering], None],
    new: Callable[[], Gathering],
) -> TextsRead:
    for encoding, said in encodings(file.read(LOOKED_AT), name):
        gathering = new()
        file.seek(0)
        # What a mark says is believed; without one, what does not fit is tried as something else.
        errors = "replace" if encoding in MARKED else "strict"
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
    columns, samples = gathering.columns, gathering.samples
    return TextsRead(gathering.texts, gathering.skipped, tuple(notes), columns, gathering.column, samples)


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
            raise binary(name)
        yield line


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
