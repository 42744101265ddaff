"""One catalogue of what can be done: bindings, footer, palette, help and the README's table all come from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.tui.catalogue.chat import CHAT
from lmstudio_tui.tui.catalogue.command import Command, Where, readable_key
from lmstudio_tui.tui.catalogue.conversations import CONVERSATIONS
from lmstudio_tui.tui.catalogue.embeddings import EMBEDDINGS
from lmstudio_tui.tui.catalogue.embeddings_pane import EMBEDDINGS_PANE
from lmstudio_tui.tui.catalogue.frame import FRAME
from lmstudio_tui.tui.catalogue.images import IMAGES
from lmstudio_tui.tui.catalogue.inspector import INSPECTOR
from lmstudio_tui.tui.catalogue.models import MODELS
from lmstudio_tui.tui.catalogue.servers import SERVERS
from lmstudio_tui.tui.catalogue.speech import SPEECH
from lmstudio_tui.tui.catalogue.transcribe import TRANSCRIBE
from lmstudio_tui.tui.catalogue.transcript import TRANSCRIPT

if TYPE_CHECKING:
    from textual.binding import Binding

__all__ = ["COMMANDS", "Command", "Where", "bindings", "command", "commands", "markdown_table", "readable_key"]

COMMANDS: tuple[Command, ...] = (
    *(*FRAME, *CHAT, *TRANSCRIPT, *CONVERSATIONS, *MODELS, *EMBEDDINGS_PANE, *EMBEDDINGS, *INSPECTOR, *SERVERS),
    *(*TRANSCRIBE, *SPEECH, *IMAGES),
)


def commands(*places: Where) -> tuple[Command, ...]:
    """The commands that work in these places."""
    return tuple(command for command in COMMANDS if command.where in places)


def command(id_: str) -> Command:
    """The command of that id."""
    return next(one for one in COMMANDS if one.id == id_)


def bindings(*ids: str) -> list[Binding]:
    """The bindings of these commands."""
    return [command(id_).binding for id_ in ids]


def markdown_table() -> str:
    """The keys as the README shows them."""
    rows = ["| key | what it does | where |", "| --- | --- | --- |"]
    rows += [f"| {one.shown_keys.replace('|', chr(92) + '|')} | {one.help} | {one.where} |" for one in COMMANDS]
    return "\n".join(rows)
