"""The word error rate: as few errors as there can be, each at its place, and in time for long texts."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.hearing.alignment import aligned
from lmstudio_tui.features.hearing.word_errors import WordPair, word_errors, words

few = st.lists(st.sampled_from("abcd"), max_size=25)


def distance(first: list[str], second: list[str]) -> int:
    """By the book."""
    row = list(range(len(second) + 1))
    for number, one in enumerate(first, 1):
        last, row = row, [number]
        for at, other in enumerate(second):
            row.append(min(last[at + 1] + 1, row[-1] + 1, last[at] + (one != other)))
    return row[-1]


@given(few, few)
def test_an_alignment_is_the_shortest_and_leaves_nothing_out(first: list[str], second: list[str]) -> None:
    pairs = aligned(first, second)
    here = [one for one, _ in pairs if one is not None]
    there = [other for _, other in pairs if other is not None]
    assert here == list(range(len(first)))
    assert there == list(range(len(second)))
    assert (None, None) not in pairs
    errors = sum(one is None or other is None or first[one] != second[other] for one, other in pairs)
    assert errors == distance(first, second)


def test_each_kind_of_error_is_counted_and_shown() -> None:
    found = word_errors("The quick brown fox jumps", "the quack fox jumps high")
    assert (found.substitutions, found.deletions, found.insertions, found.words) == (1, 1, 1, 5)
    assert round(found.rate, 9) == 0.6
    assert found.pairs[0] == WordPair("The", "the", same=True)
    assert {pair for pair in found.pairs if not pair.same} == {
        WordPair("quick", "quack"),
        WordPair("brown", None),
        WordPair(None, "high"),
    } or {pair for pair in found.pairs if not pair.same} == {
        WordPair("quick", None),
        WordPair("brown", "quack"),
        WordPair(None, "high"),
    }


@pytest.mark.parametrize(
    ("reference", "heard"),
    [
        ("Don’t stop!", "don't stop"),
        ("The ﬁle — it's here.", "the file its here".replace("its", "it's")),
        ("STRASSE", "straße"),
        ("well-known", "well known"),
        ("Ｈｅｌｌｏ", "hello"),
        ("café", "cafe\u0301"),
        ("  a\n\tb  ", "A, b."),
        ("It costs 3.50, doesn't it?", "it costs 3.50 doesn't it"),
        ("「こんにちは」", "こんにちは。"),
        ("", " ... "),
    ],
)
def test_spelling_alone_is_no_error(reference: str, heard: str) -> None:
    found = word_errors(reference, heard)
    assert found.rate == 0
    assert all(pair.same for pair in found.pairs)


@pytest.mark.parametrize(
    ("reference", "heard"), [("2 cups", "two cups"), ("3.5", "35"), ("its", "it's"), ("a.b", "ab")]
)
def test_numbers_and_apostrophes_stay_as_they_are(reference: str, heard: str) -> None:
    assert word_errors(reference, heard).rate > 0


def test_words_are_those_of_a_person() -> None:
    assert [shown for shown, _ in words("Well-known: e.g. 1,000.5 km/h, O'Neill's rock'n'roll! 漢字かな")] == [
        "Well",
        "known",
        "e",
        "g",
        "1,000.5",
        "km",
        "h",
        "O'Neill's",
        "rock'n'roll",
        *"漢字かな",
    ]


def test_a_reference_without_words_has_a_rate_too() -> None:
    assert word_errors("", "").rate == 0
    found = word_errors("…", "noise there")
    assert (found.rate, found.words, found.insertions) == (1.0, 0, 2)
    assert word_errors("one two", "").rate == 1.0
    assert word_errors("one", "one two three").rate == 2.0


def test_long_texts_are_compared_exactly() -> None:
    chance = random.Random(7)
    vocabulary = [f"w{number}" for number in range(3000)]
    said = [chance.choice(vocabulary) for _ in range(20_000)]
    heard = list(said)
    for at in chance.sample(range(20_000), 900):
        heard[at] = "wrong"
    calls: list[None] = []
    found = word_errors(" ".join(said), " ".join(heard), lambda: calls.append(None))
    assert (found.substitutions, found.insertions, found.deletions) == (900, 0, 0)
    assert round(found.rate, 9) == 0.045
    assert calls, "it can be left in the middle"


def test_long_texts_that_have_nothing_in_common_are_no_worse() -> None:
    found = word_errors(" ".join(f"a{n}" for n in range(8000)), " ".join(f"b{n}" for n in range(6000)))
    assert found.substitutions + found.deletions == 8000
    assert found.insertions == 0


def test_comparing_can_be_left() -> None:
    def leave() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        word_errors("a b c", "d e f", leave)


def test_pairs_are_in_order() -> None:
    pairs = aligned(list("abcdef"), list("azced"))
    numbers = [max(-1 if one is None else one, -1 if other is None else other) for one, other in pairs]
    assert all(before <= after + 1 for before, after in pairwise(numbers))
