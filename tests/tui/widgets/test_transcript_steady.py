"""Whatever is folded, searched, scrolled, let go of and drawn again: nothing is lost, and nothing moves."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.geometry import Offset
from textual.selection import SELECT_ALL, Selection
from transcript_parts import Host, conversation, find, screen_rows, settled

from lmstudio_tui.text_safety import clean
from lmstudio_tui.tui.widgets.transcript import Role, ToolView, Transcript, Turn, blocks, chunks, document, growing
from lmstudio_tui.tui.widgets.transcript.chunks import Canvas
from lmstudio_tui.tui.widgets.transcript.document import Document
from lmstudio_tui.tui.widgets.transcript.finder import Finder
from lmstudio_tui.tui.widgets.transcript.inline import make_parser
from lmstudio_tui.tui.widgets.transcript.painter import ROW_BITS
from lmstudio_tui.tui.widgets.transcript.palette import Palette
from lmstudio_tui.tui.widgets.transcript.selecting import extract
from lmstudio_tui.tui.widgets.transcript.view import TurnView

if TYPE_CHECKING:
    from lmstudio_tui.tui.widgets.transcript.lines import Line

pytestmark = pytest.mark.anyio

PARSER = make_parser()
ROWS = 10
ATOMS = [
    "foo bar ", "\n", "\n\n", "- item\n", "  - sub\n", "1. one\n", "```py\nx = 1\n", "```\n", "> quote\n", "# head\n",
    "| a | b |\n|---|---|\n", "| 1 | 2 |\n", "[a]: /url\n", "[a]", "**bold** ", "日本語", "x" * 70, "\n===\n",
    "word\n" * 9, "foo " * 12, "    code\n", "\n\n- p\n\n  q\n",
]  # fmt: skip
texts = st.lists(st.sampled_from(ATOMS), max_size=24).map("".join)
SMALL = (
    (blocks, "LIMIT", 64),
    (growing, "LIMIT", 64),
    (blocks, "PARAGRAPH", 24),
    (blocks, "_WINDOWS", (12, 25, 40, 65)),
    (blocks, "_OVERFLOWS", (25, 65)),
)
"""Limits that short texts come to."""
TOOL = ToolView("look", '{"city":"Oslo"}', "line\n" * 30, "done")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def lines_of(view: TurnView, canvas: Canvas) -> list[Line]:
    """The rows of a turn that is laid out for the first time, folded like another."""
    fresh = TurnView(view.turn, 0, PARSER)
    fresh.folded, fresh.whole, fresh.opened = view.folded, view.whole, set(view.opened)
    fresh.advance(canvas)
    return list(fresh.lines(canvas))


def scroll(shown: Document, row: int) -> int:
    """Bring some rows into view, and check that they stand where the heights say."""
    anchor = shown.anchor(row)

    def top() -> int:
        last = max(0, shown.height - ROWS)
        return 0 if anchor is None else min(max(0, shown.row_of(anchor)), last)

    first = shown.settle(top, ROWS)
    for row in range(first, min(first + ROWS, shown.height)):
        place = shown.place(row)
        assert place is not None
        assert shown.canvas is not None
        assert place.chunk is not None
        assert place.line == place.chunk.draw(shown.canvas, place.view.content.values)[place.inside]
    return first


def change(shown: Document, finder: Finder, data: st.DataObject) -> None:
    """Do one thing that a person or a model may do."""
    view = data.draw(st.sampled_from(shown.views))
    canvas = shown.canvas
    assert canvas is not None
    match data.draw(st.sampled_from(["stream", "think", "fold", "whole", "tool", "find", "width", "theme", "scroll"])):
        case "stream" if view.content.values.status == "streaming":
            view.content.append_text(data.draw(st.one_of(st.sampled_from(ATOMS), st.text("ab`|- \n", max_size=9))))
        case "think" if view.content.values.status == "streaming":
            view.content.append_reasoning(data.draw(st.text("ab \n", max_size=30)))
        case "fold":
            view.fold(not view.folded)
        case "whole":
            view.show_whole(data.draw(st.booleans()))
        case "tool":
            view.open_tools(view.opened ^ {0})
        case "find":
            finder.begin(data.draw(st.sampled_from(["foo", "o b", "", "1"])))
            finder.advance(perf_counter() + 10)
        case "width":
            shown.use(Canvas(data.draw(st.sampled_from([5, 20, 77])), Palette(), canvas.version + 1))
        case "theme":
            shown.use(Canvas(canvas.width, Palette(), canvas.version + 1))
        case _:
            pass
    scroll(shown, data.draw(st.integers(0, max(0, shown.height - 1))))


@settings(max_examples=120)
@given(st.lists(st.tuples(st.sampled_from(list(Role)), texts), min_size=1, max_size=5), st.data())
def test_what_is_let_go_of_is_drawn_again_as_it_was(turns: list[tuple[Role, str]], data: st.DataObject) -> None:
    with patch.object(chunks, "_KEPT_ROWS", 12), patch.object(document, "_KEPT_CHARACTERS", 60):
        shown = Document(make_parser)
        shown.use(Canvas(30, Palette(), 0))
        for number, (role, text) in enumerate(turns):
            status = "streaming" if number == len(turns) - 1 else "complete"
            tools = (TOOL,) if number % 2 else ()
            shown.add(Turn(id=str(number), role=role, text=text, reasoning="thought", status=status, tools=tools))
        finder = Finder(shown)
        for _ in range(data.draw(st.integers(1, 8))):
            change(shown, finder, data)
        canvas = shown.canvas
        assert canvas is not None
        last = shown.views[-1]
        whole = last.turn.text
        for view in shown.views:
            if view is last:
                view.update(Turn(id=view.id, role=view.content.values.role, tools=view.content.values.tools))
            assert list(shown.lines(view)) == lines_of(view, canvas)
            assert view.height == sum(view.heights[index] for index in range(len(view.chunks)))
        arrived = [clean(text).strip("\n") for _, text in turns[:-1]] + [whole.strip("\n")]
        assert extract(shown, SELECT_ALL, 2) == "\n\n".join(text for text in arrived if text.strip())


@settings(max_examples=120)
@given(texts, texts, st.data())
def test_what_is_too_long_is_cut_the_same_however_it_arrives(text: str, more: str, data: st.DataObject) -> None:
    with ExitStack() as stack:
        for module, name, value in SMALL:
            stack.enter_context(patch.object(module, name, value))
        text += more
        canvas = Canvas(20, Palette(), 0)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
        streamed = TurnView(Turn(id="a", role=Role.ASSISTANT, status="streaming"), 0, PARSER)
        for start, end in pairwise([0, *cuts, len(text)]):
            streamed.content.append_text(text[start:end])
            streamed.advance(canvas)
        streamed.update(Turn(id="a", role=Role.ASSISTANT))
        streamed.advance(canvas)
        at_once = TurnView(Turn(id="a", role=Role.ASSISTANT, text=text), 0, PARSER)
        at_once.advance(canvas)
        pieces = at_once.content.answer.closed
        assert [type(piece) for piece in streamed.content.answer.closed] == [type(piece) for piece in pieces]
        assert list(streamed.lines(canvas)) == list(at_once.lines(canvas))
        assert not at_once.content.answer.open


@pytest.mark.parametrize("begin", ["para\n\n", "- a\n\n", "> q\n\n", "# h\n", "[a]: /url\n", "| a |\n|---|\n| b |\n\n"])
@pytest.mark.parametrize("unit", ["z", "z z ", "z\n"])
def test_behind_a_short_block_a_very_long_one_is_shown_whole(begin: str, unit: str) -> None:
    text = begin + unit * (60_000 // len(unit))
    canvas = Canvas(80, Palette(), 0)
    view = TurnView(Turn(id="a", role=Role.ASSISTANT, text=text), 0, PARSER)
    assert view.advance(canvas)
    assert sum(line.text.count("z") for line in view.lines(canvas)) == text.count("z")


async def read_in_the_middle(host: Host, shown: int) -> list[str]:
    """Open a conversation and go to one of its turns."""
    transcript = host.transcript
    transcript.set_turns(conversation(30))
    transcript.show_turn(str(shown))
    transcript.action_line(2)
    return screen_rows(transcript)


async def test_what_is_read_stays_while_turns_above_change_their_height() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        await settled(pilot)
        before = await read_in_the_middle(app, 20)
        transcript.update_turn("3", text="Much more.\n\n" * 50)
        await settled(pilot)
        assert screen_rows(transcript) == before
        transcript.replace_turn(Turn(id="19", role=Role.ASSISTANT, text="Less."))
        await settled(pilot)
        assert screen_rows(transcript) == before
        transcript.update_turn("17", status="streaming")
        for _ in range(5):
            transcript.append_text("17", "More. " * 40 + "\n\n")
            await settled(pilot)
            assert screen_rows(transcript) == before
        transcript.remove_turn("18")
        await settled(pilot)
        assert screen_rows(transcript) == before
        await pilot.resize_terminal(44, 12)
        await settled(pilot)
        assert any("Turn 20 says" in row for row in screen_rows(transcript))
        assert not transcript.at_end


async def test_turns_that_were_let_go_of_are_shown_replaced_and_selected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_KEPT_CHARACTERS", 1_000)
    monkeypatch.setattr(chunks, "_KEPT_ROWS", 30)
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        turns = conversation(60)
        transcript.set_turns(turns)
        await settled(pilot)
        transcript.focus()
        for number in (2, 40, 11, 59, 0):
            transcript.show_turn(str(number))
            await settled(pilot)
            find(transcript, f"Turn {number} says 0")
        views = transcript._document.views
        assert sum(bool(view.chunks) for view in views) < 15
        assert not views[40].chunks
        transcript.replace_turn(Turn(id="40", role=Role.USER, text="Other words."))
        transcript.show_turn("40")
        await settled(pilot)
        assert find(transcript, "Other words.")[1] == 0
        prefix = transcript._painter.geometry.prefix
        rows = Selection(
            Offset(prefix, views[10].serial << ROW_BITS), Offset(999, views[12].serial << ROW_BITS | 9_999)
        )
        selected = transcript.get_selection(rows)
        assert selected is not None
        assert selected[0].split() == " ".join(turn.text for turn in turns[10:13]).split()
        transcript.set_turns(turns[:3])
        await settled(pilot)
        assert [turn.text for turn in transcript.turns] == [turn.text for turn in turns[:3]]
        assert transcript.at_end


async def test_a_long_answer_is_read_while_it_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "_KEPT_ROWS", 30)
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming"))
        transcript.focus()
        before: list[str] = []
        text = "".join(f"Sentence {number} of the answer.\n\n" for number in range(200))
        for start in range(0, len(text), 200):
            transcript.append_text("a", text[start : start + 200])
            await settled(pilot)
            if start == 2_000:
                await pilot.press("pageup")
                before = screen_rows(transcript)
            if start == 4_000:
                assert screen_rows(transcript)[:-1] == before[:-1]
                await pilot.press("home")
                find(transcript, "Sentence 0 of")
                await pilot.press("end")
                assert transcript.at_end
        transcript.update_turn("a", status="complete")
        await settled(pilot)
        find(transcript, "Sentence 199 of")
        assert transcript.get_selection(SELECT_ALL) == (text.strip("\n"), "\n")
        said = [one.at_end for one in app.heard(Transcript.FollowChanged)]
        assert said[0] is False
        assert said[-1] is True
