"""An app with a transcript and nothing else, and what tests ask of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from textual.app import App, ComposeResult

from lmstudio_tui.tui.widgets.transcript import Role, Transcript, Turn
from lmstudio_tui.tui.widgets.transcript.messages import TranscriptMessage

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

Said = TypeVar("Said", bound=TranscriptMessage)


class Host(App[None]):
    """An app with nothing but a transcript, which writes down what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[TranscriptMessage] = []

    def compose(self) -> ComposeResult:
        yield Transcript()

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    def note(self, message: TranscriptMessage) -> None:
        """Write down what the transcript says."""
        assert message.control is self.transcript
        self.said.append(message)

    on_transcript_turn_selected = note
    on_transcript_code_copy_requested = note
    on_transcript_code_save_requested = note
    on_transcript_branch_wanted = note
    on_transcript_look_wanted = note
    on_transcript_hits_changed = note
    on_transcript_follow_changed = note

    def heard(self, kind: type[Said]) -> list[Said]:
        """What it said of one kind."""
        return [message for message in self.said if isinstance(message, kind)]


def screen_rows(transcript: Transcript) -> list[str]:
    return [transcript.render_line(y).text for y in range(transcript.size.height)]


def find(transcript: Transcript, text: str) -> tuple[int, int]:
    """Return the column and the row of a text on the screen."""
    for y, row in enumerate(screen_rows(transcript)):
        if text in row:
            return row.index(text), y
    raise AssertionError(f"{text!r} is not on the screen: {screen_rows(transcript)}")


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for what the next drawing brings."""
    async with asyncio.timeout(90):
        while not condition():
            await pilot.pause()


async def settled(pilot: Pilot[None]) -> None:
    transcript = pilot.app.query_one(Transcript)
    await until(pilot, lambda: not transcript._dirty and transcript._timer is None)
    await pilot.pause()


def conversation(turns: int, paragraphs: int = 3) -> list[Turn]:
    result: list[Turn] = []
    for number in range(turns):
        role = Role.ASSISTANT if number % 2 else Role.USER
        text = "\n\n".join(f"Turn {number} says {part}. " + "And more words follow. " * 6 for part in range(paragraphs))
        result.append(
            Turn(id=str(number), role=role, text=text, time="09:41", footer="12 tokens" if number % 2 else "")
        )
    return result
