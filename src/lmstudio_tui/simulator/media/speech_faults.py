"""Faults of speech: audio that is none, or is another, or does not come as it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Frame, Pause, Plain, Script, Signal, Step, Steps
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.sound_formats import SpeechFormat
from lmstudio_tui.simulator.media.serving import RefusedError, junk_page, refused, scripted
from lmstudio_tui.simulator.media.speech import Speaking, SpeechAsk, sound_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lmstudio_tui.simulator.answers import Call

_GAP_S = 2.0
_JUNK_BYTES = 20_000
_PIECE_S = 0.1
_WAV_SIZES = (4, 40)
"""Where in a WAV file its lengths are."""


async def faulty_speech(call: Call, ask: SpeechAsk, fault: str) -> Answer | None:
    """The answer of `fault`, or None when the sound one is to be given."""
    asked = ask.kind.media_type
    match fault:
        case "json-as-audio":
            return Plain(errors.plain_error("The model has crashed.").body, 200, asked)
        case "html-as-audio":
            return Plain(junk_page(), 200, asked)
        case "empty":
            return Script(scripted([Signal.OPEN]), asked, {})
        case "junk":
            chance = Chance("junk", ask)
            return _in_pieces([bytes(chance.number(256) for _ in range(_JUNK_BYTES))], asked)
        case "wav-only":
            message = f"The format {ask.kind.value!r} is not supported: use 'wav'."
            return None if ask.kind is SpeechFormat.WAV else refused(call, RefusedError(message))
        case "other-type":
            return sound_answer(call, ask, "application/octet-stream")
        case "json-type":
            return sound_answer(call, ask, "application/json")
        case _:
            kind = _other_kind(ask, fault)
            data = await call.world.workers.do(Speaking(ask, kind).whole)
            return _with_data(ask, fault, data)


def _other_kind(ask: SpeechAsk, fault: str) -> SpeechFormat:
    match fault:
        case "endless-wav" | "long-wav":
            return SpeechFormat.WAV
        case "bare-pcm":
            return SpeechFormat.PCM
        case "other-format":
            return SpeechFormat.MP3 if ask.kind is SpeechFormat.WAV else SpeechFormat.WAV
        case _:
            return ask.kind


def _with_data(ask: SpeechAsk, fault: str, data: bytes) -> Answer | None:
    """What `fault` makes of the audio."""
    half, asked = len(data) // 2, ask.kind.media_type
    ends: dict[str, Step] = {"cut": Signal.RESET, "close": Signal.CLOSE, "stall": Signal.HANG}
    if fault in ends:
        return Script(scripted([Frame(data[:half]), ends[fault]]), asked, {})
    match fault:
        case "gap":
            return Script(scripted([Frame(data[:half]), Pause(_GAP_S), Frame(data[half:])]), asked, {})
        case "slow":
            return Script(_slowly(ask, data), asked, {})
        case "byte":
            return _in_pieces((data[place : place + 1] for place in range(len(data))), asked)
        case "odd-pieces":
            return _in_pieces(_odd_pieces(data), asked)
        case "endless-wav":
            return _in_pieces([_with_sizes(data, b"\xff" * 4, b"\xff" * 4)], "audio/wav")
        case "long-wav":
            size = 2 * (len(data) - 44)
            return _in_pieces(
                [_with_sizes(data, (size + 36).to_bytes(4, "little"), size.to_bytes(4, "little"))], "audio/wav"
            )
        case "bare-pcm":
            return _in_pieces([data], "application/octet-stream")
        case "other-format":
            return _in_pieces([data], asked)
        case _:
            return None


def _in_pieces(pieces: Iterable[bytes], media_type: str) -> Script:
    return Script(scripted(Frame(piece) for piece in pieces), media_type, {})


def _odd_pieces(data: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(data):
        length = 1 + 2 * (place * 7919 % 700)
        yield data[place : place + length]
        place += length


def _with_sizes(data: bytes, *sizes: bytes) -> bytes:
    changed = bytearray(data)
    for place, size in zip(_WAV_SIZES, sizes, strict=True):
        changed[place : place + 4] = size
    return bytes(changed)


def _slowly(ask: SpeechAsk, data: bytes) -> Steps:
    """The audio at half the pace at which it plays."""
    from lmstudio_tui.simulator.engine.tone_code import RATE, Utterance

    seconds = 2 * Utterance.of(ask.text, ask.voice, ask.speed).length / RATE
    count = max(1, round(seconds / _PIECE_S))
    for number in range(count):
        yield Frame(data[len(data) * number // count : len(data) * (number + 1) // count])
        yield Pause(_PIECE_S)
