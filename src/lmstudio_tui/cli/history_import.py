"""`history import`: conversations out of files."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import options
from lmstudio_tui.cli.console import say, warn, write, write_json
from lmstudio_tui.cli.history_library import ensure_saved, open_library
from lmstudio_tui.cli.outcome import CommandError, Exit, Failure, as_json, report, reporting
from lmstudio_tui.cli.wanting import wants_json
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.features.history.importing import Imported
    from lmstudio_tui.store.library import Library
    from lmstudio_tui.store.library.records import Conversation

_NAMED = 20
"""So many are named one by one."""


@dataclass
class _Outcome:
    """What became of the files."""

    imported: list[tuple[str, Conversation]] = field(default_factory=list[tuple[str, "Conversation"]])
    failed: list[tuple[str, CommandError]] = field(default_factory=list[tuple[str, CommandError]])


def import_(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Any number; - is standard input.")],
    json_: options.Json = False,
) -> None:
    """Take over conversations from files; nothing that is there already is changed.

    What `history export` writes as JSON and Markdown, Markdown with a heading such as "## User" for each message,
    ChatGPT's conversations.json, chats exported from open-webui, and lists of messages with role and content.
    """
    as_object = wants_json(context, json_)
    outcome = _Outcome()
    with reporting((lambda error: _object(outcome, error)) if as_object else None), open_library() as library:
        for name in files:
            try:
                found = _read(name)
            except CommandError as error:
                outcome.failed.append((name, error))
                continue
            for one in found:
                outcome.imported.append((name, _take(library, one)))
        if outcome.imported:
            ensure_saved(library)
    if as_object:
        write_json(_object(outcome))
    else:
        write("".join(_line(conversation) for _, conversation in outcome.imported[:_NAMED]))
    if len(outcome.imported) > _NAMED and not as_object:
        say(f"note: {len(outcome.imported):,} conversations in all.")
    for _, error in outcome.failed:
        report(error)
    if outcome.failed:
        raise typer.Exit(max(error.code for _, error in outcome.failed))


def _read(name: str) -> tuple[Imported, ...]:
    """The conversations of a file, all or none.

    Raises:
        CommandError: when it cannot be read or understood.
    """
    from pathlib import Path

    from lmstudio_tui.features.history.importing import UnreadableError, read, read_file
    from lmstudio_tui.features.history.values import LARGEST_FILE

    shown = "Standard input" if name == "-" else clean_line(name)
    try:
        found = read(sys.stdin.buffer.read(LARGEST_FILE + 1)) if name == "-" else read_file(Path(name).expanduser())
    except UnreadableError as error:
        raise CommandError(f"{shown}: {error.sentence}", kind="ImportError", hint=error.hint, code=Exit.USAGE) from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = (getattr(error, "strerror", "") or str(error)).lower()
        raise CommandError(f"{shown} cannot be read: {reason}.", kind="FileError", code=Exit.USAGE) from None
    except MemoryError:
        raise CommandError(f"{shown} is too large for the memory of this machine.", kind="ImportError") from None
    for note in sorted({note for one in found for note in one.notes}):
        warn(f"{shown}: {note}")
    return found


def _take(library: Library, imported: Imported) -> Conversation:
    """Put a conversation into the library, under an id of its own."""
    from lmstudio_tui.features.history.importing import settled, with_new_ids

    one = settled(imported, time.time())
    there = library.find(one.loaded.conversation.id)
    if there is not None and there.id == one.loaded.conversation.id:
        one = with_new_ids(one)
    for data in one.blobs.values():
        library.put_blob(data)
    library.import_(one.loaded)
    return one.loaded.conversation


def _line(conversation: Conversation) -> str:
    count = "1 message" if conversation.messages == 1 else f"{conversation.messages} messages"
    return f"{conversation.id}  {clean_line(conversation.title) or 'Untitled conversation'} ({count})\n"


def _object(outcome: _Outcome, error: Failure | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "imported": [
            {"id": one.id, "title": one.title, "messages": one.messages, "file": name} for name, one in outcome.imported
        ],
        "failed": [{"file": name, "error": as_json(why)} for name, why in outcome.failed],
    }
    return found if error is None else {**found, "error": as_json(error)}
