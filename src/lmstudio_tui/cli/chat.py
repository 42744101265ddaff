"""`chat` and `complete`: ask a model, from a script or a pipe."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli.answer import print_answer, print_failure
from lmstudio_tui.cli.outcome import exit_code
from lmstudio_tui.cli.session import Session
from lmstudio_tui.features.models import model_for_chat
from lmstudio_tui.sdk import (
    ChatCompletionRequest,
    ChatMessage,
    CompletionRequest,
    FeatureUnavailableError,
    LMStudioError,
    ProtocolError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lmstudio_tui.sdk import LMStudioClient

Model = Annotated[str | None, typer.Option("--model", "-m", metavar="ID", help="The model; else a loaded one.")]
NoStream = Annotated[bool, typer.Option("--no-stream", help="Ask for the answer in one piece.")]
Stats = Annotated[bool, typer.Option("--stats", help="Print tokens, speed and times to standard error.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, also when it fails.")]
Temperature = Annotated[float | None, typer.Option("--temperature", "-t", metavar="X", help="0 to 2.")]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", metavar="N", help="-1 is no limit.")]
TopP = Annotated[float | None, typer.Option("--top-p", metavar="X", help="0 to 1.")]
TopK = Annotated[int | None, typer.Option("--top-k", metavar="N")]
MinP = Annotated[float | None, typer.Option("--min-p", metavar="X", help="0 to 1.")]
PresencePenalty = Annotated[float | None, typer.Option("--presence-penalty", metavar="X", help="-2 to 2.")]
FrequencyPenalty = Annotated[float | None, typer.Option("--frequency-penalty", metavar="X", help="-2 to 2.")]
RepeatPenalty = Annotated[float | None, typer.Option("--repeat-penalty", metavar="X", help="Above 0; 1 is none.")]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N")]
Stop = Annotated[list[str] | None, typer.Option("--stop", metavar="TEXT", help="Stop before it; may be repeated.")]
Ttl = Annotated[int | None, typer.Option("--ttl", metavar="S", help="Unload a model loaded for this after S idle seconds.")]
DraftModel = Annotated[str | None, typer.Option("--draft-model", metavar="ID", help="For speculative decoding.")]
Param = Annotated[
    list[str] | None,
    typer.Option("--param", metavar="NAME=JSON", help="Any other parameter the server knows; may be repeated."),
]


def chat(
    context: typer.Context,
    prompt: Annotated[str | None, typer.Argument(help="What to ask; standard input is read, too.")] = None,
    model: Model = None,
    system: Annotated[str | None, typer.Option("--system", "-s", metavar="TEXT", help="The system prompt.")] = None,
    no_stream: NoStream = False,  # noqa: FBT002
    stats: Stats = False,  # noqa: FBT002
    json_: Json = False,  # noqa: FBT002
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    top_p: TopP = None,
    top_k: TopK = None,
    min_p: MinP = None,
    presence_penalty: PresencePenalty = None,
    frequency_penalty: FrequencyPenalty = None,
    repeat_penalty: RepeatPenalty = None,
    seed: Seed = None,
    stop: Stop = None,
    reasoning_effort: Annotated[
        str | None, typer.Option("--reasoning-effort", metavar="LEVEL", help="Such as low, medium, high.")
    ] = None,
    ttl: Ttl = None,
    draft_model: DraftModel = None,
    param: Param = None,
) -> None:
    """Ask a model, and print its answer as it comes.

    With a prompt and standard input, both are sent: the prompt, a blank line, the input.
    """
    session = context.ensure_object(Session)
    config = session.config
    messages = [ChatMessage(role="user", content=_question(prompt))]
    if system:
        messages.insert(0, ChatMessage(role="system", content=system))
    request = ChatCompletionRequest(
        messages=messages,
        temperature=temperature,
        max_tokens=max_tokens,
        top_p=top_p,
        top_k=top_k,
        min_p=min_p,
        presence_penalty=presence_penalty,
        frequency_penalty=frequency_penalty,
        repeat_penalty=repeat_penalty,
        seed=seed,
        stop=stop or None,
        reasoning_effort=reasoning_effort,
        ttl=ttl,
        draft_model=draft_model,
        extra=_extra(param),
    )
    client = session.client_for(config, streaming=not no_stream)
    with _started(client, model or config.default_model, as_object=json_) as chosen:
        request = request.model_copy(update={"model": chosen})
        raise typer.Exit(print_answer(client.stream_chat_completion(request), as_object=json_, stats=stats))


def complete(
    context: typer.Context,
    prompt: Annotated[str | None, typer.Argument(help="What to go on from; else standard input.")] = None,
    model: Model = None,
    suffix: Annotated[str | None, typer.Option("--suffix", metavar="TEXT", help="What comes after the gap.")] = None,
    no_stream: NoStream = False,  # noqa: FBT002
    stats: Stats = False,  # noqa: FBT002
    json_: Json = False,  # noqa: FBT002
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    top_p: TopP = None,
    top_k: TopK = None,
    min_p: MinP = None,
    presence_penalty: PresencePenalty = None,
    frequency_penalty: FrequencyPenalty = None,
    repeat_penalty: RepeatPenalty = None,
    seed: Seed = None,
    stop: Stop = None,
    ttl: Ttl = None,
    draft_model: DraftModel = None,
    param: Param = None,
) -> None:
    """Let a model go on from a text (the legacy completions endpoint)."""
    session = context.ensure_object(Session)
    config = session.config
    request = CompletionRequest(
        prompt=_question(prompt),
        suffix=suffix,
        temperature=temperature,
        max_tokens=max_tokens,
        top_p=top_p,
        top_k=top_k,
        min_p=min_p,
        presence_penalty=presence_penalty,
        frequency_penalty=frequency_penalty,
        repeat_penalty=repeat_penalty,
        seed=seed,
        stop=stop or None,
        ttl=ttl,
        draft_model=draft_model,
        extra=_extra(param),
    )
    client = session.client_for(config, streaming=not no_stream)
    with _started(client, model or config.default_model, as_object=json_) as chosen:
        request = request.model_copy(update={"model": chosen})
        raise typer.Exit(print_answer(client.stream_completion(request), as_object=json_, stats=stats))


def _question(prompt: str | None) -> str:
    """The prompt, what is piped in, or both: the prompt, a blank line, the input."""
    piped = ""
    if sys.stdin is not None and not sys.stdin.isatty():
        piped = sys.stdin.buffer.read().decode("utf-8", "replace")
    parts = [part for part in (prompt, piped.rstrip("\n")) if part and part.strip()]
    if not parts:
        raise typer.BadParameter("There is nothing to ask: give a prompt, or pipe a text in.")
    return "\n\n".join(parts)


def _extra(given: list[str] | None) -> dict[str, Any]:
    """`NAME=JSON` pairs; what is no JSON counts as a text."""
    found: dict[str, Any] = {}
    for pair in given or ():
        name, equals, text = pair.partition("=")
        if not (name and equals):
            raise typer.BadParameter(f"--param {pair!r}: it has the form NAME=JSON.")
        found[name] = text
        with contextlib.suppress(ValueError):
            found[name] = json.loads(text)
    return found


@contextlib.contextmanager
def _started(client: LMStudioClient, wanted: str | None, *, as_object: bool) -> Iterator[str | None]:
    """Which model to ask. A failure to find out is printed as the answer's own would be."""
    try:
        yield wanted or _any_model(client)
    except LMStudioError as error:
        if not as_object:
            raise
        print_failure(error)
        raise typer.Exit(exit_code(error)) from None


def _any_model(client: LMStudioClient) -> str | None:
    """A loaded model, else any; None where the server keeps no list and chooses itself."""
    try:
        return model_for_chat(client.list_models())
    except (FeatureUnavailableError, ProtocolError):
        return None
