"""What a model is, from what servers say of it: its type, its size, its file."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sdk_listings import fetched, openai, together, v0, v1

from lmstudio_tui.sdk import ModelSummary
from lmstudio_tui.sdk.listing import NATIVE_V0, NATIVE_V1, OPENAI

# Its type


@pytest.mark.parametrize(
    ("said", "kind", "can_chat"),
    [
        ("llm", "llm", True),
        ("LLM", "llm", True),
        ("vlm", "vlm", True),
        ("embeddings", "embedding", False),
        ("Text Embedding", "embedding", False),
        ("text-generation", "llm", True),
        ("hologram", "hologram", True),
        ("automatic-speech-recognition", "automatic-speech-recognition", False),
        ("Text_To_Speech", "Text_To_Speech", False),
        ("speaker-embedding", "speaker-embedding", False),
        ("reranker", "reranker", False),
        ("text-to-image", "text-to-image", False),
        ("audio-text-to-text", "audio-text-to-text", True),
        ("image-to-text", "image-to-text", True),
        ("\x1b[31mred\x1b[0m\u202e\nkind", "red kind", True),
        ("half \ud83d", "half \ufffd", True),
        ("  ", None, True),
        ("", None, True),
        ("model", None, True),
        (5, None, True),
        (["llm"], None, True),
        (None, None, True),
    ],
)
def test_a_type_is_known_or_kept_as_the_server_says_it(said: object, kind: str | None, can_chat: bool) -> None:
    found = [*together([{**v1("a"), "type": said}]), *together(None, [{**v0("a"), "type": said}])]
    found += together(None, None, [{"id": "a", "type": said}])
    found += together(None, None, [{"id": "a", "object": "model", "task": said}])
    assert [(model.type, model.can_chat) for model in found] == [(kind, can_chat)] * 4


def test_a_type_without_end_is_cut_and_one_that_says_nothing_gives_way() -> None:
    [model] = together([{**v1("a"), "type": "x" * 1_000_000}])
    assert model.type == "x" * 59 + "…"
    [listening] = together(None, None, [{"id": "a", "type": "model", "task": "automatic-speech-recognition"}])
    assert listening.type == "automatic-speech-recognition"
    [unknown] = together([{**v1("a"), "type": None}], [v0("a")])
    assert unknown.type == "llm"
    [embedding] = together(None, None, [{"id": "text-embedding-x", "type": "model"}])
    assert embedding.type == "embedding"


# What llama.cpp tells


LLAMA = {"vocab_type": 2, "n_vocab": 152064, "n_ctx_train": 32768, "n_embd": 3584, "n_params": 7615616512}


def of_llama_cpp(meta: object, **more: Any) -> dict[str, Any]:
    return {"id": "q.gguf", "object": "model", "created": 1, "owned_by": "llamacpp", "meta": meta, **more}


def test_what_llama_cpp_tells_of_its_model() -> None:
    second = {"name": "q.gguf", "model": "q.gguf", "type": "model", "size": "", "capabilities": ["completion"]}
    details = {"format": "gguf", "family": "qwen2", "parameter_size": "", "quantization_level": ""}
    body = {"models": [5, {**second, "details": details}], "data": [of_llama_cpp({**LLAMA, "size": 4677120000})]}
    [model], _ = fetched({OPENAI: body, NATIVE_V1: httpx.Response(404), NATIVE_V0: httpx.Response(404)})
    assert (model.parameters, model.size_bytes, model.max_context_length) == ("7.6B", 4677120000, 32768)
    assert (model.format, model.architecture, model.quantization, model.type) == ("gguf", "qwen2", None, None)
    assert (model.state, model.context_length, model.capabilities) == ("loaded", 32768, ())
    [running] = together(None, None, [of_llama_cpp({**LLAMA, "n_ctx": 4096})])
    assert (running.context_length, running.max_context_length) == (4096, 32768)


@pytest.mark.parametrize(
    ("status", "state"),
    [({"value": "loaded", "args": []}, "loaded"), ({"value": "unloaded"}, "not-loaded"), ({"value": 5}, "unknown")],
)
def test_llama_cpp_with_several_models_tells_which_are_loaded(status: dict[str, Any], state: str) -> None:
    [model] = together(None, None, [of_llama_cpp(None, status=status)])
    assert model.state == state


@pytest.mark.parametrize("odd", [None, 5, [], "x", {"n_params": "7B", "size": -1, "n_ctx_train": 1.5, "n_ctx": None}])
def test_what_llama_cpp_tells_in_no_usable_way_counts_as_missing(odd: object) -> None:
    for answer in ({"models": odd, "data": [of_llama_cpp(odd)]}, {"models": [odd], "data": [of_llama_cpp(odd)]}):
        [model], _ = fetched({OPENAI: answer})
        assert (model.parameters, model.size_bytes, model.max_context_length) == (None, None, None)
        assert (model.state, model.instances) == ("unknown", ())


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (137_000_000, "137M"),
        (1_000_000_000, "1B"),
        (999_960_000, "1B"),
        (20_914_757_184, "20.9B"),
        (99_960_000_000, "100B"),
        (120_412_337_472, "120B"),
        (1_026_000_000_000, "1T"),
        (1_500_000, "1.5M"),
        (500, "500"),
        (0, None),
        (True, None),
    ],
)
def test_parameters_in_words(count: int, words: str | None) -> None:
    [model] = together(None, None, [of_llama_cpp({"n_params": count})])
    assert model.parameters == words


# Its file


Q4 = {"quantization": {"name": "Q4_K_M", "bits_per_weight": 4}, "size_bytes": 5, "format": "gguf"}
Q8 = {"quantization": {"name": "Q8_0", "bits_per_weight": 8}, "size_bytes": 9, "format": "gguf"}
BARE: dict[str, Any] = {"quantization": None, "size_bytes": 1, "format": "splash"}
Q4_FACTS, Q8_FACTS, BARE_FACTS = ("Q4_K_M", 4.0, 5, "gguf"), ("Q8_0", 8.0, 9, "gguf"), (None, None, 1, "splash")


def file_of(model: ModelSummary) -> tuple[object, ...]:
    return model.quantization, model.bits_per_weight, model.size_bytes, model.format


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([v1("a", **Q4), v1("a", **Q8)], Q4_FACTS),
        ([v1("a", **Q8), v1("a", **Q4)], Q8_FACTS),
        ([v1("a", **BARE), v1("a", **Q8)], Q8_FACTS),
        ([v1("a", "a", **BARE), v1("a", **Q8)], BARE_FACTS),
        ([v1("a", **Q4), v1("a", "a", **Q8)], Q8_FACTS),
        ([v1("a", "a"), v1("a", **Q8), v1("a", **Q4)], Q8_FACTS),
        ([v1("a", "a", format="gguf"), v1("a", **Q8)], Q8_FACTS),
        ([v1("a", size_bytes=5), v1("a", **BARE), v1("a", **Q8)], Q8_FACTS),
    ],
)
def test_the_facts_of_a_file_come_from_one_entry(rows: list[dict[str, Any]], expected: tuple[object, ...]) -> None:
    [model] = together(rows)
    assert file_of(model) == expected
    # A list that cannot know which of the files is meant adds nothing.
    [with_v0] = together(rows, [v0("a", quantization="Q8_0"), v0("a:2", quantization="Q4_K_M")])
    assert file_of(with_v0) == expected


def test_other_lists_add_to_the_facts_of_a_file_what_does_not_contradict() -> None:
    [filled] = together([v1("a", size_bytes=5, format="GGUF")], [v0("a", quantization="Q4_K_M")])
    assert file_of(filled) == ("Q4_K_M", None, 5, "GGUF")
    [other] = together([v1("a", size_bytes=5, format="mlx")], [v0("a", quantization="Q4_K_M")])
    assert file_of(other) == (None, None, 5, "mlx")
    [torn] = together([v1("a", size_bytes=5)], [v0("a", quantization="Q4_K_M"), v0("a:2", quantization="Q8_0")])
    assert file_of(torn) == (None, None, 5, None)
    [only_v0] = together([v1("a")], [v0("a", quantization="Q4_K_M")], openai("a"))
    assert file_of(only_v0) == ("Q4_K_M", None, None, "gguf")
    [odd] = together([v1("a", quantization={"name": "Q4", "bits_per_weight": ["x"]})])
    assert file_of(odd) == ("Q4", None, None, None)
