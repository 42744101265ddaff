"""The library of conversations for the command line: opened, told of, closed; and a conversation by its id."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from lmstudio_tui.cli.console import warn
from lmstudio_tui.cli.outcome import CommandError
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Generator

    from lmstudio_tui.store.library import Library
    from lmstudio_tui.store.library.records import Conversation, Loaded

_PATIENCE = 15.0
"""Seconds that a write may take; another program may be writing, too."""
_ALL = 1_000_000


@contextlib.contextmanager
def open_library() -> Generator[Library]:
    """The library of this user. What is wrong with it is said as a warning. Reading makes no file."""
    from lmstudio_tui.paths import library_file
    from lmstudio_tui.store.library import Library

    library = Library(library_file())
    library.listen(warn)
    try:
        yield library
    finally:
        library.close()


def conversation_named(library: Library, name: str) -> Conversation:
    """The conversation with an id, or the only one whose id begins like that.

    Raises:
        CommandError: when there is none, or more than one.
    """
    name = name.strip()
    found = library.find(name) if name else None
    if found is not None:
        return found
    known = [hit.conversation.id for hit in library.conversations(limit=_ALL)]
    several = [one for one in known if name and one.startswith(name)]
    if several:
        raise CommandError(
            f"{len(several)} conversations have an id that begins with {clean_line(name)}.",
            kind="AmbiguousConversationError",
            hint="Write more of it; `lmstudio-tui history list` shows enough.",
        )
    hint = "`lmstudio-tui history list` shows all." if known else "There are no conversations yet."
    raise CommandError(f"There is no conversation {clean_line(name)}.", kind="ConversationNotFoundError", hint=hint)


def loaded_named(library: Library, name: str) -> Loaded:
    """As `conversation_named`, with its messages.

    Raises:
        CommandError: when there is none, or more than one.
    """
    conversation = conversation_named(library, name)
    loaded = library.load(conversation.id)
    if loaded is None:
        # Another program has deleted it between the two looks.
        raise CommandError(f"There is no conversation {clean_line(name)}.", kind="ConversationNotFoundError")
    return loaded


def ensure_saved(library: Library) -> None:
    """Wait until everything is on disk.

    Raises:
        CommandError: when it cannot be.
    """
    if not library.flush(_PATIENCE):
        raise CommandError(
            f"It could not be saved in {library.path}.",
            kind="LibraryError",
            hint="The warning above says why." if library.path.parent.exists() else "Check the folder.",
        )
