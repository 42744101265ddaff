"""`chat` and `complete`: ask a model, from a script or a pipe."""

from __future__ import annotations

import contextlib
import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import options
from lmstudio_tui.cli.answer import failed_answer, print_answer
from lmstudio_tui.cli.chat_wishes import Wishes, any_model
from lmstudio_tui.cli.console import piped_text
from lmstudio_tui.cli.outcome import reporting
from lmstudio_tui.cli.session import Session
from lmstudio_tui.sdk import ChatCompletionRequest, ChatMessage, CompletionRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.cli.outcome import Failure


def chat(
    prompt: Annotated[str | None, typer.Argument(help="What to ask; standard input is read, too.")] = None,
    model: options.Model = None,
    system: Annotated[str | None, typer.Option("--system", "-s", metavar="TEXT", help="The system prompt.")] = None,
    no_stream: options.NoStream = False,
    stats: options.Stats = False,
    json_: options.Json = False,
    temperature: options.Temperature = None,
    max_tokens: options.MaxTokens = None,
    top_p: options.TopP = None,
    top_k: options.TopK = None,
    min_p: options.MinP = None,
    presence_penalty: options.PresencePenalty = None,
    frequency_penalty: options.FrequencyPenalty = None,
    repeat_penalty: options.RepeatPenalty = None,
    seed: options.Seed = None,
    stop: options.Stop = None,
    reasoning_effort: Annotated[
        str | None, typer.Option("--reasoning-effort", metavar="LEVEL", help="Such as low, medium, high.")
    ] = None,
    ttl: options.Ttl = None,
    draft_model: options.DraftModel = None,
    param: options.Param = None,
    continue_: options.Continue = False,
    conversation: options.Conversation = None,
    save: options.Save = None,
    image: options.Image = None,
    file: options.File = None,
    schema: options.Schema = None,
    preset: options.Preset = None,
    *,
    session: Session,
) -> None:
    """Ask a model, and print its answer as it comes.

    With a prompt and standard input, both are sent: the prompt, a blank line, the input.
    """
    wishes = Wishes(continue_, conversation, save, tuple(image or ()), tuple(file or ()), schema, preset)
    wishes.check()
    wanted = model or session.model
    extra = extra_of(param)
    given = _given(
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
    )
    with reporting(_failing(json_, wanted, wishes)):
        question = _question(prompt)
        if wishes:
            from lmstudio_tui.cli.chat_talk import Asked, talk

            asked = Asked(question, wanted, system, given, extra)
            raise typer.Exit(talk(session, wishes, asked, streaming=not no_stream, as_object=json_, stats=stats))
        messages = [ChatMessage(role="system", content=system)] if system else []
        messages.append(ChatMessage(role="user", content=question))
        wanted = wanted or session.config.default_model
        request = ChatCompletionRequest(model=wanted, messages=messages, extra=extra, **given)
        client = session.client(streaming=not no_stream)
        client.check_supported()
        request = request.model_copy(update={"model": wanted or any_model(client)})
        raise typer.Exit(print_answer(client.stream_chat_completion(request), as_object=json_, stats=stats))


def complete(
    prompt: Annotated[str | None, typer.Argument(help="What to go on from; standard input is read, too.")] = None,
    model: options.Model = None,
    suffix: Annotated[str | None, typer.Option("--suffix", metavar="TEXT", help="What comes after the gap.")] = None,
    no_stream: options.NoStream = False,
    stats: options.Stats = False,
    json_: options.Json = False,
    temperature: options.Temperature = None,
    max_tokens: options.MaxTokens = None,
    top_p: options.TopP = None,
    top_k: options.TopK = None,
    min_p: options.MinP = None,
    presence_penalty: options.PresencePenalty = None,
    frequency_penalty: options.FrequencyPenalty = None,
    repeat_penalty: options.RepeatPenalty = None,
    seed: options.Seed = None,
    stop: options.Stop = None,
    ttl: options.Ttl = None,
    draft_model: options.DraftModel = None,
    param: options.Param = None,
    *,
    session: Session,
) -> None:
    """Let a model go on from a text (the legacy completions endpoint)."""
    wanted = model or session.model
    extra = extra_of(param)
    given = _given(
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
    )
    with reporting(_failing(json_, wanted)):
        wanted = wanted or session.config.default_model
        request = CompletionRequest(model=wanted, prompt=_question(prompt), suffix=suffix, extra=extra, **given)
        client = session.client(streaming=not no_stream)
        client.check_supported()
        request = request.model_copy(update={"model": wanted or any_model(client)})
        raise typer.Exit(print_answer(client.stream_completion(request), as_object=json_, stats=stats))


def _given(**parameters: Any) -> dict[str, Any]:
    """The parameters that were given."""
    return {name: value for name, value in parameters.items() if value is not None}


def _failing(
    as_object: bool, requested: str | None, wishes: Wishes | None = None
) -> Callable[[Failure], object] | None:
    more = wishes.members() if wishes is not None else {}
    return partial(failed_answer, requested=requested, more=more) if as_object else None


def _question(prompt: str | None) -> str:
    """The prompt, what is piped in, or both: the prompt, a blank line, the input."""
    try:
        piped = piped_text()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise typer.BadParameter(f"Standard input cannot be read: {reason}.") from None
    parts = [part for part in (prompt, piped.rstrip("\r\n")) if part and part.strip()]
    if not parts:
        raise typer.BadParameter("There is nothing to ask: give a prompt, or pipe a text in.")
    return "\n\n".join(parts)


def extra_of(given: list[str] | None) -> dict[str, Any]:
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
