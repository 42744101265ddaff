"""Faults of hearing: transcripts of other forms than were asked for, and streams that break."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lmstudio_tui.simulator.answers import Answer, Frame, Pause, Plain, Script, Signal, Step, json_answer
from lmstudio_tui.simulator.chunks import event
from lmstudio_tui.simulator.media.hearing import HearingAsk, whole_answer
from lmstudio_tui.simulator.media.serving import RefusedError, broken_off, refused, scripted

if TYPE_CHECKING:
    from lmstudio_tui.simulator.answers import Call
    from lmstudio_tui.simulator.media.transcripts import Heard, JsonDict

_SLOW_S = 3.0
_WAV = b"RIFF"


def faulty_hearing(call: Call, ask: HearingAsk, heard: Heard, fault: str, *, streamed: bool) -> Answer | None:
    """The answer of `fault`, or None when the sound one is to be given."""
    whole = whole_answer(ask, heard)
    match fault:
        case "empty":
            return Plain(b"", 200, whole.media_type)
        case "slow":
            return Script(scripted([Pause(_SLOW_S), Frame(whole.body)]), whole.media_type, {})
        case "cut":
            return broken_off(whole)
        case "too-large":
            return refused(call, RefusedError("Maximum file size exceeded: 25 MB are allowed.", 413))
        case "wav-only":
            wav = ask.file.upload.read(ask.file.start, 4) == _WAV
            return None if wav else refused(call, RefusedError("failed to read WAV file: the format is not supported"))
        case "text":
            return Plain(heard.text.encode(), 200, "text/plain; charset=utf-8")
        case "nothing":
            return whole_answer(ask, replace(heard, segments=(), translated=False))
        case _ if fault.startswith("sse-"):
            return _broken_stream(heard, fault) if streamed else _broken_whole(call, whole, fault)
        case _:
            return _reshaped(ask, heard, fault)


def _reshaped(ask: HearingAsk, heard: Heard, fault: str) -> Answer | None:
    """JSON of another shape."""
    rows = heard.segment_rows()
    match fault:
        case "srt-in-json":
            return json_answer({"text": heard.vtt() if ask.form == "vtt" else heard.srt()})
        case "json-string":
            return json_answer(heard.text)
        case "no-segments":
            return json_answer({"text": heard.text})
        case "odd-segments":
            return json_answer({"text": heard.text, "segments": _odd_rows(rows), "words": None, "duration": "long"})
        case "centiseconds":
            timed = [{**row, "start": _clock(row["start"]), "end": _clock(row["end"])} for row in rows]
            return json_answer({"text": heard.text, "segments": timed, "words": heard.text.split()})
        case _:
            return None


def _odd_rows(rows: list[JsonDict]) -> list[object]:
    """The rows backwards, among others that are no good."""
    strings = [{**row, "start": str(row["start"]), "end": str(row["end"])} for row in reversed(rows)]
    return [None, *strings, {"text": "without times"}, {"start": 5, "end": 1, "text": "backwards"}, 7, {}]


def _clock(value: object) -> str:
    seconds = value if isinstance(value, float) else 0.0
    return f"00:{int(seconds) // 60:02}:{seconds % 60:06.3f}"


def _broken_whole(call: Call, whole: Plain, fault: str) -> Answer | None:
    """What a fault of streams is for a transcript in one piece."""
    match fault:
        case "sse-cut":
            return broken_off(whole)
        case "sse-stall":
            return broken_off(whole, Signal.HANG)
        case "sse-error":
            return refused(call, RefusedError("The model has crashed.", 500))
        case _:
            return None


def _broken_stream(heard: Heard, fault: str) -> Answer:
    pieces = [heard.segment_text(number) for number in range(len(heard.segments))]
    first = Frame(event({"type": "transcript.text.delta", "delta": heard.text[: max(1, len(pieces[0]))]}))
    ends: dict[str, list[Step]] = {
        "sse-cut": [first, Signal.RESET],
        "sse-stall": [first, Signal.HANG],
        "sse-error": [first, Frame(event({"error": {"message": "The model has crashed.", "type": "server_error"}}))],
        "sse-unnamed": [Frame(event(row)) for row in heard.segment_rows()],
        "sse-lines": [Frame(f"data: {' '.join(piece.split())}\n\n".encode()) for piece in pieces],
    }
    return Script(scripted(ends[fault]))
