"""Very long conversations: what is kept of them, and that nothing is lost by letting go of the rest."""

from __future__ import annotations

import time

import pytest
from transcript_parts import Host, conversation, find, screen_rows, settled, until

from lmstudio_tui.tui.widgets.transcript import Role, Turn
from lmstudio_tui.tui.widgets.transcript import document as documents
from lmstudio_tui.tui.widgets.transcript.painter import ROW_BITS

pytestmark = pytest.mark.anyio

MIXED = "".join(
    f"## Part {number}\n\nSome **bold** words and `code`, long enough to be broken over two rows of the screen.\n\n"
    f"- one\n  - two\n\n| a | b |\n|---|---|\n| {number} | x |\n\n```python\nvalue = {number}  # part\n```\n\n"
    for number in range(150)
)
HUGE = "\n\n".join(f"Paragraph {number} of very many, with **bold** words." for number in range(3_000))


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
        assert sum(len(chunk.lines or ()) for chunk in view.chunks) < 1_500
        assert view.height > 2_000
        rows: list[str] = []
        for y in range(0, view.height, 20):
            transcript.scroll_to(y=y, animate=False, immediate=True)
            rows += screen_rows(transcript)[y - transcript.scroll_offset.y :]
        headings = [row.strip() for row in rows if row.strip().startswith("Part ")]
        assert headings == [f"Part {number}" for number in range(150)]
        assert sum("value = " in row for row in rows) == 150
        assert transcript.turn("a").text == MIXED
        await pilot.pause()


async def test_turns_out_of_view_keep_their_height_and_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_KEPT_CHARACTERS", 10_000)
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        turns = conversation(40)
        transcript.set_turns(turns)
        await settled(pilot)
        transcript.focus()
        await pilot.press("home")
        first = screen_rows(transcript)
        height = 0
        while not transcript.at_end:
            await pilot.press("pagedown")
            height = transcript.virtual_size.height
        assert sum(bool(view.chunks) for view in transcript._document.views) < 28
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
        await until(pilot, lambda: any("Paragraph 2999" in row for row in screen_rows(transcript)))
        await pilot.press("home")
        find(transcript, "Paragraph 0 ")


@pytest.mark.usefixtures("no_collections")
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("text", ["word " * 200_000, "x" * 1_000_000, "line\n" * 20_000], ids=["words", "one", "lines"])
async def test_a_megabyte_is_taken_in_slices(role: Role, text: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=role, text=text))
        longest, whole = 0.0, time.thread_time()
        while transcript._dirty:
            started = time.thread_time()
            transcript._flush()
            longest = max(longest, time.thread_time() - started)
        whole = time.thread_time() - whole
        await settled(pilot)
        # What is done in a moment may be done in one go.
        assert longest < max(0.5, whole / 3)
        assert transcript.turn("a").text == text
        assert screen_rows(transcript)[0].strip()


async def test_long_turns_are_taken_in_soon() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        long = [Turn(id=f"long {number}", role=Role.ASSISTANT, text=HUGE + str(number)) for number in range(4)]
        transcript.set_turns([*long, *conversation(9)])
        views = transcript._document.views
        assert all(view.bulk for view in views[:4])
        await until(pilot, lambda: not transcript._document.has_bulk)
        await settled(pilot)
        assert not any(view.bulk for view in views[:4])
        assert not any(view.chunks for view in views[:4])
        assert [turn.text for turn in transcript.turns[:4]] == [turn.text for turn in long]


async def test_many_long_turns_are_cut_one_after_the_other() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        for number in range(5):
            transcript.add_turn(Turn(id=str(number), role=Role.ASSISTANT, text=HUGE))
        begun = 0
        while transcript._dirty:
            transcript._flush()
            views = transcript._document.views
            begun = max(begun, sum(view.content.pending and bool(view.content.answer.closed) for view in views))
        assert begun <= 2
        await settled(pilot)
        assert transcript.at_end


async def test_what_streams_in_view_does_not_wait_for_a_long_turn_above() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="s", role=Role.ASSISTANT, status="streaming", text="begun"))
        await settled(pilot)
        transcript.append_text("s", " and more")
        transcript.set_turns([Turn(id="a", role=Role.ASSISTANT, text="short"), *transcript.turns])
        await settled(pilot)
        transcript.replace_turn(Turn(id="a", role=Role.ASSISTANT, text=HUGE))
        transcript.append_text("s", " at once")
        while not any("at once" in row for row in screen_rows(transcript)):
            assert transcript._dirty
            transcript._flush()
        assert "a" in {view.id for view in transcript._dirty.values()}
        await settled(pilot)
        find(transcript, "begun and more at once▍")


async def test_only_what_the_mouse_asks_for_is_named() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.set_turns(conversation(4))
        await settled(pilot)
        painted = transcript.render_lines(transcript.size.region)
        assert not any(part.style is not None and "offset" in part.style.meta for row in painted for part in row)
        widget, offset = app.screen.get_widget_and_offset_at(10, 3)
        assert widget is transcript
        assert offset is not None
        assert offset.y >> ROW_BITS == transcript._document.views[-1].serial
