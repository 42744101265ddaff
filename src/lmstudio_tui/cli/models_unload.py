"""`models unload`: take models out of memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import options
from lmstudio_tui.cli.console import say, write, write_json
from lmstudio_tui.cli.models_naming import model_named, near_names, tells_loaded
from lmstudio_tui.cli.outcome import CommandError, Exit, Failure, as_json, exit_code, report, reporting
from lmstudio_tui.cli.session import Session
from lmstudio_tui.cli.wanting import Yes, agrees, can_ask, wants_json
from lmstudio_tui.sdk import LMStudioError, RequestCancelledError, ServerConnectionError
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.sdk import LMStudioClient, ModelListing, ModelSummary


@dataclass
class _Outcome:
    """What became of the instances, as far as it is known."""

    unloaded: list[str] = field(default_factory=list[str])
    failed: list[tuple[str, LMStudioError]] = field(default_factory=list[tuple[str, LMStudioError]])


def unload(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="INSTANCE|MODEL", help="An instance, or a model that has only one.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All instances of the model; without a name, everything that is loaded.")
    ] = False,
    yes: Yes = False,
    json_: options.Json = False,
    *,
    session: Session,
) -> None:
    """Unload an instance, a model, or everything."""
    as_object = wants_json(context, json_)
    if name is None and not everything:
        raise typer.BadParameter("Name an instance or a model, or say --all.")
    outcome = _Outcome()
    with reporting((lambda error: _object(outcome, error)) if as_object else None):
        if name is None and not yes and not can_ask():
            raise CommandError(
                "To unload everything wants a yes, and here is no terminal to ask at.",
                kind="ConfirmationError",
                hint="Add --yes.",
                code=Exit.USAGE,
            )
        client = session.client()
        if client.health().capabilities["model_load"].available is False:
            client.unload_model(name or "*")  # which refuses, in words, and sends nothing
        listing = client.fetch_models()
        ids = _everything(listing) if name is None else _instances(name, listing, everything=everything)
        if ids and name is None and not yes:
            _agree(ids)
        _unload(client, ids, outcome)
        _remark(name, listing, ids)
    if as_object:
        write_json(_object(outcome))
    else:
        write("".join(f"{clean_line(one)} is unloaded.\n" for one in outcome.unloaded) or _nothing(outcome))
    for _, error in outcome.failed:
        report(error)
    if outcome.failed:
        raise typer.Exit(exit_code(outcome.failed[0][1]))


def _everything(listing: ModelListing) -> list[str]:
    return list(dict.fromkeys(one.id for model in listing.models if model.loaded for one in model.instances))


def _instances(name: str, listing: ModelListing, *, everything: bool) -> list[str]:
    """The instances that a name means.

    Raises:
        CommandError: when there is none, or when it may mean several.
    """
    loaded = [model for model in listing.models if model.loaded and model.instances]
    if name in _everything(listing) and not everything:
        return [name]
    model = model_named(name, loaded)
    if model is None:
        if not tells_loaded(listing):
            return [name]  # the server has to know
        raise _not_loaded(name, loaded, listing)
    ids = [one.id for one in model.instances]
    if len(ids) > 1 and not everything:
        raise CommandError(
            f"{clean_line(model.id)} is loaded more than once: {', '.join(map(clean_line, ids))}.",
            kind="AmbiguousModelError",
            hint="Name one of these, or add --all for all of them.",
        )
    return ids


def _not_loaded(name: str, loaded: list[ModelSummary], listing: ModelListing) -> CommandError:
    ids = _everything(listing)
    near = near_names(name, ids)
    message = f"No model or instance {clean_line(name)} is loaded{'' if loaded else '; nothing is'}."
    hint = "`lmstudio-tui models --loaded` lists what is." if loaded else ""
    if near:
        hint = f"Did you mean {', '.join(map(clean_line, near))}?"
    return CommandError(message, kind="ModelNotFoundError", hint=hint)


def _agree(ids: list[str]) -> None:
    """Raises:
    CommandError: when it is not wanted.
    """
    if not agrees(f"Unload {', '.join(map(clean_line, ids))}?"):
        raise CommandError("Nothing was unloaded.", kind="ConfirmationError")


def _unload(client: LMStudioClient, ids: list[str], outcome: _Outcome) -> None:
    """Unload one after the other. One that fails keeps none of the others, unless the server has gone."""
    gone: ServerConnectionError | None = None
    for one in ids:
        try:
            if gone is not None:
                raise gone
            client.unload_model(one)
        except RequestCancelledError:
            raise
        except LMStudioError as error:
            gone = error if isinstance(error, ServerConnectionError) else None
            outcome.failed.append((one, error))
        else:
            outcome.unloaded.append(one)


def _remark(name: str | None, listing: ModelListing, ids: list[str]) -> None:
    """An instance is often called as its model: say that others are left."""
    if name is None:
        return
    models = [model for model in listing.models if any(one.id in ids for one in model.instances)]
    left = [one.id for model in models for one in model.instances if one.id not in ids]
    if left:
        say(f"note: still loaded: {', '.join(left)} (--all unloads these, too).")


def _nothing(outcome: _Outcome) -> str:
    return "" if outcome.failed else "Nothing is loaded.\n"


def _object(outcome: _Outcome, error: Failure | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "unloaded": outcome.unloaded,
        "failed": [{"instance_id": one, "error": as_json(why)} for one, why in outcome.failed],
    }
    return found if error is None else {**found, "error": as_json(error)}
