"""Which models make embeddings, as far as a list tells. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.sdk import ModelSummary

_WORDS: Final = re.compile(
    r"embed(?:ding|der)?s?(?![a-z])|(?<![a-z])(?:bge|gte|e5|minilm|mpnet|sbert|gtr|instructor|sentence-transformers?"
    r"|sentence-t5|arctic-embed|embeddinggemma|paraphrase|msmarco|labse|[a-z]*bert(?:a)?)(?![a-z])"
)
_RANKING: Final = re.compile(r"rerank|cross-encoder")


def embeds(model: ModelSummary) -> bool:
    """Whether a model makes embeddings, by its type or else by its id."""
    if model.type is not None:
        return model.type == "embedding"
    said = re.sub(r"[\s_]+", "-", model.id.lower())
    return _WORDS.search(said) is not None and _RANKING.search(said) is None


def embedding_models(models: Sequence[ModelSummary]) -> list[ModelSummary]:
    """The models that make embeddings; loaded ones first."""
    return sorted((model for model in models if embeds(model)), key=lambda model: not model.loaded)


def model_to_embed(models: Sequence[ModelSummary], *preferred: str | None) -> str | None:
    """Which model to ask: the first preferred one that is named, else a loaded one that embeds, else any that does.

    Args:
        models: of the server.
        preferred: models that were chosen, the dearest first.

    Returns:
        its id; None when there is none.
    """
    for name in preferred:
        if name:
            return name
    able = embedding_models(models)
    if able:
        return able[0].id
    # A server that serves one model, and does not say which sort it is of.
    return models[0].id if len(models) == 1 and models[0].type is None else None
