"""Subtitles (`srt`, `vtt`) as segments with times, however loosely they are written."""

from __future__ import annotations

import html
import re

from lmstudio_tui.sdk.types.audio import TranscriptSegment

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?"
_LINE = re.compile(rf"[ \t]*{_TIME}[ \t]*-{{1,2}}>[ \t]*{_TIME}[^\n]*")
_SRT = re.compile(rf"\s*(?:\d{{1,9}}[ \t]*\n)?{_LINE.pattern}(?:\n|\Z)")
_TAG = re.compile(
    r"</?(?:[biuvc]|lang|font|ruby|rt|[biuvc]\.[^\s<>]*|(?:v|font|lang|c)[ .][^<>]*)>|<[\d:.]+>|\{\\an?\d\}"
)
_BESIDE = re.compile(r"(?:NOTE|STYLE|REGION)\b")


def is_vtt(text: str) -> bool:
    """Whether a text is WebVTT."""
    return re.match(r"\ufeff?\s*WEBVTT(?=[ \t\r\n]|\Z)", text) is not None


def is_srt(text: str) -> bool:
    """Whether a text is SubRip: it begins with the times of a cue, perhaps numbered."""
    return _SRT.match(_lines(text)) is not None


def is_cues(text: str) -> bool:
    """Whether a text is subtitles of either kind."""
    return is_vtt(text) or is_srt(text)


def segments_of(text: str) -> tuple[TranscriptSegment, ...]:
    """The cues of a text in their order; those without text are left out."""
    vtt = is_vtt(text)
    found: list[TranscriptSegment] = []
    times: tuple[float, float] | None = None
    said: list[str] = []
    beside = False

    def end() -> None:
        words = " ".join(filter(None, (_plain(line, vtt=vtt) for line in said)))
        if times is not None and words:
            found.append(TranscriptSegment(start=times[0], end=max(times), text=words))
        said.clear()

    for line in _lines(text).split("\n"):
        match = _LINE.fullmatch(line)
        if match is not None and not beside:
            # What stands just above the times is the cue's name or number, and no text of the one before.
            if said and times is not None and re.fullmatch(r"\s*\d+\s*", said[-1]):
                said.pop()
            end()
            times = (_seconds(*match.groups()[:4]), _seconds(*match.groups()[4:]))
        elif not line.strip():
            # An empty line before the first word ends nothing.
            spoken = bool(said)
            end()
            times, beside = None if spoken else times, False
        elif times is None:
            beside = beside or (vtt and _BESIDE.match(line) is not None)
        else:
            said.append(line)
    end()
    return tuple(found)


def _lines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return float(f"{whole}.{fraction or 0}")


def _plain(line: str, *, vtt: bool) -> str:
    """A line of a cue without what is for the eye only."""
    line = _TAG.sub("", line)
    return (html.unescape(line) if vtt else line).strip()
