"""What becomes of an answer: how it ended, and the message that is kept of it."""

from __future__ import annotations

from typing import Any

import pytest

from lmstudio_tui.features.chat.answers import (
    another_model,
    answered,
    crashed,
    effort_of,
    ending,
    figures_of,
    phases_of,
    thought_label,
)
from lmstudio_tui.features.chat.live import Course, Delivered
from lmstudio_tui.sdk import (
    AuthenticationError,
    LMStudioError,
    PartialCompletion,
    RequestCancelledError,
    ServerConnectionError,
    StreamInterruptedError,
    StreamWarning,
    TextDelta,
    Timings,
    Usage,
)
from lmstudio_tui.sdk.types.chat import FunctionCall, ToolCall
from lmstudio_tui.store.library.records import Message


def answer(**fields: Any) -> Message:
    return Message(id="a", conversation_id="c", parent_id="p", role="assistant", **fields)


def delivered(text: str = "", *, error: LMStudioError | None = None, **partial: Any) -> Delivered:
    timings = Timings(duration_ms=120.0, time_to_first_token_ms=20.0, tokens_per_second=50.0)
    return Delivered(PartialCompletion(text=text, **partial), timings, error=error)


# How it ends


@pytest.mark.parametrize(
    ("error", "has_output", "status", "words"),
    [
        (None, True, "complete", ""),
        (RequestCancelledError("Cancelled."), True, "stopped", "Stopped. What had arrived is kept."),
        (RequestCancelledError("Cancelled."), False, "stopped", "Stopped before anything came."),
        (StreamInterruptedError("It was cut"), True, "interrupted", "It was cut. What arrived is kept; Alt+M goes on"),
        (StreamInterruptedError("It was cut."), False, "interrupted", "It was cut. Ctrl+R asks again."),
        (AuthenticationError("No key", status=401), False, "failed", "No key. F6 types a key; then Ctrl+R"),
        (ServerConnectionError("Nothing listens", hint="Start it"), False, "failed", "Nothing listens. Start it. Ctrl"),
        (LMStudioError("Odd!", hint=""), True, "failed", "Odd!  Ctrl+R asks again."),
    ],
)
def test_the_end_is_told_with_what_to_do_next(
    error: LMStudioError | None, has_output: bool, status: str, words: str
) -> None:
    found, note = ending(error, has_output)
    assert found == status
    assert " ".join(note.split()).startswith(" ".join(words.split()))
    assert bool(note) == bool(words)


def test_a_defect_of_the_app_is_named_without_its_text() -> None:
    message = crashed(answer(text="so far"), ValueError("sk-secret"))
    assert message.status == "failed"
    assert message.text == "so far"
    assert "ValueError" in message.note
    assert "secret" not in message.note


# What is kept


def test_an_answer_is_kept_with_its_figures() -> None:
    usage = Usage(prompt_tokens=21, completion_tokens=3, total_tokens=24)
    given = delivered("Hi", reasoning="Hm", model="m-2", finish_reason="stop", usage=usage)
    kept = answered(answer(requested_model="m-1"), given)
    assert (kept.text, kept.reasoning, kept.model, kept.requested_model) == ("Hi", "Hm", "m-2", "m-1")
    assert kept.status == "complete"
    assert kept.note == ""
    assert kept.usage is not None
    assert kept.usage["completion_tokens"] == 3
    assert kept.stats is not None
    assert kept.stats["time_to_first_token_ms"] == 20.0
    assert kept.finish_reason == "stop"


def test_the_phases_of_the_server_count_more_than_those_of_the_client() -> None:
    course = Course()
    course.apply(TextDelta("x"))
    told = Delivered(PartialCompletion(text="x"), Timings(duration_ms=9.0), course=course, phases=(("load", 8.0),))
    assert phases_of(answered(answer(), told)) == (("load", 8.0),)
    seen = Delivered(PartialCompletion(text="x"), Timings(duration_ms=9.0), course=course)
    assert [name for name, _ in phases_of(answered(answer(), seen))] == ["wait", "answer"]


def test_what_was_remarked_on_the_way_is_kept_once() -> None:
    course = Course()
    for _ in range(2):
        course.apply(StreamWarning(code="odd", message="Odd bytes came."))
    cut = StreamInterruptedError("It was cut.")
    kept = answered(
        answer(), Delivered(PartialCompletion(text="x"), Timings(duration_ms=1.0), error=cut, course=course)
    )
    assert kept.note.splitlines()[0].startswith("It was cut.")
    assert kept.note.count("Odd bytes came.") == 1


def test_each_call_has_an_id_of_its_own() -> None:
    calls = tuple(ToolCall(id=name, function=FunctionCall(name="f", arguments="{}")) for name in ("1", "1", "", ""))
    kept = answered(answer(), delivered(tool_calls=calls)).tool_calls
    assert len({call.id for call in kept}) == 4
    assert kept[0].id == "1"
    assert all(call.id for call in kept)


