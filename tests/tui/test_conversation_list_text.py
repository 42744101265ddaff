"""What stands in the lines of the list of conversations: days, texts cut around what was found, symbols and words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from lmstudio_tui.store.library.records import Conversation, Hit
from lmstudio_tui.tui.widgets.conversation_list.layout import Calendar, lines_of
from lmstudio_tui.tui.widgets.conversation_list.marking import fitted, pieces_of
from lmstudio_tui.tui.widgets.conversation_list.painting import STYLES, LinePainter, Look
from lmstudio_tui.tui.widgets.conversation_list.states import States

NOW = datetime(2026, 11, 20, 9, 41, tzinfo=timezone(timedelta(hours=1)))
PLAIN: dict[str, Style] = dict.fromkeys(STYLES, Style.null())


def ago(**time: float) -> float:
    return (NOW - timedelta(**time)).timestamp()


@pytest.mark.parametrize(
    ("moment", "group", "when"),
    [
        (ago(minutes=1), "Today", "09:40"),
        (ago(hours=9, minutes=41), "Today", "00:00"),
        (ago(hours=9, minutes=42), "Yesterday", "Thu 23:59"),
        (ago(days=-2), "Today", "09:41"),
        (ago(days=2), "Previous 7 days", "Wed 09:41"),
        (ago(days=7), "Previous 7 days", "Fri 09:41"),
        (ago(days=8), "November", "12 Nov"),
        (ago(days=30), "October", "21 Oct"),
        (ago(days=400), "October 2025", "Oct 2025"),
        (0.0, "Earlier", ""),
        (-1e18, "Earlier", ""),
    ],
)
def test_days_are_called_as_people_call_them(moment: float, group: str, when: str) -> None:
    calendar = Calendar(NOW)
    assert calendar.group(moment) == group
    assert calendar.when(moment) == when


def test_a_time_that_is_none_is_not_said() -> None:
    assert Calendar(NOW).when(1e18) == ""


def test_pinned_ones_come_first_and_each_day_has_one_heading() -> None:
    hits = [
        Hit(Conversation(id="pin", pinned=True, updated_at=ago(days=90))),
        Hit(Conversation(id="a", updated_at=ago(hours=1))),
        Hit(Conversation(id="b", updated_at=ago(hours=2))),
        Hit(Conversation(id="c", updated_at=ago(hours=20))),
    ]
    lines, starts = lines_of(hits, Calendar(NOW), searching=False)
    assert [line.text or line.at for line in lines] == ["Pinned", 0, "Today", 1, 2, "Yesterday", 3]
    assert starts == [1, 3, 4, 6]


def test_what_was_found_stands_below_its_title_and_nothing_below_a_title_that_was_found() -> None:
    hits = [Hit(Conversation(id="a"), "a text", message_id="m"), Hit(Conversation(id="b"), title_marks=((0, 1),))]
    lines, starts = lines_of(hits, Calendar(NOW), searching=True)
    assert [(line.at, line.part) for line in lines] == [(0, "title"), (0, "snippet"), (1, "title")]
    assert starts == [0, 2]


def test_what_was_found_is_marked() -> None:
    assert pieces_of("error handling in Rust", [(18, 22), (0, 5)]) == [
        ("error", True),
        (" handling in ", False),
        ("Rust", True),
    ]


def test_marks_may_overlap_or_reach_beyond_the_text() -> None:
    assert pieces_of("abcdef", [(0, 3), (2, 4), (5, 99), (50, 60)]) == [
        ("abc", True),
        ("d", True),
        ("e", False),
        ("f", True),
    ]


def test_text_from_elsewhere_acts_on_no_terminal_and_keeps_its_marks() -> None:
    assert pieces_of("\x1b[31mred\x1b[0m\nand\u202e more", [(5, 8)]) == [("red", True), (" and more", False)]


def test_a_text_that_is_too_long_shows_what_was_found() -> None:
    text = "a long explanation of many things, and then the word needle and much that follows it"
    at = text.index("needle")
    pieces, cells = fitted(pieces_of(text, [(at, at + 6)]), 24)
    assert ("needle", True) in pieces
    assert pieces[0] == ("…", False)
    assert pieces[-1][0].endswith("…")
    assert cells <= 24


def test_the_beginning_stays_where_what_was_found_is_in_it() -> None:
    pieces, _ = fitted(pieces_of("needle in a long explanation of many things", [(0, 6)]), 20)
    assert "".join(text for text, _ in pieces) == "needle in a long ex…"


@given(
    st.text(st.characters(codec="utf-8"), max_size=80),
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), max_size=4),
    st.integers(1, 60),
)
def test_no_text_is_wider_than_its_room(text: str, marks: list[tuple[int, int]], width: int) -> None:
    pieces, cells = fitted(pieces_of(text, marks), width)
    assert cells <= width
    assert cell_len("".join(piece for piece, _ in pieces)) <= width


def painted(hit: Hit, width: int, states: States | None = None, look: Look | None = None) -> str:
    painter = LinePainter(width, PLAIN, Calendar(NOW), states or States())
    strip = painter.title(hit, look or Look())
    assert strip.cell_length == width
    return strip.text


def test_a_title_says_when_and_what_goes_on_where_there_is_room() -> None:
    hit = Hit(Conversation(id="a", title="Rust vs Go", updated_at=ago(hours=1), draft="and"))
    states = States(open=frozenset("a"), streaming=frozenset("a"))
    assert painted(hit, 60, states).split() == ["●", "Rust", "vs", "Go", "answering", "·", "draft", "08:41"]
    assert painted(hit, 26, States(streaming=frozenset("a"))).split() == ["●", "Rust", "vs", "Go", "answering"]


def test_a_symbol_is_left_where_there_is_no_room() -> None:
    hit = Hit(Conversation(id="a", title="Why the server answers nothing", updated_at=ago(hours=1)))
    assert painted(hit, 22, States(interrupted=frozenset("a"))) == " ! Why the server an… "


def test_an_interrupted_answer_is_said_though_the_title_is_long() -> None:
    hit = Hit(Conversation(id="a", title="Why the server answers nothing " * 3, updated_at=ago(hours=1)))
    assert "…  interrupted     08:41 " in painted(hit, 60, States(interrupted=frozenset("a")))


def test_the_line_of_the_cursor_is_not_told_by_its_colour_alone() -> None:
    hit = Hit(Conversation(id="a", title="Haiku"))
    assert painted(hit, 30, look=Look(cursor=True)).startswith("▌")


@pytest.mark.parametrize(
    ("title", "draft", "shown"),
    [("", "", "New chat"), ("", "half a\nsentence", "half a sentence"), (" \x1b ", "", "New")],
)
def test_a_conversation_without_a_title_has_a_name(title: str, draft: str, shown: str) -> None:
    assert shown in painted(Hit(Conversation(id="a", title=title, draft=draft)), 40)


def test_while_searching_it_is_said_what_is_pinned() -> None:
    hit = Hit(Conversation(id="a", title="Haiku", pinned=True))
    assert "pinned" in painted(hit, 60, look=Look(searching=True))
    assert "pinned" not in painted(hit, 60)


def test_wide_letters_fill_their_line_exactly() -> None:
    for width in range(10, 60):
        painted(Hit(Conversation(id="a", title="数独を解く 🧩👨‍👩‍👧 アルゴリズム", updated_at=ago(days=9))), width)


def test_a_day_far_from_utc_is_that_of_the_clock() -> None:
    late = datetime(2026, 11, 20, 0, 30, tzinfo=timezone(timedelta(hours=13)))
    assert Calendar(late).group(datetime(2026, 11, 19, 11, 15, tzinfo=UTC).timestamp()) == "Today"
