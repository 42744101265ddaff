"""Where the time went: parts without gaps, and bars that are exactly as long as they should be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.inspector.exchange import Attempt, Summary
from lmstudio_tui.features.inspector.timing import Part, PartName, parts_of, segments, whole_of
from lmstudio_tui.features.inspector.words import compact_of, count_of, duration_of, outcome_of, sentence_of, size_of

NAMES: list[PartName] = ["connect", "tls", "send", "wait", "first token", "stream"]


def named(parts: tuple[Part, ...]) -> dict[str, float]:
    return {part.name: round(part.ms, 6) for part in parts}


def test_all_the_parts_of_a_stream() -> None:
    attempt = Attempt(1, 0.0, 10.0, 20.0, 5.0, headers_ms=100.0, output_ms=150.0, ended_ms=1000.0)
    found = parts_of(attempt, 0.0, stream=True)
    assert named(found) == {
        "connect": 10.0, "tls": 20.0, "send": 5.0, "wait": 65.0, "first token": 50.0, "stream": 850.0,
    }  # fmt: skip
    assert [part.start_ms for part in found] == [0.0, 10.0, 30.0, 35.0, 100.0, 150.0]


def test_a_connection_that_was_used_again_and_a_body() -> None:
    attempt = Attempt(1, 0.0, headers_ms=4.0, ended_ms=5.0)
    assert named(parts_of(attempt, 0.0, stream=False)) == {"wait": 4.0, "body": 1.0}


def test_one_that_goes_on_ends_now() -> None:
    assert named(parts_of(Attempt(1, 0.0), 300.0, stream=False)) == {"wait": 300.0}
    assert named(parts_of(Attempt(1, 0.0, headers_ms=100.0), 300.0, stream=True)) == {"wait": 100.0, "stream": 200.0}
    # One that begins after a pause has not begun.
    assert parts_of(Attempt(2, 500.0), 300.0, stream=True) == ()


@pytest.mark.parametrize("error", ["ServerRefusedError", "NameResolutionError", "TLSError"])
def test_one_that_never_connected(error: str) -> None:
    attempt = Attempt(1, 0.0, ended_ms=30.0, error=error)
    assert named(parts_of(attempt, 0.0, stream=False)) == {"connect": 30.0}


def test_what_came_before_the_last_attempt_is_one_part() -> None:
    attempts = (Attempt(1, 0.0, headers_ms=5.0, ended_ms=10.0), Attempt(2, 260.0, headers_ms=300.0, ended_ms=310.0))
    assert named(whole_of(attempts, 0.0, stream=False)) == {"retries": 260.0, "wait": 40.0, "body": 10.0}
    assert whole_of((), 10.0, stream=False) == ()


@given(
    st.lists(st.one_of(st.none(), st.floats(0, 1e5)), min_size=6, max_size=6),
    st.floats(0, 1e6),
    st.floats(0, 1e6),
    st.booleans(),
)
def test_parts_have_no_gaps_whatever_was_measured(
    values: list[float | None], start: float, now: float, stream: bool
) -> None:
    connect, tls, send, headers, output, ended = values
    attempt = Attempt(1, start, connect, tls, send, headers, output, ended)
    found = parts_of(attempt, now, stream=stream)
    at = start
    for part in found:
        assert part.ms > 0
        assert abs(part.start_ms - at) < 1e-6
        at += part.ms


@given(st.lists(st.floats(0, 1e7), max_size=8), st.integers(0, 200))
def test_a_bar_is_as_long_as_it_should_be(durations: list[float], width: int) -> None:
    parts = [Part(NAMES[index % 6], float(index), ms) for index, ms in enumerate(durations)]
    found = segments(parts, width)
    shown = [part for part in parts if part.ms > 0]
    assert sum(segment.cells for segment in found) == (width if shown and width > len(shown) else len(found))
    assert all(segment.cells >= 1 for segment in found)
    assert len(found) == min(len(shown), width)
    if width >= 2 * len(shown) and len(found) > 1:
        order = sorted(range(len(found)), key=lambda index: shown[index].ms)
        # Of two that are alike, one may have the cell that is left over.
        assert found[order[-1]].cells >= found[order[0]].cells - 1


def test_bars_are_proportional() -> None:
    parts = [Part("wait", 0.0, 250.0), Part("stream", 250.0, 750.0)]
    assert [tuple(segment) for segment in segments(parts, 40)] == [("wait", 10), ("stream", 30)]
    assert [segment.cells for segment in segments([Part("wait", 0, 1), Part("stream", 1, 9999)], 8)] == [1, 7]


# Words


@pytest.mark.parametrize(
    ("ms", "words", "compact"),
    [
        (None, "", ""),
        (0.04, "0.0 ms", "0.0 ms"),
        (0.44, "0.4 ms", "0.4 ms"),
        (5.6, "6 ms", "6 ms"),
        (999.4, "999 ms", "999 ms"),
        (999.9, "1.00 s", "1.00 s"),
        (2414.0, "2.41 s", "2.41 s"),
        (59_940.0, "59.9 s", "59.9 s"),
        (59_960.0, "1 min 00 s", "1m00s"),
        (754_000.0, "12 min 34 s", "12m34s"),
        (7_380_000.0, "2 h 03 min", "2h03m"),
    ],
)
def test_durations(ms: float | None, words: str, compact: str) -> None:
    assert duration_of(ms) == words
    assert compact_of(ms) == compact


@given(st.floats(0, 3.5e8))
def test_compact_durations_are_short(ms: float) -> None:
    assert len(compact_of(ms)) <= 6


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (14_210, "14.2 kB"), (412_000, "412 kB"), (5_000_000, "5.0 MB"), (10**9, "1.0 GB")],
)
def test_sizes(size: int, words: str) -> None:
    assert size_of(size) == words


def test_counts() -> None:
    assert [count_of(1, "event"), count_of(12_000, "event")] == ["1 event", "12,000 events"]


@pytest.mark.parametrize(
    ("values", "word", "sentence"),
    [
        ({"state": "waiting"}, "◌ waiting", "is waited for"),
        ({"state": "receiving", "status": 200}, "▸ 200 …", "coming in"),
        ({"state": "ok", "status": 201}, "✓ 201", "Done in 12 ms, status 201"),
        ({"state": "failed", "status": 404, "error": "ModelNotFoundError", "message": "gone"}, "✗ 404", "404: gone"),
        ({"state": "failed", "error": "ServerRefusedError", "message": "no"}, "✗ refused", "no answer: no"),
        ({"state": "failed", "status": 200, "error": "ConnectionLostError"}, "✗ cut off", "Failed after 12 ms"),
        ({"state": "failed", "status": 200, "error": "BadRequestError"}, "✗ 200", "status 200."),
        ({"state": "stopped", "outcome": "cancelled"}, "■ stopped", "Stopped after"),
        ({"state": "stopped", "outcome": "abandoned"}, "■ closed", "Closed after"),
    ],
)
def test_outcomes(values: dict[str, object], word: str, sentence: str) -> None:
    summary = Summary("a", "GET", "http://x/v1", "/v1", 0.0, duration_ms=12.0, **values)  # pyright: ignore[reportArgumentType]
    assert outcome_of(summary) == word
    assert len(word) <= 9
    assert sentence in sentence_of(summary)
