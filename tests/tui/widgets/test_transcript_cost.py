"""What streaming costs, counted: nothing is painted, parsed or kept again because there is more of it."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from transcript_parts import Host, settled

from lmstudio_tui.tui.widgets.transcript import Role, Turn
from lmstudio_tui.tui.widgets.transcript.blocks import MarkdownSplitter
from lmstudio_tui.tui.widgets.transcript.inline import make_parser
from lmstudio_tui.tui.widgets.transcript.painter import Painter

if TYPE_CHECKING:
    from textual.strip import Strip

    from lmstudio_tui.tui.widgets.transcript import Transcript

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def painted(transcript: Transcript) -> list[Strip]:
    return transcript.render_lines(transcript.size.region)


async def test_a_row_is_painted_once_however_far_it_moves() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming", text="```py\n" + "x = 1\n" * 30))
        await settled(pilot)
        # Rows that were the open line once, and have been at other places of the screen.
        for _ in range(8):
            transcript.append_text("a", "x = 1\nx =")
            transcript._flush()
            painted(transcript)
            transcript.append_text("a", " 2\n")
            transcript._flush()
            painted(transcript)
        with patch.object(Painter, "_segments", autospec=True, side_effect=Painter._segments) as segments:
            before = painted(transcript)
            assert segments.call_count == 0
            transcript.append_text("a", "x = 3\n")
            transcript._flush()
            after = painted(transcript)
        assert segments.call_count <= 4
        assert sum(new is old for new, old in zip(after, before[1:], strict=False)) >= 8


async def test_the_space_below_a_turn_is_not_taken_for_a_blank_row_in_it() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming", text="one"))
        await settled(pilot)
        transcript.show_turn("a")
        await settled(pilot)
        assert [row.text[:1] for row in painted(transcript)[:2]] == ["▎", " "]
        transcript.append_text("a", "\n\ntwo")
        transcript._flush()
        assert [row.text[:1] for row in painted(transcript)[:3]] == ["▎", "▎", "▎"]


async def test_a_widget_with_something_around_it_is_painted_with_it() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, text="one"))
        await settled(pilot)
        transcript.styles.border = ("round", "red")
        await settled(pilot)
        rows = [row.text for row in painted(transcript)]
        assert rows[0][:2] == "╭─"
        assert "one" in rows[1]


def test_a_table_gives_the_garbage_collector_little_to_look_at() -> None:
    splitter = MarkdownSplitter(make_parser())
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 9 + "\nwords\n\n"
    splitter.feed(table)
    splitter.advance()
    gc.collect()
    before = len(gc.get_objects())
    splitter.feed(table * 100)
    splitter.advance()
    for piece in splitter.closed:
        piece.key()
    # Tuples that hold nothing but texts are let go of when they are seen, those that hold such tuples the next time.
    gc.collect()
    gc.collect()
    # Two pieces, the table, and the list of its rows.
    assert len(gc.get_objects()) - before <= 6 * 100
