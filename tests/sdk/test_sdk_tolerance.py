"""Whatever JSON arrives, nothing but the SDK's own errors is raised."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmstudio_tui.sdk import (
    ChatCompletionResponse,
    Completion,
    CompletionResponse,
    LMStudioError,
    ModelInstance,
    ModelSummary,
    ProtocolError,
    ServerStats,
    ToolCall,
    Usage,
)
from lmstudio_tui.sdk.classify import complaint_of, error_for, is_refusal
from lmstudio_tui.sdk.gathering import Gatherer, same_model
from lmstudio_tui.sdk.listing import NATIVE_V0, NATIVE_V1, OPENAI, entries, merged
from lmstudio_tui.sdk.redaction import Redactor
from lmstudio_tui.sdk.types.chat import AnswerMessage, Choice, FunctionCall
from lmstudio_tui.sdk.wire import document_of, dumped, json_of, json_or_none, whole_text

NAMES = st.sampled_from(
    """
    choices index delta message content reasoning_content reasoning text tool_calls function name
    arguments id model finish_reason usage prompt_tokens completion_tokens total_tokens
    completion_tokens_details reasoning_tokens stats tokens_per_second error detail loc msg code type
    param data models key quantization bits_per_weight state config loaded_instances capabilities vision
    allowed_options compatibility_type metadata context_length status created object publisher
    max_context_length size_bytes refusal
    """.split()  # noqa: SIM905 - a list of them would be a page long
)
TEXTS = st.sampled_from(
    [
        "",
        "a",
        "0",
        "²",
        "9" * 5000,
        "\ud83d",
        "\ude80",
        "😀",
        "<think>",
        "</think>",
        "stop",
        "llm",
        "loaded",
        "error",
        "x:2",
    ]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.just(10**400), st.floats(), TEXTS, st.text(max_size=3)
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=20
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=8)


@settings(max_examples=50)
@given(JSON)
@pytest.mark.parametrize(
    "kind",
    [
        Usage, ServerStats, ToolCall, FunctionCall, AnswerMessage, Choice, Completion, ChatCompletionResponse,
        CompletionResponse, ModelInstance, ModelSummary,
    ],
)  # fmt: skip
def test_any_json_can_be_read_as_any_type(kind: Any, value: object) -> None:
    try:
        repr(kind.read(value))
    except LMStudioError:
        assert kind in {ModelInstance, ModelSummary}


def choices_of(value: Any) -> dict[str, Any]:
    return {"choices": [{"delta": value}, {"message": value}, value], "usage": value, "stats": value, "model": value}


@settings(max_examples=150)
@given(st.lists(OBJECTS | OBJECTS.map(choices_of), max_size=4))
def test_any_chunks_can_be_gathered(chunks: list[dict[str, Any]]) -> None:
    gatherer = Gatherer("asked")
    for chunk in chunks:
        gatherer.add(chunk)
    gatherer.finish()
    gatherer.partial.text.encode()
    gatherer.partial.reasoning.encode()
    assert gatherer.cursor == gatherer.partial.cursor
    repr(gatherer.partial)
    repr(gatherer.estimated_usage(10))


@given(JSON, st.sampled_from([200, 302, 400, 401, 404, 429, 500, 501, 999]), st.text(max_size=30))
def test_any_json_can_be_a_refusal(body: object, status: int, raw: str) -> None:
    complaint_of(body)
    is_refusal(body)
    error = error_for(status, body, raw, redact=Redactor(["secret-key"]), context={"endpoint": "/v1"}, feature="chat")
    assert isinstance(error, LMStudioError)
    assert "\n" not in error.message
    assert error.hint


@given(st.dictionaries(st.sampled_from([NATIVE_V1, NATIVE_V0, OPENAI]), JSON | st.lists(OBJECTS, max_size=4)))
def test_any_json_can_be_a_list_of_models(bodies: dict[str, Any]) -> None:
    listings: dict[str, Any] = {}
    for path, value in bodies.items():
        rows = entries(path, {"data": value, "models": value})
        if rows is not None:
            listings[path] = rows
        entries(path, value)
    for model in merged(listings):
        model.id.encode()
        assert model.loaded in {True, False}
        assert model.can_chat in {True, False}
        repr(model.context_length)


@given(JSON)
def test_any_json_can_be_read_from_bytes(value: object) -> None:
    raw = json.dumps(value).encode()
    json_of(raw)
    text = dumped(document_of(raw))
    assert text == "" or text.encode()


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    json_or_none(raw)


def test_odd_json() -> None:
    assert json_of(b'\xef\xbb\xbf{"a": "\xff"}') == {"a": "\ufffd"}
    assert json_of(b'{"n": ' + b"9" * 5000 + b"}") == {"n": float("inf")}
    assert document_of(rb'{"a": ["\ud83d\ude80", "\ud83d"], "\ude80": 1}') == {"a": ["🚀", "\ufffd"], "\ufffd": 1}
    assert json_or_none(b"[" * 200_000) is None
    assert json_or_none(b'{"a": ' + b"9" * 5000) is None
    assert whole_text("\ud83d\ude80 \ude80") == "🚀 \ufffd"
    assert dumped({1, 2}) == ""


def test_deep_json_is_no_json() -> None:
    with pytest.raises(ValueError, match="nested"):
        document_of(b"[" * 150_000 + b"]" * 150_000)


def test_nan_and_absurd_counts_are_not_taken_for_figures() -> None:
    assert ServerStats.read({"tokens_per_second": float("nan")}).tokens_per_second is None
    usage = Usage.read({"prompt_tokens": -1, "completion_tokens": 10**30, "total_tokens": 5.5})
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (0, 0, 0)


def test_what_nothing_can_stand_in_for_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError, match="lacks a usable id"):
        ModelSummary.read({"id": None})


def test_unknown_members_are_kept_and_unusable_ones_get_their_default() -> None:
    answer = ChatCompletionResponse.read(
        {"id": 7, "new": {"a": 1}, "choices": [None, {"index": "x", "text": "t"}], "tool_calls": [{"id": 3}, 4]}
    )
    assert answer.id == ""
    assert answer.model_extra == {"new": {"a": 1}}
    assert [choice.text for choice in answer.choices] == ["t"]
    assert [(call.id, call.name, call.arguments) for call in answer.tool_calls] == [("3", "", "")]


@pytest.mark.parametrize(
    ("asked", "answered", "same"),
    [
        ("m", "m", True),
        ("publisher/m", "M", True),
        ("m", "m:2", True),
        ("m", "m:latest", True),
        ("m@q4", "m", True),
        ("m", "/models/m.gguf", True),
        ("TheBloke/M-GGUF", "TheBloke/M-GGUF/m.Q4_K_M.gguf", True),
        ("m", "other", False),
        ("m:7b", "m:8b", False),
    ],
)
def test_the_same_model_by_another_name(asked: str, answered: str, same: bool) -> None:
    assert same_model(asked, answered) is same
