"""Searching a conversation: everything that is shown is found, also what is folded, and what comes later."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transcript_parts import Host, conversation, find, screen_rows, settled, until

from lmstudio_tui.tui.widgets.transcript import Role, Transcript, Turn
from lmstudio_tui.tui.widgets.transcript.chunks import Canvas
from lmstudio_tui.tui.widgets.transcript.document import Document
from lmstudio_tui.tui.widgets.transcript.finder import Finder
from lmstudio_tui.tui.widgets.transcript.finding import find_in_lines
from lmstudio_tui.tui.widgets.transcript.inline import make_parser
from lmstudio_tui.tui.widgets.transcript.lines import Line, wrap
from lmstudio_tui.tui.widgets.transcript.palette import Palette

if TYPE_CHECKING:
    from textual.pilot import Pilot

pytestmark = pytest.mark.anyio

TURNS = [
    Turn(
        id="u", role=Role.USER, text="Where is Oslo?\n" + "\n".join(f"line {n}" for n in range(40)) + "\nOSLO at last"
    ),
    Turn(id="a", role=Role.ASSISTANT, text="In **Os**lo.\n\n```py\noslo = 1\n```", reasoning="They ask about Oslo."),
    Turn(id="n", role=Role.NOTICE, text="nothing"),
    Turn(id="b", role=Role.ASSISTANT, text="| a | b |\n|---|---|\n| x | Oslo |\n\n" + "filler\n\n" * 60 + "- end oslo"),
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def counted(pilot: Pilot[None]) -> tuple[int, int]:
    """Wait until all turns have been searched, and return what was said last."""
    app = pilot.app
    assert isinstance(app, Host)
    await until(pilot, lambda: not app.transcript._finder.busy and app.transcript._search_timer is None)
    await settled(pilot)
    last = app.heard(Transcript.HitsChanged)[-1]
    return last.current, last.total


def marked(transcript: Transcript, name: str) -> list[str]:
    """What is painted in the style of a hit."""
    style = transcript._painter.palette[name]
    rows = [transcript.render_line(y) for y in range(transcript.size.height)]
    return [part.text for row in rows for part in row if part.style and part.style.bgcolor == style.bgcolor]


async def test_every_place_is_found_and_gone_to_round_and_round() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        transcript.set_turns(TURNS)
        await settled(pilot)
        transcript.focus()
        await pilot.press("home")
        transcript.search("oSlo")
        current, total = await counted(pilot)
        assert (current, total) == (1, 7)
        assert marked(transcript, "hit-current") == ["Oslo"]
        await pilot.press("n")
        assert await counted(pilot) == (2, 7)
        find(transcript, "OSLO at last")
        await pilot.press("n")
        assert await counted(pilot) == (3, 7)
        find(transcript, "│ They ask about Oslo.")
        await pilot.press("n", "n")
        assert await counted(pilot) == (5, 7)
        assert marked(transcript, "hit-current") == ["oslo"]
        await pilot.press("n", "n")
        assert await counted(pilot) == (7, 7)
        find(transcript, "• end oslo")
        assert not any("They ask" in row for row in screen_rows(transcript))
        await pilot.press("n")
        assert await counted(pilot) == (1, 7)
        await pilot.press("N")
        assert await counted(pilot) == (7, 7)
        transcript.clear_search()
        await pilot.pause()
        assert app.heard(Transcript.HitsChanged)[-1].total == 0
        assert marked(transcript, "hit") == marked(transcript, "hit-current") == []
        await pilot.press("n")
        assert transcript._search_timer is None


async def test_the_nearest_place_from_what_is_read_comes_first() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.set_turns(conversation(60))
        await settled(pilot)
        transcript.focus()
        await pilot.press("home")
        while transcript.selected_turn != "20":
            await pilot.press("]")
        await settled(pilot)
        transcript.search("says 1")
        current, total = await counted(pilot)
        assert (current, total) == (21, 60)
        transcript.search("turn 59 says")
        await counted(pilot)
        find(transcript, "Turn 59 says")
        transcript.search("turn 3 says 0")
        assert await counted(pilot) == (1, 1)
        find(transcript, "Turn 3 says 0")
        transcript.search("nowhere at all")
        assert await counted(pilot) == (0, 0)
        transcript.search("")
        assert transcript._finder.needle == ""


async def test_what_streams_in_is_searched_too() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming"))
        await settled(pilot)
        transcript.search("word")
        assert transcript._told_hits == (0, 0)
        for _ in range(30):
            transcript.append_text("a", "a wo")
            transcript.append_text("a", "rd\n\n")
            await pilot.pause()
        transcript.append_reasoning("a", "a word")
        transcript.update_turn("a", status="complete")
        await settled(pilot)
        assert (await counted(pilot))[1] == 31
        transcript.update_turn("a", text="other", reasoning="")
        await settled(pilot)
        assert (await counted(pilot))[1] == 0
        transcript.add_turn(Turn(id="b", role=Role.USER, text="a Word"))
        await settled(pilot)
        assert (await counted(pilot))[1] == 1
        transcript.remove_turn("b")
        transcript.set_turns([Turn(id="c", role=Role.USER, text="word word")])
        assert await counted(pilot) == (1, 2)
        transcript.clear()
        await pilot.pause()
        assert transcript._finder.total == 0
        transcript.add_turn(Turn(id="d", role=Role.USER, text="word"))
        await settled(pilot)
        assert (await counted(pilot))[1] == 1


@pytest.mark.usefixtures("no_collections")
async def test_two_thousand_turns_are_searched_in_slices() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        transcript.set_turns(conversation(2_000))
        await settled(pilot)
        longest, whole = 0.0, time.thread_time()
        transcript.search("FOLLOW")
        while transcript._finder.busy:
            started = time.thread_time()
            transcript._search_slice()
            longest = max(longest, time.thread_time() - started)
        assert longest < max(0.25, (time.thread_time() - whole) / 2)
        assert await counted(pilot) == (transcript._finder.number, 36_000)


def test_a_place_may_go_over_several_rows() -> None:
    lines = wrap([("one two three four", Palette().base)], 9)
    assert [line.text for line in lines] == ["one two", "three", "four"]
    assert find_in_lines(lines, "two three four") == [((0, 4, 7), (1, 0, 5), (2, 0, 4))]
    assert find_in_lines([Line()], "x") == []


def test_characters_that_fold_to_two_are_marked_whole() -> None:
    lines = wrap([("Straße und STRASSE, İstanbul", Palette().base)], 80)
    assert find_in_lines(lines, "strasse") == [((0, 0, 6),), ((0, 11, 18),)]
    assert find_in_lines(lines, "stanbul") == [((0, 21, 28),)]


WORDS = [
    "foo",
    "Foo bar",
    "**foo**",
    "`foo`",
    "[foo](http://foo.x)",
    "\n\n",
    "\n",
    "- ",
    "1. ",
    "> ",
    "# ",
    " ",
    "ß",
    "&amp;",
]
CELLS = [
    "\n\n| foo | b |\n|---|---|\n| x | foo |\n\n",
    "\n\n```foo\nfoo = 1\n```\n\n",
    "[foo]",
    "\n\n[foo]: http://foo.y\n\n",
    "\t",
]
markdown = st.lists(st.sampled_from([*WORDS, *CELLS]), max_size=16).map("".join)


@settings(max_examples=200)
@given(
    markdown, st.sampled_from(["foo", "o b", "foo bar", "= 1", "&", "http", "ss", ".y"]), st.sampled_from(list(Role))
)
def test_as_many_are_counted_as_can_be_gone_to(text: str, query: str, role: Role) -> None:
    document = Document(make_parser)
    document.use(Canvas(200, Palette(), 0))
    view = document.add(Turn(id="a", role=role, text=text, reasoning="the foo bar"))
    finder = Finder(document)
    finder.begin(query)
    assert finder.count(view, None)
    hit = finder.next_in(view, 1)
    number = 0
    while hit is not None:
        finder.current = hit
        number += 1
        assert finder.number == number
        chunk = finder.chunk_of(hit)
        assert chunk is not None
        assert hit.nth < len(finder.places(view, chunk))
        hit = finder.next_in(view, 1, hit)
    assert finder.total == number
    if hit := finder.next_in(view, -1):
        finder.current = hit
        assert finder.number == number
