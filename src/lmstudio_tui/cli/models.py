"""`models`: what is on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from rich.cells import cell_len

from lmstudio_tui.cli import options
from lmstudio_tui.cli.console import write, write_json
from lmstudio_tui.cli.outcome import Failure, as_json, reporting
from lmstudio_tui.cli.session import session_of
from lmstudio_tui.features.models import size_in_words, tokens_in_words
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.sdk import ModelListing, ModelSummary


def models(
    context: typer.Context,
    json_: options.Json = False,
    base_url: options.BaseUrl = None,
    api_key: options.ApiKey = None,
    config: options.Config = None,
    demo: options.Demo = False,
) -> None:
    """List the models of the server, with everything it tells about them."""
    session = session_of(context, base_url=base_url, api_key=api_key, config_path=config, demo=demo)
    with reporting(_failed if json_ else None):
        listing = session.client().fetch_models()
        if json_:
            write_json(_as_json(listing))
        elif not listing.models:
            write("The server lists no models.\n")
        else:
            write(_table(listing.models))


def _as_json(listing: ModelListing) -> dict[str, Any]:
    return {
        "models": [_model_as_json(model) for model in listing.models],
        "sources": list(listing.sources),
        "fetched_at": listing.fetched_at.isoformat(timespec="seconds"),
    }


def _failed(error: Failure) -> dict[str, Any]:
    return {"models": [], "sources": [], "fetched_at": None, "error": as_json(error)}


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
    }


_HEADINGS = ("model", "state", "type", "params", "quant", "size", "context", "can")


def _table(found: tuple[ModelSummary, ...]) -> str:
    """Aligned columns, without any that no model fills; the id comes first, for `awk '{print $1}'`."""
    rows = [_HEADINGS, *(_row(model) for model in found)]
    filled = [at for at in range(len(_HEADINGS)) if any(row[at] for row in rows[1:])]
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    lines = ("  ".join(row[at] + " " * (widths[at] - cell_len(row[at])) for at in filled) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _row(model: ModelSummary) -> tuple[str, ...]:
    cells = (
        model.id,
        "loaded" if model.loaded else model.state,
        model.type,
        model.parameters,
        model.quantization,
        size_in_words(model.size_bytes),
        tokens_in_words(model.context_length),
        " ".join(model.capabilities),
    )
    return tuple(clean_line(cell or "") for cell in cells)
