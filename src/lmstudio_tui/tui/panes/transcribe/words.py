"""Times, speeds and failures in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.models.saying import sentence
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from datetime import datetime

    from lmstudio_tui.store.media.records import RecordingRecord, TranscriptRecord

_LONGEST_NAME = 60


def clock(seconds: float, *, tenths: bool = False) -> str:
    """`00:12`, `00:12.4`, `1:02:03`; never ahead of the time, so that `59.97` is no `60.0`."""
    whole, tenth = divmod(int(max(0.0, seconds) * 10 + 1e-6), 10)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    start = f"{hours}:{minute:02}" if hours else f"{minute:02}"
    return f"{start}:{second:02}" + (f".{tenth}" if tenths else "")


def short_moment(then: datetime, now: datetime) -> str:
    """When something was, in at most twelve cells: `09:41` of today, `20 Nov 09:41`, `20 Nov 2025`."""
    then = then.astimezone(now.tzinfo)
    if then.date() == now.date():
        return f"{then:%H:%M}"
    return f"{then.day} {then:%b %H:%M}" if then.year == now.year else f"{then.day} {then:%b %Y}"


def rate_in_words(rate: int) -> str:
    """`48 kHz`, `44.1 kHz`."""
    return f"{rate / 1000:g} kHz"


def factor_in_words(factor: float | None) -> str:
    """`0.08 × real time`: seconds of work for a second of audio; empty when that is not known."""
    if factor is None:
        return ""
    figure = f"{factor:.0f}" if factor >= 10 else f"{factor:.2g}" if factor >= 0.001 else "< 0.001"
    return f"{figure} × real time"


def failure_in_words(error: BaseException) -> str:
    """What happened, and what to do next, whichever part of the app says so."""
    message = getattr(error, "message", None) or str(error)
    hint = getattr(error, "hint", "")
    parts = [clean_line(str(part)) for part in (message, hint)]
    return " ".join(sentence(part) for part in parts if part)


def defect_in_words(error: BaseException) -> str:
    """For what was raised and nobody had expected."""
    return f"Something went wrong in the app itself ({type(error).__name__})."


def name_of_text(text: str) -> str:
    """What a recording is called by what is said in it: its first words."""
    line = clean_line(text)
    return line if len(line) <= _LONGEST_NAME else f"{line[: _LONGEST_NAME - 1].rstrip()}…"


def matches(record: RecordingRecord, query: str) -> bool:
    """Whether every word of the filter is in its name or in one of its transcripts."""
    words = query.casefold().split()
    if not words:
        return True
    texts = [record.name, record.path.name, *(one.text for one in record.transcripts)]
    held = "\n".join(texts).casefold()
    return all(word in held for word in words)


def title_of(transcript: TranscriptRecord) -> list[str]:
    """What stands over a transcript: the model, how quick it was, the language, and what became of it."""
    parts = [clean_line(transcript.model or "model not told"), factor_in_words(transcript.real_time_factor)]
    if transcript.task == "translate":
        parts.append("to English")
    elif transcript.language:
        parts.append(clean_line(transcript.language))
    if transcript.edited:
        parts.append("edited")
    return [part for part in parts if part]
