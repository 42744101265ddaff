"""Faults of content: sound streams that say things in unexpected places or with unexpected characters."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lmstudio_tui.simulator.answers import Answer, Frame, Step, json_answer
from lmstudio_tui.simulator.chunks import JsonDict, escaped_event, event
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.generation import Generation, ToolCall
from lmstudio_tui.simulator.engine.schema import instance_text
from lmstudio_tui.simulator.engine.tokens import pieces
from lmstudio_tui.simulator.engine.tools import call_of
from lmstudio_tui.simulator.faults.case import Case, fault

_THOUGHT = "The user wants to see how a thought is shown.\nIt should stay apart from the answer."
_ANSWER = "This is the **answer** of the simulator; the thought is not part of it. 🧠"
_OTHER_MODEL = "sim-some-other-model"
_ODD = (
    "Plain. \x1b[31mRed\x1b[0m, \x1b]0;a new title\x07 \x1b]52;c;c2ltdWxhdGVk\x07 \x1b[2J\x1b[H cleared, \x9b31m C1, "
    "bell \x07, back\x08\x08\x08\x08space, over\rwritten, null \x00, bidi \u202egnirts desrever\u202c, "
    "\u2066isolate\u2069, zero\u200bwidth, "
    "markup [red]not red[/red] [bold [/] [link=x]. End."
)
_SCHEMA: JsonDict = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "score": {"type": "integer", "minimum": 0, "maximum": 10}},
    "required": ["title", "score"],
}
_WEATHER: JsonDict = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@fault("think-tags", "The reasoning comes inside the text, between <think> tags.")
def _think_tags(case: Case) -> Answer:
    return case.saying(f"<think>\n{_THOUGHT}\n</think>\n\n{_ANSWER}")


@fault("think-close-only", "The reasoning comes inside the text, with only the closing </think> tag.")
def _think_close_only(case: Case) -> Answer:
    return case.saying(f"{_THOUGHT}\n</think>\n\n{_ANSWER}")


@fault("think-open-only", "The reasoning comes inside the text and the closing </think> tag never does.")
def _think_open_only(case: Case) -> Answer:
    return case.saying(f"<think>\n{_THOUGHT}")


@fault("think-split", "The reasoning comes inside the text, each character in a chunk of its own, tags included.")
def _think_split(case: Case) -> Answer:
    text = f"<think>{_THOUGHT}</think>{_ANSWER}"
    return case.sound(replace(case.generation, text=tuple(text)))


@fault("reasoning-field", "The reasoning comes as delta.reasoning instead of delta.reasoning_content.")
def _reasoning_field(case: Case) -> Answer:
    thinking = replace(case.generation.saying(_ANSWER), reasoning=pieces(_THOUGHT))
    if case.ask.stream:
        return case.stream(_renamed_reasoning(case, thinking))
    body = case.maker.buffered(thinking)
    message: JsonDict = {"role": "assistant", "content": thinking.content, "reasoning": thinking.thoughts}
    return json_answer({**body, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})


def _renamed_reasoning(case: Case, generation: Generation) -> Iterator[Frame]:
    yield from case.maker.opening()
    for piece in generation.reasoning:
        yield Frame(event(case.maker.delta({"role": "assistant", "reasoning": piece})), token=True)
    yield from case.maker.words(generation)
    yield from case.maker.closing(generation)


@fault("wrong-model", "Another model answers than the one asked for, and only response.model says so.")
def _wrong_model(case: Case) -> Answer:
    return replace(case, maker=replace(case.maker, model=_OTHER_MODEL)).sound()


@fault("schema-in-reasoning", "The JSON of a structured answer lands in the reasoning, and the text is empty.")
def _schema_in_reasoning(case: Case) -> Answer:
    text = instance_text(case.ask.schema or _SCHEMA, Chance("schema", case.ask.identity()))
    return case.sound(replace(case.generation, text=(), reasoning=pieces(text)))


@fault("escape-codes", "The text holds terminal escape sequences, control and bidi characters, and console markup.")
def _escape_codes(case: Case) -> Answer:
    return case.saying(_ODD)


@fault("null-content", "Deltas whose content is null between those with text; buffered: a content that is null.")
def _null_content(case: Case) -> Answer:
    if case.ask.stream:
        return case.stream(_with_nulls(case))
    body = case.maker.buffered(case.generation)
    message: JsonDict = {"role": "assistant", "content": None, "tool_calls": None}
    return json_answer({**body, "choices": [{"index": 0, "message": message, "text": None, "finish_reason": "stop"}]})


def _with_nulls(case: Case) -> Iterator[Step]:
    null: JsonDict = {"role": None, "content": None, "reasoning_content": None, "tool_calls": None}
    choice: JsonDict = {"index": 0, "delta": null, "text": None, "finish_reason": None}
    for number, frame in enumerate(case.maker.frames(case.generation)):
        if number % 4 == 1:
            yield Frame(event(case.maker.chunk([choice])))
        yield frame


@fault("surrogate-split", "An emoji's two surrogate halves come, escaped, in two chunks.")
def _surrogate_split(case: Case) -> Answer:
    if not case.ask.stream:
        return case.saying("A rocket 🚀 and a star 🌟.")
    return case.stream(_surrogates(case))


def _surrogates(case: Case) -> Iterator[Step]:
    yield from case.maker.opening()
    for piece in ("A rocket ", "\ud83d", "\ude80", " and a star ", "\ud83c", "\udf1f."):
        yield Frame(escaped_event(case.maker.text(piece)), token=True)
    yield from case.maker.closing(case.generation.saying("A rocket 🚀 and a star 🌟."))


def _call(case: Case) -> ToolCall:
    tool = case.ask.tools[0] if case.ask.tools else _WEATHER
    return call_of(tool, case.ask, Chance("tool", case.ask.identity()))


def _calling(case: Case, deltas: Sequence[JsonDict]) -> Answer:
    """A stream of these tool-call deltas; buffered a sound tool call."""
    generation = Generation((), (), (_call(case),), "tool_calls", case.ask.prompt_tokens)
    if case.ask.kind == "text" or not case.ask.stream:
        return case.sound(generation)
    frames = [case.maker.call(delta) for delta in deltas]
    return case.stream([*case.maker.opening(), *frames, *case.maker.closing(generation)])


@fault("tool-call-pieces", "A tool call whose arguments come one character at a time.")
def _tool_call_pieces(case: Case) -> Answer:
    call = _call(case)
    first: JsonDict = {"index": 0, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
    return _calling(case, [first, *({"index": 0, "function": {"arguments": letter}} for letter in call.arguments)])


@fault("tool-call-whole", "A tool call that comes whole in one chunk, without an index.")
def _tool_call_whole(case: Case) -> Answer:
    call = _call(case)
    return _calling(
        case, [{"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}]
    )


@fault("tool-call-odd-ids", "A tool call with a number for an id, empty ids and names on its later chunks.")
def _tool_call_odd_ids(case: Case) -> Answer:
    call = _call(case)
    half = len(call.arguments) // 2
    parts = ((0, "365174485", call.name, ""), (0, "", "", call.arguments[:half]), (0, "", "", call.arguments[half:]))
    return _calling(
        case,
        [
            {"index": index, "id": name_id, "type": "function", "function": {"name": name, "arguments": arguments}}
            for index, name_id, name, arguments in parts
        ],
    )


@fault("tool-call-bad-json", "A tool call whose arguments are no JSON.")
def _tool_call_bad_json(case: Case) -> Answer:
    broken = replace(_call(case), arguments=json.dumps({"city": "Par"})[:-2])
    generation = Generation((), (), (broken,), "tool_calls", case.ask.prompt_tokens)
    return case.sound(generation)
