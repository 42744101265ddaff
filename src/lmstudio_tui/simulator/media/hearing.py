"""``POST /v1/audio/transcriptions`` and ``/v1/audio/translations``."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.simulator.answers import Answer, Call, Made, Pause, Plain, Script, Steps
from lmstudio_tui.simulator.chunks import event
from lmstudio_tui.simulator.engine.sound_formats import NotAudioError
from lmstudio_tui.simulator.forms import FormError, FormFile, read_form
from lmstudio_tui.simulator.jsonio import dump
from lmstudio_tui.simulator.media.serving import RefusedError, checked_model, common_fault, fault_of, refused
from lmstudio_tui.simulator.media.speech import CHARACTERS_A_TOKEN
from lmstudio_tui.simulator.media.transcripts import MEDIA_TYPES, TRANSCRIPT_FORMS, Heard, TranscriptForm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lmstudio_tui.simulator.engine.hearing import Hearing, Segment
    from lmstudio_tui.simulator.forms import Form
    from lmstudio_tui.simulator.workers import Stop

_LANGUAGE = "en"
"""What a transcript is said to be in when no language was named, as whisper.cpp has it."""
_GRANULARITIES = ("segment", "word")


@dataclass(frozen=True, slots=True)
class HearingAsk:
    """What is to be heard, and how it is to be told."""

    file: FormFile
    model: str
    form: TranscriptForm
    language: str
    temperature: float
    granularities: tuple[str, ...]
    stream: bool
    translated: bool

    def heard(self, segments: list[Segment], duration_s: float) -> Heard:
        """The transcript of `segments`."""
        parts = (self.language, self.translated, self.temperature, self.granularities)
        return Heard(tuple(segments), duration_s, *parts)


class Listening:
    """One file being listened to, a sentence at a time; each in a thread."""

    def __init__(self, ask: HearingAsk) -> None:
        self._ask = ask
        self._segments: list[Segment] = []
        self._opened: tuple[Hearing, Iterator[Segment]] | None = None
        self._left: Stop = lambda: False
        self.done = False

    @property
    def heard(self) -> Heard:
        """What was heard up to now."""
        return self._ask.heard(self._segments, self._opened[0].duration_s if self._opened is not None else 0.0)

    def open(self, _: Stop | None = None) -> None:
        """Look whether it is audio.

        Raises:
            RefusedError: It is none.
        """
        # Imported here: numpy and the library for sound cost more than most simulators need to spend.
        from lmstudio_tui.simulator.engine.hearing import Hearing

        try:
            hearing = Hearing(self._ask.file.open())
        except NotAudioError as error:
            raise RefusedError(str(error)) from error
        self._opened = (hearing, hearing.segments(lambda: self._left()))

    def next(self, stop: Stop) -> Segment | None:
        """The next sentence, or None when there is none."""
        self._left = stop
        segment = next(self._opened[1], None) if self._opened is not None else None
        if segment is None:
            self.done = True
        else:
            self._segments.append(segment)
        return segment

    def all(self, stop: Stop) -> Heard:
        """All there is to hear."""
        while self.next(stop) is not None:
            pass
        return self.heard

    def next_events(self, stop: Stop) -> bytes:
        """The events that tell of the next sentence, or of the end."""
        segment, verbose = self.next(stop), self._ask.form == "verbose_json"
        heard = self.heard
        if segment is None:
            told = heard.verbose() if verbose else {"text": heard.text}
            return event({"type": "transcript.text.done", **told})
        number = len(self._segments) - 1
        before = heard.text[: len(heard.text) - sum(len(one.text) for one in self._segments)] if number == 0 else ""
        news = event({"type": "transcript.text.delta", "delta": before + segment.text})
        if verbose:
            news += event({"type": "transcript.text.segment", **heard.segment_row(number)})
        return news


async def transcription(call: Call) -> Answer:
    """``POST /v1/audio/transcriptions``."""
    return await _answer(call, translated=False)


async def translation(call: Call) -> Answer:
    """``POST /v1/audio/translations``: the same text, marked as not translated."""
    return await _answer(call, translated=True)


async def _answer(call: Call, *, translated: bool) -> Answer:
    from lmstudio_tui.simulator.media.hearing_faults import faulty_hearing

    workers = call.world.workers
    try:
        ask = await workers.do(lambda _: read_ask(call, translated=translated), call.upload)
        fault = fault_of(call, ask.model, "hearing")
        answer = common_fault(call, fault, ask.file.size, ask.file.filename) if fault is not None else None
        if answer is not None:
            return answer
        listening = Listening(ask)
        await workers.do(listening.open, call.upload)
    except RefusedError as error:
        return refused(call, error)
    streamed = ask.stream and call.world.config.flavour == "openai"
    if streamed and fault is None:
        return Script(_stream(call, listening))
    heard = await workers.do(listening.all, call.upload)
    await asyncio.sleep(_pause(call, heard.text).seconds)
    answer = faulty_hearing(call, ask, heard, fault, streamed=streamed) if fault is not None else None
    return answer or whole_answer(ask, heard)


def whole_answer(ask: HearingAsk, heard: Heard) -> Plain:
    """The transcript in the form that was asked for."""
    match ask.form:
        case "json":
            body = dump({"text": heard.text})
        case "verbose_json":
            body = dump(heard.verbose())
        case "text":
            body = heard.text.encode()
        case "srt":
            body = heard.srt().encode()
        case "vtt":
            body = heard.vtt().encode()
    return Plain(body, 200, MEDIA_TYPES[ask.form])


def _stream(call: Call, listening: Listening) -> Steps:
    told = 0
    while not listening.done:
        yield Made(listening.next_events, call.upload)
        text = listening.heard.text
        yield _pause(call, text[told:])
        told = len(text)


def _pause(call: Call, text: str) -> Pause:
    """As long as a text takes at the configured speed."""
    speed = call.world.config.speed
    return Pause(len(text) / CHARACTERS_A_TOKEN / speed if speed else 0.0)


def read_ask(call: Call, *, translated: bool) -> HearingAsk:
    """What a form asks for; for a thread, since it looks through the whole upload.

    Raises:
        RefusedError: It makes no sense.
    """
    try:
        form = read_form(call.upload, call.headers.get("content-type", ""))
    except FormError as error:
        raise RefusedError(str(error)) from error
    model = checked_model(form.value("model").strip(), "hearing")
    file = form.files.get("file")
    if file is None:
        message = "The form has no file: send the audio as a file in the field 'file'."
        raise RefusedError(message)
    if not file.size:
        message = "The file is empty."
        raise RefusedError(message)
    language = "" if translated else form.value("language").strip()
    return HearingAsk(
        file,
        model,
        _form_of(form),
        language or _LANGUAGE,
        _temperature(form),
        _granularities(form),
        form.value("stream").strip().lower() in {"true", "1"},
        translated,
    )


def _form_of(form: Form) -> TranscriptForm:
    name = form.value("response_format").strip() or "json"
    if name not in TRANSCRIPT_FORMS:
        message = f"There is no response_format {name[:100]!r}: use one of {', '.join(TRANSCRIPT_FORMS)}."
        raise RefusedError(message)
    return name


def _temperature(form: Form) -> float:
    said = form.value("temperature").strip() or "0"
    try:
        value = float(said)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 2:
        message = "The temperature has to be a number from 0 to 2."
        raise RefusedError(message)
    return value


def _granularities(form: Form) -> tuple[str, ...]:
    names = ("timestamp_granularities[]", "timestamp_granularities")
    said = [value.strip() for name in names for value in form.fields.get(name, []) if value.strip()]
    wrong = next((value for value in said if value not in _GRANULARITIES), None)
    if wrong is not None:
        message = f"There are no times of {wrong[:100]!r}: use one of {', '.join(_GRANULARITIES)}."
        raise RefusedError(message)
    return tuple(said) or ("segment",)
