"""Very long conversations: what is kept of them, and that nothing is lost by letting go of the rest."""

from __future__ import annotations

import time

import pytest
from transcript_parts import Host, conversation, find, screen_rows, settled, until

from lmstudio_tui.tui.widgets.transcript import Role, Turn
from lmstudio_tui.tui.widgets.transcript import document as documents

pytestmark = pytest.mark.anyio

MIXED = "".join(
    f"## Part {number}\n\nSome **bold** words and `code`, long enough to be broken over two rows of the screen.\n\n"
    f"- one\n  - two\n\n| a | b |\n|---|---|\n| {number} | x |\n\n```python\nvalue = {number}  # part\n```\n\n"
    for number in range(400)
)
HUGE = "\n\n".join(f"Paragraph {number} of very many, with **bold** words." for number in range(8_000))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_of_a_long_answer_only_what_is_near_stays_drawn() -> None:
    app = Host()
    async with app.run_test(size=(70, 20)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming"))
        for start in range(0, len(MIXED), 4_000):
            transcript.append_text("a", MIXED[start : start + 4_000])
            await settled(pilot)
        transcript.update_turn("a", status="complete")
        await settled(pilot)
        view = transcript._document.views[0]
        assert sum(len(chunk.lines or ()) for chunk in view.chunks) < 2_000
        assert view.height > 5_000
        rows: list[str] = []
        for y in range(0, view.height, 20):
            transcript.scroll_to(y=y, animate=False, immediate=True)
            rows += screen_rows(transcript)
        assert [row.strip() for row in rows if "Part " in row and "Part" in row[:10]] == [
            f"Part {n}" for n in range(400)
        ]
        assert sum("value = " in row for row in rows) == 400
        assert transcript.turn("a").text == MIXED


async def test_turns_out_of_view_keep_their_height_and_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_KEPT_CHARACTERS", 10_000)
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        turns = conversation(80)
        transcript.set_turns(turns)
        await settled(pilot)
        transcript.focus()
        await pilot.press("home")
        first = screen_rows(transcript)
        height = 0
        while not transcript.at_end:
            await pilot.press("pagedown")
            height = transcript.virtual_size.height
        assert sum(bool(view.chunks) for view in transcript._document.views) < 30
        await pilot.press("home")
        assert screen_rows(transcript) == first
        assert transcript.virtual_size.height == height
        assert [turn.text for turn in transcript.turns] == [turn.text for turn in turns]


async def test_going_up_into_a_huge_turn_meets_its_end() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        last = Turn(id="u", role=Role.USER, text="\n".join(f"line {number}" for number in range(20)))
        transcript.set_turns([Turn(id="a", role=Role.ASSISTANT, text=HUGE), last])
        await settled(pilot)
        transcript.focus()
        await pilot.press("up", "pageup")
        await settled(pilot)
        await until(pilot, lambda: any("Paragraph 7999" in row for row in screen_rows(transcript)))
        await pilot.press("home")
        find(transcript, "Paragraph 0 ")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("text", ["word " * 800_000, "x" * 4_000_000, "line\n" * 400_000])
async def test_four_megabytes_are_taken_in_slices(role: Role, text: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=role, text=text))
        longest = 0.0
        while transcript._dirty:
            started = time.thread_time()
            transcript._flush()
            longest = max(longest, time.thread_time() - started)
        await settled(pilot)
        assert longest < 0.3
        assert transcript.turn("a").text == text
        assert screen_rows(transcript)[0].strip()


async def test_long_turns_are_taken_in_soon() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        transcript.set_turns(
            [*[Turn(id=str(n), role=Role.ASSISTANT, text=HUGE + str(n)) for n in range(4)], *conversation(9)]
        )
        views = transcript._document.views
        assert [view.bulk > 0 for view in views[:4]] == [True] * 4
        await until(pilot, lambda: not transcript._document.has_bulk)
        await settled(pilot)
        assert [view.bulk for view in views[:4]] == [0] * 4
        assert not any(view.chunks for view in views[:4])
