"""A transcript that comes bit by bit, in the ways in which servers do that.

OpenAI's events (`transcript.text.delta`, `.segment`, `.done`), vLLM's chunks with `choices`, whole segments or small
transcripts one after the other (speaches), plain text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk.classify import complaint_of
from lmstudio_tui.sdk.transcript_reading import RefusedError, longest_for, of_document, segment_of, unit_of
from lmstudio_tui.sdk.types.audio import TranscriptDelta, Transcription, TranscriptSegmentCame
from lmstudio_tui.sdk.wire import as_object, as_objects, as_text, is_list, is_object, whole_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.types.audio import TranscriptEvent, TranscriptSegment

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
"""Characters of scripts that put no blanks between words."""
_MARKS = re.compile(r"[.,;:!?…)\]]+\s*")
_SENTENCE_ENDS = re.compile(r"[.!?,;:…][\"')\]]?\Z")


class TranscriptGatherer:
    """Takes what comes, and puts it together. Written by one thread, read from any.

    Args:
        duration: of the audio, in seconds, where that is known.

    Attributes:
        complete: whether the server has said that it was all.
    """

    def __init__(self, duration: float | None = None) -> None:
        self.complete = False
        self._known = duration
        self._unit = 1.0
        self._own_blanks = False
        self._text = ""
        self._deltas = self._pieces = 0
        self._segments: tuple[TranscriptSegment, ...] = ()
        self._told: Transcription | None = None
        self._language: str | None = None
        self._duration: float | None = None
        self._model: str | None = None

    @property
    def text(self) -> str:
        """What has come so far."""
        return self._text

    @property
    def segments(self) -> tuple[TranscriptSegment, ...]:
        """Those that have come so far."""
        return self._segments

    @property
    def open_ended(self) -> bool:
        """Whether it comes in the way whose end is told, and has not been."""
        return self._deltas > 0 and not self.complete

    def add(self, value: Any) -> list[TranscriptEvent]:
        """Take one event: its JSON, or its text where it is none.

        Raises:
            RefusedError: the server complains of something.
        """
        if isinstance(value, str):
            return self._piece(value)
        if is_list(value):
            return [event for row in as_objects(value) for event in self.add(row)]
        if not is_object(value):
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return self._piece(str(value)) if number else []
        kind = as_text(value.get("type"))
        if kind == "error" or (complaint_of(value) is not None and not as_text(value.get("text"))):
            raise RefusedError(value if complaint_of(value) is not None else {"error": value.get("message") or value})
        self._model = as_text(value.get("model")) or self._model
        if kind.endswith("text.delta"):
            return self._delta(as_text(value.get("delta")))
        if kind.endswith("text.segment"):
            return self._segment(value, beside=self._deltas > 0)
        if kind.endswith("text.done"):
            return self._done(value)
        if "choices" in value:
            deltas = (as_object(one.get("delta")).get("content") for one in as_objects(value["choices"]))
            return [event for delta in deltas for event in self._delta(as_text(delta))]
        return self._document(value)

    def take(self, whole: Transcription) -> list[TranscriptEvent]:
        """A whole transcript in one piece."""
        said = self._append(whole.text)
        self._told, self.complete, self._segments = whole, True, whole.segments
        return [*said, *map(TranscriptSegmentCame, whole.segments)]

    def result(self) -> Transcription:
        """All of it."""
        told = self._told
        if told is None:
            told = Transcription(text=self._text.strip(), language=self._language, duration=self._duration)
        more: dict[str, Any] = {}
        if not told.segments and self._segments:
            more["segments"] = self._segments
        if not told.text and self._text:
            more["text"] = self._text.strip()
        if told.model is None and self._model:
            more["model"] = self._model
        return told.model_copy(update=more) if more else told

    def _append(self, text: str) -> list[TranscriptEvent]:
        text = whole_text(text)
        self._text += text
        self._told = None  # what was the whole until now is not any more
        self._pieces += bool(text)
        return [TranscriptDelta(text)] if text else []

    def _delta(self, text: str) -> list[TranscriptEvent]:
        self._deltas += bool(text)
        return self._append(text)

    def _piece(self, text: str) -> list[TranscriptEvent]:
        """A piece of text of which it is not said whether a blank stands before it."""
        before = self._text
        apart = _SENTENCE_ENDS.search(before) or (" " in before.strip() and " " in text.strip())
        return self._append(f"{self._gap(text)}{text}" if apart else text)

    def _gap(self, text: str) -> str:
        """The blank before a text that begins with a word of its own."""
        before = self._text[-1:]
        if not before or not text or before.isspace() or text[0].isspace() or _MARKS.fullmatch(text):
            return ""
        return "" if _UNSPACED.match(before) or _UNSPACED.match(text) else " "

    def _segment(self, row: Mapping[str, Any], *, beside: bool = False) -> list[TranscriptEvent]:
        """A piece with its times; `beside` deltas, which have told its text."""
        unit = min(self._unit, unit_of([row], longest_for(self._known)))
        if unit < self._unit:
            # Only now can it be told in what the server counts; those before are of the same kind.
            self._segments = tuple(segment_of(one.model_dump(), unit / self._unit) for one in self._segments)
            self._unit = unit
        return self._came(segment_of(row, unit), beside=beside)

    def _came(self, segment: TranscriptSegment, *, beside: bool = False) -> list[TranscriptEvent]:
        if not segment.text:
            return []
        self._segments = (*self._segments, segment)
        said = [] if beside else self._append(f"{self._gap(segment.text)}{segment.text}")
        return [*said, TranscriptSegmentCame(segment)]

    def _done(self, value: Mapping[str, Any]) -> list[TranscriptEvent]:
        """The whole text, at the end."""
        self.complete = True
        return self._rest(of_document({**value, "text": as_text(value.get("text"))}, self._known))

    def _rest(self, whole: Transcription) -> list[TranscriptEvent]:
        """What a whole transcript tells that had not come before."""
        before, after = self._text.strip(), whole.text
        said: list[TranscriptEvent] = []
        if after.startswith(before) and len(after) > len(before):
            said = self._append(after[len(before) :])
        fresh = whole.segments[len(self._segments) :]
        self._told, self._segments = whole, (*self._segments, *fresh)
        return [*said, *map(TranscriptSegmentCame, fresh)]

    def _document(self, value: Mapping[str, Any]) -> list[TranscriptEvent]:
        """A segment, or a small transcript of one; or the whole one after all the others."""
        if "start" in value and "segments" not in value:
            return self._segment(value)
        if "text" not in value and "segments" not in value:
            return []  # usage, or what else a server tells beside
        text = as_text(value.get("text"))
        piece = of_document({**value, "text": text}, self._known)
        self._language = piece.language or self._language
        self._duration = piece.duration or self._duration
        if self._is_whole(piece):
            return self._rest(piece)
        if piece.segments:
            return [event for one in piece.segments for event in self._came(one)]
        self._own_blanks = self._own_blanks or text[:1].isspace()
        return self._append(text if self._own_blanks else f"{self._gap(text)}{text}")

    def _is_whole(self, piece: Transcription) -> bool:
        """Whether it repeats what has come, and perhaps goes on."""
        if piece.segments and self._segments:
            first, known = piece.segments[0], self._segments[0]
            return (first.text, first.start) == (known.text, known.start) and first.end > 0
        before, now = " ".join(self._text.split()), " ".join(piece.text.split())
        more = now.removeprefix(before)
        if not before or (more == now):
            return False
        if self._pieces > 1:
            return True
        # A single piece may be repeated by chance, such as a "No.".
        goes_on = bool(more) and (not more[0].isalnum() or _UNSPACED.match(more) is not None)
        return goes_on and (" " in before or not _SENTENCE_ENDS.search(before))
