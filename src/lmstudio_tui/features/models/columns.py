"""What a list of models shows, filters and sorts by: one column after the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.models.words import parameters_from_words, size_in_words, tokens_in_words
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import ModelSummary


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that is known of models.

    Attributes:
        id: names it.
        title: over the column.
        names: what it is called in a filter; its id is among them.
        text: what is shown; empty when unknown.
        amount: what it is sorted and compared by when that is a number; None when unknown. Without it the text counts.
        searched: what a filter looks at, where that is more than is shown.
        whole_words: whether a filter has to give a word from its start, so that `loaded` is not found in `not-loaded`.
    """

    id: str
    title: str
    names: tuple[str, ...]
    text: Callable[[ModelSummary], str]
    amount: Callable[[ModelSummary], float | None] | None = None
    searched: Callable[[ModelSummary], tuple[str | None, ...]] | None = None
    whole_words: bool = False


def context_in_words(model: ModelSummary) -> str:
    """`8k/32k`: what the first loaded instance takes, and what the model could; one of them when they are the same."""
    loaded = next((one.context_length for one in model.instances if one.context_length), None)
    most = model.max_context_length
    if loaded is None or most is None or loaded == most:
        return tokens_in_words(loaded if most is None else most)
    return f"{tokens_in_words(loaded)}/{tokens_in_words(most)}"


def state_in_words(model: ModelSummary) -> str:
    """`loaded`, `loaded ×2`, `loading`, `on disk`; empty when unknown."""
    if model.loaded:
        return f"loaded ×{len(model.instances)}" if len(model.instances) > 1 else "loaded"
    return {"loading": "loading", "not-loaded": "on disk"}.get(model.state, "")


def abilities_of(model: ModelSummary) -> tuple[str, ...]:
    """What it declares, and `embed` for an embedding model."""
    return ("embed", *model.capabilities) if model.type == "embedding" else model.capabilities


def _abilities(model: ModelSummary) -> str:
    return " ".join("reason" if one == "reasoning" else one for one in abilities_of(model))


def _names(model: ModelSummary) -> tuple[str | None, ...]:
    return (model.id, model.display_name, *(one.id for one in model.instances))


def _states(model: ModelSummary) -> tuple[str | None, ...]:
    return (model.state, state_in_words(model), model.status, "unloaded" if model.state == "not-loaded" else None)


def _most_context(model: ModelSummary) -> float | None:
    return model.max_context_length or model.context_length


def _capabilities(model: ModelSummary) -> tuple[str | None, ...]:
    return ("embeddings" if model.type == "embedding" else None, *model.capabilities)


COLUMNS: Final[tuple[Column, ...]] = (
    Column("name", "name", ("name", "id", "key", "model"), lambda model: model.id, searched=_names),
    Column(
        "type",
        "type",
        ("type", "kind"),
        lambda model: "embed" if model.type == "embedding" else model.type or "",
        searched=lambda model: (model.type,),
    ),
    Column(
        "params",
        "params",
        ("params", "param", "parameters"),
        lambda model: model.parameters or "",
        lambda model: parameters_from_words(model.parameters),
    ),
    Column("quant", "quant", ("quant", "quantization", "q"), lambda model: model.quantization or ""),
    Column(
        "size",
        "size",
        ("size", "bytes"),
        lambda model: size_in_words(model.size_bytes or None),  # no model is 0 bytes: that is a server that knows none
        lambda model: model.size_bytes or None,
    ),
    Column("context", "context", ("context", "ctx"), context_in_words, _most_context),
    Column("format", "format", ("format",), lambda model: model.format or ""),
    Column("state", "state", ("state", "status"), state_in_words, searched=_states, whole_words=True),
    Column("can", "can", ("can", "capability", "capabilities", "cap"), _abilities, searched=_capabilities),
    Column("publisher", "publisher", ("publisher", "by"), lambda model: model.publisher or ""),
    Column("arch", "architecture", ("arch", "architecture", "family"), lambda model: model.architecture or ""),
    Column("owner", "owner", ("owner", "owned_by", "owned-by"), lambda model: model.owned_by or ""),
    Column(
        "bits",
        "bits",
        ("bits", "bpw"),
        lambda model: "" if model.bits_per_weight is None else f"{model.bits_per_weight:g}",
        lambda model: model.bits_per_weight,
    ),
    Column(
        "instances",
        "instances",
        ("instances", "instance"),
        lambda model: str(len(model.instances)) if model.instances else "",
        lambda model: len(model.instances),
    ),
)
"""In the order in which they are shown; those after `can` have no room in a table, but are filtered and sorted by."""

BY_ID: Final = {column.id: column for column in COLUMNS}
BY_NAME: Final = {name: column for column in COLUMNS for name in column.names}


class Entry:
    """A model with everything that lists need of it, each worked out when it is first asked for, and once.

    Args:
        model: which one.
    """

    def __init__(self, model: ModelSummary) -> None:
        self.model = model
        self._texts: dict[str, str] = {}
        self._searched: dict[str, tuple[str, ...]] = {}

    @property
    def id(self) -> str:
        """The model's id."""
        return self.model.id

    def text(self, column: Column) -> str:
        """What a column shows, in one harmless line."""
        text = self._texts.get(column.id)
        if text is None:
            text = self._texts[column.id] = clean_line(column.text(self.model))
        return text

    def searched(self, column: Column) -> tuple[str, ...]:
        """What a filter on that column looks at, in small letters."""
        found = self._searched.get(column.id)
        if found is None:
            texts = column.searched(self.model) if column.searched else (column.text(self.model),)
            found = self._searched[column.id] = tuple(text.lower() for text in texts if text)
        return found

    @cached_property
    def haystack(self) -> str:
        """Everything that a bare word of a filter looks at, in small letters."""
        return haystack(self.model)


def haystack(model: ModelSummary) -> str:
    """Everything about a model that a bare word of a filter looks at."""
    state = "loaded" if model.loaded else model.state
    parts = [model.id, model.display_name, model.type, model.publisher, model.architecture]
    parts += [model.quantization, model.parameters, model.format, state, model.status, *model.capabilities]
    parts += [size_in_words(model.size_bytes or None), context_in_words(model), model.owned_by, *model.variants]
    parts += ["embeddings" if model.type == "embedding" else None, "unloaded" if state == "not-loaded" else None]
    parts += [one.id for one in model.instances]
    return " ".join(part for part in parts if part).lower()
