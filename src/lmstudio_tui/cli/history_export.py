"""`history export`: a conversation as a file."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lmstudio_tui.cli.console import say, write
from lmstudio_tui.cli.history_library import loaded_named, open_library
from lmstudio_tui.cli.outcome import CommandError, Exit, reporting
from lmstudio_tui.cli.own_files import is_special, replace
from lmstudio_tui.text_safety import clean, clean_line

if TYPE_CHECKING:
    from lmstudio_tui.features.history.exporting import Format

_ENDINGS: dict[str, Format] = {
    ".md": "md",
    ".markdown": "md",
    ".json": "json",
    ".html": "html",
    ".htm": "html",
}
_FOLDER_ENDS = ("/", os.sep)


def export(
    name: Annotated[str, typer.Argument(metavar="ID", help="Of the conversation; as much as is unmistakable.")],
    format_: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="md, json or html; else as -o ends, else md.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Into this file; a FOLDER/ gets one named by its title.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    all_branches: Annotated[
        bool, typer.Option("--all-branches", help="Also what is on no branch shown; JSON has it in any case.")
    ] = False,
    no_attachments: Annotated[
        bool, typer.Option("--no-attachments", help="Name images and files, and leave their bytes out.")
    ] = False,
) -> None:
    """Write a conversation as Markdown, JSON or HTML, to standard output or into a file.

    JSON has everything and can be imported again as it was; Markdown can be imported, too.
    """
    with reporting(None):
        from lmstudio_tui.features.history.exporting import export, file_name

        path = Path(output) if output is not None and output != "-" else None
        chosen = _format(format_, path)
        with open_library() as library:
            loaded = loaded_named(library, name)
            blob = None if no_attachments else library.blob
            text = export(loaded, chosen, whole_tree=all_branches, blob=blob)
        if path is None:
            write(clean(text) if sys.stdout.isatty() else text)
            return
        if path.is_dir() or str(output).endswith(_FOLDER_ENDS):
            # Titles are given twice; with a part of the id no conversation is in the way of another.
            file = Path(file_name(loaded.conversation, chosen))
            path = _folder(path) / f"{file.stem}-{loaded.conversation.id[:8]}{file.suffix}"
        _save(path, text, force=force)
        say(f"note: written to {path}.")


def _format(wanted: str | None, output: Path | None) -> Format:
    if wanted is None:
        return _ENDINGS.get(output.suffix.lower(), "md") if output is not None else "md"
    found = _ENDINGS.get(f".{wanted.lower().removeprefix('.')}")
    if found is None:
        raise typer.BadParameter(f"There is no format {clean_line(wanted)!r}; there is md, json and html.")
    return found


def _folder(path: Path) -> Path:
    """A folder, made where it is not there.

    Raises:
        CommandError: when it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from None
    return path


def _save(path: Path, text: str, *, force: bool) -> None:
    """Write a new file, or replace one in one step.

    Raises:
        CommandError: when it is there, or cannot be written.
    """
    data = text.encode("utf-8", "replace")
    try:
        if force or is_special(path):
            replace(path, data)
            return
        # Made only if it is not there: between a look and a write somebody else might make it.
        with path.open("xb") as file:
            try:
                file.write(data)
            except OSError:
                with contextlib.suppress(OSError):
                    path.unlink()
                raise
    except FileExistsError:
        raise CommandError(
            f"{path} is there already.", kind="FileExistsError", hint="Add --force to replace it.", code=Exit.USAGE
        ) from None
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from None


def _cannot_write(path: Path, error: OSError | ValueError) -> CommandError:
    reason = (getattr(error, "strerror", "") or str(error)).lower()
    return CommandError(f"{path} cannot be written: {reason}.", kind="OutputError")
