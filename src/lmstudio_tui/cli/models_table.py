"""Models as a table for people and as JSON for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, chop_cells

from lmstudio_tui.features.models import size_in_words, tokens_in_words
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.sdk import ModelListing, ModelSummary

_TYPES = ("llm", "vlm", "embedding")
"""What `type` is in JSON, if anything; what a server calls a model besides these is in `type_as_told`."""
_HEADINGS = ("model", "state", "type", "params", "quant", "size", "context", "can")
_LEAVING = tuple(map(_HEADINGS.index, ("can", "params", "quant", "type", "size", "context")))
"""Columns in the order in which they are left out where there is no room."""
_ENOUGH_NAME = 30
_LEAST_NAME = 8
_WIDEST_NAME = 60
_WIDEST_CELL = 24
_CONTEXTS = 3
"""So many different ones are shown of a model."""


def listing_as_json(listing: ModelListing, models: Sequence[ModelSummary]) -> dict[str, Any]:
    """The object of a list of models, of which some are wanted."""
    return {
        "models": [model_as_json(model) for model in models],
        "sources": list(listing.sources),
        "fetched_at": listing.fetched_at.isoformat(timespec="seconds"),
    }


def model_as_json(model: ModelSummary) -> dict[str, Any]:
    """One model, in the shape that scripts can rely on."""
    return {
        "id": model.id,
        "display_name": model.display_name,
        "type": model.type if model.type in _TYPES else None,
        "publisher": model.publisher,
        "architecture": model.architecture,
        "parameters": model.parameters,
        "quantization": model.quantization,
        "bits_per_weight": model.bits_per_weight,
        "format": model.format,
        "size_bytes": model.size_bytes,
        "max_context_length": model.max_context_length,
        "state": "not-loaded" if model.state == "loading" else model.state,
        "instances": [{"id": one.id, "context_length": one.context_length} for one in model.instances],
        "capabilities": list(model.capabilities),
        "type_as_told": model.type,
        "owned_by": model.owned_by,
        "status": model.status,
        "description": model.description,
        "variants": list(model.variants),
        "selected_variant": model.selected_variant,
    }


def table(found: Sequence[ModelSummary], width: int | None) -> str:
    """Aligned columns, without any that no model fills; the id comes first, for `awk '{print $1}'`.

    Args:
        found: the models.
        width: columns of the terminal, into which it is fitted: what matters least is left out, and long ids lose their
            middle. None cuts nothing.
    """
    rows = [_HEADINGS, *(_row(model) for model in found)]
    filled = [at for at in range(len(_HEADINGS)) if any(row[at] for row in rows[1:])]
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    # What is longer hangs over, or is cut: it does not push all the others away.
    widths = [widths[0], *(min(wide, _WIDEST_CELL) for wide in widths[1:])]
    if width is None:
        widths[0] = min(widths[0], _WIDEST_NAME)
    else:
        filled = _fitting(filled, widths, width)
        widths[0] = max(_LEAST_NAME, min(widths[0], width - _width_of_rest(filled, widths)))
        rows = [tuple(map(_shortened, row, widths)) for row in rows]
    lines = ("  ".join(row[at] + " " * (widths[at] - cell_len(row[at])) for at in filled) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _fitting(filled: list[int], widths: list[int], width: int) -> list[int]:
    """The columns that leave room enough for the names."""
    kept = list(filled)
    for at in _LEAVING:
        if width - _width_of_rest(kept, widths) >= min(widths[0], _ENOUGH_NAME):
            break
        kept = [one for one in kept if one != at]
    return kept


def _width_of_rest(columns: Sequence[int], widths: Sequence[int]) -> int:
    """Of all but the first, with the gaps between them."""
    return sum(widths[at] + 2 for at in columns if at)


def _shortened(text: str, width: int) -> str:
    """A text in no more than so many cells, without its middle: beginnings and endings tell models apart."""
    if cell_len(text) <= width:
        return text
    half = (width - 1) // 2
    start = chop_cells(text, width - 1 - half)[0]
    end = chop_cells(text[::-1], half)[0][::-1]
    return f"{start}…{end}"


def _row(model: ModelSummary) -> tuple[str, ...]:
    count = len(model.instances)
    cells = (
        model.id,
        f"loaded ×{count}" if model.loaded and count > 1 else model.state,
        model.type,
        model.parameters,
        model.quantization,
        size_in_words(model.size_bytes or None),
        _contexts(model),
        " ".join(model.capabilities),
    )
    return tuple(clean_line(cell or "") for cell in cells)


def _contexts(model: ModelSummary) -> str:
    """That of each instance where they differ, else the one that a prompt has to fit."""
    lengths = dict.fromkeys(one.context_length for one in model.instances if one.context_length)
    if not model.loaded or len(lengths) < 2:
        return tokens_in_words(model.context_length)
    shown = [tokens_in_words(one) for one in [*lengths][:_CONTEXTS]]
    return ", ".join([*shown, "…"] if len(lengths) > _CONTEXTS else shown)