def test_an_answer_that_was_gone_on_with_has_both_parts() -> None:
    begun = answer(text="One", reasoning="R", usage={"completion_tokens": 10, "total_tokens": 30}, model="m-1")
    usage = Usage(prompt_tokens=30, completion_tokens=5, total_tokens=35)
    kept = answered(begun, delivered(" two", usage=usage), lambda more: begun.text + more)
    assert kept.text == "One two"
    assert kept.reasoning == "R"
    assert kept.usage is not None
    assert kept.usage["completion_tokens"] == 15
    assert kept.model == "m-1"
    without = answered(begun, delivered(" two"), lambda more: begun.text + more)
    assert without.usage == begun.usage


def test_an_answer_that_was_gone_on_with_counts_what_can_be_counted() -> None:
    begun = answer(text="One", usage={"completion_tokens": "many"})
    kept = answered(begun, delivered(" two", usage=Usage(completion_tokens=5)), lambda more: begun.text + more)
    assert kept.usage is not None
    assert kept.usage["completion_tokens"] == 5


# What is shown of it


def test_figures_are_those_that_were_kept() -> None:
    usage = Usage(prompt_tokens=21, completion_tokens=3, total_tokens=24)
    kept = answered(answer(), delivered("Hi", model="m-2", finish_reason="stop", usage=usage))
    assert figures_of(kept) == "50.0 tok/s · first 20 ms · 3 tokens · 120 ms · m-2 · stop"
    assert effort_of(kept) == (3, 120.0)
    assert figures_of(Message(id="u", conversation_id="c", parent_id=None, role="user", text="x")) == ""
    assert figures_of(answer()) == ""
    assert effort_of(answer()) == (0, 0.0)


@pytest.mark.parametrize(
    "fields",
    [
        {"usage": {"completion_tokens": None}},
        {"usage": {"completion_tokens": "many", "reasoning_tokens": "x", "unknown": []}},
        {"stats": {"duration_ms": "long"}},
        {"stats": {"duration_ms": None, "measured_by": 3}},
        {"stats": {"duration_ms": float("inf")}},
        {"stats": {"duration_ms": float("nan"), "time_to_first_token_ms": float("inf")}},
        {"stats": {"duration_ms": 1.0, "tokens_per_second": float("inf")}},
        {"stats": {"phases": 3}},
        {"stats": {"phases": {"a": 1}}},
        {"stats": {"phases": [None, 3, {}, {"name": "thought"}, {"name": "x", "ms": "y"}, {"name": 1, "ms": 10**400}]}},
        {"stats": {"phases": [{"name": "thought", "ms": float("nan")}, {"name": "answer", "ms": -1}]}},
        {"stats": {"phases": [{"name": "thought", "ms": 5}], "reasoning_deltas": "x"}},
    ],
)
def test_what_somebody_else_has_written_stops_nothing(fields: dict[str, Any]) -> None:
    message = answer(text="x", reasoning="r", **fields)
    assert isinstance(figures_of(message), str)
    assert all(milliseconds >= 0 for _, milliseconds in phases_of(message))
    assert isinstance(thought_label(message), str)
    assert effort_of(message)[0] == 0


def test_the_thought_is_told_with_what_is_known_of_it() -> None:
    phases = {"phases": [{"name": "wait", "ms": 5}, {"name": "thought", "ms": 2400}]}
    assert thought_label(answer(reasoning="r", stats=phases)) == "thought for 2.40 s"
    counted = answer(reasoning="r", stats=phases, usage={"reasoning_tokens": 1312})
    assert thought_label(counted) == "thought for 2.40 s (1,312 tokens)"
    guessed = answer(reasoning="r", stats={**phases, "reasoning_deltas": 312})
    assert thought_label(guessed) == "thought for 2.40 s (~312 tokens)"
    assert thought_label(answer(stats=phases)) == ""
    assert thought_label(answer(reasoning="r")) == ""


@pytest.mark.parametrize(
    ("asked", "came", "warned"),
    [
        ("qwen3-8b", "qwen3-8b", False),
        ("qwen/qwen3-8b", "Qwen3-8B", False),
        ("qwen3-8b@q4_k_m", "qwen3-8b", False),
        ("llama3.2", "llama3.2:latest", False),
        ("C:\\models\\a.gguf", "a", False),
        ("qwen3-8b", "llama-3", True),
        (None, "llama-3", False),
        ("qwen3-8b", "", False),
    ],
)
def test_another_model_is_warned_of(asked: str | None, came: str, warned: bool) -> None:
    said = another_model(answer(requested_model=asked, model=came))
    assert bool(said) == warned
    assert not warned or (came in said and str(asked) in said)
