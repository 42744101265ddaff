"""What can be chosen when a model is loaded, and reading what was typed for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.models.memory import is_mixture, memory_needed
from lmstudio_tui.features.models.words import size_in_words, tokens_from_words
from lmstudio_tui.sdk import LoadModelRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk import ModelSummary

_SMALLEST_PRESET: Final = 2048
_LARGEST: Final = 2**53
"""A whole number beyond this is not exact in the server's JSON."""


@dataclass(frozen=True, slots=True)
class LoadField:
    """Something that can be chosen.

    Attributes:
        name: the parameter's, as it is sent.
        label: for people.
        help: in a few words.
        flag: whether it is on or off, rather than a number.
    """

    name: str
    label: str
    help: str
    flag: bool = False


CONTEXT: Final = LoadField("context_length", "Context length", "tokens, such as 8192 or 32k")
_FLASH: Final = LoadField("flash_attention", "Flash attention", "saves memory", flag=True)
_BATCH: Final = LoadField("eval_batch_size", "Batch size", "tokens evaluated at once")
_EXPERTS: Final = LoadField("num_experts", "Experts", "at work on a token")
_OFFLOAD: Final = LoadField("offload_kv_cache_to_gpu", "Cache on the GPU", "faster, if it fits", flag=True)


class FormError(ValueError):
    """What was typed cannot be sent. `field` is the parameter's name."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def fields_for(model: ModelSummary) -> tuple[LoadField, ...]:
    """What makes sense for this model (server contract, 2.4).

    All but the context are parameters of the llama.cpp engine, so they are not offered for MLX and embedding models.
    """
    if model.type == "embedding" or (model.format or "gguf").lower() != "gguf":
        return (CONTEXT,)
    experts = (_EXPERTS,) if is_mixture(model) else ()
    return (CONTEXT, _FLASH, _BATCH, *experts, _OFFLOAD)


def context_presets(model: ModelSummary) -> tuple[int, ...]:
    """Context lengths worth offering, the smallest first: doubled each, and the model's maximum last."""
    most = model.max_context_length or 131_072
    presets: list[int] = []
    length = _SMALLEST_PRESET
    while length < most:
        presets.append(length)
        length *= 2
    return (*presets, most)


def read_form(model: ModelSummary, typed: Mapping[str, str]) -> LoadModelRequest:
    """The request that a filled-in form makes.

    Args:
        model: which one to load.
        typed: by the names of the parameters; blank leaves it to the server; flags are `on` or `off`.

    Raises:
        FormError: when something typed is of no use.
    """
    flags = {"on": True, "off": False}
    flash, offload = (flags.get(typed.get(field.name, "")) for field in (_FLASH, _OFFLOAD))
    return LoadModelRequest(
        model=model.id,
        context_length=read_context(model, typed.get(CONTEXT.name, "")),
        eval_batch_size=_number(_BATCH, typed),
        num_experts=_number(_EXPERTS, typed),
        flash_attention=flash,
        offload_kv_cache_to_gpu=offload,
    )


def read_context(model: ModelSummary, typed: str) -> int | None:
    """The context length that was typed; None when it is left to the server.

    Raises:
        FormError: when it is no number of tokens, or more than the model can.
    """
    if not typed.strip():
        return None
    length, most = tokens_from_words(typed), model.max_context_length
    if not length or length > _LARGEST:
        raise FormError("The context length is a number of tokens, such as 8192 or 32k.", CONTEXT.name)
    if most is not None and length > most:
        raise FormError(f"This model takes at most {most:,} tokens.", CONTEXT.name)
    return length


def second_instance_in_words(model: ModelSummary, context: int | None) -> str:
    """What loading a model that is loaded already, or about to be, comes to; empty when it is not."""
    if not model.loaded and model.state != "loading":
        return ""
    count = max(1, len(model.instances))
    first = model.instances[0] if model.instances else None
    taken = f" with {first.context_length:,} tokens" if first and first.context_length else ""
    have = f"loaded already{taken}" if count == 1 else f"loaded {count} times already"
    needed = memory_needed(model, context or (first.context_length if first else None))
    most = needed.total if needed.total is not None else needed.weights
    cost = f"takes about {size_in_words(most)} more" if most is not None else "takes its memory once more"
    return (
        f"{model.id} is {have if model.loaded else 'being loaded already'}. "
        f"Loading it makes another instance, {model.id}:{count + 1}, and {cost}."
    )


def _number(field: LoadField, typed: Mapping[str, str]) -> int | None:
    text = typed.get(field.name, "").strip()
    if not text:
        return None
    number = tokens_from_words(text)
    if not number or number > _LARGEST:
        raise FormError(f"{field.label}: a whole number from 1, or nothing for the server's own.", field.name)
    return number
