"""The language of the filter: by example, and that no text is an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sample_models
from lmstudio_tui.features.models import Query, matching
from lmstudio_tui.features.models.columns import BY_NAME, Entry
from lmstudio_tui.sdk import ModelInstance, ModelSummary

QWEN = sample_models.QWEN.model_copy(
    update={
        "display_name": "Qwen3 8B Instruct",
        "instances": (ModelInstance(id="qwen/qwen3-8b:2", context_length=8192),),
        "owned_by": "me",
    }
)
GEMMA = sample_models.GEMMA.model_copy(
    update={
        "quantization": "4bit",
        "format": "mlx",
        "capabilities": ("vision",),
        "variants": ("google/gemma-4-26b@q8_0",),
    }
)
NOMIC = sample_models.NOMIC.model_copy(
    update={
        "quantization": None,
        "size_bytes": 84_000_000,
        "max_context_length": None,
        "state": "loading",
        "status": "idle",
        "instances": (),
    }
)
UNTOLD = ModelSummary(id="some:thing")
ALL = [QWEN, GEMMA, NOMIC, UNTOLD]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ALL),
        ("instruct", [QWEN]),
        ("QWEN 8b", [QWEN]),
        ("qwen3-8b:2", [QWEN]),
        ("4.9", [QWEN]),
        ("32k", [QWEN]),
        ("q8_0", [GEMMA]),
        ("loaded", [QWEN]),
        ("Loaded", [QWEN]),
        ('"loaded"', [QWEN, GEMMA]),
        ("unloaded", [GEMMA]),
        ("-loaded", [GEMMA, NOMIC, UNTOLD]),
        ("not-loaded", [GEMMA]),
        ("type:vlm", [GEMMA]),
        ("type:embedding", [NOMIC]),
        ("Type:LLM", [QWEN]),
        ("-type:vlm", [QWEN, NOMIC, UNTOLD]),
        ("state:loaded", [QWEN]),
        ("state:load", [QWEN, NOMIC]),
        ("state:not-loaded", [GEMMA]),
        ("state:unloaded", [GEMMA]),
        ("state:idle", [NOMIC]),
        ("state:unknown", [UNTOLD]),
        ("publisher:qwen", [QWEN]),
        ("arch:qwen3", [QWEN]),
        ("quant:4", [QWEN, GEMMA]),
        ("format:mlx", [GEMMA]),
        ("can:vision", [GEMMA]),
        ("capability:reasoning", [QWEN]),
        ("can:embed", [NOMIC]),
        ("name:qwen", [QWEN]),
        ("id:gemma", [GEMMA]),
        ('name:"qwen3 8b"', [QWEN]),
        ('"qwen3 8b"', [QWEN]),
        ('"8b llm"', []),
        ("owner:me", [QWEN]),
        ("owned_by:me", [QWEN]),
        ("bits>=4.5", [QWEN]),
        ("instances>0", [QWEN]),
        ("size>4gb", [QWEN, GEMMA]),
        ("size>4", [QWEN, GEMMA]),
        ("size<=800mb", [NOMIC]),
        ("size<84.1MB", [NOMIC]),
        ("size:>4gb", [QWEN, GEMMA]),
        ("size:4.9gb", [QWEN]),
        ("size=4.9gb", [QWEN]),
        ("size=49gb", []),
        ("params>=7b", [QWEN, GEMMA]),
        ("params<1b", [NOMIC]),
        ("params=8b", [QWEN]),
        ("params:a4b", [GEMMA]),
        ("context>=32k", [QWEN, GEMMA]),
        ("context>=40000", [GEMMA]),
        ("ctx<64k", [QWEN]),
        ("-size>4gb", [NOMIC, UNTOLD]),
        ("type:llm loaded qwen", [QWEN]),
        ("type:llm gemma", []),
        ("colour:red", []),
        ("some:thing", [UNTOLD]),
        ("some:THING", [UNTOLD]),
    ],
)
def test_a_filter_finds(query: str, found: list[ModelSummary]) -> None:
    assert matching(ALL, query) == found


@pytest.mark.parametrize("query", ["type:", "size>", "size>=", "size>x", "-", "-type:", '"', 'name:"', "params:>"])
def test_what_is_not_finished_asks_for_nothing(query: str) -> None:
    assert matching(ALL, query) == ALL


def test_a_quote_that_is_not_closed_keeps_the_rest_together() -> None:
    assert matching(ALL, 'name:"qwen3 8b') == [QWEN]


def test_only_what_may_stand_in_a_name_is_highlighted() -> None:
    assert Query.read("Qwen type:llm name:8B -mlx loaded size>4gb qwen").marks == ("qwen", "8b")


words = st.text() | st.sampled_from(["loaded", "-loaded", "type:llm", "size>4gb", "params<", 'name:"q', "q4", "-8b"])
some_models = st.lists(
    st.builds(
        ModelSummary,
        id=st.text(min_size=1),
        parameters=st.none() | st.text() | st.sampled_from(["8B", "8x7B", "137M", "26B-A4B"]),
        size_bytes=st.none() | st.integers(0, 2**70),
        max_context_length=st.none() | st.integers(0, 2**70),
        state=st.sampled_from(["loaded", "not-loaded", "loading", "unknown"]),
    ),
    max_size=6,
)


@given(some_models, st.lists(words).map(" ".join))
def test_no_text_is_an_error_and_the_order_stays(models: list[ModelSummary], query: str) -> None:
    found = matching(models, query)
    assert [model for model in models if any(model is one for one in found)] == found


@given(some_models, words.filter(lambda word: '"' not in word and not word.startswith("-")))
def test_a_minus_turns_a_word_round(models: list[ModelSummary], word: str) -> None:
    one = "".join(word.split())
    if Query.read(one).tests:
        assert len(matching(models, one)) + len(matching(models, f"-{one}")) == len(models)


@given(some_models, words, words)
def test_another_word_finds_no_more(models: list[ModelSummary], first: str, second: str) -> None:
    if '"' not in first:
        assert len(matching(models, f"{first} {second}")) <= len(matching(models, first))


@given(st.sampled_from(sorted(BY_NAME)), st.text())
def test_every_column_can_be_asked_for_by_each_of_its_names(name: str, value: str) -> None:
    entry = Entry(QWEN)
    for sign in (":", "=", ">", "<=", ":>"):
        Query.read(f"{name}{sign}{value}").keeps(entry)
