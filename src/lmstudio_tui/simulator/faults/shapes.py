"""Faults of form: the same stream, in bytes that a careless reader stumbles over."""

from collections.abc import Iterable, Iterator
from itertools import islice

from lmstudio_tui.simulator.answers import Answer, Frame, Pause, Step, json_answer
from lmstudio_tui.simulator.chunks import DONE, event
from lmstudio_tui.simulator.faults.case import Case, fault

_PACKET_GAP = 0.002
_BIG = 4 * 1024 * 1024


def _reshaped(case: Case, steps: Iterable[Step]) -> Answer:
    """`steps` as the stream; a buffered request is answered soundly, for the form of a stream is no matter of it."""
    return case.stream(steps) if case.ask.stream else case.whole()


@fault("slow-byte", "A sound, short stream, one byte at a time.")
def _slow_byte(case: Case) -> Answer:
    case = case.shorter(12)
    return _reshaped(case, _bytes(case))


def _bytes(case: Case) -> Iterator[Step]:
    for frame in case.maker.frames(case.generation):
        yield Frame(frame.data[:1], frame.token)
        for byte in frame.data[1:]:
            yield Frame(bytes((byte,)))


@fault("split-utf8", "The bytes of many emoji come in packets of their own.")
def _split_utf8(case: Case) -> Answer:
    generation = case.generation.saying(
        "Rockets 🚀 and flags 🏳️‍🌈, a family 👩‍👩‍👧‍👦, 日本語 and ünïcödé: all in one piece. 🎉"
    )
    return _reshaped(case, _split(case.maker.frames(generation))) if case.ask.stream else case.whole(generation)


def _split(frames: Iterable[Frame]) -> Iterator[Step]:
    for frame in frames:
        start = 0
        for place, byte in enumerate(frame.data):
            if byte >= 0x80:
                yield Frame(frame.data[start : place + 1])
                yield Pause(_PACKET_GAP)
                start = place + 1
        yield Frame(frame.data[start:], frame.token)


@fault("crlf", "Lines end with CR LF.")
def _crlf(case: Case) -> Answer:
    return _reshaped(case, _with_line_end(case, b"\r\n"))


@fault("cr-only", "Lines end with CR alone, as the standard of server-sent events allows.")
def _cr_only(case: Case) -> Answer:
    return _reshaped(case, _with_line_end(case, b"\r"))


def _with_line_end(case: Case, end: bytes) -> Iterator[Step]:
    for frame in case.maker.frames(case.generation):
        yield Frame(frame.data.replace(b"\n", end), frame.token)


@fault("comments", "Comment lines to keep the connection alive, between the events.")
def _comments(case: Case) -> Answer:
    return _reshaped(case, _between(case, b": keep-alive\n\n"))


def _between(case: Case, line: bytes) -> Iterator[Step]:
    for number, frame in enumerate(case.maker.frames(case.generation)):
        if number % 5 == 0:
            yield Frame(line)
        yield frame


@fault("packed", "Several events in each packet, and packets that end within an event.")
def _packed(case: Case) -> Answer:
    return _reshaped(case, _pack(case))


def _pack(case: Case) -> Iterator[Step]:
    data = b"".join(frame.data for frame in case.maker.frames(case.generation))
    for start in range(0, len(data), 1500):
        yield Frame(data[start : start + 1500])
        yield Pause(_PACKET_GAP)


@fault("garbage-line", "A data line that is no JSON and a line that is no field, between good ones.")
def _garbage(case: Case) -> Answer:
    garbage = [Frame(b'data: {"choices": [{"index": 0, "del\n\n'), Frame(b"<<<< not a field >>>>\n\n")]
    return _reshaped(case, _amid(case, garbage))


@fault("choices-empty", "Chunks with no choices in the middle of the stream.")
def _choices_empty(case: Case) -> Answer:
    return _odd_choices(case, case.maker.chunk([]))


@fault("choices-null", "Chunks whose choices are null in the middle of the stream.")
def _choices_null(case: Case) -> Answer:
    return _odd_choices(case, case.maker.chunk(None))


@fault("choices-absent", "Chunks that lack choices in the middle of the stream.")
def _choices_absent(case: Case) -> Answer:
    chunk = case.maker.chunk([])
    del chunk["choices"]
    return _odd_choices(case, chunk)


def _odd_choices(case: Case, chunk: dict[str, object]) -> Answer:
    if case.ask.stream:
        return case.stream(_amid(case, [Frame(event(chunk))]))
    body = case.maker.buffered(case.generation)
    if "choices" in chunk:
        return json_answer({**body, "choices": chunk["choices"]})
    del body["choices"]
    return json_answer(body)


def _amid(case: Case, odd: list[Frame]) -> Iterator[Step]:
    """`odd` after some tokens of a sound stream, and again a little later."""
    frames = case.maker.frames(case.generation)
    for _ in range(2):
        yield from islice(frames, 6)
        yield from odd
    yield from frames


@fault("usage-on-last", "The usage comes with the last chunk that has choices, not on one of its own.")
def _usage_on_last(case: Case) -> Answer:
    return _reshaped(case, _usage_riding(case))


def _usage_riding(case: Case) -> Iterator[Step]:
    yield from case.maker.opening()
    yield from case.maker.words(case.generation)
    last = case.maker.finish(case.generation.finish_reason)
    yield Frame(event({**last, "usage": case.generation.usage()}))
    yield DONE


@fault("no-usage", "No usage, though it was asked for.")
def _no_usage(case: Case) -> Answer:
    if not case.ask.stream:
        body = case.maker.buffered(case.generation)
        del body["usage"]
        return json_answer(body)
    frames = [*case.maker.opening(), *case.maker.words(case.generation)]
    return case.stream([*frames, Frame(event(case.maker.finish("stop"))), DONE])


@fault("big-line", "One data line of four megabytes.")
def _big_line(case: Case) -> Answer:
    text = "All work and no play makes the simulator dull. "
    text *= _BIG // len(text)
    steps = [*case.maker.opening(), Frame(event(case.maker.text(text))), *case.maker.closing(case.generation)]
    return case.stream(steps) if case.ask.stream else case.saying(text)
