"""What the prompt says to those around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.features.chat.slash import SlashCommand
    from lmstudio_tui.tui.widgets.composer.widget import Composer


@dataclass
class ComposerMessage(Message):
    """Something a prompt says; handlers are called `on_composer_…` after the message."""

    composer: Composer

    @property
    def control(self) -> Composer:
        """The prompt it came from."""
        return self.composer


@dataclass
class Submitted(ComposerMessage, namespace="composer"):
    """A prompt is to be sent. The box keeps it until it is told to `accept`."""

    text: str


@dataclass
class CommandGiven(ComposerMessage, namespace="composer"):
    """A slash command is to be done. The box keeps it until it is told to `accept`."""

    command: SlashCommand
    argument: str


@dataclass
class Unknown(ComposerMessage, namespace="composer"):
    """Something looks like a command and is none. The box says so; Enter once more sends it as a prompt.

    Args:
        composer: where it was typed.
        text: all of it.
        nearest: the name of the command that was perhaps meant; empty when there is none like it.
    """

    text: str
    nearest: str


@dataclass
class FilesPasted(ComposerMessage, namespace="composer"):
    """The paths of files were pasted. They are not inserted: whoever does not want the files inserts the text.

    Args:
        composer: where it was pasted.
        paths: the files; all of them were there.
        text: as it was pasted.
    """

    paths: tuple[Path, ...]
    text: str


@dataclass
class DraftChanged(ComposerMessage, namespace="composer"):
    """What is typed is another than the last time: `text_to_keep` has it. Told at most twice a second."""
