"""A transcript in the formats that servers have for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from lmstudio_tui.simulator.engine.hearing import Segment

TranscriptForm: TypeAlias = Literal["json", "verbose_json", "text", "srt", "vtt"]
TRANSCRIPT_FORMS: tuple[TranscriptForm, ...] = get_args(TranscriptForm)

JsonDict = dict[str, object]

UNTRANSLATED = "[untranslated] "
"""Stands before a translation: the simulator knows no languages, and says so."""

MEDIA_TYPES: dict[TranscriptForm, str] = {
    "json": "application/json",
    "verbose_json": "application/json",
    "text": "text/plain; charset=utf-8",
    "srt": "text/srt; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in a file.

    Attributes:
        segments: Its sentences.
        duration_s: How long it is.
        language: What it is said to be in.
        translated: Whether it was to be put into English.
        temperature: What was asked for.
        granularities: Which times were asked for.
    """

    segments: tuple[Segment, ...]
    duration_s: float
    language: str
    translated: bool = False
    temperature: float = 0.0
    granularities: tuple[str, ...] = ("segment",)

    @property
    def text(self) -> str:
        """All of it, to the letter."""
        return (UNTRANSLATED if self.translated else "") + "".join(segment.text for segment in self.segments)

    def segment_text(self, number: int) -> str:
        """The text of one segment, without blanks around it."""
        before = UNTRANSLATED if self.translated and number == 0 else ""
        return before + self.segments[number].text.strip()

    def segment_rows(self) -> list[JsonDict]:
        """The segments as ``verbose_json`` has them."""
        return [self.segment_row(number) for number in range(len(self.segments))]

    def segment_row(self, number: int) -> JsonDict:
        """One of them."""
        segment = self.segments[number]
        return {
            "id": number,
            "seek": 0,
            "start": round(segment.start_s, 3),
            "end": round(segment.end_s, 3),
            "text": self.segment_text(number),
            "tokens": [],
            "temperature": self.temperature,
            "avg_logprob": 0.0,
            "compression_ratio": 1.0,
            "no_speech_prob": 0.0,
        }

    def word_rows(self) -> list[JsonDict]:
        """The words as ``verbose_json`` has them."""
        return [
            {"word": word.text, "start": round(word.start_s, 3), "end": round(word.end_s, 3)}
            for segment in self.segments
            for word in segment.words
        ]

    def verbose(self) -> JsonDict:
        """The object of ``verbose_json``."""
        body: JsonDict = {
            "task": "translate" if self.translated else "transcribe",
            "language": self.language,
            "duration": round(self.duration_s, 3),
            "text": self.text,
        }
        if "segment" in self.granularities:
            body["segments"] = self.segment_rows()
        if "word" in self.granularities:
            body["words"] = self.word_rows()
        return body

    def srt(self) -> str:
        """The segments as SubRip."""
        return "".join(
            f"{number + 1}\n{_clock(segment.start_s, ',')} --> {_clock(segment.end_s, ',')}\n{self._cue(number)}\n\n"
            for number, segment in enumerate(self.segments)
        )

    def vtt(self) -> str:
        """The segments as WebVTT."""
        cues = (
            f"{_clock(segment.start_s, '.')} --> {_clock(segment.end_s, '.')}\n{self._cue(number)}\n\n"
            for number, segment in enumerate(self.segments)
        )
        return "WEBVTT\n\n" + "".join(cues)

    def _cue(self, number: int) -> str:
        """The text of a cue: an empty line would end it."""
        return "\n".join(line for line in self.segment_text(number).splitlines() if line.strip())


def _clock(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{thousandths:03}"
