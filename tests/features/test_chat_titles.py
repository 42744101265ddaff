"""A title from a prompt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.chat.titles import LONGEST, title_of


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("Hello", "Hello"),
        ("# Plan for **today**", "Plan for today"),
        ("\n\n  - [x](http://a) and `b`", "x and b"),
        ("```python\nprint()\n```\nWhy does this fail?", "Why does this fail?"),
        ("```\nonly code\n```", "only code"),
        ("---\nfoo", "foo"),
        ("1. one\n2. two", "one"),
        ("???", "???"),
        ("", ""),
        ("a\x1b[31mb\u202ec", "abc"),
        ("2 * 3 * 4 = ?", "2 * 3 * 4 = ?"),
        (
            "Explain in detail how the transformer attention mechanism works, and why",
            "Explain in detail how the transformer attention mechanism…",
        ),
        ("你好" * 40, "你好" * 29 + "你…"),
    ],
)
def test_the_first_words_that_say_something(prompt: str, title: str) -> None:
    assert title_of(prompt) == title


def test_what_was_sent_along_stands_in() -> None:
    assert title_of(" \n", ["photo.png", "b.png"]) == "photo.png"
    assert title_of("What is it?", ["photo.png"]) == "What is it?"


@pytest.mark.parametrize("prompt", ["`" * 100_000, "[" * 100_000, "**a" * 50_000, "x" * 4_000_000, "~" * 5000 + "\n"])
@pytest.mark.timeout(10)
def test_a_monstrous_prompt_takes_no_time(prompt: str) -> None:
    assert len(title_of(prompt)) <= LONGEST


@given(st.text())
def test_a_title_is_one_short_harmless_line(prompt: str) -> None:
    title = title_of(prompt)
    assert len(title) <= LONGEST
    assert title == title.strip()
    assert title.isprintable() or all(
        each.isprintable() or each.isspace() or each in "\u200c\u200d" or not each.isascii() for each in title
    )
