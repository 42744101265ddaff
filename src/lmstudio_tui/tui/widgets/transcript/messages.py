"""What a transcript says to those around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from textual.widget import Widget


@dataclass
class TranscriptMessage(Message):
    """Something a transcript says; handlers are called `on_transcript_…` after the message."""

    transcript: Widget

    @property
    def control(self) -> Widget:
        """The transcript it came from."""
        return self.transcript


@dataclass
class TurnSelected(TranscriptMessage, namespace="transcript"):
    """Another turn was selected, with the keyboard or with a click."""

    turn_id: str


@dataclass
class CodeCopyRequested(TranscriptMessage, namespace="transcript"):
    """The word "copy" above a block of code was clicked."""

    turn_id: str
    number: int
    code: str


@dataclass
class CodeSaveRequested(TranscriptMessage, namespace="transcript"):
    """A block of code is to be written to a file."""

    turn_id: str
    number: int
    language: str
    code: str


@dataclass
class BranchWanted(TranscriptMessage, namespace="transcript"):
    """Another version of a turn is to be shown: the one before (-1) or after (+1)."""

    turn_id: str
    step: int


@dataclass
class LookWanted(TranscriptMessage, namespace="transcript"):
    """What was sent along with a prompt is to be shown."""

    turn_id: str
    number: int
    """Which of the attachments, from 0."""


@dataclass
class HitsChanged(TranscriptMessage, namespace="transcript"):
    """More places were found, or another one was gone to."""

    current: int
    """The place gone to, counted from 1; 0 where there is none."""
    total: int
    """How many have been found so far."""


@dataclass
class FollowChanged(TranscriptMessage, namespace="transcript"):
    """The transcript left the end or came back to it, or more came in below what is read."""

    at_end: bool
    new_lines: int
