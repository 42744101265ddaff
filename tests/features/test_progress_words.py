"""How far something is, in words of a fixed width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.progress import Pace, amount_in_words, duration_in_words, percent_in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1:00 min"),
        (3599, "59:59 min"),
        (3600, "1:00 h"),
        (90_061, "25:01 h"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration_in_words(seconds) == words


@given(st.none() | st.floats(0, 1))
def test_percents_are_five_columns_and_never_too_many(fraction: float | None) -> None:
    text = percent_in_words(fraction)
    assert len(text) == 5
    assert ("100" in text) == (fraction == 1)


def test_amounts() -> None:
    assert amount_in_words(None, None) == ""
    assert amount_in_words(None, 4_300_000_000) == "4.3 GB"
    assert amount_in_words(2_600_000_000, 4_300_000_000) == "2.6 GB of 4.3 GB"
    assert amount_in_words(2_600_000_000, None) == "2.6 GB"


def test_the_pace_is_that_of_the_last_looks() -> None:
    pace = Pace()
    assert pace.per_second is None
    pace.look(0, None)
    pace.look(1, 100)
    assert pace.per_second is None
    pace.look(1, 100)
    assert pace.per_second is None, "no time has gone by"
    pace.look(3, 500)
    assert pace.per_second == 200
    for second in range(4, 20):
        pace.look(second, 500)
    assert pace.per_second == 0
    pace.look(20, 10)
    assert pace.per_second is None, "it has begun anew"
