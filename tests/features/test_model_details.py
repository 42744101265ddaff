"""Everything that is known of a model, in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.models.details import sections_of
from lmstudio_tui.sdk import ModelInstance, ModelSummary

WHOLE = ModelSummary.model_validate(
    {
        "id": "qwen/qwen3-8b",
        "display_name": "Qwen3 8B",
        "type": "llm",
        "publisher": "qwen",
        "architecture": "qwen3",
        "quantization": "Q4_K_M",
        "bits_per_weight": 4.8,
        "format": "gguf",
        "parameters": "8B",
        "size_bytes": 4_920_739_232,
        "max_context_length": 32768,
        "state": "loaded",
        "instances": (
            ModelInstance(
                id="qwen/qwen3-8b", context_length=8192, parallel=4, flash_attention=False, config={"rope_scale": 2}
            ),
            ModelInstance(id="qwen/qwen3-8b:2"),
        ),
        "capabilities": ("tools", "reasoning"),
        "reasoning_options": ("off", "on"),
        "reasoning_default": "on",
        "owned_by": "me",
        "status": "ready",
        "created": 1_731_460_800,
        "description": "A model.\n\x1b[31mIn red.",
        "variants": ("qwen/qwen3-8b@q8_0",),
        "selected_variant": "qwen/qwen3-8b@q4_k_m",
        "sources": ("/api/v1/models", "/v1/models"),
        "trained_in": "a field of tomorrow",
    }
)


def lines_of(model: ModelSummary) -> dict[str, str]:
    return {f"{one.title}|{fact.label}": fact.value for one in sections_of(model) for fact in one.facts}


def test_everything_is_told() -> None:
    assert lines_of(WHOLE) == {
        "|id": "qwen/qwen3-8b",
        "|name": "Qwen3 8B",
        "|type": "llm",
        "|state": "loaded ×2",
        "|architecture": "qwen3",
        "|parameters": "8B",
        "|quantization": "Q4_K_M (4.8 bits)",
        "|variant": "qwen/qwen3-8b@q4_k_m",
        "|format": "gguf",
        "|size": "4.9 GB (4,920,739,232 bytes)",
        "|max context": "32,768 tokens (32k)",
        "instance qwen/qwen3-8b|context": "8,192 tokens",
        "instance qwen/qwen3-8b|parallel": "4",
        "instance qwen/qwen3-8b|flash": "off",
        "instance qwen/qwen3-8b|rope scale": "2",
        "instance qwen/qwen3-8b:2|": "in memory; the server tells nothing more",
        "capabilities|declared": "tools, reasoning",
        "capabilities|reasoning": "off, on (default)",
        "variants|": "qwen/qwen3-8b@q8_0",
        "origin|publisher": "qwen",
        "origin|owner": "me",
        "origin|created": "2024-11-13",
        "origin|status": "ready",
        "origin|about": "A model.\nIn red.",
        "origin|listed by": "/api/v1/models\n/v1/models",
        "more from the server|trained in": "a field of tomorrow",
    }


def test_what_is_unknown_is_left_out() -> None:
    assert lines_of(ModelSummary(id="m")) == {"|id": "m", "|state": "unknown"}


@pytest.mark.parametrize("created", [0, -1, 10**15, 2**63])
def test_a_time_that_is_none_is_left_out(created: int) -> None:
    assert "origin|created" not in lines_of(ModelSummary(id="m", created=created))


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner), max_leaves=5
)


@given(st.dictionaries(st.sampled_from([*ModelSummary.model_fields, "novelty"]), json_values))
def test_no_answer_is_too_odd(values: dict[str, Any]) -> None:
    sections_of(ModelSummary.read({**values, "id": "m"}))
