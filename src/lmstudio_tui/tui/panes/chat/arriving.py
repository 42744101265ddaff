"""An answer on its way, as the transcript shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.chat.joining import Joiner
from lmstudio_tui.features.chat.live import LiveAnswer
from lmstudio_tui.tui.widgets.transcript import ToolView, Transcript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.sdk import StreamEvent
    from lmstudio_tui.store.library.records import Message


class Arriving:
    """Brings what comes of an answer to its turn.

    Args:
        transcript: has the turn already.
        answer: as it was when it was begun.
        go_on: whether it is gone on with, so that what comes is joined to its text.
    """

    def __init__(self, transcript: Transcript, answer: Message, *, go_on: bool) -> None:
        self.answer = answer
        """As it was when it was begun."""
        self._transcript = transcript
        self._live = LiveAnswer()
        self._joiner = Joiner(answer.text) if go_on else None
        transcript.update_turn(answer.id, activity=self._live.waited)

    @property
    def tokens(self) -> int:
        """How many have come, as far as that can be told."""
        return self._live.deltas

    def receive(self, events: Sequence[StreamEvent]) -> None:
        """Show what came since the last time."""
        live, transcript, turn = self._live, self._transcript, self.answer.id
        for event in events:
            live.apply(event)
        activity = live.waited if live.waiting else live.calling
        if transcript.turn(turn).activity != activity:
            transcript.update_turn(turn, activity=activity)
        if live.calls:
            calls = [ToolView(one.name, "".join(one.arguments), None, "streaming") for one in live.calls.values()]
            transcript.update_turn(turn, tools=tuple(calls))
        self._show_text(*live.take())
        if live.answer_at and live.reasoning_tokens and not transcript.turn(turn).reasoning_label:
            transcript.update_turn(turn, reasoning_label=live.thought)

    def _show_text(self, text: str, reasoning: str, replaced: bool) -> None:
        transcript, turn = self._transcript, self.answer.id
        if replaced:
            transcript.update_turn(turn, text=text, reasoning=reasoning)
            return
        if reasoning:
            transcript.append_reasoning(turn, reasoning)
        if text and self._joiner is not None:
            text = self._joiner.feed(text)
        if text:
            transcript.append_text(turn, text)

    def tick(self) -> None:
        """Say for how long nothing has come, before the first word and in a stall."""
        if self._live.quiet:
            self._transcript.update_turn(self.answer.id, activity=self._live.quiet)
