"""Models in words, which one to ask, and filtering."""

from __future__ import annotations

import pytest

from lmstudio_tui.features.models import haystack, matching, model_for_chat, size_in_words, tokens_in_words
from lmstudio_tui.sdk import ModelInstance, ModelSummary

LOADED = ModelSummary(
    id="qwen/qwen3-8b",
    display_name="Qwen3 8B",
    type="llm",
    publisher="qwen",
    architecture="qwen3",
    quantization="Q4_K_M",
    parameters="8B",
    format="gguf",
    state="loaded",
    instances=(ModelInstance(id="qwen/qwen3-8b:2", context_length=8192),),
    capabilities=("tools", "reasoning"),
)
IDLE = ModelSummary(id="gemma-3n-e4b", type="vlm", state="not-loaded", capabilities=("vision",))
EMBEDDING = ModelSummary(id="nomic-embed", type="embedding", state="loaded")
UNTOLD = ModelSummary(id="something")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (None, ""),
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1 kB"),
        (850_000, "850 kB"),
        (84_106_624, "84 MB"),
        (1_000_000_000, "1.0 GB"),
        (4_920_739_232, "4.9 GB"),
        (12_400_000_000, "12 GB"),
        (1_300_000_000_000, "1.3 TB"),
    ],
)
def test_sizes_as_lm_studio_shows_them(size: int | None, words: str) -> None:
    assert size_in_words(size) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, ""),
        (0, "0"),
        (512, "512"),
        (1024, "1k"),
        (1536, "1.5k"),
        (8192, "8k"),
        (10_000, "9.8k"),
        (32_768, "32k"),
        (40_000, "39k"),
        (131_072, "128k"),
    ],
)
def test_context_lengths_as_people_write_them(count: int | None, words: str) -> None:
    assert tokens_in_words(count) == words


def test_the_first_preferred_model_that_is_listed_is_asked() -> None:
    models = [LOADED, IDLE]
    assert model_for_chat(models, "gone", None, "", "gemma-3n-e4b", "qwen/qwen3-8b") == "gemma-3n-e4b"


def test_an_instance_can_be_preferred_by_its_own_id() -> None:
    assert model_for_chat([LOADED, IDLE], "qwen/qwen3-8b:2") == "qwen/qwen3-8b:2"


def test_without_a_preference_a_loaded_model_is_asked_though_another_is_listed_first() -> None:
    assert model_for_chat([IDLE, UNTOLD, LOADED]) == "qwen/qwen3-8b"


def test_without_a_loaded_one_any_that_can_chat_is_asked() -> None:
    assert model_for_chat([EMBEDDING, IDLE]) == "gemma-3n-e4b"


def test_an_embedding_model_is_never_chosen_by_itself() -> None:
    assert model_for_chat([EMBEDDING]) is None
    assert model_for_chat([]) is None


def test_a_model_of_unknown_type_may_chat() -> None:
    assert model_for_chat([UNTOLD]) == "something"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [LOADED, IDLE, EMBEDDING, UNTOLD]),
        ("   ", [LOADED, IDLE, EMBEDDING, UNTOLD]),
        ("qwen", [LOADED]),
        ("QWEN q4", [LOADED]),
        ("q4 qwen", [LOADED]),
        ("8b", [LOADED]),
        ("gguf tools", [LOADED]),
        ("vlm", [IDLE]),
        ("vision", [IDLE]),
        ("not-loaded", [IDLE]),
        ("unknown", [UNTOLD]),
        ("qwen vision", []),
    ],
)
def test_filtering_by_every_word_in_the_order_of_the_list(query: str, found: list[ModelSummary]) -> None:
    assert matching([LOADED, IDLE, EMBEDDING, UNTOLD], query) == found


def test_what_a_filter_looks_at_leaves_out_what_is_not_told() -> None:
    assert haystack(UNTOLD) == "something unknown"
    assert "none" not in haystack(IDLE)
