"""Going on with an answer: what is repeated is cut once, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.chat.joining import Joiner, joined

FOX = "The quick brown fox jum"


@pytest.mark.parametrize(
    ("before", "more", "whole"),
    [
        (FOX, "ps over the dog.", "The quick brown fox jumps over the dog."),
        (FOX, f"{FOX}ps over the dog.", "The quick brown fox jumps over the dog."),
        (FOX, f"\n\n{FOX}ps", "The quick brown fox jumps"),
        (FOX, " brown fox jumps", "The quick brown fox jumps"),
        (FOX, "quick brown fox jumps", "The quick brown fox jumps"),
        (FOX, "", FOX),
        (FOX, FOX, FOX),
        (FOX, "The slow brown fox", f"{FOX}The slow brown fox"),
        ("", "Hello", "Hello"),
        ("hel", "lo", "hello"),
        ("1", "10", "110"),
        ("ha ", "ha ha", "ha ha"),
        ("| a | b |\n|--------------", "--------------|", "| a | b |\n|----------------------------|"),
        ("x = 1\nx = 1\nx = 1\n", "x = 1\nx = 1\ny = 2", "x = 1\nx = 1\nx = 1\nx = 1\nx = 1\ny = 2"),
        ("to be or not", " to be", "to be or not to be"),
    ],
)
def test_what_was_there_and_what_came(before: str, more: str, whole: str) -> None:
    assert joined(before, more) == whole


def test_words_that_are_said_twice_stay() -> None:
    assert joined("It was very, very ", "very, very good.") == "It was very, very very, very good."


def test_a_repetition_is_cut_once() -> None:
    assert joined(FOX, f"{FOX}{FOX}ps") == f"{FOX}{FOX}ps"


def test_new_text_is_not_held_back() -> None:
    joiner = Joiner(FOX)
    assert joiner.feed("ps") == "ps"
    assert joiner.feed(" over the qui") == " over the qui"
    assert joiner.flush() == ""


def test_what_was_held_back_comes_with_the_first_new_piece() -> None:
    joiner = Joiner(f"{FOX}ps over the dog")
    assert joiner.feed(" over") == ""
    assert joiner.feed(" there") == " over there"
    assert joiner.feed(" now") == " now"


def test_a_long_answer_that_is_repeated_from_its_beginning_is_cut_too() -> None:
    before = " ".join(str(number) for number in range(3000))
    assert joined(before, before + " and on") == before + " and on"


@given(
    st.text("ab \n", max_size=40),
    st.lists(st.text("ab \n", max_size=8), max_size=8),
    st.text("abcdefg", max_size=40),
    st.integers(0, 40),
)
def test_pieces_come_to_the_same_as_the_whole(before: str, pieces: list[str], letters: str, repeated: int) -> None:
    before += letters
    pieces = [before[-repeated:] if repeated else "", *pieces]
    joiner = Joiner(before)
    answer = before + "".join(joiner.feed(piece) for piece in pieces) + joiner.flush()
    assert answer == joined(before, "".join(pieces))
    assert "".join(pieces).endswith(answer[len(before) :])
