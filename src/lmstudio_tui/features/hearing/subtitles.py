"""Transcripts as files: plain text, subtitles (SubRip and WebVTT), and JSON."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lmstudio_tui.store.media.records import SegmentRecord, TranscriptRecord

TextFormat = Literal["text", "json", "srt", "vtt"]
FORMATS: Final[tuple[TextFormat, ...]] = get_args(TextFormat)
SUFFIXES: Final[dict[TextFormat, str]] = {"text": ".txt", "json": ".json", "srt": ".srt", "vtt": ".vtt"}
"""What the name of a file of that format ends with."""

_READING: Final = 15.0
"""Characters that are read in a second: how long a subtitle stands when nobody knows how long the speech is."""
_LATEST: Final = 1_000_000.0
"""Seconds, eleven days: what a segment says of later times is no time of it."""
_LINES: Final = re.compile(r"\s*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])\s*")
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f]")


def rendered(transcript: TranscriptRecord, format: TextFormat) -> str:  # noqa: A002 - as the option is called
    """A transcript in a format, with a line end at its end."""
    render: dict[TextFormat, Callable[[TranscriptRecord], str]] = {
        "text": as_text,
        "json": as_json,
        "srt": as_srt,
        "vtt": as_vtt,
    }
    return render[format](transcript)


def as_text(transcript: TranscriptRecord) -> str:
    """What was said, and nothing else."""
    return f"{transcript.text}\n" if transcript.text else ""


def as_json(transcript: TranscriptRecord) -> str:
    """Everything: `text`, `language`, `duration_s`, `segments`, `model`, `real_time_factor`."""
    factor = transcript.real_time_factor
    members = {
        "text": transcript.text,
        "language": transcript.language,
        "duration_s": transcript.duration_s,
        "segments": [{"start_s": one.start_s, "end_s": one.end_s, "text": one.text} for one in transcript.segments],
        "model": transcript.model,
        "real_time_factor": None if factor is None else round(factor, 4),
    }
    return json.dumps(members, ensure_ascii=False, indent=2) + "\n"


def as_srt(transcript: TranscriptRecord) -> str:
    """SubRip. Blank lines, which would end a subtitle, are left out; an arrow in the text is written as `→`."""
    cues: list[str] = []
    for number, (start, end, text) in enumerate(_cues(transcript), 1):
        shown = text.replace("-->", "→")
        cues.append(f"{number}\n{clock(start, ',')} --> {clock(end, ',')}\n{shown}\n")
    return "\n".join(cues)


def as_vtt(transcript: TranscriptRecord) -> str:
    """WebVTT. What could be read as markup is escaped."""
    cues = ["WEBVTT\n"]
    for start, end, text in _cues(transcript):
        shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        cues.append(f"{clock(start, '.')} --> {clock(end, '.')}\n{shown}\n")
    return "\n".join(cues)


def clock(milliseconds: int, point: str = ".") -> str:
    """`01:02:03.456`; hours have as many digits as they need, and two at least."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"


def timed(transcript: TranscriptRecord) -> Sequence[SegmentRecord]:
    """The segments of a transcript with the text as it is now: an edited text is laid over the times of the old one."""
    if not transcript.edited:
        return transcript.segments
    from lmstudio_tui.features.hearing.retiming import retimed

    return retimed(transcript.segments, transcript.text)


def _cues(transcript: TranscriptRecord) -> list[tuple[int, int, str]]:
    """Beginning and end in milliseconds, and text, in order. Without segments it is one over the whole length."""
    found = list(_of_segments(timed(transcript), transcript.duration_s or math.inf))
    if found:
        return found
    text = _shown(transcript.text)
    if not text:
        return []
    length = transcript.duration_s or max(1.0, len(text) / _READING)
    return [(0, max(1, _milliseconds(length)), text)]


def _of_segments(segments: Iterable[SegmentRecord], most: float) -> Iterable[tuple[int, int, str]]:
    for segment in sorted(segments, key=lambda one: (one.start_s, one.end_s)):
        text = _shown(segment.text)
        if text:
            start = _milliseconds(min(segment.start_s, _LATEST))
            # A subtitle that ends when it begins is none: WebVTT forbids it, players leave it out.
            yield start, max(start + 1, _milliseconds(_end_of(segment, most))), text


def _end_of(segment: SegmentRecord, most: float) -> float:
    """When it ends, in seconds: with the audio at the latest; where that is not known, when it can be read."""
    if segment.start_s < most < segment.end_s:
        return most
    if segment.end_s < _LATEST:
        return segment.end_s
    return min(segment.start_s, _LATEST) + max(1.0, len(segment.text) / _READING)


def _shown(text: str) -> str:
    """A text as it may stand in a subtitle: without blank lines, and without control characters."""
    return _LINES.sub("\n", _CONTROLS.sub("", text)).strip()


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000) if math.isfinite(seconds) and seconds > 0 else 0
