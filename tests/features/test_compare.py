"""Comparing answers, without a screen: names, figures, the best ones, whose turn it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.chat.compare import (
    Contestant,
    Question,
    Turns,
    best_of,
    ending_words,
    figures_of,
    labels_of,
    parameters_after,
    state_of,
    thread_after,
    why_not,
)
from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.features.chat.thread import Thread
from lmstudio_tui.sdk import RequestCancelledError, ServerConnectionError
from lmstudio_tui.store.library.records import Message

WARM = Parameters(values={"temperature": 0.9})


def answer(id_: str, speed: float | None = None, first: float | None = None, **more: Any) -> Message:
    stats = {"tokens_per_second": speed, "time_to_first_token_ms": first, "duration_ms": 1500.0}
    known = {name: value for name, value in stats.items() if value is not None}
    values: dict[str, Any] = {"text": "Yes.", "stats": known, **more}
    return Message(id=id_, conversation_id="c", parent_id="p", role="assistant", **values)


def test_a_model_that_is_asked_twice_is_told_apart_by_its_parameters() -> None:
    one, other = Contestant("qwen"), Contestant("qwen", WARM, "warm")
    assert labels_of([one, other, Contestant("gemma")]) == ("qwen · own parameters", "qwen · warm", "gemma")


def test_what_one_is_asked_with_in_words() -> None:
    assert Contestant("qwen").with_words == "as the conversation"
    assert Contestant("qwen").short_words == ""
    assert Contestant("qwen", WARM).with_words == "as the conversation: temp 0.9"
    assert Contestant("qwen", WARM).short_words == "temp 0.9"
    assert Contestant("qwen", WARM, "wa\x1b[31mrm").with_words == "preset warm: temp 0.9"


def test_what_is_missing_before_it_can_begin() -> None:
    two = [Contestant("a"), Contestant("a")]
    assert why_not(" ", two).startswith("Type a prompt")
    assert why_not("Hello", two[:1]).startswith("Choose two")
    assert why_not("Hello", two) == ""
    assert why_not("", two, attached=True) == ""


def test_figures_that_are_known_are_told_and_estimates_are_marked() -> None:
    whole = answer(
        "1", 41.3, 420.0, usage={"completion_tokens": 1318, "estimated": False}, finish_reason="stop", model="m"
    )
    words = {figure.name: figure.words for figure in figures_of(whole, {"first"})}
    assert words == {
        "speed": "41.3 tok/s",
        "first": "420 ms",
        "tokens": "1,318",
        "time": "1.50 s",
        "end": "stop",
        "model": "m",
    }
    assert [figure.name for figure in figures_of(whole, {"first"}) if figure.best] == ["first"]
    guessed = replace(whole, usage={"completion_tokens": 1318, "estimated": True})
    assert [figure.words for figure in figures_of(guessed)][:3] == ["~41.3 tok/s", "420 ms", "~1,318"]
    assert figures_of(None) == ()
    assert figures_of(replace(whole, stats={"duration_ms": "?"}, usage=None, finish_reason=None, model="")) == ()


def test_the_best_is_the_highest_speed_and_the_earliest_first_token() -> None:
    best = best_of([answer("1", 40.0, 500.0), answer("2", 30.0, 100.0), answer("3")])
    assert best == {"1": {"speed"}, "2": {"first"}, "3": set()}


def test_what_looks_the_same_is_equally_good() -> None:
    assert best_of([answer("1", 40.04), answer("2", 40.01)]) == {"1": {"speed"}, "2": {"speed"}}


@pytest.mark.parametrize("other", [answer("2", 50.0, status="failed"), answer("2", 50.0, text=""), answer("2")])
def test_nothing_is_best_without_something_to_compare_with(other: Message) -> None:
    assert best_of([answer("1", 40.0), other]).get("1") == frozenset()


def test_how_far_an_answer_is() -> None:
    states = [
        state_of(answer("1", status=status)) for status in ("streaming", "complete", "stopped", "failed", "interrupted")
    ]
    assert states == ["answering", "done", "stopped", "failed", "failed"]


def test_how_an_answer_ended_in_words() -> None:
    lost = ServerConnectionError("Nothing answers", hint="Start the server")
    assert ending_words(lost, answer("1", status="failed")) == "Nothing answers. Start the server. r asks again."
    cancelled = RequestCancelledError("The request was cancelled.")
    stopped = answer("1", status="stopped")
    assert ending_words(cancelled, stopped) == "Stopped. What had arrived is kept. r asks again."
    assert ending_words(cancelled, replace(stopped, text="")) == "Stopped. r asks again."
    assert ending_words(None, answer("1", note="Tried once more.")) == "Tried once more."


def test_an_answer_begins_below_the_prompt() -> None:
    prompt = Message(id="p", conversation_id="c", parent_id="a0", role="user", text="Hello")
    before = answer("a0")
    question = Question(prompt, (before,))
    assert question.path == (before, prompt)
    begun = question.answer(Contestant("qwen", WARM), lambda: "new", 5.0)
    assert (begun.id, begun.parent_id, begun.conversation_id, begun.status) == ("new", "p", "c", "streaming")
    assert (begun.requested_model, begun.parameters, begun.created_at) == ("qwen", {"temperature": 0.9}, 5.0)


def test_one_after_the_other() -> None:
    turns = Turns()
    turns.line_up(0)
    turns.line_up(1)
    turns.line_up(1)
    assert [turns.next(), turns.next()] == [0, None]
    turns.line_up(0)
    turns.ended(0)
    assert [turns.next(), turns.next()] == [1, None]
    assert not turns.skip(1)
    turns.ended(1)
    assert not turns.going_on


def test_one_that_waits_can_be_left_out() -> None:
    turns = Turns(waiting=[0, 1, 2])
    assert turns.skip(1)
    assert turns.next() == 0
    turns.ended(0)
    assert turns.next() == 2


@given(st.lists(st.sampled_from(["line up", "next", "end", "skip"])), st.booleans())
def test_never_two_at_a_time_unless_it_is_wanted(steps: list[str], at_once: bool) -> None:
    turns = Turns(at_once)
    for number, step in enumerate(steps):
        match step:
            case "line up":
                turns.line_up(number % 4)
            case "next":
                turns.next()
            case "end":
                turns.ended(min(turns.asked, default=0))
            case _:
                turns.skip(number % 4)
        assert at_once or len(turns.asked) <= 1
        assert not turns.asked & set(turns.waiting)


def test_the_conversation_goes_on_with_the_answer_that_was_kept() -> None:
    before = Message(id="p0", conversation_id="c", parent_id=None, role="user", text="Before", created_at=1.0)
    prompt = replace(before, id="p", parent_id="p0", created_at=2.0)
    answers = [answer("a1", created_at=3.0), answer("a2", created_at=4.0)]
    thread = thread_after(Thread((before,), "p0"), [prompt, *answers], "a2")
    assert [message.id for message in thread.path] == ["p0", "p", "a2"]
    assert thread.position("a2") == (2, 2)
    assert thread_after(Thread((before,), "p0"), [prompt, *answers], None).head == "a1"
    assert thread_after(Thread(), [replace(prompt, parent_id=None)], None).head == "p"
    assert thread_after(thread, [], None) is thread


def test_and_with_the_parameters_that_it_was_asked_with() -> None:
    own, extra = Parameters(values={"temperature": 0.2}), WARM.with_extra("mirostat", 2)
    assert parameters_after(answer("a", parameters=own.record), own, [WARM]) is None
    assert parameters_after(answer("a", parameters=extra.record), own, [WARM, extra]) == extra
    assert parameters_after(answer("a", parameters={"seed": 1}), own, [WARM]) is None
