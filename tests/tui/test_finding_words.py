"""What is like what somebody types to find it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.style import Style

from lmstudio_tui.tui.finding_words import likeness, painted

QUIT = (("Quit", 3.0), ("Leave the app", 2.0), ("Quit · Ctrl+Q", 1.0))
PANE = (("Models", 3.0), ("Go to Models", 2.0), ("Models · Ctrl+O 2", 1.0))


@pytest.mark.parametrize("query", ["quit", "Leave", "app leave", "ctrl+q", "QUIT app", "lta", "leap"])
def test_what_is_found(query: str) -> None:
    assert likeness(query, *QUIT) > 0


@pytest.mark.parametrize("query", ["", "  ", "copy", "quit copy", "qit", "l", "xl", "eave", "ppa"])
def test_what_is_not_found_or_hardly(query: str) -> None:
    assert likeness(query, *QUIT) <= 2.0
    if query not in {"l", "eave"}:
        assert likeness(query, *QUIT) == 0


def test_the_better_comes_first() -> None:
    assert likeness("quit", *QUIT) > likeness("qui", *QUIT) > likeness("leave", *QUIT) > likeness("ctrl", *QUIT)
    assert likeness("leave", *QUIT) > likeness("eave", *QUIT) > likeness("lta", *QUIT) > 0
    assert likeness("models", *PANE) > likeness("go", *PANE) > likeness("gtm", *PANE) > 0


def test_letters_are_painted_where_they_are_and_signs_are_no_markup() -> None:
    bold = Style(bold=True)
    shown = painted("Open [red]about otters", "otters open", bold)
    assert shown.plain == "Open [red]about otters"
    assert [(span.start, span.end) for span in shown.spans] == [(16, 22), (0, 4)]
    assert painted("Go to Models", "gtm", None).spans == []


SEEN = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40)


@given(st.text(max_size=20), SEEN)
def test_any_text_may_be_typed_and_searched(query: str, line: str) -> None:
    assert likeness(query, (line, 1.0)) >= 0
    assert painted(line, query, None).plain == line


def test_a_long_title_holds_nothing_up() -> None:
    began = time.thread_time()
    assert likeness("e" * 40, ("the same letters over and over " * 40, 1.0)) == 0
    assert time.thread_time() - began < 1
