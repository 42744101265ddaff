"""Selecting with the keyboard: blocks of code, and lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.geometry import Offset
from textual.selection import SELECT_ALL, Selection
from transcript_parts import Host, conversation, find, screen_rows, settled

from lmstudio_tui.text_safety import clean
from lmstudio_tui.tui.widgets.transcript import Role, Transcript, Turn
from lmstudio_tui.tui.widgets.transcript.chunks import Canvas
from lmstudio_tui.tui.widgets.transcript.document import Document
from lmstudio_tui.tui.widgets.transcript.inline import make_parser
from lmstudio_tui.tui.widgets.transcript.painter import ROW_BITS
from lmstudio_tui.tui.widgets.transcript.palette import Palette
from lmstudio_tui.tui.widgets.transcript.selecting import extract

if TYPE_CHECKING:
    from textual.pilot import Pilot

pytestmark = pytest.mark.anyio

CODE = "Look:\n\n```rust\nfn main() {}\n```\n\n" + "words\n\n" * 30 + "- item\n\n  ```sh\n  ls -l\n  ```\n\nend"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def with_code(pilot: Pilot[None]) -> Transcript:
    transcript = pilot.app.query_one(Transcript)
    turns = [Turn(id="a", role=Role.ASSISTANT, text=CODE), *conversation(6)]
    transcript.set_turns([*turns, Turn(id="b", role=Role.ASSISTANT, text="```py\nx = 1\n```")])
    await settled(pilot)
    transcript.focus()
    return transcript


async def test_blocks_of_code_are_selected_one_after_the_other() -> None:
    app = Host()
    async with app.run_test(size=(60, 14)) as pilot:
        transcript = await with_code(pilot)
        await pilot.press("home")
        seen: list[tuple[str, int]] = []
        for _ in range(4):
            await pilot.press("}")
            await settled(pilot)
            chosen = transcript.selected_code
            assert chosen is not None
            seen.append((chosen[0], chosen[1].number))
            rows = [row for row in screen_rows(transcript) if row.startswith("▶")]
            assert len(rows) == 1
            assert chosen[1].language in rows[0]
        assert seen == [("a", 1), ("a", 2), ("b", 1), ("a", 1)]
        await pilot.press("{", "{")
        assert transcript.selected_code is not None
        assert transcript.selected_code[1].code == "ls -l"
        assert transcript.selected_turn == "a"
        await pilot.press("]")
        assert transcript.selected_code is None


async def test_the_block_nearest_to_what_is_read_comes_first() -> None:
    app = Host()
    async with app.run_test(size=(60, 14)) as pilot:
        transcript = await with_code(pilot)
        await pilot.press("home", "pagedown")
        await pilot.press("}")
        assert transcript.selected_code is not None
        assert transcript.selected_code[1].number == 2
        transcript.clear()
        assert transcript.selected_code is None
        await pilot.press("}", "{", "s")
        transcript.set_turns([Turn(id="x", role=Role.ASSISTANT, text="no code")])
        await pilot.press("}", "{", "s")
        assert transcript.selected_code is None
        assert app.heard(Transcript.CodeSaveRequested) == []


async def test_a_block_is_saved_by_key_and_by_click() -> None:
    app = Host()
    async with app.run_test(size=(60, 14)) as pilot:
        await with_code(pilot)
        await pilot.press("home", "s")
        x, y = find(app.transcript, "[1] copy · save")
        await pilot.click(Transcript, offset=(x + 12, y))
        await pilot.click(Transcript, offset=(x + 5, y))
        await pilot.click(Transcript, offset=(x + 9, y))
        await pilot.press("}", "s")
        await pilot.pause()
        saved = [(one.turn_id, one.number, one.language, one.code) for one in app.heard(Transcript.CodeSaveRequested)]
        assert saved == [("b", 1, "py", "x = 1"), ("a", 1, "rust", "fn main() {}"), ("a", 1, "rust", "fn main() {}")]
        assert [one.number for one in app.heard(Transcript.CodeCopyRequested)] == [1]


async def test_lines_are_selected_with_the_keyboard() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        transcript = app.transcript
        text = "\n".join(f"line {number}" for number in range(20))
        transcript.set_turns([Turn(id="u", role=Role.USER, text=text), Turn(id="a", role=Role.ASSISTANT, text="**b**")])
        await settled(pilot)
        transcript.focus()
        await pilot.press("home", "down", "v")
        assert transcript.marking
        assert app.screen.get_selected_text() == "line 1"
        await pilot.press("j", "down")
        assert app.screen.get_selected_text() == "line 1\nline 2\nline 3"
        await pilot.press("k", "up", "up")
        assert app.screen.get_selected_text() == "line 0\nline 1"
        assert transcript.scroll_offset.y == 0
        await pilot.press("pagedown")
        assert str(app.screen.get_selected_text()).endswith("line 9")
        await pilot.press("end")
        assert app.screen.get_selected_text() == text.removeprefix("line 0\n") + "\n\nb"
        await pilot.press("home", "escape")
        assert not transcript.marking
        assert not app.screen.get_selected_text()
        await pilot.press("down")
        assert transcript.scroll_offset.y == 1
        await pilot.press("]", "]", "v")
        assert app.screen.get_selected_text() == "b"
        await pilot.mouse_down(Transcript, offset=(4, 4))
        await pilot.hover(Transcript, offset=(8, 4))
        await pilot.mouse_up(Transcript, offset=(8, 4))
        await pilot.pause()
        assert not transcript.marking


async def test_marking_goes_through_what_was_never_drawn() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        transcript = app.transcript
        turns = conversation(300)
        transcript.set_turns(turns)
        await settled(pilot)
        transcript.focus()
        await pilot.press("v", "home")
        selected = str(app.screen.get_selected_text())
        assert selected.startswith("Turn 0 says 0")
        assert selected.count("says 1") == 300
        transcript.remove_turn("0")
        await pilot.press("down")
        assert not transcript.marking


PIECES = [
    "foo bar", "\n", "\n\n", "\t", "- item", "1. one", "```py\nx=1\n```\n", "> quote", "# head", "**b**",
    "[red]", "[/]", "| a |\n|---|\n| 1 |\n", "日本語", "👩‍👩‍👧‍👦", "❤️", "שלום עולם", "مرحبا", "e\u0301\u0327", "\u200b",
    "\u202e", "\x1b[31m", "x" * 90, "\ufeff", "\U0001f1e9\U0001f1ea", "z\u0310\u0311" * 30, "\x07", "\r\n", "\u200d",
    "\ufe0f", "क्षि",
]  # fmt: skip
hostile = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=14).map("".join)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(list(Role)), hostile), min_size=1, max_size=4), st.sampled_from([6, 20, 77]))
def test_all_that_is_selected_is_all_that_arrived(texts: list[tuple[Role, str]], width: int) -> None:
    document = Document(make_parser)
    document.use(Canvas(width, Palette(), 0))
    for number, (role, text) in enumerate(texts):
        document.add(Turn(id=str(number), role=role, text=text))
    arrived = [clean(text).strip("\n") for _, text in texts]
    assert extract(document, SELECT_ALL, 2) == "\n\n".join(text for text in arrived if text.strip())
    for view in document.views:
        for line in document.lines(view):
            assert cell_len(line.text) <= width
            assert clean(line.text) == line.text


@settings(max_examples=100)
@given(st.lists(st.text("ab 日\n", max_size=400), min_size=1, max_size=4), st.sampled_from([6, 20]))
def test_prompts_are_selected_row_by_row_as_they_arrived(texts: list[str], width: int) -> None:
    text = "\n".join(texts)
    document = Document(make_parser)
    document.use(Canvas(width, Palette(), 0))
    view = document.add(Turn(id="u", role=Role.USER, text=text))
    rows = Selection(Offset(0, 0), Offset(999, view.serial << ROW_BITS | 99_999))
    selected = extract(document, rows, 2)
    assert selected.split() == text.split()
    lines = [line.strip() for line in text.strip().split("\n")]
    assert [line.strip() for line in selected.strip().split("\n")] == lines


async def test_hostile_text_keeps_the_columns() -> None:
    app = Host()
    async with app.run_test(size=(40, 30)) as pilot:
        text = " ".join(PIECES)
        app.transcript.set_turns(
            [Turn(id="u", role=Role.USER, text=text, time="09:41"), Turn(id="a", role=Role.ASSISTANT, text=text)]
        )
        await settled(pilot)
        for y in range(30):
            assert app.transcript.render_line(y).cell_length == app.transcript.scrollable_content_region.width
