"""Sizes, parameters, context lengths and times in words, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.models.words import (
    moment_in_words,
    parameters_from_words,
    size_from_words,
    size_in_words,
    tokens_from_words,
    tokens_in_words,
)


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("4.9 GB", 4.9e9),
        ("800mb", 8e8),
        ("2GiB", 2 * 1024**3),
        ("512kib", 512 * 1024),
        ("7", 7e9),
        ("7b", 7),
        ("0.5t", 5e11),
        ("1,000 MB", 1e9),
        ("x", None),
        ("", None),
        ("-3gb", None),
        ("٣gb", None),
    ],
)
def test_sizes(words: str, size: float | None) -> None:
    assert size_from_words(words) == size


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("8B", 8e9),
        ("137M", 137e6),
        ("8x7B", 56e9),
        ("8 × 7B", 56e9),
        ("26B-A4B", 26e9),
        ("E4B", 4e9),
        ("1.5b", 1.5e9),
        ("7", 7e9),
        ("7000000000", 7e9),
        ("1T", 1e12),
        ("big", None),
        ("", None),
        (None, None),
        ("4bit", None),
    ],
)
def test_parameters(words: str | None, count: float | None) -> None:
    assert parameters_from_words(words) == count


@pytest.mark.parametrize(
    ("words", "count"),
    [("8192", 8192), ("8,192", 8192), ("32k", 32768), ("1.5K", 1536), ("1M", 1024**2), ("", None), ("8 kB", None)],
)
def test_tokens(words: str, count: int | None) -> None:
    assert tokens_from_words(words) == count


@given(st.text())
def test_any_text_is_an_amount_or_none(text: str) -> None:
    size_from_words(text)
    parameters_from_words(text)
    tokens_from_words(text)


@given(st.integers(10**9, 10**14))
def test_sizes_there_and_back(size: int) -> None:
    back = size_from_words(size_in_words(size))
    assert back is not None
    assert abs(back - size) <= size * 0.06


@given(st.integers(1, 10**7))
def test_tokens_there_and_back(count: int) -> None:
    back = tokens_from_words(tokens_in_words(count))
    assert back is not None
    assert abs(back - count) <= count * 0.06


NOW = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (NOW - timedelta(hours=1), "08:41"),
        (NOW - timedelta(hours=10), "23:41 yesterday"),
        (NOW - timedelta(days=8), "09:41 on 12 November"),
        (NOW - timedelta(days=400), "09:41 on 16 October 2025"),
        (datetime(2026, 11, 20, 10, 41, tzinfo=timezone(timedelta(hours=2))), "08:41"),
    ],
)
def test_a_moment_seen_from_now(then: datetime, words: str) -> None:
    assert moment_in_words(then, NOW) == words
