"""A vector: its facts, its histogram, its numbers, one model or two, at every size."""

from __future__ import annotations

from array import array
from math import inf, nan

import pytest
from embedding_widget_parts import FOREIGN, SIZES, assert_filled, opened
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lmstudio_tui.tui.panes.embeddings.bars import columns, level, number, places_for
from lmstudio_tui.tui.panes.embeddings.histogram import histogram_lines
from lmstudio_tui.tui.panes.embeddings.value_grid import ValueGrid
from lmstudio_tui.tui.panes.embeddings.vector_lines import VectorSide, fact_lines, text_lines
from lmstudio_tui.tui.panes.embeddings.vector_view import VectorView
from lmstudio_tui.tui.themes import QUIET_LIGHT
from lmstudio_tui.vectors.statistics import describe

pytestmark = pytest.mark.anyio

NUMBERS = st.floats(-1e308, 1e308)


def side(*values: float, model: str = "first-model") -> VectorSide:
    vector = array("d", values)
    return VectorSide(model, describe(vector), vector)


def wave(count: int, model: str = "first-model", size: float = 0.1) -> VectorSide:
    return side(*(size * ((at * 37 % 101) - 50) / 50 for at in range(count)), model=model)


def texts_of(lines: list[list[tuple[str, str]]]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (0.5, 3, "0.500"), (-0.5, 3, "−0.500"), (-0.0001, 2, "0.00"), (0.0, 1, "0.0"), (nan, 3, "·"), (inf, 3, "·"),
        (123_456.0, 0, "123456"), (-2.5e7, 2, "−2.50e+07"), (1e300, 3, "1.000e+300"),
    ],
)  # fmt: skip
def test_numbers(value: float, places: int, text: str) -> None:
    assert number(value, places) == text


@given(st.floats(min_value=0, exclude_min=True))
def test_the_largest_number_shows_its_figures(largest: float) -> None:
    places = places_for(largest, 6)
    assert 0 <= places <= 12
    assert cell_len(number(largest, places)) <= 14


def test_standing_bars() -> None:
    assert columns([0.0, 0.5, 1.0, 1 / 16], 2) == ["  █ ", " ██▁"]
    assert level(0.0) == " "
    assert level(1e-9) == "▁"
    assert level(1.0) == "█"


@given(st.lists(NUMBERS, min_size=1, max_size=40), st.lists(NUMBERS, max_size=40), st.integers(1, 130))
def test_lines_are_within_their_width(one: list[float], other: list[float], width: int) -> None:
    sides = [side(*one), side(*other) if other else VectorSide("second", None)]
    for shown in (sides[:1], sides):
        grid = ValueGrid(shown, width)
        every = [*histogram_lines(shown, width, 4), *(grid.line(at) for at in range(grid.lines))]
        if width >= 54:
            assert all(cell_len(text) <= width for text in texts_of([*every, *fact_lines(shown, width)]))
    assert grid.lines >= 1


def test_a_histogram_has_an_axis_and_tells_what_is_tallest() -> None:
    lines = texts_of(histogram_lines([side(-1.0, 0.0, 0.0, 0.0, 3.0)], 40, 3))
    assert len(lines) == 6
    assert lines[3].strip().startswith("└")
    assert "┴" in lines[3]
    assert lines[4].split() == ["−1.000", "0", "3.000"]
    assert lines[4].index("0", 8) == lines[3].index("┴")
    assert lines[5].strip() == "tallest bar: 3 of 5"


def test_histograms_of_numbers_that_are_all_the_same_or_all_positive() -> None:
    same = texts_of(histogram_lines([side(2.0, 2.0)], 40, 2))
    assert same[0].strip() == "████"
    assert same[3].strip() == "2.000"
    assert "┴" not in texts_of(histogram_lines([side(1.0, 2.0)], 40, 2))[2]
    assert "…" in texts_of(histogram_lines([side(-1.0, 2.0)], 14, 2))[3]


