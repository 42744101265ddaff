"""The estimate of the memory that a model needs."""

from __future__ import annotations

import pytest

from lmstudio_tui.features.models.memory import is_mixture, memory_needed
from lmstudio_tui.sdk import ModelInstance, ModelSummary

QWEN = ModelSummary(id="qwen3-8b", type="llm", parameters="8B", size_bytes=5_000_000_000)


def test_it_is_the_weights_and_the_cache_for_the_context() -> None:
    needed = memory_needed(QWEN, 8192)
    assert needed.weights == 5_250_000_000
    assert needed.cache == 8192 * 144 * 1024
    assert needed.total == 5_250_000_000 + 8192 * 144 * 1024
    assert needed.in_words == (
        "Estimated memory: about 6.5 GB: 5.2 GB of weights + 1.2 GB for 8,192 tokens (rule of thumb)."
    )


def test_a_longer_context_needs_more() -> None:
    totals = [memory_needed(QWEN, length).total or 0 for length in (2048, 8192, 32768)]
    assert totals == sorted(set(totals))


def test_without_a_context_it_says_what_each_token_costs() -> None:
    needed = memory_needed(QWEN, None)
    assert needed.total is None
    assert needed.in_words == (
        "Estimated memory: about 5.2 GB of weights, and 151 MB for each 1,024 tokens of context (rule of thumb)."
    )


def test_an_embedding_model_keeps_no_cache() -> None:
    needed = memory_needed(ModelSummary(id="nomic", type="embedding", size_bytes=84_000_000), 2048)
    assert needed.total == needed.weights == 88_200_000
    assert "keeps no cache" in needed.in_words


def test_an_unknown_size_is_reckoned_from_parameters_and_bits() -> None:
    needed = memory_needed(ModelSummary(id="m", type="llm", parameters="8B", bits_per_weight=4.5), 4096)
    assert needed.weights == int(4_500_000_000 * 1.05)
    assert "reckoned from parameters and bits" in needed.in_words


@pytest.mark.parametrize(
    "model", [ModelSummary(id="m"), ModelSummary(id="m", parameters="8B"), ModelSummary(id="m", size_bytes=0)]
)
def test_an_unknown_size_says_so(model: ModelSummary) -> None:
    assert memory_needed(model, 4096).total is None
    assert "does not tell the size" in memory_needed(model, 4096).in_words


def test_unknown_parameters_leave_the_cache_open() -> None:
    needed = memory_needed(ModelSummary(id="m", size_bytes=10**9), 4096)
    assert needed.total is None
    assert "parameters are unknown" in needed.in_words


@pytest.mark.parametrize(
    ("parameters", "kibibytes"),
    [("1B", 32), ("3B", 112), ("8B", 144), ("14B", 168), ("32B", 256), ("70B", 320), ("405B", 512)],
)
def test_the_rule_of_thumb_follows_published_configurations(parameters: str, kibibytes: int) -> None:
    assert memory_needed(ModelSummary(id="m", parameters=parameters), 1).cache_per_token == kibibytes * 1024


@pytest.mark.parametrize(
    ("model", "kibibytes"),
    [
        (ModelSummary(id="gpt-oss-20b", architecture="gpt-oss", parameters="20B"), 48),
        (ModelSummary(id="m", parameters="8x7B"), 112),
        (ModelSummary(id="qwen3-30b-a3b", parameters="30B"), 112),
        (ModelSummary(id="gpt-oss-120b", architecture="gpt_oss", parameters="120B"), 128),
        (ModelSummary(id="qwen3-235b-a22b", architecture="qwen3moe", parameters="235B"), 192),
    ],
)
def test_mixtures_have_a_table_of_their_own(model: ModelSummary, kibibytes: int) -> None:
    assert is_mixture(model)
    assert memory_needed(model, 1).cache_per_token == kibibytes * 1024


def test_what_is_no_mixture() -> None:
    for name in ("llama-3.1-8b", "gemma-3n-e4b", "qwen2.5-vl-7b", "a1b2/phi-4"):
        assert not is_mixture(ModelSummary(id=name))
    assert is_mixture(ModelSummary(id="m", instances=(ModelInstance(id="m", num_experts=4),)))
