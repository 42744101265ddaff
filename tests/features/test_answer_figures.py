"""The figures under an answer: what is known, in words, and nothing else."""

from __future__ import annotations

import pytest

from lmstudio_tui.features.chat.figures import figures_line, seconds
from lmstudio_tui.features.chat.live import Delivered, footer_of
from lmstudio_tui.sdk import PartialCompletion, Timings, Usage

USAGE = Usage(prompt_tokens=21, completion_tokens=318, total_tokens=339)
TIMINGS = Timings(duration_ms=8120.0, time_to_first_token_ms=420.0, tokens_per_second=41.3)


def test_everything_that_is_known_is_told_in_one_line() -> None:
    line = figures_line(usage=USAGE, timings=TIMINGS, model="qwen3-8b", finish_reason="stop")
    assert line == "41.3 tok/s · first 420 ms · 318 tokens · 8.12 s · qwen3-8b · stop"


def test_nothing_known_is_an_empty_line() -> None:
    assert figures_line(usage=None, timings=None) == ""


@pytest.mark.parametrize(
    ("timings", "line"),
    [
        (Timings(duration_ms=0.0), ""),
        (Timings(duration_ms=1500.0), "1.50 s"),
        (Timings(duration_ms=0.0, time_to_first_token_ms=0.0), "first 0 ms"),
        (Timings(duration_ms=0.0, tokens_per_second=0.0), "~0.0 tok/s"),
        (Timings(duration_ms=0.0, tokens_per_second=12345.67), "~12,345.7 tok/s"),
    ],
)
def test_a_time_that_was_not_measured_is_left_out(timings: Timings, line: str) -> None:
    assert figures_line(usage=None, timings=timings) == line


def test_large_counts_are_grouped() -> None:
    assert figures_line(usage=Usage(completion_tokens=1_234_567), timings=None) == "1,234,567 tokens"


def test_counts_that_the_client_estimated_are_marked() -> None:
    guessed = Usage(completion_tokens=318, estimated=True)
    assert figures_line(usage=guessed, timings=TIMINGS) == "~41.3 tok/s · first 420 ms · ~318 tokens · 8.12 s"


def test_a_speed_that_the_server_measured_is_not_an_estimate() -> None:
    guessed = Usage(completion_tokens=318, estimated=True)
    measured = Timings(duration_ms=0.0, tokens_per_second=41.3, measured_by="server")
    assert figures_line(usage=guessed, timings=measured) == "41.3 tok/s · ~318 tokens"


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0 ms"),
        (7.4, "7 ms"),
        (420, "420 ms"),
        (999.4, "999 ms"),
        (999.6, "1.00 s"),
        (9_996, "10.0 s"),
        (59_960, "1 min 00 s"),
        (1_000, "1.00 s"),
        (9_500, "9.50 s"),
        (12_340, "12.3 s"),
        (59_900, "59.9 s"),
        (60_000, "1 min 00 s"),
        (119_600, "2 min 00 s"),
        (185_000, "3 min 05 s"),
        (3_600_000, "60 min 00 s"),
    ],
)
def test_durations_as_people_read_them(milliseconds: float, words: str) -> None:
    assert seconds(milliseconds) == words


def test_the_footer_takes_the_model_that_answered_and_how_it_ended() -> None:
    partial = PartialCompletion(text="Hello.", model="qwen3-8b", finish_reason="length", usage=USAGE)
    assert footer_of(Delivered(partial, TIMINGS)).endswith("318 tokens · 8.12 s · qwen3-8b · length")


def test_the_footer_of_an_answer_that_never_began_is_only_its_duration() -> None:
    assert footer_of(Delivered(PartialCompletion(), Timings(duration_ms=250.0))) == "250 ms"