def test_the_text_in_a_few_lines() -> None:
    assert texts_of(text_lines("a\nb \x1b[1mc", 80, 2)) == [" a b c" + " " * 73]
    many = texts_of(text_lines("word " * 300, 40, 2))
    assert len(many) == 2
    assert many[1].rstrip().endswith("…")
    assert text_lines("", 40, 2) == []


@given(st.integers(1, 300), st.integers(30, 140))
def test_every_number_is_in_the_grid(count: int, width: int) -> None:
    values = [float(at + 1) for at in range(count)]
    grid = ValueGrid([side(*values)], width)
    words = [text.split() for text in texts_of([grid.line(at) for at in range(grid.lines)])]
    found = [float(word) for line in words for word in line[1:] if word not in "▁▂▃▄▅▆▇█"]
    assert found == values


async def test_nothing_yet() -> None:
    async with opened(VectorView()) as ui:
        await ui.shows("No vector yet.")
        await ui.press("down", "G", "pageup", "g")
        ui.it.show([side(0.6, -0.8)], "hello")
        await ui.shows(
            "hello", "dimensions  2 × 64 bit", "norm        1.000000", "normalised  yes", "smallest    −0.800000"
        )
        await ui.shows("0 ▆  0.600000 █ −0.800000")
        ui.it.show([VectorSide("first-model", None, (), "refused: too long")], "x")
        await ui.shows("refused: too long")
        ui.it.show(())
        await ui.shows("No vector yet.")


async def test_numbers_are_scrolled_and_stay_where_they_are() -> None:
    async with opened(VectorView()) as ui:
        ui.it.show([wave(4096)], FOREIGN[0])
        await ui.shows("How do I reset my password", "4,096 × 64 bit", "+4")
        await ui.press("G")
        await ui.shows("4095 ")
        at = ui.it.scroll_offset.y
        await ui.press("k", "pageup")
        await ui.until(lambda: ui.it.scroll_offset.y == at - 1 - (ui.it.size.height - 1))
        at = ui.it.scroll_offset.y
        ui.it.show([wave(4096, size=0.2)], FOREIGN[0])
        assert ui.it.scroll_offset.y == at
        ui.it.show([wave(768)], FOREIGN[0])
        await ui.until(lambda: ui.it.scroll_offset.y == 0)
        await ui.press("j", "pagedown", "g")
        await ui.until(lambda: ui.it.scroll_offset.y == 0)


async def test_two_models_are_in_view_at_once_in_a_small_window() -> None:
    async with opened(VectorView(), size=(51, 17)) as ui:
        ui.it.show([wave(256, "sim-nomic-embed-v1.5"), wave(384, "sim-bge-m3")], "hello")
        await ui.shows("embed-v1.5", "sim-bge-m3", "256 × 64 bit", "384 × 64 bit", "of 256", "of 384")
        assert "…" not in ui.screen
        refused = VectorSide("sim-bge-m3", None, (), "refused: it is longer than the model takes")
        ui.it.show([wave(256, "sim-nomic-embed-v1.5"), refused], "hello")
        await ui.shows("refused: it is", "longer than the", "model takes")


async def test_two_models_beside_each_other() -> None:
    async with opened(VectorView(), size=(80, 40)) as ui:
        ui.it.show([wave(100), wave(300, "second-model", size=40.0)], "hello")
        await ui.shows("first-model", "second-model", "100 × 64 bit", "300 × 64 bit", "tallest bar", "−40.0000")
        await ui.press("G")
        await ui.shows("298 ")
        assert len(ui.it.sides) == 2
        ui.it.show([wave(100), VectorSide("second-model", None)], "hello")
        await ui.shows("not embedded")
        assert_filled(ui.it)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", [FOREIGN[1], FOREIGN[2], FOREIGN[7]])
async def test_every_size_fills_its_lines(size: tuple[int, int], text: str) -> None:
    async with opened(VectorView(), size=size, theme=QUIET_LIGHT.name) as ui:
        for sides in ([wave(768)], [wave(768), wave(4096, "second-model", 1e9)], [VectorSide("first-model", None)]):
            ui.it.show(sides, text)
            for key in ("pagedown", "G", "g"):
                await ui.press(key)
                assert_filled(ui.it)
