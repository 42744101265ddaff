"""``/v1/embeddings``, which all flavours share."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pydantic_core import to_json

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Call, Plain
from lmstudio_tui.simulator.catalogue import fault_name
from lmstudio_tui.simulator.embedding_faults import EMBEDDING_FAULTS
from lmstudio_tui.simulator.engine.embedding import as_base64, cut, embed
from lmstudio_tui.simulator.engine.tokens import estimate
from lmstudio_tui.simulator.faults.embeddings import EmbeddingAsk, Vectors, refusal, reshaped
from lmstudio_tui.simulator.jsonio import JsonObject, as_list, number_at, text_at
from lmstudio_tui.simulator.surfaces.openai import instance_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.simulator.workers import Stop
    from lmstudio_tui.simulator.world import Instance

JsonDict = dict[str, object]

_MOST_TEXTS = 2048
"""Texts that a bare server takes at once, as OpenAI's does."""


async def embeddings(call: Call) -> Answer:
    """``POST /v1/embeddings``: the usage counts of LM Studio are zero (server contract, section 2.2)."""
    body = call.json() or {}
    ask = _read(body)
    if isinstance(ask, Plain):
        return ask
    instance = await instance_for(call.world, ask.model, embedding=True)
    if isinstance(instance, Plain):
        return instance
    if not instance.model.dimensions:
        return errors.plain_error(f'Model "{instance.id}" is not an embedding model')
    dimensions = _dimensions(call, body, instance)
    refused = dimensions if isinstance(dimensions, Plain) else _refused_text(call, ask, instance)
    if refused is not None:
        return refused
    fault = _fault(call, instance)
    attempt = partial(call.world.attempt, fault)
    answer = refusal(ask, fault, attempt) if fault else None
    if answer is not None:
        return answer
    wanted = dimensions if isinstance(dimensions, int) and fault != "embeddings-no-dimensions" else 0
    return await call.world.workers.do(partial(_made, call, ask, instance, wanted, fault, attempt))


def _read(body: JsonObject) -> EmbeddingAsk | Plain:
    """What is asked for; or what is wrong with it."""
    value = body.get("input")
    if value is None or value == []:
        return errors.field_required("input")
    listed = not isinstance(value, str)
    texts = [text for text in as_list(value) if isinstance(text, str)] if listed else [value]
    if len(texts) != (len(as_list(value)) if listed else 1) or not texts:
        return errors.plain_error("'input' field must be a string or an array of strings")
    encoding = text_at(body, "encoding_format")
    if encoding not in {"", "float", "base64"}:
        return errors.plain_error("'encoding_format' must be 'float' or 'base64'")
    return EmbeddingAsk(tuple(texts), listed, encoding, text_at(body, "model"))


def _dimensions(call: Call, body: JsonObject, instance: Instance) -> int | Plain:
    """How many numbers are wanted; or what is wrong with that. LM Studio takes no notice of it."""
    model = instance.model
    if body.get("dimensions") is None or call.world.config.flavour == "lmstudio":
        return model.dimensions
    wanted = number_at(body, "dimensions")
    if not isinstance(wanted, int) or not 1 <= wanted <= model.dimensions:
        message = f"'dimensions' must be a whole number from 1 to {model.dimensions}"
        return errors.structured_error(message, 400, kind="invalid_request_error", param="dimensions")
    if not model.shortens:
        message = f'Model "{model.key}" does not support matryoshka representation: its dimensions cannot be changed.'
        return errors.structured_error(message, 400, kind="invalid_request_error", param="dimensions")
    return wanted


def _refused_text(call: Call, ask: EmbeddingAsk, instance: Instance) -> Plain | None:
    """What the server has against the texts."""
    longest, limit = max(map(estimate, ask.texts)), instance.context_length
    if call.world.config.flavour != "openai":
        return errors.overflow(longest, limit) if longest > limit else None
    refused = partial(errors.structured_error, status=400, kind="invalid_request_error", param="input")
    if len(ask.texts) > _MOST_TEXTS:
        return refused(f"Invalid 'input': array too long. Expected an array with maximum length {_MOST_TEXTS}.")
    if "" in ask.texts:
        return refused(f"Invalid 'input[{ask.texts.index('')}]': input cannot be an empty string.")
    if longest > limit:
        message = f"This model's maximum context length is {limit} tokens, however you requested {longest} tokens."
        return refused(message, code="context_length_exceeded")
    return None


def _fault(call: Call, instance: Instance) -> str:
    """The fault that is to be shown: that of the model, else that of the whole server; empty for none."""
    own, everywhere = fault_name(instance.id), call.world.config.media_fault
    return next((name for name in (own, everywhere) if name in EMBEDDING_FAULTS), "")


def _made(
    call: Call,
    ask: EmbeddingAsk,
    instance: Instance,
    dimensions: int,
    fault: str,
    attempt: Callable[[], int],
    stop: Stop,
) -> Answer:
    """The answer; for a thread."""
    model, vectors = instance.model, Vectors()
    for text in ask.texts:
        if stop():
            break
        vector = embed(text, model.key, model.dimensions)
        vectors.append(cut(vector, dimensions) if 0 < dimensions < model.dimensions else vector)
    written = map(as_base64, vectors) if ask.encoding == "base64" else vectors
    tokens = 0 if call.world.config.flavour == "lmstudio" else sum(map(estimate, ask.texts))
    answer: JsonDict = {
        "object": "list",
        "data": [{"object": "embedding", "index": index, "embedding": one} for index, one in enumerate(written)],
        "model": instance.id,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }
    # Several times as fast as the standard library, which a list of fifty thousand texts would feel.
    return reshaped(answer, vectors, fault, attempt) if fault else Plain(to_json(answer))
