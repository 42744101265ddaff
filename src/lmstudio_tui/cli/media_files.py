"""The files of the commands for sound and images: what they read, and where what they make goes."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lmstudio_tui.cli import own_files
from lmstudio_tui.cli.console import OutputError, give_up, piped_text, warn
from lmstudio_tui.cli.outcome import CommandError, Exit
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from lmstudio_tui.store.media.shelf import MediaShelf

Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Into this file; - is standard output.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]

_COPIED = 1024 * 1024


def to_stdout(output: Path | None) -> bool:
    """Whether what is made goes to standard output."""
    return output is not None and str(output) == "-"


def refuse_terminal() -> None:
    """Raises:
    CommandError: when standard output is a terminal, which bytes would only confuse.
    """
    if sys.stdout.isatty():
        raise CommandError(
            "A terminal cannot show that.", kind="OutputError", hint="Name a file: -o FILE.", code=Exit.USAGE
        )


def refuse_existing(path: Path | None, *, force: bool) -> None:
    """Raises:
    CommandError: when a file is there already, and nobody said that it may go; or it is a folder.
    """
    if path is None or to_stdout(path):
        return
    if path.is_dir():
        raise CommandError(f"{path} is a folder.", kind="OutputError", hint="Name a file in it.", code=Exit.USAGE)
    # What is no file (a terminal, the null device) loses nothing.
    if path.is_file() and not force:
        raise CommandError(
            f"{path} is there already.", kind="FileExistsError", hint="Add --force to replace it.", code=Exit.USAGE
        )


def refuse_source(output: Path | None, source: str) -> None:
    """Raises:
    CommandError: when a file would be replaced by what is made of it, whatever name it is called by; `-` is what
        standard input is redirected from.
    """
    if output is None or to_stdout(output):
        return
    try:
        there = output.stat()
        read = os.fstat(sys.stdin.fileno()) if source == "-" else Path(source).stat()
    except (OSError, ValueError):
        return  # one of them is not there
    # What is no file (a terminal, the null device) is not replaced, and loses nothing.
    if stat.S_ISREG(there.st_mode) and os.path.samestat(there, read):
        raise CommandError(
            f"{clean_line(str(output))} is the file that is read; it would be lost.",
            kind="OutputError",
            hint="Name another file: -o FILE.",
            code=Exit.USAGE,
        )


def warn_of_name(path: Path, kind: str, kinds: Mapping[str, str], verb: str = "is") -> None:
    """Say so where the name of a file promises something else than what is in it.

    Args:
        kind: what is in it.
        kinds: what is promised by which suffix. Any other promises something else, none promises nothing.
        verb: `will be` where nothing is in it yet.
    """
    suffix = path.suffix.lower()
    if suffix and kinds.get(suffix) != kind:
        warn(f"{path.name} {verb} {clean_line(kind)}, whatever its name says.")


def put(data: bytes, path: Path, *, force: bool) -> None:
    """Write a file in one step; one that has appeared in the meantime is not replaced without leave.

    Raises:
        CommandError: when it is there, or cannot be written.
    """
    refuse_existing(path, force=force)
    try:
        if path.exists():
            own_files.replace(path, data)
        else:
            path.write_bytes(data)
    except (OSError, ValueError) as error:
        raise cannot_write(path, error) from None


def cannot_write(path: Path, error: OSError | ValueError) -> CommandError:
    """The failure to write a file."""
    reason = (getattr(error, "strerror", "") or str(error)).lower()
    return CommandError(f"{path} cannot be written: {reason}.", kind="OutputError")


def write_bytes(data: bytes) -> None:
    """Write to standard output, at once.

    Raises:
        OutputError: when it takes no more.
    """
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        give_up(sys.stdout)
        reason = (error.strerror or type(error).__name__).lower()
        raise OutputError(reason, reader_left=isinstance(error, BrokenPipeError)) from error


def write_file(path: Path) -> None:
    """Write a file's bytes to standard output.

    Raises:
        OutputError: when it takes no more.
    """
    with path.open("rb") as file:
        while piece := file.read(_COPIED):
            write_bytes(piece)


# What is read


def text_of(given: str | None) -> str:
    """The text that was given; what is piped in, where that is nothing or `-`.

    Raises:
        CommandError: when standard input cannot be read.
    """
    if given not in {None, "-"}:
        return given or ""
    try:
        return piped_text()
    except OSError as error:
        raise unreadable("Standard input", error) from None


@contextlib.contextmanager
def input_file(name: str) -> Generator[Path]:
    """The file of that name; for `-` what comes from standard input, in a file that is gone after the block.

    Raises:
        CommandError: when there is no such file, standard input is a terminal, or it cannot be read.
    """
    if name != "-":
        path = Path(name)
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise CommandError(
                f"There is no file {clean_line(name)}.", kind="FileNotFoundError", code=Exit.USAGE
            ) from None
        except OSError as error:
            raise unreadable(clean_line(name), error) from None
        yield path
        return
    if sys.stdin.isatty():
        raise CommandError(
            "A terminal gives no audio.", kind="InputError", hint="Pipe a file in, or name one.", code=Exit.USAGE
        )
    with temporary_folder() as folder:
        path = folder / "standard input"
        _take_in(path)
        yield path


def _take_in(path: Path) -> None:
    """Write what comes from standard input into a file."""
    try:
        with path.open("wb") as file:
            while piece := _piped():
                file.write(piece)
    except OSError as error:
        raise cannot_write(path, error) from None


def _piped() -> bytes:
    try:
        return sys.stdin.buffer.read(_COPIED)
    except OSError as error:
        raise unreadable("Standard input", error) from None


def unreadable(what: str, error: OSError) -> CommandError:
    """The failure to read what a command was given."""
    reason = (error.strerror or str(error)).lower()
    return CommandError(f"{what} cannot be read: {reason}.", kind="InputError", code=Exit.USAGE)


# Where it goes, where nobody has said


def shelf() -> MediaShelf:
    """What the app keeps."""
    from lmstudio_tui.paths import media_dir
    from lmstudio_tui.store.media.shelf import MediaShelf

    return MediaShelf(media_dir())


@contextlib.contextmanager
def temporary_folder() -> Generator[Path]:
    """A folder that is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="lmstudio-tui-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
