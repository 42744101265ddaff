"""The texts that `embed` is given: as arguments, out of files, from standard input."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from lmstudio_tui.cli.console import piped_text, warn
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
        CommandError: when there are none, or one cannot be embedded.
        OSError: when standard input cannot be read.
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


def refuse_reading_twice(arguments: Sequence[str], files: Sequence[Path], query: str | None) -> None:
    """Raises:
    typer.BadParameter: when standard input would be needed more than once.
    """
    named = sum(str(one) == "-" for one in (*arguments, *files, query))
    if named + (not arguments and not files) > 1:
        raise typer.BadParameter("Standard input can be read once only: name it once.")


def query_of(query: str) -> str:
    """The query; `-` is standard input.

    Raises:
        CommandError: when it is empty.
        OSError: when standard input cannot be read.
    """
    text = piped_text().strip() if query == "-" else query
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

    if sys.stdin.isatty():
        return []
    return [TextRecord(text, "-") for text in parse_pasted(piped_text())]


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
