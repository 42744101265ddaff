"""Chats in the native v1 surface, with named events (server contract, section 2.4)."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Call, Frame, Pause, Plain, Script, Signal, Step, Steps, json_answer
from lmstudio_tui.simulator.catalogue import fault_name
from lmstudio_tui.simulator.chunks import ChunkMaker, event
from lmstudio_tui.simulator.engine.ask import Ask, Message
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.generation import Generation
from lmstudio_tui.simulator.engine.model import generate
from lmstudio_tui.simulator.faults import Case, fault_function
from lmstudio_tui.simulator.jsonio import JsonObject, as_objects, number_at, text_at
from lmstudio_tui.simulator.surfaces import RouteEntry
from lmstudio_tui.simulator.surfaces.auth import token_of
from lmstudio_tui.simulator.surfaces.native_v0 import speeds
from lmstudio_tui.simulator.surfaces.openai import prompt_delay
from lmstudio_tui.simulator.surfaces.strict import Fields, problem
from lmstudio_tui.simulator.world import Instance, NeedsLoading, World

JsonDict = dict[str, object]

_NUMBER = (int, float)
_CHAT: Fields = {
    "model": (str,),
    "input": (str, list),
    "system_prompt": (str,),
    "stream": (bool,),
    "temperature": _NUMBER,
    "top_p": _NUMBER,
    "top_k": _NUMBER,
    "min_p": _NUMBER,
    "repeat_penalty": _NUMBER,
    "max_output_tokens": _NUMBER,
    "reasoning": (str,),
    "context_length": _NUMBER,
    "store": (bool,),
    "previous_response_id": (str,),
}
_PARTS = 5
_MOST_RESPONSES = 200
_SOUND = b'{"id"'
"""How the body of a completion begins, and no error's does."""


@dataclass(frozen=True, slots=True)
class _Chat:
    """A native chat that can be answered, perhaps after loading its model."""

    world: World
    ask: Ask
    found: Instance | NeedsLoading
    store: bool
    context: int | None

    @property
    def model_id(self) -> str:
        return self.found.id if isinstance(self.found, Instance) else self.found.model.key

    def instance(self) -> Instance:
        """The instance that answers, loaded now if it was not."""
        if isinstance(self.found, Instance):
            return self.found
        loaded = self.world.instances_of(self.found.model)
        return loaded[0] if loaded else self.world.add_instance(self.found.model, self.context)

    def generation(self, instance: Instance) -> Generation | None:
        """The answer, or None when the prompt does not fit the context."""
        room = instance.context_length - self.ask.prompt_tokens
        # The native surface takes the thoughts out of the text, whichever way the model writes them.
        thinking = "no" if instance.model.thinking == "no" else "field"
        return generate(self.ask, thinking, room) if room > 0 else None

    def result(self, instance: Instance, generation: Generation) -> JsonDict:
        """The ``result`` of ``chat.end``, which is also the buffered answer."""
        rate, first, _ = speeds(self.world, generation, prompt_delay(self.world, self.ask))
        stats: JsonDict = {
            "input_tokens": generation.prompt_tokens,
            "total_output_tokens": generation.completion_tokens,
            "reasoning_output_tokens": len(generation.reasoning),
            "tokens_per_second": rate,
            "time_to_first_token_seconds": first,
        }
        if isinstance(self.found, NeedsLoading):
            stats["model_load_time_seconds"] = round(self.world.config.load_seconds, 3)
        output = [
            {"type": kind, "content": content}
            for kind, content in (("reasoning", generation.thoughts), ("message", generation.content))
            if content
        ]
        result: JsonDict = {"model_instance_id": instance.id, "output": output, "stats": stats}
        if self.store:
            result["response_id"] = self._remember(generation)
        return result

    def _remember(self, generation: Generation) -> str:
        """Keep the conversation, so that a later request can go on from it."""
        name = f"resp_{Chance('response', self.ask.identity()).digest()}"
        self.world.responses.pop(name, None)
        self.world.responses[name] = (*self.ask.messages, Message("assistant", generation.content))
        while len(self.world.responses) > _MOST_RESPONSES:
            del self.world.responses[next(iter(self.world.responses))]
        return name


def _read(body: JsonObject, world: World) -> Ask:
    value, system = body.get("input"), text_at(body, "system_prompt")
    parts = as_objects(value)
    text = (
        value if isinstance(value, str) else "\n".join(text_at(part, "content") for part in parts if "content" in part)
    )
    images = sum(1 for part in parts if part.get("type") == "image")
    earlier = world.responses.get(text_at(body, "previous_response_id"), ())
    messages = list(earlier)
    if system:
        messages.insert(0, Message("system", system))
    limit = number_at(body, "max_output_tokens")
    return Ask(
        model=text_at(body, "model"),
        messages=(*messages, Message("user", text, images)),
        stream=body.get("stream") is True,
        max_tokens=None if limit is None or limit < 0 else int(limit),
        temperature=number_at(body, "temperature"),
        reasoning=text_at(body, "reasoning") != "off",
    )


