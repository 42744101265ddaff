"""Where `embed` writes, and in which form: standard output piece by piece, or a file that is whole or not there."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import typer

from lmstudio_tui.cli import media_files
from lmstudio_tui.cli.console import prints_unicode, say
from lmstudio_tui.cli.embed_forms import csv_pieces, json_line_pieces, json_pieces, npy_pieces, parquet_bytes
from lmstudio_tui.cli.embed_text import text_pieces
from lmstudio_tui.cli.own_files import permissions
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from lmstudio_tui.cli.embed_forms import Form, Result, Task

_FORMS: dict[str, Form] = {
    "text": "text",
    "json": "json",
    "jsonl": "jsonl",
    "csv": "csv",
    "npy": "npy",
    "parquet": "parquet",
}
_ENDINGS: dict[str, Form] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".npy": "npy",
    ".parquet": "parquet",
    ".txt": "text",
}
_ONE_MODEL = {"csv", "npy", "parquet"}
_AT_ONCE = 256 * 1024


@dataclass(frozen=True)
class Place:
    """Where it goes.

    Args:
        form: in which it is written.
        file: into which; None for standard output.
        force: whether a file may be replaced.
    """

    form: Form
    file: Path | None = None
    force: bool = False

    @property
    def prints_object(self) -> bool:
        """Whether standard output gets one JSON object, also when it fails."""
        return self.form == "json" and self.file is None

    def check(self, task: Task, models: int) -> None:
        """Refuse what cannot be written like that.

        Raises:
            typer.BadParameter
            CommandError: when a terminal would get bytes.
        """
        if self.form in _ONE_MODEL and models > 1:
            raise typer.BadParameter(f"{self.form} holds what one model says: take json or jsonl for {models}.")
        if self.form == "npy" and task == "query":
            raise typer.BadParameter("npy holds numbers alone: take json, jsonl or csv for a ranking.")
        if self.form == "parquet":
            _check_parquet(task)
        if self.form in {"npy", "parquet"} and self.file is None:
            media_files.refuse_terminal()

    def put(self, result: Result) -> None:
        """Write it.

        Raises:
            OutputError: when standard output takes no more.
            CommandError: when the file cannot be written.
        """
        if self.file is None:
            encoding = "utf-8" if prints_unicode() else sys.stdout.encoding or "ascii"
            for piece in _gathered(_pieces(result, self.form, encoding)):
                media_files.write_bytes(piece)
            return
        media_files.refuse_existing(self.file, force=self.force)
        try:
            with _replaced(self.file) as file:
                for piece in _gathered(_pieces(result, self.form, "utf-8")):
                    file.write(piece)
        except (OSError, ValueError) as error:
            raise media_files.cannot_write(self.file, error) from None


def place_of(form: str | None, output: Path | None, *, force: bool, as_object: bool) -> Place:
    """Where it is to go, as the options say.

    Args:
        form: that was asked for; None takes that of the file's name, else text on a terminal, and JSON in a pipe.
        output: the file; `-` and None are standard output.
        force: whether it may be replaced.
        as_object: whether JSON was asked for.

    Raises:
        typer.BadParameter: when there is no such form, or two were asked for.
    """
    file = None if media_files.to_stdout(output) else output
    if form is not None:
        found = _FORMS.get(form.lower())
        if found is None:
            raise typer.BadParameter(f"There is no format {clean_line(form)!r}; there is {', '.join(_FORMS)}.")
    elif file is not None:
        found = _ENDINGS.get(file.suffix.lower())
        if found is None and file.suffix and not as_object:
            ending = clean_line(file.suffix)
            raise typer.BadParameter(f"No format goes with {ending}: say which with --format, {', '.join(_FORMS)}.")
        found = found or "json"
    else:
        found = "text" if sys.stdout.isatty() and not as_object and output is None else "json"
    if as_object and found != "json":
        raise typer.BadParameter(f"--json writes JSON, and {found} is asked for, too: leave one of them out.")
    return Place(found, file, force)


def _check_parquet(task: Task) -> None:
    """Raises:
    typer.BadParameter: when it cannot be written here, or not for this.
    """
    from lmstudio_tui.vectors.extras import how_to_install, installed

    if task != "embed":
        raise typer.BadParameter("parquet holds texts and vectors: take json, jsonl or csv for how like they are.")
    if not installed("pyarrow"):
        raise typer.BadParameter(f"Parquet needs pyarrow, which is not installed: {how_to_install('parquet')}")


def say_written(path: Path, result: Result) -> None:
    """Say what a file holds now."""
    side = result.sides[0]
    reused = sum(side.reused for side in result.sides)
    kept = f", {reused:,} of them as they were kept" if reused else ""
    texts = "text" if side.embedded == 1 else "texts"
    say(f"note: written to {path}: {side.embedded:,} {texts} of {side.dimensions:,} dimensions{kept}.")


def _pieces(result: Result, form: Form, encoding: str) -> Iterator[bytes]:
    ascii_only = encoding != "utf-8"
    match form:
        case "npy":
            yield from npy_pieces(result)
            return
        case "parquet":
            yield parquet_bytes(result)
            return
        case "json":
            pieces = json_pieces(result, ascii_only=ascii_only)
        case "jsonl":
            pieces = json_line_pieces(result, ascii_only=ascii_only)
        case "csv":
            pieces = csv_pieces(result)
        case "text":
            pieces = text_pieces(result)
    for piece in pieces:
        yield piece.encode(encoding, "replace")


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Fewer and larger ones."""
    some = bytearray()
    for piece in pieces:
        some += piece
        if len(some) >= _AT_ONCE:
            yield bytes(some)
            some.clear()
    if some:
        yield bytes(some)


@contextlib.contextmanager
def _replaced(path: Path) -> Generator[IO[bytes]]:
    """A file to write to, which is there when all of it is, with the permissions that the one before it had."""
    from lmstudio_tui.vectors.replacing import replaced

    mode = permissions(path)
    with replaced(path) as file:
        yield file
    if path.is_file():
        path.chmod(mode)
