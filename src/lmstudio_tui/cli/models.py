"""`models`: what is on the server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli.session import Session
from lmstudio_tui.features.models import size_in_words, tokens_in_words
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.sdk import ModelListing, ModelSummary


def models(
    context: typer.Context,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,  # noqa: FBT002
) -> None:
    """List the models of the server, with everything it tells about them."""
    session = context.ensure_object(Session)
    listing = session.client.fetch_models()
    if json_:
        typer.echo(json.dumps(_as_json(listing), ensure_ascii=False, indent=2))
    elif not listing.models:
        typer.echo("The server lists no models.")
    else:
        typer.echo(_table(listing.models))


def _as_json(listing: ModelListing) -> dict[str, Any]:
    return {
        "models": [_model_as_json(model) for model in listing.models],
        "sources": list(listing.sources),
        "fetched_at": listing.fetched_at.isoformat(timespec="seconds"),
    }


def _model_as_json(model: ModelSummary) -> dict[str, Any]:
    return {
        "id": model.id,
        "display_name": model.display_name,
        "type": model.type,
        "publisher": model.publisher,
        "architecture": model.architecture,
        "quantization": model.quantization,
        "format": model.format,
        "size_bytes": model.size_bytes,
        "max_context_length": model.max_context_length,
        "state": model.state,
        "instances": [{"id": one.id, "context_length": one.context_length} for one in model.instances],
        "capabilities": list(model.capabilities),
        "owned_by": model.owned_by,
        "parameters": model.parameters,
    }


_HEADINGS = ("", "model", "type", "params", "quant", "size", "context", "can")


def _table(found: tuple[ModelSummary, ...]) -> str:
    """Aligned columns, without any that no model fills."""
    rows = [_HEADINGS, *(_row(model) for model in found)]
    filled = [number for number in range(len(_HEADINGS)) if number < 2 or any(row[number] for row in rows[1:])]
    widths = [max(len(row[number]) for row in rows) for number in range(len(_HEADINGS))]
    return "\n".join(" ".join(f"{row[at]:<{widths[at] + 1}}" for at in filled).rstrip() for row in rows)


def _row(model: ModelSummary) -> tuple[str, ...]:
    cells = (
        "●" if model.loaded else "",
        model.id,
        model.type,
        model.parameters,
        model.quantization,
        size_in_words(model.size_bytes),
        tokens_in_words(model.context_length),
        " ".join(model.capabilities),
    )
    return tuple(clean_line(cell or "") for cell in cells)
