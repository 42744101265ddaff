"""The texts that `embed` is given: as arguments, out of files, from standard input."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import typer

from lmstudio_tui.cli import media_files
from lmstudio_tui.cli.console import piped_bytes, warn
from lmstudio_tui.cli.outcome import CommandError, Exit
from lmstudio_tui.store.embeddings.records import TextRecord
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from lmstudio_tui.features.embeddings.reading import TextsRead

_LIMIT = 1_000_000
"""Texts of one file. What their vectors take in memory is another matter, and is looked at when that is known."""


def texts_of(arguments: Sequence[str], files: Sequence[Path], column: str | None) -> list[TextRecord]:
    """All texts: the arguments, then the files in their order. Standard input is read where nothing is named.

    Args:
        arguments: a text each; `-` is standard input, a text a line.
        files: `-` is standard input here, too.
        column: of tables; None leaves it to what the columns are called.

    Raises:
        CommandError: when there are none, one cannot be embedded, or a file cannot be read.
    """
    if not arguments and not files:
        arguments = ["-"]
    found: list[TextRecord] = []
    for argument in arguments:
        found += _piped() if argument == "-" else [_argument(argument, len(found))]
    for file in files:
        found += _piped() if str(file) == "-" else _file(file, column)
    if not found:
        raise _no_texts()
    return found


def sources_of(arguments: Sequence[str], files: Sequence[Path], query: str | None) -> list[str]:
    """The files that will be read; `-` is standard input.

    Raises:
        typer.BadParameter: when standard input would be needed more than once.
    """
    sources = [str(file) for file in files]
    sources += [one for one in (*arguments, query) if one == "-"]
    if not arguments and not files:
        sources.append("-")
    if sources.count("-") > 1:
        raise typer.BadParameter("Standard input can be read once only: name it once.")
    return sources


def query_of(query: str) -> str:
    """The query; `-` is standard input.

    Raises:
        CommandError: when it is empty, or cannot be read.
    """
    text = _piped_whole().strip() if query == "-" else whole(query, "The query")
    if not text.strip():
        raise CommandError(
            "The query is empty.", kind="InputError", hint='Say what is looked for: --query "…".', code=Exit.USAGE
        )
    return text


def whole(text: str, what: str) -> str:
    """An argument that is a text.

    Raises:
        CommandError: when there are bytes in it that are none.
    """
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise CommandError(
            f"{what} has bytes in it that are no UTF-8.",
            kind="InputError",
            hint="Put it into a file, and name that with --file: files are read in other encodings, too.",
            code=Exit.USAGE,
        )
    return text


def _argument(text: str, at: int) -> TextRecord:
    if not text.strip():
        raise CommandError(f"Text {at + 1} is empty.", kind="InputError", hint="Leave it out.", code=Exit.USAGE)
    return TextRecord(whole(text, f"Text {at + 1}"))


def _piped() -> list[TextRecord]:
    from lmstudio_tui.features.embeddings.reading import read_piped

    with _reading():
        read = read_piped(_from_standard_input(), limit=_LIMIT)
    return _noted(read, "standard input")


def _piped_whole() -> str:
    from lmstudio_tui.features.embeddings.reading import decoded

    with _reading():
        text, note = decoded(_from_standard_input())
    if note:
        warn(note)
    return text


def _from_standard_input() -> bytes:
    try:
        return piped_bytes()
    except OSError as error:
        raise media_files.unreadable("Standard input", error) from None


def _file(path: Path, column: str | None) -> list[TextRecord]:
    from lmstudio_tui.features.embeddings.reading import read_texts

    with _reading():
        read = read_texts(path, column=column, limit=_LIMIT, pipes=True)
    return _noted(read, clean_line(path.name))


@contextlib.contextmanager
def _reading() -> Generator[None]:
    """Raises:
    CommandError: for what cannot be read as texts.
    """
    from lmstudio_tui.features.embeddings.reading import ReadingError

    try:
        yield
    except ReadingError as error:
        failure = CommandError(error.message, kind="ReadingError", hint=error.hint, code=Exit.USAGE)
    else:
        return
    raise failure


def _noted(read: TextsRead, name: str) -> list[TextRecord]:
    """The texts, when what is to be known of their file is said."""
    for note in read.notes:
        warn(f"{name}: {note}")
    return read.texts


def _no_texts() -> CommandError:
    return CommandError(
        "There are no texts.",
        kind="InputError",
        hint="Name some, or a file with --file, or pipe them in, one a line.",
        code=Exit.USAGE,
    )
