"""``/v1/chat/completions`` and ``/v1/completions``, which all flavours share."""

import asyncio
from dataclasses import dataclass
from functools import partial

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Call, Frame, Plain, Script, json_answer
from lmstudio_tui.simulator.catalogue import fault_name
from lmstudio_tui.simulator.chunks import ChunkMaker, event
from lmstudio_tui.simulator.config import Flavour
from lmstudio_tui.simulator.engine.ask import Ask, Kind, read_chat, read_completion
from lmstudio_tui.simulator.engine.generation import Generation
from lmstudio_tui.simulator.engine.model import generate
from lmstudio_tui.simulator.faults import Case, fault_function
from lmstudio_tui.simulator.faults.case import opened
from lmstudio_tui.simulator.jsonio import JsonObject, as_object
from lmstudio_tui.simulator.surfaces.auth import token_of
from lmstudio_tui.simulator.world import Instance, NeedsLoading, World

_BASE_DELAY = 0.15
_PROMPT_SPEED = 50
_LONGEST_DELAY = 3.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that can be answered: what is asked, and by which instance."""

    ask: Ask
    instance: Instance
    generation: Generation


async def load(world: World, model_needed: NeedsLoading) -> Instance:
    """Load a model just in time; requests for it that come meanwhile share the instance."""
    model = model_needed.model
    with world.while_loading(model):
        await asyncio.sleep(world.config.load_seconds)
    return next(iter(world.instances_of(model)), None) or world.add_instance(model)


async def instance_for(world: World, name: str, *, embedding: bool) -> Instance | Plain:
    """The instance that answers a request for `name`, loaded if need be, or the error."""
    found = world.resolve(name, embedding=embedding)
    return await load(world, found) if isinstance(found, NeedsLoading) else found


def prompt_delay(world: World, ask: Ask) -> float:
    """Seconds that the prompt takes: none when the simulator is to be as fast as possible."""
    speed = world.config.speed
    return min(_LONGEST_DELAY, _BASE_DELAY + ask.prompt_tokens / (speed * _PROMPT_SPEED)) if speed else 0.0


def _refused_parameters(body: JsonObject | None, kind: Kind, flavour: Flavour) -> Plain | None:
    """What is wrong with the parameters; LM Studio refuses more than others (server contract, section 2.2)."""
    if body is None:
        return errors.plain_error("The request body is not a JSON object")
    required = "messages" if kind == "chat" else "prompt"
    if body.get(required) is None:
        if flavour == "lmstudio":
            return errors.field_required(required)
        message = f"'{required}' is a required property"
        return errors.structured_error(message, 400, kind="invalid_request_error", param=required)
    if flavour != "lmstudio":
        return None
    choice = body.get("tool_choice")
    if choice is not None and not isinstance(choice, str):
        return errors.plain_error("Invalid tool_choice type: 'object'. Supported string values: none, auto, required")
    wanted = as_object(body.get("response_format"))
    if wanted is not None and wanted.get("type") not in {"json_schema", "text"}:
        return errors.plain_error("'response_format.type' must be 'json_schema' or 'text'")
    return None


async def prepare(call: Call, kind: Kind) -> Prepared | Answer:
    """Check a request, find who answers it and generate the answer; or the error."""
    world, body = call.world, call.json()
    refusal = _refused_parameters(body, kind, world.config.flavour)
    if refusal is not None or body is None:
        return refusal or errors.field_required("messages")
    ask = read_chat(body) if kind == "chat" else read_completion(body)
    instance = await instance_for(world, ask.model, embedding=False)
    if isinstance(instance, Plain):
        return instance
    if instance.model.is_embedding:
        return errors.plain_error(f'Model "{instance.id}" is an embedding model and cannot generate text')
    fault = fault_name(instance.id)
    if fault is not None:
        return _faulty(call, ask, fault)
    room = instance.context_length - ask.prompt_tokens
    if room <= 0:
        return _overflow(ask, instance)
    return Prepared(ask, instance, generate(ask, instance.model.thinking, room))


def _overflow(ask: Ask, instance: Instance) -> Answer:
    sizes = (ask.prompt_tokens, instance.context_length)
    if not ask.stream:
        return errors.overflow(*sizes)
    frame = Frame(event(errors.overflow_in_stream(*sizes), "error"))
    return Script(opened([frame], 0.0))


def _faulty(call: Call, ask: Ask, fault: str) -> Answer:
    maker = ChunkMaker.for_ask(ask, ask.model)
    attempt = partial(call.world.attempt, fault, ask.identity())
    case = Case(ask, maker, generate(ask), call.path, token_of(call), attempt, prompt_delay(call.world, ask))
    return fault_function(fault)(case)


def respond(call: Call, prepared: Prepared, *, bare: bool = False) -> Answer:
    """The answer in the form of the OpenAI surface."""
    ask, generation = prepared.ask, prepared.generation
    maker = ChunkMaker.for_ask(ask, prepared.instance.id, bare=bare)
    if ask.stream:
        return Script(opened(maker.frames(generation), prompt_delay(call.world, ask)))
    return json_answer(maker.buffered(generation))


async def whole_delay(call: Call, prepared: Prepared) -> None:
    """Wait as long as a buffered answer takes."""
    speed = call.world.config.speed
    if speed and not prepared.ask.stream:
        seconds = prepared.generation.completion_tokens / speed
        await asyncio.sleep(prompt_delay(call.world, prepared.ask) + seconds)


async def chat(call: Call) -> Answer:
    """``POST /v1/chat/completions``."""
    return await _answer(call, "chat")


async def completion(call: Call) -> Answer:
    """``POST /v1/completions``."""
    return await _answer(call, "text")


async def _answer(call: Call, kind: Kind) -> Answer:
    prepared = await prepare(call, kind)
    if not isinstance(prepared, Prepared):
        return prepared
    await whole_delay(call, prepared)
    return respond(call, prepared, bare=call.world.config.flavour == "openai")
