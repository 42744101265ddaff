"""The answer to a transcription, whatever it turns out to be (server contract, 4).

What was asked for and what the headers say are hints. JSON, a text within a JSON string, subtitles, plain text, an
error with status 200 or a page of HTML: it is told by what came.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.classify import complaint_of, shortened
from lmstudio_tui.sdk.cues import is_cues, segments_of
from lmstudio_tui.sdk.types.audio import Transcription, TranscriptSegment, TranscriptWord
from lmstudio_tui.sdk.wire import as_object, as_objects, as_text, document_of, is_count, is_list, is_object, whole_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HTML = re.compile(r"(?i)\s*<(?:!doctype|html|head|body|\?xml)\b")
_BLANK = "\ufeff \t\r\n"
_CLOCK = re.compile(r"\s*(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-9]{1,2}(?:[.,][0-9]{1,9})?)\s*")
"""A time as a clock shows it."""
_JSON = re.compile(r"""\{\s*(?:["'}]|\Z)""")
"""How an object begins, and no speech does, such as `{laughs} hello`."""
_NANOSECONDS = 1e7
"""No audio is as many seconds long: then they are nanoseconds, as in LocalAI's `time.Duration`."""
_IN_WORDS = ("text", "transcript", "transcription")


class RefusedError(Exception):
    """The body is a refusal. `body` is its JSON."""

    def __init__(self, body: object) -> None:
        super().__init__("refused")
        self.body = body


def as_utf8(raw: bytes, charset: str) -> bytes:
    """A text in UTF-8, whatever it was written in. Who names another charset may still write UTF-8.

    Args:
        charset: as the server calls it; empty when it does not say.
    """
    if not charset or (_is_utf8(raw) and b"\0" not in raw):
        return raw
    try:
        return raw.decode(charset).encode()
    except (LookupError, ValueError):
        return raw


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def begins_as_json(text: str) -> bool:
    """Whether a text is a JSON object, or the beginning of one."""
    return _JSON.match(text) is not None


def read_transcription(raw: bytes, content_type: str, asked: str, duration: float | None = None) -> Transcription:
    """What was said, out of the body of an answer that came with a success.

    Args:
        raw: the body.
        content_type: as the server calls it, without parameters.
        asked: the format that was asked for.
        duration: of the audio, in seconds, where that is known.

    Raises:
        RefusedError: the server complains of something.
        ProtocolError: it is nothing that can be read.
    """
    text = raw.decode("utf-8", "replace").strip(_BLANK)
    if not text:
        if asked in {"text", "srt", "vtt"}:
            return Transcription()  # nothing was said
        raise errors.ProtocolError("The answer is empty.")
    if "html" in content_type or _HTML.match(text):
        raise _not_readable("a page of HTML", text)
    value = _value(raw, text, content_type, asked)
    if isinstance(value, str):
        return of_text(value, asked)
    found = of_document(value, duration)
    # A format that is a text may be asked for and still come within JSON.
    return found.model_copy(update={"body": found.text}) if asked == "text" and not found.body else found


def _value(raw: bytes, text: str, content_type: str, asked: str) -> Any:
    """The JSON of a body, or its text where it is none.

    Raises:
        ProtocolError: it is half a document, or no text at all.
    """
    try:
        value: Any = document_of(raw)
    except ValueError:
        value = None
    if is_object(value) or (is_list(value) and value):
        return value
    quoted = "json" in content_type or asked in {"json", "verbose_json"} or is_cues(as_text(value).strip(_BLANK))
    if isinstance(value, str) and quoted:
        return value.strip(_BLANK)
    if (begins_as_json(text) and value is None) or (asked.endswith("json") and value == []):
        raise _not_readable("broken JSON" if value is None else "an empty list", text)
    if "\x00" in text or text.count("\ufffd") > len(text) // 20:
        raise _not_readable("no text", text)
    return text


def _not_readable(what: str, text: str) -> errors.ProtocolError:
    shown = shortened(text, 160)
    return errors.ProtocolError(f"The answer is no transcript, but {what}: it begins {shown!r}.", received=shown)


def of_text(text: str, asked: str = "text") -> Transcription:
    """What was said, out of subtitles or plain text."""
    text = whole_text(text)
    kept = text if asked in {"text", "srt", "vtt"} else ""
    if not is_cues(text):
        return Transcription(text=text.strip(), body=kept)
    segments = segments_of(text)
    return Transcription(text=joined(one.text for one in segments), segments=segments, body=text)


def of_document(value: Any, known: float | None = None) -> Transcription:
    """What was said, out of JSON: an object with a text, with segments, with both; or a list of segments.

    Args:
        known: how long the audio is, in seconds, where that is known.

    Raises:
        RefusedError, ProtocolError
    """
    if is_list(value):
        value = {"segments": value}
    body: Mapping[str, Any] = value if is_object(value) else {}
    text = next((body[name] for name in _IN_WORDS if isinstance(body.get(name), str)), None)
    duration = Transcription.read({"duration": body.get("duration")}).duration
    longest = longest_for(known, duration)
    segments = _segments_in(body.get("segments"), longest)
    if not text and not segments and complaint_of(body) is not None:
        raise RefusedError(body)
    if text is None and not segments and not _says_nothing(body):
        raise _not_readable("JSON without a text", shortened(str(value), 160))
    if text and is_cues(text):
        segments = segments or segments_of(text)
        return Transcription(text=joined(one.text for one in segments), segments=segments, body=text)
    return Transcription.read(
        {
            "text": (text or joined(one.text for one in segments)).strip(),
            "language": _text_or_none(body.get("language")),
            "duration": duration,
            "segments": segments,
            "words": _words(body, longest),
            "model": _text_or_none(body.get("model")),
        }
    )


def _says_nothing(body: Mapping[str, Any]) -> bool:
    """Whether it is a transcript of silence: the lists are there, and empty."""
    listed: Any = body.get("segments")
    return (is_list(listed) and not listed) or any(body.get(name, "") is None for name in _IN_WORDS)


def _text_or_none(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _segments_in(value: object, longest: float) -> tuple[TranscriptSegment, ...]:
    """The segments of a list, in order of their times; what is none is passed over."""
    rows = [_with_times(row) for row in as_objects(value)]
    if any("start" in row for row in rows):
        rows = [row for row in rows if "start" in row]
    factor = unit_of(rows, longest)
    found = [segment for row in rows if (segment := segment_of(row, factor)).text]
    return tuple(sorted(found, key=lambda one: one.start))


def _with_times(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A segment with `start` and `end`; whisper.cpp has them as `t0` and `t1`, or as `offsets`, too."""
    if "start" in row:
        return row
    offsets = as_object(row.get("offsets"))
    pairs = ((row.get("t0"), row.get("t1"), 100), (offsets.get("from"), offsets.get("to"), 1000))
    for start, end, unit in pairs:
        if is_count(start) and is_count(end):
            return {**row, "start": start / unit, "end": end / unit}
    return row


def segment_of(row: Mapping[str, Any], factor: float = 1.0) -> TranscriptSegment:
    """One segment; one that ends before it begins is as long as nothing."""
    start, end = _time(row.get("start"), factor), _time(row.get("end"), factor)
    return TranscriptSegment.read(
        {**row, "text": as_text(row.get("text")).strip(), "start": start, "end": max(start, end)}
    )


def _words(body: Mapping[str, Any], longest: float) -> tuple[TranscriptWord, ...]:
    rows = as_objects(body.get("words"))
    rows = rows or [word for row in as_objects(body.get("segments")) for word in as_objects(row.get("words"))]
    factor = unit_of(rows, longest)
    found: list[TranscriptWord] = []
    for row in rows:
        word = (as_text(row.get("word")) or as_text(row.get("text"))).strip()
        start, end = _time(row.get("start"), factor), _time(row.get("end"), factor)
        found += [TranscriptWord(word=word, start=start, end=max(start, end))] if word else []
    return tuple(found)


def longest_for(known: float | None, told: float | None = None) -> float:
    """The latest time, in seconds, that may stand in a transcript.

    Args:
        known: how long the audio is. What listens in windows of half a minute may name a time after its end.
        told: how long it is as the server says, which may have heard it in parts.
    """
    if known:
        return 2 * known + 60
    return 100 * max(told, 1.0) if told else math.inf


def unit_of(rows: Iterable[Mapping[str, Any]], longest: float) -> float:
    """What times are to be multiplied by to be seconds: servers count in nano- and milliseconds, too.

    Args:
        rows: segments or words.
        longest: no time is later, in seconds.
    """
    numbers = (number for row in rows for number in (row.get("start"), row.get("end")))
    most = max((float(one) for one in numbers if isinstance(one, int | float) and abs(one) < 1e18), default=0.0)
    if most > _NANOSECONDS:
        return 1e-9
    return 1e-3 if most > longest else 1.0


def _time(value: object, factor: float) -> float:
    clock = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if clock is not None:
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3].replace(",", "."))
    number = TranscriptSegment.read({"start": value}).start
    return round(number * factor, 6) if factor != 1.0 else number


def joined(pieces: Iterable[str]) -> str:
    """Pieces of speech as one text."""
    return " ".join(piece.strip() for piece in pieces if piece.strip())
