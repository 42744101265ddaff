"""``POST /v1/audio/speech`` and ``GET /v1/audio/voices``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.simulator.answers import Answer, Call, Made, Pause, Plain, Script, Steps, json_answer
from lmstudio_tui.simulator.engine.sound_formats import SpeechFormat
from lmstudio_tui.simulator.engine.tone_frames import FASTEST, SLOWEST, frames_of
from lmstudio_tui.simulator.engine.voices import VOICES
from lmstudio_tui.simulator.jsonio import number_at, text_at
from lmstudio_tui.simulator.media.serving import RefusedError, checked_model, common_fault, fault_of, junk_page, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lmstudio_tui.simulator.engine.sound_files import SoundWriter
    from lmstudio_tui.simulator.engine.tone_code import Samples
    from lmstudio_tui.simulator.engine.tone_frames import Frame
    from lmstudio_tui.simulator.workers import Stop

CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class SpeechAsk:
    """What is to be said, and how."""

    text: str
    model: str
    voice: int
    kind: SpeechFormat
    speed: float


class Speaking:
    """One utterance being spoken, a frame at a time; each in a thread."""

    def __init__(self, ask: SpeechAsk, kind: SpeechFormat | None = None) -> None:
        """Begin one.

        Args:
            ask: What is to be said.
            kind: Another format than was asked for.
        """
        self.kind = kind or ask.kind
        self.frames = frames_of(ask.text, ask.voice, ask.speed)
        self._begun: tuple[Iterator[Samples], SoundWriter] | None = None

    def next(self, _: Stop | None = None) -> bytes:
        """The bytes of the next frame."""
        pieces, writer = self._begun or self._begin()
        return writer.add(next(pieces))

    def rest(self, _: Stop | None = None) -> bytes:
        """What the file ends with."""
        return (self._begun or self._begin())[1].end()

    def whole(self, _: Stop | None = None) -> bytes:
        """All of it."""
        return b"".join([*(self.next() for _ in self.frames), self.rest()])

    def _begin(self) -> tuple[Iterator[Samples], SoundWriter]:
        # Imported here: numpy and the library for sound cost more than most simulators need to spend.
        from lmstudio_tui.simulator.engine.sound_files import SoundWriter
        from lmstudio_tui.simulator.engine.tone_code import Utterance

        utterance = Utterance(tuple(self.frames))
        self._begun = (utterance.pieces(), SoundWriter(self.kind, utterance.length))
        return self._begun


async def speech(call: Call) -> Answer:
    """``POST /v1/audio/speech``: the audio is sent while it is made."""
    from lmstudio_tui.simulator.media.speech_faults import faulty_speech

    try:
        ask = _read(call)
    except RefusedError as error:
        return refused(call, error)
    fault = fault_of(call, ask.model, "speech")
    if fault is not None:
        answer = common_fault(call, fault, ask) or await faulty_speech(call, ask, fault)
        if answer is not None:
            return answer
    return sound_answer(call, ask)


def sound_answer(call: Call, ask: SpeechAsk, media_type: str = "") -> Script:
    """The audio that was asked for, with its content type or another one."""
    return Script(_steps(Speaking(ask), call.world.config.speed), media_type or ask.kind.media_type, {})


def pause_after(frame: Frame, speed: float) -> Pause:
    """As long as a frame takes at that many tokens a second; 0 is no time."""
    return Pause(len(frame.text) / CHARACTERS_A_TOKEN / speed if speed else 0.0)


def _steps(speaking: Speaking, speed: float) -> Steps:
    for frame in speaking.frames:
        yield pause_after(frame, speed)
        yield Made(speaking.next)
    yield Made(speaking.rest)


def _read(call: Call) -> SpeechAsk:
    """What a request asks for.

    Raises:
        RefusedError: It makes no sense.
    """
    body = call.json()
    if body is None:
        message = "The request body is not a JSON object."
        raise RefusedError(message)
    text = text_at(body, "input")
    if not text:
        message = "There is nothing to say: 'input' is missing or empty."
        raise RefusedError(message)
    model = checked_model(text_at(body, "model"), "speech")
    name = text_at(body, "response_format") or text_at(body, "format") or SpeechFormat.MP3.value
    return SpeechAsk(text, model, _voice(body.get("voice")), _format(call, name), _speed(body.get("speed")))


def _voice(value: object) -> int:
    names = [voice.name for voice in VOICES]
    if value in (None, ""):
        return 0
    if value not in names:
        message = f"There is no voice {str(value)[:100]!r}: use one of {', '.join(names)}."
        raise RefusedError(message)
    return names.index(str(value))


def _format(call: Call, name: str) -> SpeechFormat:
    try:
        return SpeechFormat(name)
    except ValueError:
        possible = ", ".join(kind.value for kind in SpeechFormat)
        message = f"The format {name[:100]!r} cannot be made here: use one of {possible}."
        raise RefusedError(message, 415 if call.world.config.flavour == "openai" else 400) from None


def _speed(value: object) -> float:
    speed = 1.0 if value is None else number_at({"speed": value}, "speed")
    if speed is None or not SLOWEST <= speed <= FASTEST:
        message = f"The speed has to be a number from {SLOWEST} to {FASTEST}."
        raise RefusedError(message)
    return float(speed)


async def voices(call: Call) -> Answer:
    """``GET /v1/audio/voices``, for one model (``?model=``) or for all."""
    fault = fault_of(call, call.query.get("model") or call.query.get("model_id", ""), "voices")
    usual = [{"id": voice.name, "name": voice.name.capitalize(), "model": "sim-speech"} for voice in VOICES]
    if fault is None:
        return json_answer({"voices": usual})
    return _faulty_voices(fault, [voice.name for voice in VOICES], usual)


def _faulty_voices(fault: str, names: list[str], usual: list[dict[str, str]]) -> Answer:
    if fault == "absent":
        return json_answer({"detail": "Not Found"}, 404)
    if fault == "html":
        return Plain(junk_page(), 200, "text/html; charset=utf-8")
    junk: list[object] = [None, 7, "", {"id": ""}, {}, *usual, usual[0], [names[0]]]
    many = [{"id": f"voice-{number}", "name": f"Voice {number} " + "x" * (number % 97)} for number in range(1000)]
    shapes: dict[str, object] = {
        "strings": {"voices": names},
        "list": names,
        "names": {"voices": [{"name": name} for name in names]},
        "voice-ids": {"voices": [{"voice_id": name, "model_id": "sim-speech", "created": 0} for name in names]},
        "data": {"object": "list", "data": usual},
        "empty": {"voices": []},
        "junk": {"voices": junk},
        "many": {"voices": many},
    }
    return json_answer(shapes[fault])
