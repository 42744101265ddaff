"""A transcript as lines that can be edited, and those lines as a transcript again: no time is lost. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lmstudio_tui.features.hearing.retiming import retimed
from lmstudio_tui.text_safety import clean, clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lmstudio_tui.store.media.records import TranscriptRecord


def lines_of(transcript: TranscriptRecord) -> list[str]:
    """A line for each segment; where there are none, the lines of the text."""
    if transcript.segments:
        return [clean_line(one.text) for one in transcript.segments]
    return clean(transcript.text).split("\n")


def edited(transcript: TranscriptRecord, lines: Sequence[str], id_: str, now: datetime) -> TranscriptRecord:
    """The transcript with other lines. Where there are as many as before each keeps its times; else each word does.

    Args:
        transcript: as it was.
        lines: as `lines_of`, changed.
        id_: of the new one.
        now: when it was changed.
    """
    if not transcript.segments:
        text = "\n".join(line.rstrip() for line in lines).strip()
        return replace(transcript, id=id_, made_at=now, text=text, edited=True)
    said = [clean_line(line) for line in lines]
    text = " ".join(line for line in said if line)
    if len(said) == len(transcript.segments):
        pairs = zip(transcript.segments, said, strict=True)
        segments = tuple(replace(one, text=line) for one, line in pairs if line)
    else:
        segments = retimed(transcript.segments, text)
    return replace(transcript, id=id_, made_at=now, text=text, segments=segments, edited=True)
