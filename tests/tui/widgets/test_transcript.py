"""The transcript in an app: following, scrolling, folding, clicking, selecting, themes and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.geometry import Offset
from textual.selection import SELECT_ALL, Selection
from transcript_parts import Host, conversation, find, screen_rows, settled

from lmstudio_tui.tui.widgets.transcript import CodeBlock, Role, Transcript, Turn, keeping

if TYPE_CHECKING:
    from textual.app import ComposeResult

pytestmark = pytest.mark.anyio

LONG = "\n\n".join(f"Paragraph {number} of the answer." for number in range(60))
REASONED = Turn(
    id="a1", role=Role.ASSISTANT, text="The answer.", reasoning="First.\nSecond.", reasoning_label="thought for 2.4 s"
)
CODE = "Look:\n\n```rust\nfn main() {}\n```\n\nand\n\n```sh\nls -l\n```"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_streaming_is_shown_and_followed() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="u", role=Role.USER, text="Question?", time="09:41"))
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming", activity="waiting 3 s"))
        await settled(pilot)
        assert find(transcript, "▌ Question?")[1] == 0
        assert find(transcript, "09:41")[0] > 45
        find(transcript, "waiting 3 s")
        for word in LONG.split(" "):
            transcript.append_text("a", word + " ")
        transcript.update_turn("a", status="complete", footer="60 tok/s", activity="")
        await settled(pilot)
        assert transcript.at_end
        find(transcript, "60 tok/s")
        find(transcript, "Paragraph 59")
        assert transcript.turn("a").text.split() == LONG.split()
        assert [turn.id for turn in transcript.turns] == ["u", "a"]


async def test_nothing_ticks_when_nothing_happens() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, text="hi", status="streaming"))
        await settled(pilot)
        assert app.transcript._timer is None
        app.transcript.append_text("a", "more")
        assert app.transcript._timer is not None


async def test_the_view_stays_put_while_more_comes_in_below() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.set_turns([Turn(id="a", role=Role.ASSISTANT, text=LONG, status="streaming")])
        await settled(pilot)
        transcript.focus()
        await pilot.press("pageup", "up", "k", "ctrl+u")
        assert not transcript.at_end
        before = screen_rows(transcript)
        transcript.append_text("a", "\n\n" + LONG)
        await settled(pilot)
        assert screen_rows(transcript)[:-1] == before[:-1]
        assert transcript.new_lines == 120
        assert "↓ 120 new lines" in screen_rows(transcript)[-1]
        said = [message for message in app.said if isinstance(message, Transcript.FollowChanged)]
        assert (said[-1].at_end, said[-1].new_lines) == (False, 120)
        x, y = find(transcript, "new lines")
        await pilot.click(Transcript, offset=(x, y))
        await settled(pilot)
        assert transcript.at_end
        assert transcript.new_lines == 0
        assert "new lines" not in screen_rows(transcript)[-1]


async def test_keys_scroll_by_lines_and_pages() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.set_turns(conversation(40))
        await settled(pilot)
        transcript.focus()
        await pilot.press("home")
        assert find(transcript, "Turn 0 says 0")[1] == 0
        rows = screen_rows(transcript)
        await pilot.press("down", "j")
        assert screen_rows(transcript)[:-2] == rows[2:]
        await pilot.press("pagedown", "ctrl+d")
        assert transcript.scroll_offset.y == 2 + 11 + 6
        await pilot.press("g")
        assert screen_rows(transcript) == rows
        await pilot.press("up")
        assert screen_rows(transcript) == rows
        await pilot.press("G")
        assert transcript.at_end
        find(transcript, "Turn 39 says 2")


async def test_every_line_is_met_once_when_scrolling_up_through_guessed_heights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What is in view is laid out at once, however long the machine does something else meanwhile.
    monkeypatch.setattr(keeping, "SLICE", 60.0)
    app = Host()
    async with app.run_test(size=(50, 12)) as pilot:
        transcript = app.transcript
        transcript.set_turns(conversation(30))
        await settled(pilot)
        transcript.focus()
        await pilot.press("end")
        seen = [screen_rows(transcript)[0]]
        while transcript.scroll_offset.y > 0:
            before = screen_rows(transcript)
            transcript.action_line(-1)
            after = screen_rows(transcript)
            assert after[1:] == before[:-1]
            seen.append(after[0])
        text = "\n".join(reversed(seen))
        assert [text.count(f"Turn {number} says 0") for number in range(28)] == [1] * 28


async def test_mouse_wheel_and_scroll_bar() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.set_turns(conversation(200))
        await settled(pilot)
        end = transcript.scroll_offset.y
        transcript._scroll_up_for_pointer(animate=False)
        await pilot.pause()
        assert not transcript.at_end
        assert transcript.scroll_offset.y < end + 20
        transcript.scroll_to(y=transcript.virtual_size.height // 2, animate=False)
        await pilot.pause()
        assert any("says" in row for row in screen_rows(transcript))
        transcript.scroll_end(animate=False, immediate=True)
        await pilot.pause()
        assert transcript.at_end


async def test_the_anchor_survives_a_resize_and_removals() -> None:
    app = Host()
    async with app.run_test(size=(80, 14)) as pilot:
        transcript = app.transcript
        transcript.set_turns(conversation(40))
        await settled(pilot)
        transcript.focus()
        await pilot.press("home", *["]"] * 12)
        assert transcript.selected_turn == "11"
        await settled(pilot)
        assert "Turn 11 says 0" in screen_rows(transcript)[0]
        await pilot.resize_terminal(50, 10)
        await settled(pilot)
        assert "Turn 11 says 0" in screen_rows(transcript)[0]
        transcript.remove_turn("3")
        transcript.remove_turn("20")
        await settled(pilot)
        assert "Turn 11 says 0" in screen_rows(transcript)[0]
        transcript.remove_turn("11")
        await settled(pilot)
        assert "Turn 12 says 0" in screen_rows(transcript)[0]
        assert transcript.selected_turn is None
        assert len(transcript.turns) == 37


async def test_selecting_turns() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.focus()
        await pilot.press("]")
        assert transcript.selected_turn is None
        transcript.set_turns(conversation(6))
        await settled(pilot)
        await pilot.press("[")
        assert transcript.selected_turn == "5"
        await pilot.press("[", "[", "]")
        assert transcript.selected_turn == "4"
        await pilot.press("]", "]", "]")
        assert transcript.selected_turn == "5"
        assert any(row.startswith("▎") for row in screen_rows(transcript))
        selected = [message.turn_id for message in app.said if isinstance(message, Transcript.TurnSelected)]
        assert selected == ["5", "4", "3", "4", "5"]


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_folding_reasoning_with_a_key(key: str) -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.set_turns([REASONED])
        await settled(pilot)
        transcript.focus()
        find(transcript, "▸ thought for 2.4 s")
        assert "Second." not in "".join(screen_rows(transcript))
        await pilot.press(key)
        find(transcript, "▾ thought for 2.4 s")
        find(transcript, "│ Second.")
        await pilot.press(key)
        assert "Second." not in "".join(screen_rows(transcript))


async def test_folding_with_a_click_holds_the_line_in_place() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        turn = Turn(id="z", role=Role.ASSISTANT, text="Short.", reasoning="step\n" * 50)
        transcript.set_turns([*conversation(10), turn, Turn(id="q", role=Role.USER, text="next")])
        await settled(pilot)
        x, y = find(transcript, "▸ thought (50 words)")
        await pilot.click(Transcript, offset=(x, y))
        await settled(pilot)
        assert find(transcript, "▾ thought (50 words)") == (x, y)
        find(transcript, "│ step")


async def test_live_reasoning_and_a_late_discovery() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming"))
        transcript.append_text("a", "Hm, let me ")
        transcript.append_text("a", "see.")
        await settled(pilot)
        find(transcript, "Hm, let me see.▍")
        transcript.move_text_to_reasoning("a")
        transcript.append_reasoning("a", " Yes")
        await settled(pilot)
        find(transcript, "▸ thinking… 5 words")
        assert transcript.turn("a").text == ""
        transcript.focus()
        await pilot.press("enter")
        await settled(pilot)
        find(transcript, "│ Hm, let me see. Yes▍")
        transcript.append_reasoning("a", "terday\nmore")
        await settled(pilot)
        find(transcript, "│ more▍")
        transcript.append_text("a", "42")
        await settled(pilot)
        find(transcript, "42▍")
        await pilot.press("enter")
        await settled(pilot)
        find(transcript, "▸ thought (6 words)")
        transcript.append_reasoning("a", " again")
        transcript.append_text("a", " or so")
        await settled(pilot)
        find(transcript, "▸ thought (7 words)")
        find(transcript, "42 or so▍")
        await pilot.press("enter")
        transcript.update_turn("a", status="complete", reasoning_label="thought for 1 s")
        await settled(pilot)
        find(transcript, "▾ thought for 1 s")
        assert "▍" not in "".join(screen_rows(transcript))


async def test_code_blocks_and_their_copy_buttons() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        transcript.set_turns([Turn(id="a", role=Role.ASSISTANT, text=CODE)])
        await settled(pilot)
        assert transcript.code_blocks("a") == [CodeBlock(1, "rust", "fn main() {}"), CodeBlock(2, "sh", "ls -l")]
        x, y = find(transcript, "[2] copy")
        await pilot.click(Transcript, offset=(x + 1, y))
        await pilot.pause()
        copied = [message for message in app.said if isinstance(message, Transcript.CodeCopyRequested)]
        assert [(message.turn_id, message.number, message.code) for message in copied] == [("a", 2, "ls -l")]
        await pilot.click(Transcript, offset=(x - 10, y))
        await pilot.pause()
        assert transcript.selected_turn == "a"


async def test_endings_and_notices() -> None:
    app = Host()
    async with app.run_test(size=(60, 24)) as pilot:
        transcript = app.transcript
        transcript.set_turns(
            [
                Turn(
                    id="1",
                    role=Role.ASSISTANT,
                    text="a",
                    status="stopped",
                    model="qwen",
                    time="10:00",
                    footer="3 tokens",
                ),
                Turn(id="2", role=Role.ASSISTANT, text="b", status="failed", note="no [bold]memory[/]"),
                Turn(
                    id="3", role=Role.ASSISTANT, text="c", status="interrupted", note="■ interrupted: gone", model="m"
                ),
                Turn(id="4", role=Role.NOTICE, text="model [red]changed"),
            ]
        )
        await settled(pilot)
        for text in ("■ stopped", "3 tokens", "qwen  10:00", "■ no [bold]memory[/]", "■ interrupted: gone"):
            find(transcript, text)
        find(transcript, "model [red]changed")


async def test_what_a_model_sends_cannot_act() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming", footer="\x1b[2Jx\ny", note="\x07no"))
        for part in ("red \x1b", "[31m", "still\u202e", " [b]markup[/b] \ud83d", "\ude00"):
            transcript.append_text("a", part)
        transcript.update_turn("a", status="complete")
        await settled(pilot)
        find(transcript, "red still [b]markup[/b] 😀")
        find(transcript, "x y")
        assert "\x1b" not in "".join(screen_rows(transcript))
        assert transcript.turn("a").text == "red still [b]markup[/b] 😀"


async def test_errors_name_the_turn() -> None:
    app = Host()
    async with app.run_test() as pilot:
        transcript = app.transcript
        transcript.add_turn(REASONED)
        with pytest.raises(ValueError, match="a1"):
            transcript.add_turn(REASONED)
        for call in (
            transcript.turn,
            transcript.remove_turn,
            transcript.code_blocks,
            transcript.move_text_to_reasoning,
        ):
            with pytest.raises(KeyError):
                call("nobody")
        transcript.clear()
        await pilot.pause()
        assert transcript.turns == []
        assert "".join(screen_rows(transcript)).strip() == ""
        await pilot.press("home", "end", "up", "enter")


async def test_dragging_selects_plain_text() -> None:
    app = Host()
    async with app.run_test(size=(40, 12)) as pilot:
        transcript = app.transcript
        text = "one two three four five six seven eight nine ten\n\n- item\n\n```py\nx = 1\n```"
        transcript.set_turns(
            [Turn(id="u", role=Role.USER, text="Prompt"), Turn(id="a", role=Role.ASSISTANT, text=text)]
        )
        await settled(pilot)
        x, y = find(transcript, "two")
        end, last = find(transcript, "x = 1")
        await pilot.mouse_down(Transcript, offset=(x, y))
        await pilot.hover(Transcript, offset=(end + 4, last))
        await pilot.mouse_up(Transcript, offset=(end + 4, last))
        await pilot.pause()
        expected = "two three four five six seven eight nine ten\n\n • item\n\n\nx = 1"
        assert app.screen.get_selected_text() == expected
        style = app.screen.get_component_rich_style("screen--selection")
        painted = [part for part in transcript.render_line(y) if part.style and part.style.bgcolor == style.bgcolor]
        assert "".join(part.text for part in painted).startswith("two three")
        await pilot.resize_terminal(50, 12)
        await settled(pilot)
        assert not app.screen.get_selected_text()


async def test_double_click_selects_a_word() -> None:
    app = Host()
    async with app.run_test(size=(40, 12)) as pilot:
        transcript = app.transcript
        transcript.set_turns([Turn(id="u", role=Role.USER, text="first second third")])
        await settled(pilot)
        x, y = find(transcript, "second")
        await pilot.click(Transcript, offset=(x + 2, y), times=2)
        await pilot.pause()
        assert app.screen.get_selected_text() == "second"
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, text="**bold** answer"))
        await settled(pilot)
        assert transcript.get_selection(SELECT_ALL) == ("first second third\n\n**bold** answer", "\n")
        assert transcript.get_selection(Selection(None, Offset(7, 0))) == ("first", "\n")


async def test_themes_are_taken_over() -> None:
    app = Host()
    async with app.run_test(size=(40, 12)) as pilot:
        transcript = app.transcript
        transcript.set_turns([Turn(id="u", role=Role.USER, text="x"), Turn(id="a", role=Role.ASSISTANT, text=CODE)])
        await settled(pilot)
        colours: set[str] = set()
        for theme in ("textual-dark", "textual-light", "nord", "ansi-dark"):
            app.theme = theme
            await pilot.pause()
            await pilot.pause()
            colours.add(str([part.style for part in transcript.render_line(4)]))
        assert len(colours) == 4


@pytest.mark.parametrize(("width", "height"), [(4, 3), (10, 5), (20, 10), (80, 24), (200, 60)])
async def test_every_size(width: int, height: int) -> None:
    app = Host()
    async with app.run_test(size=(width, height)) as pilot:
        transcript = app.transcript
        transcript.set_turns([Turn(id="u", role=Role.USER, text="hello", time="09:41"), REASONED, *conversation(3)])
        transcript.add_turn(Turn(id="c", role=Role.ASSISTANT, text=CODE, footer="1 tok/s", model="m"))
        await settled(pilot)
        for y in range(height):
            assert transcript.render_line(y).cell_length == transcript.scrollable_content_region.width
        if width == 200:
            assert find(transcript, "Look:")[0] > 45
            assert max(len(row.strip()) for row in screen_rows(transcript)) <= 104


async def test_two_thousand_turns_open_without_being_drawn() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        transcript.set_turns(conversation(2_000))
        await settled(pilot)
        views = transcript._document.views
        assert sum(1 for view in views if view.chunks) < 20
        assert transcript.at_end
        transcript.focus()
        await pilot.press("home")
        find(transcript, "Turn 0 says 0")
        assert sum(1 for view in views if view.chunks) < 40


async def test_a_huge_text_is_taken_in_slices() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        text = "\n\n".join(f"## Part {number}\n\n- a\n- b\n\n```py\nx = {number}\n```" for number in range(150))
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, text=text))
        await settled(pilot)
        assert transcript.at_end
        find(transcript, "x = 149")
        assert len(transcript.code_blocks("a")) == 150


async def test_a_turn_can_be_given_other_text() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, text="old"))
        await settled(pilot)
        transcript.update_turn("a", text="new", status="streaming")
        transcript.append_text("a", " and more")
        await settled(pilot)
        find(transcript, "new and more▍")
        assert transcript.turn("a").status == "streaming"


async def test_turns_given_before_there_is_a_screen() -> None:
    class Early(Host):
        def compose(self) -> ComposeResult:
            transcript = Transcript(id="early")
            transcript.set_turns([REASONED])
            transcript.append_text("a1", " More.")
            yield transcript

    app = Early()
    async with app.run_test(size=(60, 12)) as pilot:
        await settled(pilot)
        find(app.transcript, "The answer. More.")
        assert app.transcript.at_end
