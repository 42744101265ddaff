"""One catalogue of what can be done: bindings, footer, palette, help and the README's table all come from it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lmstudio_tui.key_words import call_keys
from lmstudio_tui.tui.catalogue.chat import CHAT
from lmstudio_tui.tui.catalogue.command import Command, Where, escaped, readable_key
from lmstudio_tui.tui.catalogue.compare import COMPARE
from lmstudio_tui.tui.catalogue.conversations import CONVERSATIONS
from lmstudio_tui.tui.catalogue.dialogs import DIALOGS
from lmstudio_tui.tui.catalogue.embeddings import EMBEDDINGS
from lmstudio_tui.tui.catalogue.embeddings_pane import EMBEDDINGS_PANE
from lmstudio_tui.tui.catalogue.fields import FIELDS
from lmstudio_tui.tui.catalogue.frame import FRAME
from lmstudio_tui.tui.catalogue.images import IMAGES
from lmstudio_tui.tui.catalogue.inspector import INSPECTOR
from lmstudio_tui.tui.catalogue.models import MODELS
from lmstudio_tui.tui.catalogue.moving import MOVING
from lmstudio_tui.tui.catalogue.servers import SERVERS
from lmstudio_tui.tui.catalogue.settings import SETTINGS
from lmstudio_tui.tui.catalogue.speech import SPEECH
from lmstudio_tui.tui.catalogue.transcribe import TRANSCRIBE
from lmstudio_tui.tui.catalogue.transcript import TRANSCRIPT
from lmstudio_tui.tui.keymap import change_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.binding import Binding

__all__ = [
    "COMMANDS",
    "Command",
    "Where",
    "bindings",
    "bound",
    "command",
    "command_or_none",
    "commands",
    "key_of",
    "keys_of",
    "markdown_table",
    "moves",
    "readable_key",
    "told",
    "use_keys",
]

COMMANDS: Final[tuple[Command, ...]] = (
    *(*FRAME, *CHAT, *TRANSCRIPT, *CONVERSATIONS, *MODELS, *EMBEDDINGS_PANE, *EMBEDDINGS, *INSPECTOR, *SERVERS),
    *(*TRANSCRIBE, *SPEECH, *IMAGES, *SETTINGS, *COMPARE, *MOVING, *DIALOGS, *FIELDS),
)
_ID: Final = re.compile(r"\{([a-z_]+\.[a-z0-9_]+)\}")
_BY_ID: Final = {one.id: one for one in COMMANDS}


def commands(*places: Where) -> tuple[Command, ...]:
    """The commands that work in these places."""
    return tuple(command for command in COMMANDS if command.where in places)


def command(id_: str) -> Command:
    """The command of that id."""
    return _BY_ID[id_]


def command_or_none(id_: str | None) -> Command | None:
    """The command of that id, if there is one."""
    return _BY_ID.get(id_ or "")


def bindings(*ids: str) -> list[Binding]:
    """The bindings of these commands."""
    return [command(id_).binding for id_ in ids]


def bound(id_: str, action: str, *, show: bool = False) -> Binding:
    """The binding of a command for a widget that has an action of its own for it.

    Args:
        id_: the command.
        action: Textual's action string.
        show: whether the footer shows it.
    """
    return replace(command(id_).binding, action=action, show=show)


def moves(**actions: str) -> list[Binding]:
    """The bindings with which one goes through something.

    Args:
        actions: for each way to go, by the end of the command's id, what the widget's action for it is.
    """
    return [bound(f"move.{way}", action) for way, action in actions.items()]


def use_keys(changed: Mapping[str, Sequence[str]]) -> None:
    """Have these keys from now on, in place of those of the catalogue; what the catalogue has not is passed over.

    Args:
        changed: Textual's names of keys, by the id of the command; none at all for a command without a key.
    """
    known = {id_: keys for id_, keys in changed.items() if id_ in _BY_ID}
    change_keys(known)
    call_keys({id_: key_of(id_) for id_ in known})


def keys_of(id_: str) -> tuple[str, ...]:
    """The keys that a command has now, Textual's names."""
    return command(id_).keys_now


def key_of(id_: str) -> str:
    """How a sentence names the key that a command has now."""
    return command(id_).key_word


def told(text: str) -> str:
    """A sentence in which the ids of commands, in braces, are their keys: `{chat.send} sends` → `Enter sends`."""
    return _ID.sub(lambda found: key_of(found[1]), text)


def markdown_table() -> str:
    """The keys as the README shows them."""
    rows = ["| key | what it does | where |", "| --- | --- | --- |"]
    rows += [f"| {escaped(one.shown_keys)} | {one.help} | {one.where} |" for one in COMMANDS]
    return "\n".join(rows)
