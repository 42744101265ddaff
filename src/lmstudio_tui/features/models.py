"""Models in words, and which one to take."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lmstudio_tui.sdk import ModelSummary


def size_in_words(size: int | None) -> str:
    """Bytes as people write them: `4.9 GB`; empty when unknown. Decimal units, as LM Studio shows them."""
    if size is None:
        return ""
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if round(amount) < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    if round(amount) < 1000:
        return f"{amount:.0f} GB" if amount >= 9.95 else f"{amount:.1f} GB"
    return f"{amount / 1000:.1f} TB"


def tokens_in_words(count: int | None) -> str:
    """A context length as people write it: `8k`, `128k`; empty when unknown."""
    if count is None:
        return ""
    if count < 1024:
        return str(count)
    if count >= 1024 * 1024:
        return f"{count / 1024 / 1024:.1f}M".replace(".0M", "M")
    return f"{count / 1024:.0f}k" if count % 1024 == 0 or count >= 10_240 else f"{count / 1024:.1f}k"


def model_for_chat(models: Sequence[ModelSummary], *preferred: str | None) -> str | None:
    """Which model to ask: the first preferred one that is listed, else a loaded one, else any that can chat."""
    ids = {model.id for model in models} | {one.id for model in models for one in model.instances}
    for name in preferred:
        if name and name in ids:
            return name
    able = [model for model in models if model.can_chat]
    loaded = [model for model in able if model.loaded]
    return next((model.id for model in [*loaded, *able]), None)


def matching(models: Iterable[ModelSummary], query: str) -> list[ModelSummary]:
    """The models whose description holds every word of the query, in the order of the list."""
    words = query.lower().split()
    return [model for model in models if all(word in haystack(model) for word in words)]


def haystack(model: ModelSummary) -> str:
    """Everything about a model that a filter looks at."""
    state = "loaded" if model.loaded else model.state
    parts = [model.id, model.display_name, model.type, model.publisher, model.architecture]
    parts += [model.quantization, model.parameters, model.format, state, *model.capabilities]
    return " ".join(part for part in parts if part).lower()
