"""The texts that `embed` is given: as arguments, out of files, from standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from lmstudio_tui.cli import media_files
from lmstudio_tui.cli.console import warn
from lmstudio_tui.cli.outcome import CommandError, Exit
from lmstudio_tui.store.embeddings.records import TextRecord

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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
        CommandError: when it is empty, or standard input cannot be read.
    """
    text = media_files.text_of(query)
    text = text.strip() if query == "-" else text
    if not text.strip():
        raise CommandError(
            "The query is empty.", kind="InputError", hint='Say what is looked for: --query "…".', code=Exit.USAGE
        )
    return text


def _argument(text: str, at: int) -> TextRecord:
    if not text.strip():
        raise CommandError(f"Text {at + 1} is empty.", kind="InputError", hint="Leave it out.", code=Exit.USAGE)
    return TextRecord(text)


def _piped() -> list[TextRecord]:
    from lmstudio_tui.features.embeddings.reading import parse_pasted

    return [TextRecord(text, "-") for text in parse_pasted(media_files.text_of("-"))]


def _file(path: Path, column: str | None) -> list[TextRecord]:
    from lmstudio_tui.features.embeddings.reading import ReadingError, read_texts

    try:
        read = read_texts(path, column=column, limit=_LIMIT)
    except ReadingError as error:
        failure = CommandError(error.message, kind="ReadingError", hint=error.hint, code=Exit.USAGE)
    else:
        for note in read.notes:
            warn(note)
        return read.texts
    raise failure


def _no_texts() -> CommandError:
    return CommandError(
        "There are no texts.",
        kind="InputError",
        hint="Name some, or a file with --file, or pipe them in, one a line.",
        code=Exit.USAGE,
    )
