"""The nearest texts: when a query is asked, what a row says, two models, at every size."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from embedding_widget_parts import FOREIGN, SIZES, assert_filled, opened
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lmstudio_tui.tui.panes.embeddings.bars import bar, thin_bar, told_apart
from lmstudio_tui.tui.panes.embeddings.nearest_columns import Columns, heading, in_words, pieces_of
from lmstudio_tui.tui.panes.embeddings.nearest_rows import NearestRows
from lmstudio_tui.tui.panes.embeddings.nearest_view import NearestRow, NearestView
from lmstudio_tui.tui.themes import QUIET_LIGHT
from lmstudio_tui.tui.widgets.filter_input import FilterInput
from lmstudio_tui.vectors.values import Neighbour

pytestmark = pytest.mark.anyio

MODELS = ("text-embedding-first", "text-embedding-second")


def rows(ranks: Sequence[tuple[int | None, ...]], step: float = 0.01) -> list[NearestRow]:
    """Texts with these ranks by each model."""
    return [
        NearestRow(
            index,
            f"{FOREIGN[index % len(FOREIGN)]} {index}",
            tuple(None if rank is None else Neighbour(index, 1 - step * rank, rank) for rank in of),
        )
        for index, of in enumerate(ranks)
    ]


# Bars and columns


@given(st.floats() | st.floats(0, 1), st.integers(0, 40))
def test_bars_are_as_wide_as_they_are_to_be(share: float, width: int) -> None:
    assert cell_len(bar(share, width)) == cell_len(thin_bar(share, width)) == width
    if width and share > 0:
        assert bar(share, width).strip()
        assert thin_bar(share, width).strip()
    else:
        assert not bar(share, width).strip()


def test_bars_grow() -> None:
    assert bar(0.5, 8) == "████    "
    assert bar(0.5 + 1 / 64, 8) == "████▏   "
    assert thin_bar(0.55, 10) == "━━━━━╸    "
    assert bar(1.0, 3) == "███"


def test_names_are_told_apart() -> None:
    assert told_apart(("one", "other"), 8) == ("one     ", "other   ")
    assert told_apart(MODELS, 10) == ("first     ", "second    ")
    assert told_apart(("nomic-v1", "nomic-v2"), 5) == ("v1   ", "v2   ")
    assert told_apart(("abcdefgh1", "abcdefgh2"), 4) == ("…gh1", "…gh2")
    assert told_apart((MODELS[0],), 8) == ("text-em…",)
    assert told_apart(("same-name", "same-name"), 4) == ("sam…", "sam…")
    assert told_apart((), 4) == ()


@given(
    st.lists(st.tuples(*[st.none() | st.tuples(st.floats(-1e9, 1e9), st.integers(1, 60_000))] * 2), min_size=1),
    st.integers(1, 140), st.integers(0, 1), st.sampled_from(["cosine", "dot", "euclidean"]), st.text(max_size=300),
)  # fmt: skip
def test_columns_stand_below_each_other(
    found: list[tuple[tuple[float, int] | None, ...]], width: int, side: int, metric: str, text: str
) -> None:
    places = [tuple(None if one is None else Neighbour(0, *one) for one in row) for row in found]
    columns = Columns.of(places, metric)  # pyright: ignore[reportArgumentType]
    starts = {sum(cell_len(piece) for piece, _ in pieces_of(columns, row, text, side, width)[:-1]) for row in places}
    assert len(starts) == 1
    title = heading(columns, MODELS, side, width)
    assert sum(cell_len(piece) for piece, _ in title) - len("text") == starts.pop() + 2


# What is asked


async def test_a_query_is_asked_when_nobody_types_any_more() -> None:
    async with opened(NearestView()) as ui:
        await ui.shows("a query", "Type a query.", "as you stop typing")
        await ui.until(lambda: ui.it.query_one(FilterInput).has_focus)
        await ui.type("where is it")
        await ui.says(NearestView.QueryChanged, text="where is it")
        assert len(ui.of(NearestView.QueryChanged)) < 6
        await ui.hides("Type a query.")
        asked = len(ui.of(NearestView.QueryChanged))
        await ui.press("space", "enter")
        await ui.until(lambda: ui.it.query_one(NearestRows).has_focus)
        assert len(ui.of(NearestView.QueryChanged)) == asked
        await ui.press("slash")
        await ui.type("who")
        await ui.press("enter")
        await ui.says(NearestView.QueryChanged, text="who")
        await ui.press("slash", "escape")
        await ui.says(NearestView.QueryChanged, text="")
        await ui.shows("Type a query.")


async def test_a_query_of_somebody_else() -> None:
    async with opened(NearestView()) as ui:
        ui.it.ask("red\n\x1b[31mtext")
        await ui.says(NearestView.QueryChanged, text="red text")
        await ui.shows("red text")
        ui.it.ask("red text")
        ui.it.set_prefix("query: ")
        ui.it.ask("")
        await ui.shows("a query, sent with “query: ” before it")
        await ui.until(lambda: [one["text"] for one in ui.of(NearestView.QueryChanged)] == ["red text", ""])
        ui.it.set_prefix("")
        ui.it.say("No vectors yet.")
        await ui.shows("a query", "No vectors yet.")


async def test_what_is_said_below() -> None:
    async with opened(NearestView()) as ui:
        ui.it.ask("red")
        ui.it.tell("Embedding the query …")
        await ui.shows("Embedding the query …")
        ui.it.show(rows([(1,)]), MODELS[:1], "dot", 0.0123)
        await ui.shows("dot product · 1 text · 12 ms")
        ui.it.show((), MODELS[:1], "dot", note="The query is \x1b[1mtoo long.")
        await ui.shows("The query is too long.")
        assert ui.it.chosen is None
        ui.it.show(rows([(1,), (2,)]), MODELS[:1], "euclidean", 2.5)
        await ui.shows("Euclidean distance · 2 texts · 2.5 s")


# One model


async def test_one_model() -> None:
    async with opened(NearestView()) as ui:
        ui.it.ask("red")
        ui.it.show(rows([(3,), (1,), (2,)], step=0.5), MODELS[:1], "cosine")
        await ui.shows(
            "cosine  text", "1 ━━━━━       0.500  密", "2             0.000  👩", "3 ━━━━━      −0.500  How do I"
        )
        assert [line.startswith("▌") for line in ui.lines[2:5]] == [True, False, False]
        await ui.says(NearestView.Moved, index=1)
        ui.it.focus()
        await ui.press("s")
        assert ui.of(NearestView.SortChanged) == []
        await ui.press("down", "enter")
        await ui.says(NearestView.Opened, index=2)
        ui.it.choose(0)
        await ui.says(NearestView.Moved, index=0)
        await ui.click(NearestRows, offset=(20, 1))
        await ui.says(NearestView.Moved, index=1)


async def test_the_cursor_stays_on_its_text_until_another_query_is_answered() -> None:
    async with opened(NearestView()) as ui:
        ui.it.ask("red")
        ui.it.show(rows([(1,), (2,), (3,)]), MODELS[:1], "cosine")
        ui.it.choose(1)
        await ui.says(NearestView.Moved, index=1)
        ui.it.show(rows([(1,), (3,), (2,)]), MODELS[:1], "cosine")
        assert ui.it.chosen == 1
        ui.it.ask("blue")
        assert ui.it.chosen == 1
        ui.it.show(rows([(2,), (3,), (1,)]), MODELS[:1], "cosine")
        await ui.says(NearestView.Moved, index=2)


# Two models


async def test_two_models() -> None:
    async with opened(NearestView(), size=(120, 24)) as ui:
        ui.it.ask("red")
        ui.it.show(rows([(1, 13), (2, 2), (3, None), (14, 1)]), MODELS, "cosine", 0.01)
        await ui.shows("▾first", " second", "▼12", "▲13", "= ", "· not embedded")
        await ui.shows("rank 1 (0.990) by text-embedding-first · rank 13 (0.870) by text-embedding-second")
        await ui.shows("12 farther by the other")
        ui.it.focus()
        await ui.press("down")
        await ui.shows("the same")
        await ui.press("down")
        await ui.shows("no rank by text-embedding-second")
        await ui.press("s")
        await ui.says(NearestView.SortChanged, side=1)
        assert ui.it.side == 1
        await ui.shows("▾second", "▲12", "▼13")
        # What has no rank comes last; the cursor stays on it.
        assert ui.it.chosen == 2
        assert ui.lines[5].startswith("▌")
        await ui.press("g")
        await ui.says(NearestView.Moved, index=3)
        await ui.shows("13 farther by the other")
        ui.it.show(rows([(1,)]), MODELS[:1], "cosine")
        await ui.until(lambda: ui.it.side == 0)


def test_less_is_said_where_there_is_less_room() -> None:
    places = (Neighbour(0, 0.5, 3), Neighbour(0, 0.25, 1))
    assert in_words(places, MODELS, 0)[1:] == (
        "rank 3 (0.500) · rank 1 (0.250): 2 nearer by the other",
        "rank 3 (0.500) · rank 1 (0.250)",
    )
    assert in_words(places, MODELS, 1)[1].startswith("rank 1 (0.250) · rank 3 (0.500): 2 farther")
    assert in_words(places[:1], MODELS[:1], 0) == ()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sides", [1, 2])
async def test_every_size_fills_its_lines(size: tuple[int, int], sides: int) -> None:
    async with opened(NearestView(), size=size, theme=QUIET_LIGHT.name) as ui:
        found = rows([(at + 1, None if at % 7 == 3 else 60_000 - at)[:sides] for at in range(2000)], step=1e-4)
        ui.it.ask("red")
        ui.it.show(found, MODELS[:sides], "cosine")
        ui.it.focus()
        for key in ("down", "pagedown", "s", "G", "pageup"):
            await ui.press(key)
            assert_filled(ui.it.query_one(NearestRows))