async def _chat(call: Call) -> Answer:
    world, body = call.world, call.json()
    wrong = problem(body, _CHAT)
    if wrong is not None or body is None:
        return wrong or errors.field_required("model")
    if body.get("input") in (None, ""):
        return errors.structured_error("'input' is required", 400, param="input", code="missing_required_parameter")
    previous = text_at(body, "previous_response_id")
    if previous and previous not in world.responses:
        message = f'No stored response "{previous}".'
        return errors.structured_error(message, 404, param="previous_response_id", code="response_not_found")
    ask = _read(body, world)
    fault = fault_name(ask.model)
    faulty = _faulty(call, ask, fault) if fault else None
    if isinstance(faulty, Plain) and not faulty.body.startswith(_SOUND):
        return faulty
    found = world.resolve(ask.model, embedding=False) if _known(world, ask.model) else errors.model_not_found(ask.model)
    if isinstance(found, Plain):
        return found
    if found.model.is_embedding:
        return errors.structured_error(
            f'Model "{ask.model}" is not an llm.', 400, param="model", code="invalid_model_type"
        )
    context = number_at(body, "context_length")
    chat = _Chat(world, ask, found, body.get("store") is not False, None if context is None else int(context))
    return Script(_events(chat, failing=isinstance(faulty, Script))) if ask.stream else await _buffered(chat)


def _known(world: World, name: str) -> bool:
    return name in world.instances or world.find(name) is not None


def _faulty(call: Call, ask: Ask, fault: str) -> Answer:
    """The fault's buffered answer. Errors are the same here; a script, which cannot be, becomes an error event."""
    buffered = replace(ask, stream=False)
    maker = ChunkMaker.for_ask(buffered, ask.model)
    attempt = partial(call.world.attempt, fault, ask.identity())
    return fault_function(fault)(Case(buffered, maker, generate(ask), call.path, token_of(call), attempt, 0.0))


async def _buffered(chat: _Chat) -> Answer:
    if isinstance(chat.found, NeedsLoading):
        with chat.world.while_loading(chat.found.model):
            await asyncio.sleep(chat.world.config.load_seconds)
    instance = chat.instance()
    generation = chat.generation(instance)
    if generation is None:
        return _too_long(chat, instance)
    speed = chat.world.config.speed
    if speed:
        await asyncio.sleep(prompt_delay(chat.world, chat.ask) + generation.completion_tokens / speed)
    return json_answer(chat.result(instance, generation))


def _too_long(chat: _Chat, instance: Instance) -> Plain:
    body = errors.overflow_in_stream(chat.ask.prompt_tokens, instance.context_length)
    return errors.structured_error(text_at(body, "message"), 400, param="input", code="context_length_exceeded")


def _named(name: str, *, token: bool = False, **members: object) -> Frame:
    return Frame(event({"type": name, **members}, name), token)


def _events(chat: _Chat, *, failing: bool) -> Steps:
    """The events of a chat in their order; a failing one breaks off with an error and a partial result."""
    yield Signal.OPEN
    yield _named("chat.start", model_instance_id=chat.model_id)
    if isinstance(chat.found, NeedsLoading):
        yield from _loading(chat, chat.found)
    instance = chat.instance()
    generation = chat.generation(instance)
    if generation is None:
        message = text_at(errors.overflow_in_stream(chat.ask.prompt_tokens, instance.context_length), "message")
        yield _named("error", error={"type": "invalid_request", "message": message, "code": "context_length_exceeded"})
        yield _named("chat.end", result=chat.result(instance, Generation()))
        return
    yield from _processing(prompt_delay(chat.world, chat.ask))
    shown = replace(generation, text=generation.text[:12]) if failing else generation
    yield from _section("reasoning", shown.reasoning)
    yield from _section("message", shown.text)
    if failing:
        message = "The model has crashed without additional information. (Exit code: 11)"
        yield _named("error", error={"type": "internal_error", "message": message})
    yield _named("chat.end", result=chat.result(instance, shown))


def _loading(chat: _Chat, needed: NeedsLoading) -> Iterator[Step]:
    name, seconds = needed.model.key, chat.world.config.load_seconds
    with chat.world.while_loading(needed.model):
        yield _named("model_load.start", model_instance_id=name)
        for part in range(1, _PARTS + 1):
            yield Pause(seconds / _PARTS)
            yield _named("model_load.progress", model_instance_id=name, progress=part / _PARTS)
    yield _named("model_load.end", model_instance_id=name, load_time_seconds=round(seconds, 3))


def _processing(seconds: float) -> Iterator[Step]:
    yield _named("prompt_processing.start")
    for part in range(1, _PARTS + 1):
        yield Pause(seconds / _PARTS)
        yield _named("prompt_processing.progress", progress=part / _PARTS)
    yield _named("prompt_processing.end")


def _section(name: str, tokens: Sequence[str]) -> Iterator[Step]:
    if tokens:
        yield _named(f"{name}.start")
        for token in tokens:
            yield _named(f"{name}.delta", token=True, content=token)
        yield _named(f"{name}.end")


ROUTES: Sequence[RouteEntry] = (("POST", "/api/v1/chat", _chat),)
