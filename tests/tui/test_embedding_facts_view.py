"""Facts: the table, the chart of a sweep, its progress, one model or two, at every size."""

from __future__ import annotations

import pytest
from embedding_widget_parts import SIZES, assert_filled, opened
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lmstudio_tui.features.embeddings.sweeping import BatchPace
from lmstudio_tui.tui.panes.embeddings.facts_lines import milliseconds, sweep_lines, table_lines
from lmstudio_tui.tui.panes.embeddings.facts_view import FactRow, FactsTable, FactsView, SweepProgress, SweepSide
from lmstudio_tui.tui.themes import QUIET_LIGHT

pytestmark = pytest.mark.anyio

MODELS = ("text-embedding-first", "text-embedding-second")


def table(*models: str, notes: tuple[str, ...] = ()) -> FactsTable:
    two = ("768", "1,024")[: len(models)]
    long = ("a cell that is longer than there is room for it in a line",) * len(models)
    rows = [FactRow("dimensions", two), FactRow("Server"), FactRow("reached at", ("http://127.0.0.1:1234",))]
    return FactsTable(models, (*rows, FactRow("refused, of all texts in this set", long, "bad")), notes)


def paces(quick: float, *sizes: int) -> tuple[BatchPace, ...]:
    return tuple(BatchPace(size, 5, size / quick, quick) for size in sizes)


def texts_of(lines: list[list[tuple[str, str]]]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


@given(st.integers(1, 2), st.integers(32, 130))
def test_nothing_of_a_table_is_lost(count: int, width: int) -> None:
    lines = texts_of(table_lines(table(*MODELS[:count], notes=("A note that says what is to be known.",)), width))
    assert all(cell_len(line) <= width for line in lines)
    whole = "".join("".join(lines).split())
    assert whole.count("room") == count
    assert "whatistobeknown." in whole


def test_a_row_of_one_cell_is_said_of_both_models() -> None:
    lines = texts_of(table_lines(table(*MODELS), 60))
    assert any("http://127.0.0.1:1234" in line for line in lines)


def test_the_names_of_two_models_are_not_cut() -> None:
    lines = texts_of(table_lines(table("org/text-embedding-first-v1.5-large", "other/text-embedding-second"), 49))
    head = lines[: next(at for at, line in enumerate(lines) if "dimensions" in line)]
    first, second = ("".join(line[at : at + 15].strip() for line in head) for at in (18, 33))
    assert first == "text-embedding-first-v1.5-large"
    assert second == "text-embedding-second"


def test_the_parts_of_one_model_stand_beside_each_other_where_there_is_room() -> None:
    rows = [FactRow("Vectors"), FactRow("dimensions", ("768",)), FactRow("Texts"), FactRow("embedded", ("20 of 20",))]
    wide = texts_of(table_lines(FactsTable(MODELS[:1], tuple(rows)), 92))
    assert [" ".join(line.split()) for line in wide] == ["Vectors Texts", "dimensions 768 embedded 20 of 20"]
    assert len(table_lines(FactsTable(MODELS[:1], tuple(rows)), 80)) == 5


def test_a_sweep_of_an_earlier_time_says_when_that_was() -> None:
    side = SweepSide("first", paces(40.0, 1), measured="2026-01-02 03:04")
    assert texts_of(sweep_lines([side], None, 80))[1].endswith("measured 2026-01-02 03:04")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0.00 ms"),
        (0.000_5, "0.50 ms"),
        (0.004_23, "4.2 ms"),
        (0.25, "250 ms"),
        (2.5, "2,500 ms"),
        (75.0, "75.0 s"),
    ],
)
def test_times(seconds: float, words: str) -> None:
    assert milliseconds(seconds) == words


def test_a_chart_has_one_scale_and_marks_the_best() -> None:
    one = SweepSide("first", (*paces(40.0, 1), *paces(80.0, 2, 4)))
    lines = texts_of(sweep_lines([one], None, 60))
    bars = [line for line in lines if "/s" in line]
    assert [line.count("█") for line in bars] == [18, 36, 36]
    assert [line.endswith("◂") for line in bars] == [False, True, False]
    assert "40.0/s  25.0 ms" in bars[0]
    head = lines[2]
    assert head.startswith(" in a request")
    assert head.index("a second") + len("a second") == bars[0].index("/s") + 2
    assert lines[-1] == " ◂ the most texts in a second"
    both = texts_of(sweep_lines([one, SweepSide("second", paces(20.0, 1, 8), ("Few texts.",))], None, 60))
    assert [line[:3].strip() for line in both if "/s" in line] == ["1", "", "2", "4", "8"]
    assert both[-1] == " second: Few texts."
    assert sweep_lines([SweepSide("first")], None, 60) == []


@given(st.lists(st.tuples(st.integers(1, 512), st.floats(0, 1e8)), max_size=9), st.integers(32, 130))
def test_charts_are_within_their_width(found: list[tuple[int, float]], width: int) -> None:
    side = SweepSide("first", tuple(BatchPace(size, 1, 0.5, quick) for size, quick in found))
    lines = texts_of(sweep_lines([side, side], SweepProgress("measuring", 3, 8), width))
    assert all(cell_len(line) <= width for line in lines if "/s" in line)


async def test_nothing_yet_and_then_facts() -> None:
    async with opened(FactsView()) as ui:
        await ui.shows("No facts yet.")
        ui.it.say("Nothing is embedded yet.")
        await ui.shows("Nothing is embedded yet.")
        ui.it.show(table(MODELS[0], notes=("The server counts no tokens.",)))
        await ui.shows("dimensions", "768", "Server", "The server counts no tokens.")
        await ui.hides("Texts in a second")
        ui.it.show(None)
        await ui.shows("Nothing is embedded yet.")


async def test_a_sweep_comes_into_view_and_grows() -> None:
    rows = tuple(FactRow(f"fact {at}", ("some",)) for at in range(40))
    async with opened(FactsView()) as ui:
        ui.it.show(FactsTable(MODELS[:1], rows))
        await ui.shows("fact 0")
        ui.it.show(FactsTable(MODELS[:1], rows), [SweepSide(MODELS[0])], SweepProgress("requests of 1", 0, 3))
        await ui.shows("Texts in a second, by texts in a request", "0 of 3 requests of 1")
        ui.it.show(
            FactsTable(MODELS[:1], rows), [SweepSide(MODELS[0], paces(3.0, 1))], SweepProgress("requests of 2", 1, 3)
        )
        await ui.shows("━━━━━━━━───", "1 of 3 requests of 2", "3.0/s   333 ms ◂")
        await ui.press("g")
        await ui.shows("fact 0")
        ui.it.show(FactsTable(MODELS[:1], rows), [SweepSide(MODELS[0], paces(3.0, 1, 2), ("Few \x1b[1mtexts.",))])
        await ui.press("G")
        await ui.shows("Few texts.")
        await ui.hides("1 of 3")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2])
async def test_every_size_fills_its_lines(size: tuple[int, int], count: int) -> None:
    async with opened(FactsView(), size=size, theme=QUIET_LIGHT.name) as ui:
        sides = [SweepSide(model, paces(1234.5, 1, 16, 128)) for model in MODELS[:count]]
        ui.it.show(table(*MODELS[:count]), sides, SweepProgress("requests of 密码", 1, 8))
        for key in ("g", "pagedown", "G", "k"):
            await ui.press(key)
            assert_filled(ui.it)
