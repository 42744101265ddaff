"""Values out of descriptions that may hold anything by now: what is of no use gets its default."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Final

from lmstudio_tui.sdk.wire import as_objects, is_list, whole_text
from lmstudio_tui.store.media.records import SegmentRecord, TranscriptRecord
from lmstudio_tui.text_safety import clean, clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_LONGEST: Final = 1e9
"""Seconds (31 years) and milliseconds: what is more is no duration."""
_MOST_NAME: Final = 1000
"""Characters of what stands in one line."""


def text_of(value: object) -> str:
    """A text that is harmless to a terminal, or an empty one."""
    return clean(whole_text(value)) if isinstance(value, str) else ""


def name_of(value: object) -> str:
    """A short text in one line, or an empty one."""
    return clean_line(text_of(value)[:_MOST_NAME])


def name_or_none(value: object) -> str | None:
    """A short text, or None when there is none."""
    return name_of(value) or None


def number_of(value: object) -> float | None:
    """A number of seconds or milliseconds that can be; None otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int) and value > _LONGEST:  # An int beyond any float cannot be made into one.
        return None
    return float(value) if math.isfinite(value) and 0 <= value <= _LONGEST else None


def whole_number_of(value: object, most: int = 2**63) -> int | None:
    """A whole number below a bound; None otherwise."""
    return value if isinstance(value, int) and not isinstance(value, bool) and -most < value < most else None


def moment_of(value: object) -> datetime | None:
    """A moment with its zone; None for what is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        # Moments at the ends of the calendar can be neither compared nor shown.
        if not 1970 < moment.year < 9000:
            return None
        return moment if moment.tzinfo is not None else moment.astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def segments_of(value: object) -> tuple[SegmentRecord, ...]:
    """The pieces of a transcript that can be read."""
    found: list[SegmentRecord] = []
    for entry in as_objects(value):
        start, end = number_of(entry.get("start_s")), number_of(entry.get("end_s"))
        if start is not None and end is not None:
            found.append(SegmentRecord(start, max(start, end), text_of(entry.get("text"))))
    return tuple(found)


def transcripts_of(value: object, usual: datetime) -> tuple[TranscriptRecord, ...]:
    """The transcripts that can be read, each id once.

    Args:
        value: what stands in the description.
        usual: when one was made that does not say.
    """
    entries = as_objects(value) if is_list(value) else []
    found: dict[str, TranscriptRecord] = {}
    for number, entry in enumerate(entries):
        record = _transcript(entry, usual, f"transcript-{number}")
        found.setdefault(record.id, record)
    return tuple(found.values())


def _transcript(entry: Mapping[str, Any], usual: datetime, name: str) -> TranscriptRecord:
    return TranscriptRecord(
        id=name_of(entry.get("id")) or name,
        made_at=moment_of(entry.get("made_at")) or usual,
        task="translate" if entry.get("task") == "translate" else "transcribe",
        text=text_of(entry.get("text")),
        segments=segments_of(entry.get("segments")),
        model=name_or_none(entry.get("model")),
        server=name_of(entry.get("server")),
        language=name_or_none(entry.get("language")),
        duration_s=number_of(entry.get("duration_s")),
        took_s=number_of(entry.get("took_s")) or 0.0,
        edited=entry.get("edited") is True,
        prompt=text_of(entry.get("prompt")),
        problem=text_of(entry.get("problem")),
    )
