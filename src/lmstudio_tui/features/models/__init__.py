"""Models in words: which one to take, filtering, sorting, what is known of one, and what loading it needs."""

from lmstudio_tui.features.models.choice import model_for_chat
from lmstudio_tui.features.models.columns import haystack
from lmstudio_tui.features.models.query import Query, matching
from lmstudio_tui.features.models.remembered import RememberedModels
from lmstudio_tui.features.models.words import moment_in_words, size_in_words, tokens_in_words

__all__ = [
    "Query",
    "RememberedModels",
    "haystack",
    "matching",
    "model_for_chat",
    "moment_in_words",
    "size_in_words",
    "tokens_in_words",
]
