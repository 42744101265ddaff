"""`models load`: put a model into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import options
from lmstudio_tui.cli.console import say, write, write_json
from lmstudio_tui.cli.interrupts import leaving_behind
from lmstudio_tui.cli.models_naming import model_named, tells_all, unknown_model
from lmstudio_tui.cli.outcome import CommandError, Exit, Failure, as_json, reporting
from lmstudio_tui.cli.progress import Elapsed, can_draw
from lmstudio_tui.cli.session import Session
from lmstudio_tui.cli.wanting import Yes, agrees, can_ask, wants_json
from lmstudio_tui.features.models.memory import memory_needed
from lmstudio_tui.features.progress import duration_in_words
from lmstudio_tui.sdk import LoadModelRequest
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.sdk import LMStudioClient, LoadedModel, ModelSummary

_GOES_ON = "The server may go on loading: `lmstudio-tui models --loaded` shows what came of it."


def load(
    context: typer.Context,
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="The model; an unmistakable part of its name is enough.")
    ],
    context_length: Annotated[
        int | None, typer.Option("--context-length", "-c", metavar="N", min=1, help="Tokens.")
    ] = None,
    flash_attention: Annotated[
        bool | None, typer.Option("--flash-attention/--no-flash-attention", help="The economical attention.")
    ] = None,
    eval_batch_size: Annotated[
        int | None, typer.Option("--eval-batch-size", metavar="N", min=1, help="Tokens that are evaluated at once.")
    ] = None,
    num_experts: Annotated[
        int | None, typer.Option("--num-experts", metavar="N", min=1, help="Experts of a mixture that are used.")
    ] = None,
    offload_kv_cache: Annotated[
        bool | None,
        typer.Option("--offload-kv-cache/--no-offload-kv-cache", help="Whether the GPU keeps keys and values."),
    ] = None,
    new_instance: Annotated[
        bool, typer.Option("--new-instance", help="Load it once more, when it is loaded already.")
    ] = False,
    yes: Yes = False,
    json_: options.Json = False,
    *,
    session: Session,
) -> None:
    """Load a model, and wait until it is in memory.

    A second instance of a model that is loaded needs --new-instance, or a yes at a terminal.
    """
    as_object = wants_json(context, json_)
    with reporting((lambda error: _failed(model, error)) if as_object else None):
        request = LoadModelRequest(
            model=model,
            context_length=context_length,
            eval_batch_size=eval_batch_size,
            flash_attention=flash_attention,
            num_experts=num_experts,
            offload_kv_cache_to_gpu=offload_kv_cache,
        )
        client = session.client()
        if client.health().capabilities["model_load"].available is False:
            client.load_model(request)  # which refuses, in words, and sends nothing
        found = _found(client, model)
        if found is not None:
            request = request.model_copy(update={"model": found.id})
            _refuse_too_long(found, context_length)
            if found.state in {"loaded", "loading"} and not new_instance:
                _agree_to_a_second(found, may_ask=not as_object, yes=yes)
            if can_draw():
                say(memory_needed(found, context_length).in_words)
        with leaving_behind(_GOES_ON), Elapsed(f"Loading {clean_line(request.model)}"):
            loaded = client.load_model(request)
        if as_object:
            write_json(_loaded(loaded))
        else:
            write(f"{_in_words(loaded)}\n")


def _found(client: LMStudioClient, name: str) -> ModelSummary | None:
    """The model in the server's list; None when the list does not tell, and the server has to.

    Raises:
        CommandError: when there is no such model, or more than one.
    """
    listing = client.fetch_models()
    found = model_named(name, listing.models)
    if found is None and tells_all(listing):
        raise unknown_model(name, listing.models)
    return found


def _refuse_too_long(model: ModelSummary, context_length: int | None) -> None:
    """Raises:
    CommandError: when the context is longer than the model can take.
    """
    most = model.max_context_length
    if most and context_length is not None and context_length > most:
        raise CommandError(
            f"{clean_line(model.id)} takes {most:,} tokens of context at most, not {context_length:,}.",
            kind="ValidationError",
            hint=f"Ask for {most} or fewer: -c {most}",
            code=Exit.USAGE,
        )


def _agree_to_a_second(model: ModelSummary, *, may_ask: bool, yes: bool) -> None:
    """A second instance takes the memory once more: nobody gets one unawares.

    Raises:
        CommandError: when it is not wanted.
    """
    name = clean_line(model.id)
    ids = [clean_line(one.id) for one in model.instances]
    how = "loaded already" if model.loaded else "just being loaded"
    how = f"loaded as {', '.join(ids)}" if ids else how
    if may_ask and can_ask() and (yes or agrees(f"{name} is {how}. Load it once more?")):
        return
    raise CommandError(
        f"{name} is {how}; nothing was sent.",
        kind="AlreadyLoadedError",
        hint=f"Use it as it is; or `lmstudio-tui models unload {ids[0] if ids else name}` first; "
        "or load another one beside it with --new-instance.",
    )


def _loaded(loaded: LoadedModel) -> dict[str, Any]:
    seconds = loaded.load_time_seconds
    return {
        "instance_id": loaded.instance_id,
        "model": loaded.model,
        "context_length": loaded.context_length,
        "load_time_seconds": None if seconds is None else round(seconds, 3),
    }


def _failed(model: str, error: Failure) -> dict[str, Any]:
    return {
        "instance_id": None,
        "model": model,
        "context_length": None,
        "load_time_seconds": None,
        "error": as_json(error),
    }


def _in_words(loaded: LoadedModel) -> str:
    parts = [f"{clean_line(loaded.model)} is loaded as {clean_line(loaded.instance_id)}"]
    if loaded.context_length:
        parts.append(f"context {loaded.context_length:,} tokens")
    if loaded.load_time_seconds is not None:
        seconds = loaded.load_time_seconds
        parts.append(f"in {f'{seconds:.1f} s' if seconds < 60 else duration_in_words(seconds)}")
    return " · ".join(parts)
