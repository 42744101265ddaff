"""`history delete` and `history restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import options
from lmstudio_tui.cli.console import say, write, write_json
from lmstudio_tui.cli.history_library import conversation_named, ensure_saved, open_library
from lmstudio_tui.cli.outcome import CommandError, Exit, Failure, as_json, reporting
from lmstudio_tui.cli.wanting import Yes, agrees, can_ask, wants_json
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.store.library.records import Conversation


def delete(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="ID", help="Any number; as much of each as is unmistakable.")],
    yes: Yes = False,
    json_: options.Json = False,
) -> None:
    """Delete conversations. For 30 days `history restore` brings them back."""
    as_object = wants_json(context, json_)
    with reporting((lambda error: _object("deleted", [], error)) if as_object else None), open_library() as library:
        found = list({one.id: one for one in (conversation_named(library, name) for name in names)}.values())
        if not yes:
            _agree(found)
        for conversation in found:
            library.delete(conversation.id)
        ensure_saved(library)
    if as_object:
        write_json(_object("deleted", [one.id for one in found]))
        return
    write("".join(f"{_named(one)} is deleted.\n" for one in found))
    say(f"note: lmstudio-tui history restore {' '.join(one.id for one in found)} brings it back, for 30 days.")


def restore(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="ID", help="The whole ids, as `delete` has told them.")],
    json_: options.Json = False,
) -> None:
    """Bring deleted conversations back."""
    as_object = wants_json(context, json_)
    found: list[Conversation] = []
    ids: list[str] = []
    with reporting((lambda error: _object("restored", ids, error)) if as_object else None), open_library() as library:
        for name in names:
            library.restore(name.strip())
            there = library.find(name.strip())
            if there is None or there.id != name.strip():
                raise CommandError(
                    f"No conversation {clean_line(name)} was deleted in the last 30 days.",
                    kind="ConversationNotFoundError",
                    hint="It takes the whole id.",
                )
            found.append(there)
            ids.append(there.id)
        ensure_saved(library)
    if as_object:
        write_json(_object("restored", ids))
    else:
        write("".join(f"{_named(one)} is back.\n" for one in found))


def _agree(found: list[Conversation]) -> None:
    """Raises:
    CommandError: when it is not wanted, or when there is nobody to ask.
    """
    if not can_ask():
        raise CommandError(
            "To delete wants a yes, and here is no terminal to ask at.",
            kind="ConfirmationError",
            hint="Add --yes.",
            code=Exit.USAGE,
        )
    what = _named(found[0]) if len(found) == 1 else f"{len(found)} conversations"
    if not agrees(f"Delete {what}?"):
        raise CommandError("Nothing was deleted.", kind="ConfirmationError")


def _named(conversation: Conversation) -> str:
    title = clean_line(conversation.title)
    return f"“{title}”" if title else f"The conversation {conversation.id[:8]}"


def _object(name: str, ids: list[str], error: Failure | None = None) -> dict[str, Any]:
    return {name: ids} if error is None else {name: ids, "error": as_json(error)}
