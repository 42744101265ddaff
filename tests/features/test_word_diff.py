"""A word diff says of both texts what they are, and stays bounded however long they are."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.chat.word_diff import Piece, counted, word_diff, words

SOME = st.lists(
    st.sampled_from(
        ["a", "b", "c", "the", "The", " ", "  ", "\n", "\n\n", ".", ",", "`", "''", "don't", "日本語", "👩\u200d💻"]
    ),
    max_size=60,
).map("".join)


def first(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.before for piece in pieces)


def second(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.after for piece in pieces)


def shown(before: str, after: str) -> str:
    """As git shows it."""
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[piece.kind].format(piece.text) for piece in word_diff(before, after))


@given(SOME | st.text(), SOME | st.text())
def test_both_texts_are_in_it_character_by_character(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert first(pieces) == before
    assert second(pieces) == after


@given(SOME, SOME)
def test_what_is_the_same_differs_in_white_space_at_most(before: str, after: str) -> None:
    for piece in word_diff(before, after):
        if piece.kind == "same":
            assert "".join(piece.before.split()) == "".join(piece.after.split())
        else:
            assert bool(piece.before) is (piece.kind == "removed")
            assert bool(piece.after) is (piece.kind == "added")


@given(SOME, SOME)
def test_neighbours_are_of_different_kinds(before: str, after: str) -> None:
    kinds = [piece.kind for piece in word_diff(before, after)]
    assert all(one != other for one, other in pairwise(kinds))


@given(st.text())
def test_a_text_and_itself_are_the_same(text: str) -> None:
    assert all(piece.kind == "same" for piece in word_diff(text, text))
    assert counted(word_diff(text, text)).share == 1.0


@given(st.text() | SOME)
def test_words_make_the_text(text: str) -> None:
    assert "".join(words(text)) == text


@pytest.mark.parametrize(
    ("before", "after", "diff"),
    [
        ("", "", ""),
        ("", "new", "{+new+}"),
        ("gone", "", "[-gone-]"),
        ("one  two\n", "one two", "one two"),
        ("a quick brown fox", "a quick red fox", "a quick [-brown -]{+red +}fox"),
        ("It costs 3.14 now.", "It costs 3.15 now.", "It costs [-3.14 -]{+3.15 +}now."),
        ("I don't know", "I do know", "I [-don't -]{+do +}know"),
        ("我喜欢猫。", "我喜欢狗。", "我喜欢[-猫-]{+狗+}。"),
        ("first\n\nsecond\n", "first\n\nnew line\n\nsecond\n", "first\n\n{+new line\n\n+}second\n"),
    ],
)
def test_what_a_diff_looks_like(before: str, after: str, diff: str) -> None:
    assert shown(before, after) == diff


def test_a_word_in_common_by_chance_does_not_cut_a_change_in_pieces() -> None:
    before = "Rust returns values and the compiler makes sure somebody looks at them."
    after = "Exceptions fly past everything and nobody knows where they land in the end."
    kinds = [piece.kind for piece in word_diff(before, after)]
    assert kinds == ["removed", "added", "same"]


def test_counts() -> None:
    counts = counted(word_diff("one two three, four", "one two five, four"))
    assert counts == (3, 1, 1)
    assert counts.share == 0.75
    assert counted(()).share == 1.0


def _some_words(count: int, vocabulary: int, seed: int) -> str:
    chance = random.Random(seed)
    return " ".join(f"w{chance.randrange(vocabulary)}" for _ in range(count))


def _some_lines(count: int, seed: int) -> str:
    chance = random.Random(seed)
    return "\n".join(chance.choice("abc") for _ in range(count))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_some_words(25_000, 3_000, 1), _some_words(25_000, 3_000, 2)),
        (_some_words(30_000, 5, 1), _some_words(30_000, 5, 2)),
        (_some_lines(40_000, 1), _some_lines(40_000, 2)),
        ("x" * 100_000, "y" * 100_000),
        ("-+" * 50_000, "+-" * 50_000),
    ],
    ids=["many words", "few words", "short lines", "one word", "marks"],
)
def test_long_texts_are_compared_a_stretch_at_a_time(before: str, after: str) -> None:
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    pieces = word_diff(before, after, step)
    assert first(pieces) == before
    assert second(pieces) == after
    # Each step is bounded, so the number of steps bounds the work.
    assert steps < 50_000


def test_it_can_be_ended() -> None:
    class EndedError(Exception):
        pass

    def end() -> None:
        raise EndedError

    with pytest.raises(EndedError):
        word_diff("a b", "b a", end)
