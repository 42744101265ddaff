"""Text from outside is made harmless, whole or in pieces."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.text_safety import StreamCleaner, clean, clean_line

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
ATOMS = [
    "\x1b", "\x9b", "[", "]", "31m", "0;title", "\x07", "\\", "\x9c", "P", "_", "^", "X", "c", "(B", "\r",
    "\n", "\t", "\x00", "\x7f", "\x85", "\u202e", "\u2066", "\u2028", "\ud83d", "\ude00", "\udb40", "\udc41",
    "\ufeff", "\u200d", "\ufe0f", "a", "é", "日", "😀", " ", "8;;http://x", "\x90", "\x9d", "?25l", "\u200f",
]  # fmt: skip
hostile = st.lists(st.one_of(st.sampled_from(ATOMS), st.characters()), max_size=40).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text\n\twith a tab", "plain text\n\twith a tab"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0;2;0;0;0\x1b\\x", "x"),
        ("\x9b31mred\x9d0;t\x9cx", "redx"),
        ("\x1bcreset\x1b(Bx", "resetx"),
        ("a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("user\u202etxt.exe\u2066x\u200f", "usertxt.exex"),
        ("\x1b\x1b[31m[32mx", "[32mx"),
        ("\x1b]never ended", "never ended"),
        ("\ud83d\ude00 \ud83d x \ude00", "😀 \ufffd x \ufffd"),
        ("\ufeffflag 🏴\U000e0067\U000e007f", "flag 🏴"),
        ("👩\u200d👩\u200d👧 ❤\ufe0f", "👩\u200d👩\u200d👧 ❤\ufe0f"),
        ("bell\x07 nul\x00 del\x7f nel\x85", "bell nul del nel"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_clean_line() -> None:
    assert clean_line("  a\r\nb\t\x1b[1mc  d\n") == "a b c d"


def test_long_payload_loses_only_what_acts() -> None:
    payload = "x" * 5000
    assert clean(f"\x1b]0;{payload}\x07") == f"0;{payload}"


@given(hostile)
def test_nothing_active_is_left(text: str) -> None:
    cleaned = clean(text)
    assert FORBIDDEN.search(cleaned) is None
    assert clean(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned


# Tags hide text, also those that have no name yet.
_TAGS = "".join(map(chr, range(0xE0000, 0xE0080)))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp"], exclude_characters=_TAGS)))
def test_ordinary_text_is_untouched(text: str) -> None:
    assert clean(text) == text
    assert all(unicodedata.category(character) != "Cc" for character in clean_line(text))


@given(hostile, st.data())
def test_pieces_give_the_same_as_the_whole(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    cleaner = StreamCleaner()
    parts: list[str] = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        part = cleaner.feed(text[start:end])
        assert FORBIDDEN.search(part) is None
        parts.append(part)
    parts.append(cleaner.flush())
    assert "".join(parts) == clean(text)


@given(st.lists(hostile, max_size=6))
def test_pieces_cleaned_one_by_one_are_harmless(deltas: list[str]) -> None:
    assert FORBIDDEN.search("".join(map(clean, deltas))) is None
