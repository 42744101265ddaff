"""Reasoning between think tags inside the answer."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.sdk.thinking import ThinkSplitter, fold, split_thinking

PARTS = st.sampled_from(
    ["<think>", "</think>", "<", "<thin", "</", "`", "```\n", "\n", "~~~\n", " a ", "word", "é", "k>"]
)
TEXTS = st.lists(PARTS, max_size=14).map("".join)


def split(deltas: list[str]) -> tuple[str, str]:
    splitter = ThinkSplitter()
    answer, reasoning = "", ""
    for piece in [piece for delta in deltas for piece in splitter.feed(delta)] + splitter.finish():
        answer, reasoning = fold(answer, reasoning, piece)
    return answer, reasoning


@given(TEXTS, st.lists(st.integers(0, 80), max_size=8))
def test_any_split_gives_the_same_answer_and_reasoning(text: str, cuts: list[int]) -> None:
    places = sorted({0, *(min(cut, len(text)) for cut in cuts), len(text)})
    deltas = [text[start:end] for start, end in pairwise(places)]
    assert split(deltas) == split_thinking(text) == split(list(text))


@given(st.text(alphabet="ab<\n ", max_size=60))
def test_what_holds_no_tag_is_unchanged(text: str) -> None:
    assert split_thinking(text) == (text, "")


@pytest.mark.parametrize(
    ("text", "answer", "reasoning"),
    [
        ("<think>why</think>because", "because", "why"),
        ("<think>\nwhy\n</think>\n\nbecause", "because", "why\n"),
        ("why</think>because", "because", "why"),
        ("<think>never closed", "", "never closed"),
        ("Before <think>inside</think> after", "Before  after", "inside"),
        ("Text, then <think> alone", "Text, then <think> alone", ""),
        ("Use `<think>` and `</think>` so", "Use `<think>` and `</think>` so", ""),
        ("```\n<think>\n```\nx", "```\n<think>\n```\nx", ""),
        ("<think>a</think>b <think>c</think>d", "b d", "ac"),
        ("a < b", "a < b", ""),
        ("ends with <thi", "ends with <thi", ""),
    ],
)
def test_examples(text: str, answer: str, reasoning: str) -> None:
    assert split_thinking(text) == (answer, reasoning)


def test_after_reasoning_in_a_field_a_closing_tag_is_text() -> None:
    splitter = ThinkSplitter()
    splitter.note_reasoning()
    assert "".join(piece.text for piece in splitter.feed("a</think>b")) == "a</think>b"


def test_many_tags_in_code_are_not_quadratic() -> None:
    splitter = ThinkSplitter()
    splitter.feed("```\n")
    for _ in range(50_000):
        splitter.feed("<think> and so on, a line of code\n")
    assert splitter.finish() == []
