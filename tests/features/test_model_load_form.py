"""What can be chosen when a model is loaded."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.models.load_form import (
    FormError,
    context_presets,
    fields_for,
    read_form,
    second_instance_in_words,
)
from lmstudio_tui.sdk import ModelInstance, ModelSummary

LLM = ModelSummary(
    id="qwen3-8b", type="llm", parameters="8B", format="gguf", max_context_length=40960, size_bytes=5 * 10**9
)


def names(model: ModelSummary) -> list[str]:
    return [field.name for field in fields_for(model)]


def test_only_what_makes_sense_is_offered() -> None:
    common = ["context_length", "flash_attention", "eval_batch_size"]
    assert names(LLM) == [*common, "offload_kv_cache_to_gpu"]
    mixture = LLM.model_copy(update={"parameters": "26B-A4B"})
    assert names(mixture) == [*common, "num_experts", "offload_kv_cache_to_gpu"]
    assert names(LLM.model_copy(update={"format": "mlx"})) == ["context_length"]
    assert names(LLM.model_copy(update={"type": "embedding"})) == ["context_length"]
    assert names(LLM.model_copy(update={"format": None})) == [*common, "offload_kv_cache_to_gpu"]


def test_blank_is_not_sent() -> None:
    request = read_form(LLM, {"context_length": " ", "flash_attention": "", "eval_batch_size": ""})
    assert request.payload() == {"model": "qwen3-8b", "echo_load_config": True}


def test_everything_that_was_typed_is_sent() -> None:
    typed = {
        "context_length": "32k",
        "flash_attention": "on",
        "eval_batch_size": "1,024",
        "num_experts": "8",
        "offload_kv_cache_to_gpu": "off",
    }
    assert read_form(LLM, typed).payload() == {
        "model": "qwen3-8b",
        "context_length": 32768,
        "flash_attention": True,
        "eval_batch_size": 1024,
        "num_experts": 8,
        "offload_kv_cache_to_gpu": False,
        "echo_load_config": True,
    }


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"context_length": "41k"}, "context_length", "at most 40,960"),
        ({"context_length": "many"}, "context_length", "number of tokens"),
        ({"context_length": "0"}, "context_length", "number of tokens"),
        ({"eval_batch_size": "-1"}, "eval_batch_size", "Batch size"),
        ({"num_experts": "x"}, "num_experts", "Experts"),
    ],
)
def test_what_is_of_no_use_is_named(typed: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(FormError, match=words) as caught:
        read_form(LLM, typed)
    assert caught.value.field == field


@given(st.dictionaries(st.sampled_from(["context_length", "eval_batch_size", "num_experts"]), st.text()))
def test_whatever_is_typed_is_read_or_named(typed: dict[str, str]) -> None:
    with suppress(FormError):
        assert read_form(LLM, typed).model == "qwen3-8b"


def test_presets_double_up_to_the_maximum() -> None:
    assert context_presets(LLM) == (2048, 4096, 8192, 16384, 32768, 40960)
    assert context_presets(LLM.model_copy(update={"max_context_length": 2048})) == (2048,)
    assert context_presets(ModelSummary(id="m"))[-1] == 131_072


def test_a_second_instance_is_warned_of_with_what_it_costs() -> None:
    loaded = LLM.model_copy(
        update={"state": "loaded", "instances": (ModelInstance(id="qwen3-8b", context_length=8192),)}
    )
    assert second_instance_in_words(LLM, 4096) == ""
    assert second_instance_in_words(loaded, 8192) == (
        "qwen3-8b is loaded already with 8,192 tokens. "
        "Loading it makes another instance, qwen3-8b:2, and takes about 6.5 GB more."
    )
    twice = loaded.model_copy(update={"instances": (*loaded.instances, ModelInstance(id="qwen3-8b:2"))})
    assert "loaded 2 times already. Loading it makes another instance, qwen3-8b:3" in second_instance_in_words(
        twice, None
    )
    assert "being loaded already" in second_instance_in_words(LLM.model_copy(update={"state": "loading"}), None)
    unknown = ModelSummary(id="m", state="loaded")
    assert "takes its memory once more" in second_instance_in_words(unknown, None)
