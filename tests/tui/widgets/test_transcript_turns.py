"""What stands around the text of a turn: branches, what was sent along, calls of functions, phases, folded texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.geometry import Offset
from textual.selection import Selection
from transcript_parts import Host, conversation, find, screen_rows, settled, until

from lmstudio_tui.tui.widgets.transcript import Role, ToolView, Transcript, Turn
from lmstudio_tui.tui.widgets.transcript.figures import phase_spans
from lmstudio_tui.tui.widgets.transcript.painter import ROW_BITS
from lmstudio_tui.tui.widgets.transcript.palette import Palette

if TYPE_CHECKING:
    from textual.pilot import Pilot

pytestmark = pytest.mark.anyio

PASTED = "\n".join(f"pasted line {number}" for number in range(352))
CALL = ToolView("get_weather", '{"city":"Oslo"}', "4 °C", "done")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def click(pilot: Pilot[None], place: tuple[int, int]) -> None:
    await pilot.click(Transcript, offset=place)
    await settled(pilot)


async def test_branches_are_switched_by_click_and_by_key() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        transcript.set_turns(
            [
                Turn(id="u", role=Role.USER, text="Question?", time="09:41", branch=(2, 3)),
                Turn(id="a", role=Role.ASSISTANT, text="Answer.", footer="3 tokens", model="qwen", branch=(1, 2)),
                Turn(id="b", role=Role.ASSISTANT, text="Alone.", branch=(1, 1)),
            ]
        )
        await settled(pilot)
        x, y = find(transcript, "‹ 2/3 ›  09:41")
        assert y == 0
        await click(pilot, (x, y))
        await click(pilot, (x + 6, y))
        x, y = find(transcript, "‹ 1/2 ›  qwen")
        await click(pilot, (x + 6, y))
        await click(pilot, (x, y))
        assert not any("1/1" in row for row in screen_rows(transcript))
        transcript.focus()
        await pilot.press("[", "[", ">", "[", "left")
        await pilot.pause()
        wanted = app.heard(Transcript.BranchWanted)
        assert [(one.turn_id, one.step) for one in wanted] == [("u", -1), ("u", 1), ("a", 1), ("a", 1), ("u", -1)]


async def test_a_narrow_prompt_has_its_branch_below() -> None:
    app = Host()
    async with app.run_test(size=(30, 12)) as pilot:
        app.transcript.set_turns([Turn(id="u", role=Role.USER, text="Question?", time="09:41", branch=(2, 3))])
        await settled(pilot)
        x, y = find(app.transcript, "‹ 2/3 ›")
        assert y == 2
        await click(pilot, (x, y))
        assert [one.step for one in app.heard(Transcript.BranchWanted)] == [-1]


async def test_attachments_are_looked_at() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        lines = ("photo.png  640×480  32 kB", "▣ notes\x1b[31m.txt")
        app.transcript.add_turn(Turn(id="u", role=Role.USER, text="See.", attachments=lines))
        await settled(pilot)
        find(app.transcript, "▣ photo.png  640×480  32 kB")
        await click(pilot, find(app.transcript, "▣ notes.txt"))
        looks = app.heard(Transcript.LookWanted)
        assert [(one.turn_id, one.number) for one in looks] == [("u", 1)]


async def test_calls_of_functions_are_one_line_and_open() -> None:
    app = Host()
    async with app.run_test(size=(60, 30)) as pilot:
        transcript = app.transcript
        transcript.set_turns([Turn(id="a", role=Role.ASSISTANT, text="Let me look.", tools=(CALL, CALL))])
        await settled(pilot)
        x, y = find(transcript, '▸ get_weather(city="Oslo") → 4 °C')
        await click(pilot, (x, y))
        assert find(transcript, "▾ get_weather") == (x, y)
        find(transcript, '│   "city": "Oslo"')
        find(transcript, "→ 4 °C")
        find(transcript, '▸ get_weather(city="Oslo") → 4 °C')
        await click(pilot, (x, y))
        assert not any("▾" in row for row in screen_rows(transcript))
        transcript.focus()
        await pilot.press("enter")
        assert sum("▾" in row for row in screen_rows(transcript)) == 2
        await pilot.press("enter")
        assert sum("▸" in row for row in screen_rows(transcript)) == 2


@pytest.mark.parametrize(
    ("tool", "shown"),
    [
        (ToolView("look", '{"city":"Ber', None, "streaming"), '▸ look({"city":"Ber…'),
        (ToolView("look", '{"n":1}', None, "waiting"), "▸ look(n=1) → waits for an answer"),
        (ToolView("look", "{}", None, "refused"), "▸ look() → refused"),
        (ToolView("look", "", "no such\nfile", "failed"), "▸ look() → failed: no such file"),
        (ToolView("", "[1]", "", "done"), "▸ a function([1]) → nothing"),
        (ToolView("\x1b[2Jlook", "x" * 999, "y" * 999, "done"), "▸ look(xxx"),
    ],
)
async def test_the_states_of_a_call(tool: ToolView, shown: str) -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        app.transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming"))
        app.transcript.update_turn("a", tools=(tool,))
        await settled(pilot)
        find(app.transcript, shown)
        assert all(len(row) == 59 for row in screen_rows(app.transcript))


async def test_a_huge_result_opens_without_a_stop() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        tool = ToolView("read", "{}", "\n".join(f"row {number}" for number in range(50_000)), "done")
        app.transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, tools=(tool,)))
        await settled(pilot)
        app.transcript.focus()
        await pilot.press("enter", "end")
        find(app.transcript, "row 49999")
        assert app.transcript._document.canvas is not None
        drawn = app.transcript._document.canvas.drawn
        assert drawn._rows < 4_000


def test_phases_share_out_twenty_marks() -> None:
    def marks(*lengths: float) -> list[int]:
        spans = phase_spans(tuple((f"p{number}", length) for number, length in enumerate(lengths)), 20, Palette())
        return [len(text) for text, _ in spans if "▪" in text]

    assert sum(marks(210, 420, 2400, 5000)) == 20
    assert marks(0, 0, 1) == [1, 1, 18]
    assert marks(5, 5) == [10, 10]
    assert marks(-1, 0) == [1, 1]
    assert sum(marks(*[1.0] * 30)) == 30


async def test_phases_and_a_caution_stand_under_an_answer() -> None:
    phases = (("load", 200.0), ("answer", 800.0))
    turn = Turn(
        id="a", role=Role.ASSISTANT, text="x", footer="41 tok/s", phases=phases, caution="another model answered"
    )
    app = Host()
    async with app.run_test(size=(90, 12)) as pilot:
        app.transcript.add_turn(turn)
        await settled(pilot)
        assert find(app.transcript, "load ▪▪▪▪")[1] == find(app.transcript, "41 tok/s")[1]
        find(app.transcript, "▲ Caution: another model answered")
        await pilot.resize_terminal(40, 12)
        await until(pilot, lambda: app.transcript.size.width == 40)
        await settled(pilot)
        assert find(app.transcript, "load ▪▪▪▪")[1] == find(app.transcript, "41 tok/s")[1] - 1
        await pilot.resize_terminal(12, 20)
        await until(pilot, lambda: not any("▪" in row for row in screen_rows(app.transcript)))


async def test_a_long_prompt_is_folded_and_shown_by_z_and_by_click() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        transcript.set_turns([Turn(id="u", role=Role.USER, text=PASTED), Turn(id="a", role=Role.ASSISTANT, text="ok")])
        await settled(pilot)
        find(transcript, "pasted line 11")
        place = find(transcript, "▸ 340 more lines · z shows them")
        assert not any("pasted line 12" in row for row in screen_rows(transcript))
        await click(pilot, place)
        assert find(transcript, "pasted line 12")[1] == place[1]
        transcript.focus()
        await pilot.press("end", "home", "[", "z")
        find(transcript, "▸ 340 more lines")
        await pilot.press("enter")
        find(transcript, "pasted line 13")
        await pilot.press("enter")
        find(transcript, "▸ 340 more lines")


async def test_folding_in_the_middle_of_a_long_answer_goes_to_its_beginning() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        text = "\n\n".join(f"Paragraph {number}." for number in range(200))
        turns = conversation(4)
        transcript.set_turns(
            [*turns, Turn(id="a", role=Role.ASSISTANT, text=text), Turn(id="q", role=Role.USER, text="?")]
        )
        await settled(pilot)
        transcript.focus()
        await pilot.press("pageup", "[", "]")
        assert transcript.selected_turn is not None
        while transcript.selected_turn != "a":
            await pilot.press("[")
        await pilot.press("pagedown", "pagedown", "z")
        await settled(pilot)
        place = find(transcript, "Paragraph 0.")
        find(transcript, "more lines · z shows them")
        await pilot.press("z")
        await settled(pilot)
        assert find(transcript, "Paragraph 0.") == place
        assert not any("more lines" in row for row in screen_rows(transcript))


async def test_a_folded_answer_goes_on_quietly() -> None:
    app = Host()
    async with app.run_test(size=(60, 24)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, text="word\n\n" * 40, status="streaming"))
        await settled(pilot)
        transcript.focus()
        await pilot.press("z")
        await settled(pilot)
        height = transcript.virtual_size.height
        for _ in range(5):
            transcript.append_text("a", "more\n\n" * 20)
            await settled(pilot)
        assert transcript.virtual_size.height == height
        find(transcript, "more lines · z shows them")


async def test_what_is_folded_away_is_copied_all_the_same() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        transcript.set_turns([Turn(id="u", role=Role.USER, text=PASTED), Turn(id="a", role=Role.ASSISTANT, text="ok")])
        await settled(pilot)
        prefix = transcript._painter.geometry.prefix
        across = Selection(Offset(prefix, 0), Offset(prefix + 2, 1 << ROW_BITS))
        assert transcript.get_selection(across) == (PASTED + "\n\nok", "\n")
        within = Selection(Offset(prefix, 0), Offset(prefix + 6, 1))
        assert transcript.get_selection(within) == ("pasted line 0\npasted", "\n")


async def test_a_heading_shows_no_hashes_and_is_copied_with_them() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, text="## Two *words*\n\n- # in a list"))
        await settled(pilot)
        assert screen_rows(transcript)[0].strip() == "Two words"
        prefix = transcript._painter.geometry.prefix
        rows = Selection(Offset(0, 0), Offset(99, 2))
        assert transcript.get_selection(rows) == ("## Two words\n\n • # in a list", "\n")
        assert transcript.get_selection(Selection(Offset(prefix + 4, 0), Offset(99, 0))) == ("words", "\n")
