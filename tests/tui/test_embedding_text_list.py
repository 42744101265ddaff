"""The list of texts: its rows, its cursor, the filter, the marks, at every size."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from embedding_widget_parts import FOREIGN, SIZES, WidgetDriver, assert_filled, opened
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.store.embeddings import TextRecord
from lmstudio_tui.tui.panes.embeddings.text_list import TextList, TextState
from lmstudio_tui.tui.panes.embeddings.text_rows import TextRows
from lmstudio_tui.tui.panes.embeddings.text_search import TextSearch
from lmstudio_tui.tui.themes import QUIET_LIGHT

pytestmark = pytest.mark.anyio

STATES: tuple[TextState, ...] = ("new", "embedded", "partly", "refused")


def texts(count: int, source: str = "") -> tuple[TextRecord, ...]:
    return tuple(TextRecord(f"{FOREIGN[index % len(FOREIGN)]} {index}", source) for index in range(count))


def rows_of(ui: WidgetDriver[TextList]) -> TextRows:
    return ui.it.query_one(TextRows)


# The search


def found(records: Sequence[TextRecord], words: str, before: TextSearch | None = None) -> TextSearch:
    search = TextSearch(records, words, before)
    while not search.step(0.0):
        pass
    return search


WORDS = st.text(alphabet="abÄß z", max_size=4)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=300), st.lists(WORDS, min_size=1, max_size=4))
def test_a_search_finds_what_has_all_words(pairs: list[tuple[str, str]], typed: list[str]) -> None:
    records = [TextRecord(text, source) for text, source in pairs]
    before: TextSearch | None = None
    for words in typed:
        before = found(records, words, before)
        assert list(before.hits) == [
            at
            for at, one in enumerate(records)
            if all(word in one.text.casefold() or word in one.source.casefold() for word in words.casefold().split())
        ]


def test_a_search_looks_at_the_clock() -> None:
    ticks = iter(range(1000))
    search = TextSearch(texts(1000), "password", clock=lambda: float(next(ticks)))
    assert not search.step(1.0)
    assert 0 < len(search.hits) < 125
    assert search.step(100.0)
    assert len(search.hits) == 125


def test_a_longer_filter_looks_only_at_what_was_left() -> None:
    records = texts(1000)
    first = found(records, "pass")
    second = TextSearch(records, "password re", first)
    assert second.step(0.0)
    assert list(second.hits) == list(first.hits)
    assert not TextSearch(records, "as", second).step(0.0)


# On a screen


async def test_nothing_yet() -> None:
    async with opened(TextList()) as ui:
        await ui.shows("No texts yet.", "one a line")
        ui.it.say("Nothing.", "Ctrl+O reads a file.")
        await ui.shows("Ctrl+O reads a file.")
        await ui.press("down", "space", "A", "enter", "G", "pagedown")
        assert ui.it.chosen is None
        assert ui.it.picked == ()
        ui.it.show(texts(2))
        await ui.shows("How do I reset my password 0")
        await ui.says(TextList.Moved, index=0)
        ui.it.show(())
        await ui.shows("Nothing.")
        await ui.says(TextList.Moved, index=None)


async def test_a_row_tells_number_state_group_text_and_file() -> None:
    async with opened(TextList()) as ui:
        ui.it.show(texts(8, "tickets.csv"), [STATES[at % 4] for at in range(8)], [at - 1 for at in range(8)])
        await ui.shows(
            " 1 ○   How do I reset my password 0", " 2 ● ┃ 密", " 3 ◐ ┃ 👩", " 4 ! ┃ שלום", " 5 ○ ┃ red bell back 4"
        )
        await ui.shows("[bold]no markup[/bold] 6", "tickets.csv")
        assert "▌" in ui.lines[0]
        assert ui.lines[7].rstrip().endswith("…  tickets.csv")


async def test_groups_without_colours_have_marks() -> None:
    async with opened(TextList(), colourless=True) as ui:
        ui.it.show(texts(2), (), (0, 1))
        await ui.shows("1 ○ ● How", "2 ○ ◆ 密")


async def test_blank_and_markup_are_only_text() -> None:
    async with opened(TextList()) as ui:
        ui.it.show([TextRecord(""), TextRecord("\n\t "), TextRecord("[b]x[/b]")])
        await ui.shows("1 ○ blank", "2 ○ blank", "[b]x[/b]")


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_fills_its_lines(size: tuple[int, int]) -> None:
    async with opened(TextList(), size=size, theme=QUIET_LIGHT.name) as ui:
        ui.it.show(texts(50_000, "a file.txt"), (), [at % 20 - 1 for at in range(50_000)])
        for key in ("down", "pagedown", "G", "space", "A", "up"):
            await ui.press(key)
            assert_filled(rows_of(ui))
        await ui.press("slash", *"red")
        assert_filled(rows_of(ui))


async def test_keys_go_everywhere() -> None:
    async with opened(TextList()) as ui:
        ui.it.show(texts(500))
        for key, index in (("down", 1), ("j", 2), ("up", 1), ("k", 0), ("k", 0), ("end", 499), ("home", 0), ("G", 499)):
            await ui.press(key)
            await ui.until(lambda index=index: ui.it.chosen == index)
        await ui.press("g", "pagedown")
        await ui.until(lambda: ui.it.chosen == 23)
        await ui.press("pageup", "enter")
        await ui.says(TextList.Opened, index=0)
        await ui.click(TextRows, offset=(10, 5))
        await ui.says(TextList.Moved, index=5)
        await ui.click(TextRows, offset=(10, 5), times=2)
        await ui.says(TextList.Opened, index=5)
        assert ui.of(TextList.Moved)[-1] == {"index": 5}


async def test_the_filter_narrows_as_it_is_typed_and_the_cursor_comes_back() -> None:
    async with opened(TextList()) as ui:
        ui.it.show((*texts(400), TextRecord("the last", "Other.TXT")))
        ui.it.choose(100)
        await ui.says(TextList.Moved, index=100)
        await ui.press("slash", *"family 1")
        await ui.until(lambda: ui.it.chosen == 106)
        await ui.shows("of 401", "family 🎉🎉🎉 and more 🏳️‍🌈 106")
        assert "reset" not in ui.screen
        await ui.press("down")
        await ui.until(lambda: rows_of(ui).has_focus)
        await ui.shows("family 1")
        assert ui.it.filtered == "family 1"
        await ui.press("slash", "escape")
        await ui.shows("reset my password 96")
        await ui.until(lambda: ui.it.chosen == 100 and not ui.it.filtered)
        await ui.press(*"other.txt")
        await ui.shows("1 of 401", "the last")
        await ui.says(TextList.Moved, index=400)
        await ui.press(*"zzz")
        await ui.shows("0 of 401", "No text has these words.")
        await ui.says(TextList.Moved, index=None)
        await ui.press("escape", "escape")
        await ui.until(lambda: rows_of(ui).has_focus)
        await ui.until(lambda: not ui.it.query_one("#text-filter-line").has_class("-some"))


async def test_texts_that_are_hidden_cannot_be_chosen_but_are_remembered() -> None:
    async with opened(TextList()) as ui:
        ui.it.show(texts(100))
        await ui.press("slash", *"family")
        await ui.until(lambda: ui.it.chosen == 2)
        ui.it.choose(50)
        await ui.until(lambda: ui.it.chosen == 50)
        ui.it.choose(51)
        await ui.until(lambda: ui.it.chosen == 58)
        await ui.press("escape")
        await ui.until(lambda: ui.it.chosen == 51)


async def test_marks() -> None:
    async with opened(TextList()) as ui:
        records = texts(20)
        ui.it.show(records)
        await ui.press("space", "space")
        await ui.says(TextList.Marked, count=2)
        await ui.shows("✓ 1 ○", "✓ 2 ○", "2 marked")
        assert (ui.it.marked, ui.it.picked, ui.it.chosen) == ((0, 1), (0, 1), 2)
        await ui.press("g", "space")
        await ui.says(TextList.Marked, count=1)
        ui.it.unmark()
        await ui.says(TextList.Marked, count=0)
        await ui.hides("marked")
        assert ui.it.picked == (1,)
        await ui.press("slash", *"family", "enter", "A")
        await ui.says(TextList.Marked, count=3)
        await ui.shows("3 of 20 · 3 marked")
        assert ui.it.marked == (2, 10, 18)
        ui.it.show((*records[:5], *records[6:], TextRecord("new")))
        await ui.until(lambda: ui.it.marked == (2,))
        await ui.says(TextList.Marked, count=1)


async def test_a_narrow_list_says_the_counts_in_a_few_cells() -> None:
    async with opened(TextList(), size=(25, 12)) as ui:
        ui.it.show(texts(50_000))
        await ui.press("slash", *"family", "enter", "space")
        await ui.shows("family", "6,250 ✓1")


async def test_other_states_leave_cursor_and_marks_alone() -> None:
    async with opened(TextList()) as ui:
        records = texts(30)
        ui.it.show(records)
        await ui.press("down", "space")
        await ui.until(lambda: ui.it.chosen == 2)
        moved = len(ui.of(TextList.Moved))
        ui.it.show(records, ("embedded",) * 30)
        await ui.shows(" 1 ●", "✓ 2 ●")
        assert ui.it.chosen == 2
        assert len(ui.of(TextList.Moved)) == moved


async def test_fewer_texts_keep_the_cursor_among_them() -> None:
    async with opened(TextList()) as ui:
        ui.it.show(texts(30))
        await ui.press("G")
        await ui.until(lambda: ui.it.chosen == 29)
        ui.it.show(texts(3))
        await ui.says(TextList.Moved, index=2)
        await ui.shows("How do I reset", " 3 ○")


async def test_it_says_when_it_still_looks() -> None:
    async with opened(TextList()) as ui:
        ui.it.show([TextRecord(f"{'täxt ' * 400} {index}") for index in range(20_000)])
        await ui.press("slash")
        rows_of(ui).filter("täxt 19999")
        assert rows_of(ui).searching
        assert rows_of(ui).words == "täxt 19999"
        await ui.until(lambda: not rows_of(ui).searching)
        await ui.says(TextList.Moved, index=19_999)
