"""What a server answered, as it is kept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lmstudio_tui.store.library.records import new_id
from lmstudio_tui.store.media.records import SegmentRecord, TranscriptRecord
from lmstudio_tui.text_safety import clean, clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lmstudio_tui.sdk.types.audio import Transcription, TranscriptSegment
    from lmstudio_tui.store.media.records import Task


def segments_of(segments: Iterable[TranscriptSegment], duration_s: float | None = None) -> tuple[SegmentRecord, ...]:
    """Segments in the order of their times, harmless to a terminal; those without text are left out.

    Args:
        segments: as the server tells of them.
        duration_s: of the audio, as measured here; a segment that begins in it ends with it. None leaves the
            times as they are.
    """
    found = [SegmentRecord(*_times(one, duration_s or math.inf), clean(one.text).strip()) for one in segments]
    return tuple(sorted((one for one in found if one.text), key=lambda one: (one.start_s, one.end_s)))


def record_of(
    result: Transcription, *, task: Task, made_at: datetime, server: str, duration_s: float | None, took_s: float
) -> TranscriptRecord:
    """An answer as a record.

    Args:
        result: the answer.
        task: what was asked for.
        made_at: when it was there.
        server: the base URL of who answered.
        duration_s: of the audio, as measured here; None leaves it to what the server says.
        took_s: from the beginning of the upload to the end of the answer.
    """
    segments = segments_of(result.segments, duration_s)
    text = clean(result.text).strip() or " ".join(segment.text for segment in segments)
    return TranscriptRecord(
        id=new_id(),
        made_at=made_at,
        task=task,
        text=text,
        segments=segments,
        model=clean_line(result.model or "") or None,
        server=server,
        language=clean_line(result.language or "") or None,
        duration_s=duration_s if duration_s is not None else result.duration,
        took_s=took_s,
    )


def _times(segment: TranscriptSegment, most: float) -> tuple[float, float]:
    start = segment.start if math.isfinite(segment.start) else 0.0
    end = max(start, segment.end if math.isfinite(segment.end) else start)
    # Models listen in windows, the last of which goes on beyond the end. What begins there is not put into order here.
    return start, min(end, most) if start < most else end
