"""Faults of the connection: resets, silence, errors in the middle, streams without an end."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count, islice

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Frame, Script, Signal, Step, Steps, json_answer
from lmstudio_tui.simulator.chunks import DONE, event
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.compose import long_text
from lmstudio_tui.simulator.faults.case import Case, fault

_SOME = 12
_FLOOD = 50_000
_OVERFLOW = (31430, 30000)
_ENGINE_FAILED = {"error": {"message": "The model has crashed without additional information. (Exit code: 11)"}}


def _begun(case: Case, tokens: int = _SOME) -> Iterator[Step]:
    """The beginning of a sound stream."""
    yield from case.maker.opening()
    yield from islice(case.maker.words(case.generation), tokens)


def _then(case: Case, *steps: Step) -> Script:
    """A stream that begins well and ends in `steps`; of a buffered answer the first half."""
    if case.ask.stream:
        return case.stream([*_begun(case), *steps])
    body = case.whole().body
    return Script(_as_steps([Frame(body[: len(body) // 2]), *steps]), "application/json")


def _as_steps(steps: Iterable[Step]) -> Steps:
    yield from steps


def _reset() -> Script:
    return Script(_as_steps([Signal.RESET]))


@fault("stream-overflow", "Status 200, then an error event: the prompt does not fit. Buffered: status 400.")
def _stream_overflow(case: Case) -> Answer:
    if not case.ask.stream:
        return errors.overflow(*_OVERFLOW)
    return case.stream([Frame(event(errors.overflow_in_stream(*_OVERFLOW), "error"))])


@fault("stream-error-data", "Some text, then an error as a data line without an event name.")
def _stream_error_data(case: Case) -> Answer:
    return case.stream([*_begun(case), Frame(event(_ENGINE_FAILED))]) if case.ask.stream else errors.crashed()


@fault("stream-error-event", "Some text, then an error event.")
def _stream_error_event(case: Case) -> Answer:
    return case.stream([*_begun(case), Frame(event(_ENGINE_FAILED, "error"))]) if case.ask.stream else errors.crashed()


@fault("stream-error-before", "Status 200 and an error as the first data line, before any text.")
def _stream_error_before(case: Case) -> Answer:
    return case.stream([Frame(event(_ENGINE_FAILED))]) if case.ask.stream else errors.crashed()


@fault("cut-before", "The connection is reset before anything is answered, every time.")
def _cut_before(_: Case) -> Answer:
    return _reset()


@fault("cut-after-headers", "The connection is reset after the headers and before any text, every time.")
def _cut_after_headers(_: Case) -> Answer:
    return Script(_as_steps([Signal.OPEN, Signal.RESET]))


@fault("cut-before-once", "The connection is reset before anything is answered, the first time only.")
def _cut_before_once(case: Case) -> Answer:
    return _reset() if case.attempt() == 1 else case.sound()


@fault("no-streaming", "Streams are always reset before any text; a buffered request works.")
def _no_streaming(case: Case) -> Answer:
    return _reset() if case.ask.stream else case.whole()


@fault("cut-middle", "The connection is reset after some tokens.")
def _cut_middle(case: Case) -> Answer:
    return _then(case, Signal.RESET)


@fault("close-middle", "The connection is closed in order after some tokens, without an end of the response.")
def _close_middle(case: Case) -> Answer:
    return _then(case, Signal.CLOSE)


@fault("cut-utf8", "The connection is closed in the middle of a character of four bytes.")
def _cut_utf8(case: Case) -> Answer:
    data = event(case.maker.text(" 🚀")) if case.ask.stream else '{"choices":[{"message":{"content":"🚀"'.encode()
    half = data[: data.index("🚀".encode()) + 2]
    if case.ask.stream:
        return case.stream([*_begun(case), Frame(half, token=True), Signal.CLOSE])
    return Script(_as_steps([Frame(half), Signal.CLOSE]), "application/json")


@fault("stall", "Some tokens, then silence for ever.")
def _stall(case: Case) -> Answer:
    return _then(case, Signal.HANG)


@fault("endless", "A stream that never ends, at a modest pace; a buffered request is never answered.")
def _endless(case: Case) -> Answer:
    return case.stream(_endless_steps(case)) if case.ask.stream else Script(_as_steps([Signal.HANG]))


def _endless_steps(case: Case) -> Iterator[Step]:
    yield from case.maker.opening()
    for part in count(1):
        chance = Chance("endless", case.ask.identity(), part)
        text = f"\n\n### Part {part}\n\n" + long_text("things without an end", 120, chance)
        yield from case.maker.words(case.generation.saying(text))


@fault("flood", "50,000 tokens as fast as they can be sent.")
def _flood(case: Case) -> Answer:
    text = long_text("a flood of tokens", _FLOOD, Chance("flood", case.ask.identity()))
    generation = case.generation.saying(text)
    return case.stream(_unpaced(case.maker.frames(generation))) if case.ask.stream else case.whole(generation)


def _unpaced(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The frames without their pace, some to a packet: what a fast server's buffers do."""
    while packet := b"".join(frame.data for frame in islice(frames, 16)):
        yield Frame(packet)


@fault("only-done", "Status 200 and nothing but [DONE]; buffered: no choices.")
def _only_done(case: Case) -> Answer:
    return case.stream([DONE]) if case.ask.stream else _choiceless(case)


def _choiceless(case: Case) -> Answer:
    return json_answer({**case.maker.buffered(case.generation), "choices": []})


@fault("empty-stream", "A sound stream without any text, as an overflow of the context can look.")
def _empty_stream(case: Case) -> Answer:
    return case.sound(replace(case.generation, text=()))


@fault("no-done", "A sound stream that ends without [DONE].")
def _no_done(case: Case) -> Answer:
    if not case.ask.stream:
        return case.whole()
    return case.stream(frame for frame in case.maker.frames(case.generation) if frame is not DONE)


@fault("unnamed-finish", "A stream that ends with [DONE] and never gives a reason for its end.")
def _unnamed_finish(case: Case) -> Answer:
    if not case.ask.stream:
        return case.whole(replace(case.generation, finish_reason=""))
    return case.stream([*case.maker.opening(), *case.maker.words(case.generation), DONE])
