"""The heat map: what it asks for, what it draws, its cursor, at every size, in both themes, without colours."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from math import inf, nan

import pytest
from app_parts import Piloted
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.color import Color
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.theme import Theme

from lmstudio_tui.tui.commands import commands
from lmstudio_tui.tui.panes.embeddings.group_colours import MARKS, group_colours, group_mark
from lmstudio_tui.tui.panes.embeddings.heat_layout import ZOOMS, HeatLayout, zooms_for
from lmstudio_tui.tui.panes.embeddings.heat_map import HeatMap
from lmstudio_tui.tui.panes.embeddings.heat_painter import names_in
from lmstudio_tui.tui.panes.embeddings.heat_scale import ABSENT, STEPS, HeatScale, exact, figure, heat_colours, shade
from lmstudio_tui.tui.panes.embeddings.perception import colour_of, lab_of, mixed, ramp
from lmstudio_tui.tui.themes import QUIET_DARK, QUIET_LIGHT, THEMES

pytestmark = pytest.mark.anyio

FOREIGN = (
    "How do I reset my password",
    "密码重置怎么做，请帮帮我，谢谢你们的回答",
    "👩‍👩‍👧‍👦 family 🎉🎉🎉 and more 🏳️‍🌈",
    "שלום עולם איפה החשבונית שלי",
    "\x1b[31mred\x1b[0m\nbell\x07 \u202eback\u202c",
    "",
    "[bold]no markup[/bold]",
    "x" * 5000,
)


class Source:
    """A model whose values follow from the numbers of the texts; it keeps what it was asked for."""

    def __init__(
        self,
        count: int,
        *,
        title: str = "first-model",
        scale: tuple[float, float] = (0.0, 1.0),
        absent: Sequence[int] = (),
        value: float | None = None,
    ) -> None:
        self.count = count
        self.title = title
        self.scale = scale
        self.absent = frozenset(absent)
        self.value = value
        self.asked: list[tuple[int, int]] = []

    def label(self, index: int) -> str:
        return f"{FOREIGN[index % len(FOREIGN)]}"

    def of(self, row: int, column: int) -> float | None:
        if row in self.absent or column in self.absent:
            return None
        if self.value is not None:
            return self.value
        low, high = self.scale
        return low + (high - low) * (1 - abs(row - column) / max(1, self.count))

    def tile(self, rows: Sequence[int], columns: Sequence[int]) -> list[list[float | None]]:
        self.asked.append((len(rows), len(columns)))
        return [[self.of(row, column) for column in columns] for row in rows]


class Host(App[None]):
    """A heat map alone; it keeps what that says."""

    def __init__(self, theme: str, *, colourless: bool) -> None:
        super().__init__()
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme
        self.no_color = colourless
        self.said: list[tuple[str, int, int]] = []

    def compose(self) -> ComposeResult:
        yield HeatMap()

    def on_heat_map_moved(self, message: HeatMap.Moved) -> None:
        self.said.append(("moved", message.row, message.column))

    def on_heat_map_opened(self, message: HeatMap.Opened) -> None:
        self.said.append(("opened", message.row, message.column))


class Driver(Piloted):
    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        super().__init__(pilot)
        self.app = app
        self.map = app.query_one(HeatMap)

    @property
    def lines(self) -> list[str]:
        return self.screen.splitlines()

    async def at(self, row: int, column: int) -> None:
        """Wait until the cursor is on this pair."""
        await self.until(lambda: self.map.cursor == (row, column))

    async def says(self, *said: tuple[str, int, int]) -> None:
        await self.until(lambda: tuple(self.app.said[-len(said) :]) == said)

    def grounds(self, y: int) -> list[str]:
        """The colours behind the cells of a line."""
        found: list[str] = []
        for segment in self.map.render_line(y):
            colour = segment.style.bgcolor.name if segment.style and segment.style.bgcolor else ""
            found += [colour] * segment.cell_length
        return found


@asynccontextmanager
async def opened(
    *sources: Source,
    size: tuple[int, int] = (80, 24),
    theme: str = QUIET_DARK.name,
    colourless: bool = False,
    order: Sequence[int] = (),
    groups: Sequence[int] = (),
) -> AsyncGenerator[Driver]:
    app = Host(theme, colourless=colourless)
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot)
        driver.map.focus()
        if sources:
            driver.map.show(*sources, order=order, groups=groups)
        await pilot.pause()
        yield driver


# The scale


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.lists(st.floats() | st.none(), max_size=30))
def test_every_value_has_a_level(low: float, high: float, values: list[float | None]) -> None:
    scale = HeatScale.between(low, high)
    levels = scale.levels(values)
    assert len(levels) == len(values)
    for level, value in zip(levels, values, strict=True):
        assert 0 <= level < STEPS or level == ABSENT
        if value is None or value in {inf, -inf} or value != value:
            assert level == ABSENT
    assert all(shade(level) for level in levels)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_levels_keep_the_order(one: float, other: float) -> None:
    near, far = min(one, other), max(one, other)
    for scale in (HeatScale.between(0.2, 0.9), HeatScale.between(-0.5, 1.0), HeatScale.between(-30.0, 400.0)):
        assert scale.level(near) <= scale.level(far)
    distances = HeatScale.between(20.0, 0.0)
    assert distances.level(near) >= distances.level(far)


def test_a_scale_through_zero_is_even_on_both_sides() -> None:
    scale = HeatScale.between(-0.25, 1.0)
    assert scale.both_ways
    assert scale.level(0.0) == STEPS // 2
    assert scale.level(-1.0) == 0
    assert scale.level(1.0) == STEPS - 1
    assert not HeatScale.between(1.4, 0.0).both_ways


def test_values_far_beyond_a_scale() -> None:
    assert HeatScale.between(0.0, 1e-3).levels([1e308, -1e308, inf, nan]) == [STEPS - 1, 0, ABSENT, ABSENT]
    assert HeatScale.between(nan, inf).levels([0.0, 1.0]) == [0, STEPS - 1]


def test_equal_values_are_in_the_middle() -> None:
    assert HeatScale.between(0.3, 0.3).level(0.3) == STEPS // 2
    assert 0 < HeatScale.between(1.0, 1.0 + 1e-12).level(1.0) < STEPS - 1


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_colours_go_one_way(theme: Theme) -> None:
    parts = theme.to_color_system().generate()
    ground, warm, cold = (Color.parse(parts[name]) for name in ("panel", "accent", "primary"))
    lights = [lab_of(colour)[0] for colour in heat_colours(ground, warm, cold, both_ways=False)]
    assert len(lights) == STEPS
    assert lights in (sorted(lights), sorted(lights, reverse=True))
    steps = [abs(one - other) for one, other in pairwise(lights)]
    assert max(steps) < 2.5 * (sum(steps) / len(steps))


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_colours_come_back(red: int, green: int, blue: int) -> None:
    colour = Color(red, green, blue)
    assert colour_of(lab_of(colour)).rgb == colour.rgb
    assert mixed(colour, Color(0, 0, 0), 0.0).rgb == colour.rgb
    assert ramp((colour, colour), 4)[0].rgb == colour.rgb


@given(st.none() | st.floats())
def test_figures_fit_a_cell(value: float | None) -> None:
    assert 1 <= cell_len(figure(value)) <= 4


@pytest.mark.parametrize(
    ("value", "short", "long"),
    [
        (0.871, ".87", "0.871"),
        (-0.12, "−.12", "−0.120"),
        (0.0, ".00", "0.000"),
        (-0.0001, ".00", "0.000"),
        (1.0, "1.0", "1.000"),
        (0.9996, "1.0", "1.000"),
        (-1.0, "−1.0", "−1.000"),
        (12.34, "12", "12.340"),
        (-104.2, "−104", "−104.200"),
        (9_432.0, "9k", "9432.000"),
        (123_456.0, ".1M", "1.235e+05"),
        (1e30, "≫", "1e+30"),
        (None, "·", "not embedded"),
        (nan, "·", "not embedded"),
    ],
)
def test_values_in_words(value: float | None, short: str, long: str) -> None:
    assert figure(value) == short
    assert exact(value) == long


def test_groups_are_told_apart() -> None:
    for dark in (True, False):
        colours = group_colours(dark)
        assert len({colour.hex for colour in colours}) == len(colours) >= 12
    assert len({group_mark(group) for group in range(len(MARKS))}) == len(MARKS)
    assert group_mark(-1) not in MARKS
    assert all(cell_len(mark) == 1 for mark in MARKS)


# The layout


@given(
    st.integers(1, 60_000), st.integers(1, 220), st.integers(1, 70), st.sampled_from(ZOOMS), st.integers(0, 40),
    st.booleans(), st.booleans(), st.data(),
)  # fmt: skip
def test_every_pair_can_be_brought_into_view(
    count: int,
    width: int,
    height: int,
    zoom: str,
    longest: int,
    bars: bool,
    halves: bool,
    data: st.DataObject,
) -> None:
    layout = HeatLayout(count, width, height, zoom, longest, bars, halves)  # pyright: ignore[reportArgumentType]
    row, column = (data.draw(st.integers(0, layout.squares - 1)) for _ in range(2))
    x, y = layout.scrolled_to(row, column)
    moved = HeatLayout(count, width, height, layout.zoom, longest, bars, halves, x, y)
    assert row in moved.rows
    assert column in moved.columns
    assert moved.scrolled_to(row, column) == (x, y)
    whole_width, whole_height = layout.virtual
    if width > layout.margin + layout.wide and height > layout.head + layout.foot:
        assert x <= max(0, whole_width - width + layout.wide)
        assert y <= max(0, whole_height - height)
        if zoom == "whole":
            assert layout.fits


def test_zooms_that_make_no_difference_are_left_out() -> None:
    assert zooms_for(HeatLayout(12, 80, 24, "dense", 10)) == ("dense", "colours", "values")
    assert zooms_for(HeatLayout(2000, 80, 24, "dense", 10)) == ("whole", "dense", "colours", "values")


# On a screen


async def test_one_text() -> None:
    async with opened(Source(1)) as ui:
        await ui.shows("How do I reset", "1.0", "with itself", "1.000", "first-model")
        await ui.press("down", "right", "end", "G", "pagedown", "minus", "minus", "plus", "0")
        assert ui.map.cursor == (0, 0)
        assert ui.app.said == [("moved", 0, 0)]
        await ui.press("enter")
        await ui.says(("opened", 0, 0))


async def test_two_texts_with_figures() -> None:
    async with opened(Source(2)) as ui:
        await ui.shows("1.0", ".50")
        await ui.press("right")
        await ui.at(0, 1)
        await ui.shows("0.500", "▸ 1", "× 2")
        await ui.says(("moved", 0, 1))


async def test_nothing_yet() -> None:
    async with opened() as ui:
        ui.map.say("Nothing is embedded yet.", "Press Ctrl+R.")
        await ui.shows("Nothing is embedded yet.", "Press Ctrl+R.")
        await ui.press("down", "plus", "minus", "0", "m", "d", "enter", "pagedown")
        assert ui.map.cursor is None
        assert ui.app.said == []
        ui.map.show(Source(3))
        await ui.shows("first-model")
        ui.map.show()
        await ui.shows("Nothing is embedded yet.")


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (20, 6), (8, 3), (1, 1)])
@pytest.mark.parametrize("count", [1, 2, 48, 2000, 50_000])
async def test_every_size_and_zoom_fills_its_lines(size: tuple[int, int], count: int) -> None:
    async with opened(Source(count, absent=(1,)), size=size, groups=[n % 3 - 1 for n in range(count)]) as ui:
        for key in ("minus", "minus", "minus", "plus", "plus", "plus", "0"):
            await ui.press(key, "down", "right")
            for y in range(ui.map.size.height):
                assert ui.map.render_line(y).cell_length == ui.map.scrollable_content_region.width


async def test_only_what_is_in_view_is_asked_for() -> None:
    source = Source(2000)
    async with opened(source, size=(160, 50)) as ui:
        await ui.shows("first-model")
        assert ui.map.zoom == "colours"
        await ui.press("minus")
        await ui.until(lambda: ui.map.zoom == "dense")
        await ui.press("G", "end", "pageup", "shift+left")
        await ui.until(lambda: ui.map.cursor is not None and ui.map.cursor[1] < 1999)
        assert max(rows * columns for rows, columns in source.asked) < 160 * 100
        asked = len([one for one in source.asked if one != (1, 1)])
        await ui.press("down")  # it was in view
        await ui.says(("moved", (ui.map.cursor or (0, 0))[0], (ui.map.cursor or (0, 0))[1]))
        assert len([one for one in source.asked if one != (1, 1)]) == asked


async def test_zooming_keeps_the_pair_and_its_place() -> None:
    async with opened(Source(2000), size=(160, 50)) as ui:
        ui.map.choose(1200, 700)
        await ui.at(1200, 700)
        for key, zoom in (("minus", "dense"), ("minus", "whole"), ("minus", "whole"), ("plus", "dense")):
            await ui.press(key)
            await ui.until(lambda zoom=zoom: ui.map.zoom == zoom)
            await ui.shows("▌1201")
        await ui.press("0")
        await ui.shows("1 text in")
        await ui.press("plus", "plus", "plus", "plus")
        await ui.until(lambda: ui.map.zoom == "values")
        await ui.shows("▌1201", "701")
        assert ui.map.cursor == (1200, 700)


async def test_the_whole_of_a_small_set_is_as_large_as_it_can_be() -> None:
    async with opened(Source(8), size=(80, 24)) as ui:
        await ui.press("minus", "minus")
        await ui.until(lambda: ui.map.zoom == "dense")
        await ui.press("0")
        await ui.until(lambda: ui.map.zoom == "values")


async def test_keys_go_everywhere() -> None:
    async with opened(Source(300), size=(80, 24)) as ui:
        await ui.shows("first-model")
        for key, place in (
            ("down", (1, 0)), ("j", (2, 0)), ("right", (2, 1)), ("l", (2, 2)), ("up", (1, 2)), ("k", (0, 2)),
            ("left", (0, 1)), ("h", (0, 0)), ("up", (0, 0)), ("end", (0, 299)), ("home", (0, 0)), ("G", (299, 0)),
            ("d", (299, 299)), ("g", (0, 299)),
        ):  # fmt: skip
            await ui.press(key)
            await ui.at(*place)
        await ui.press("pagedown")
        await ui.until(lambda: (ui.map.cursor or (0, 0))[0] > 5)
        await ui.press("H")
        await ui.until(lambda: (ui.map.cursor or (0, 0))[1] < 290)
        await ui.press("shift+right", "pageup")
        await ui.at(0, 299)
        assert {one.where for one in commands("embeddings")} == {"embeddings"}


async def test_two_models_and_a_text_without_a_vector() -> None:
    first, second = Source(6, absent=(1,)), Source(6, title="second-model", scale=(2.0, 0.0))
    async with opened(first, second) as ui:
        await ui.shows("1.000", "first-model", "0.000", "second-model")
        await ui.press("right")
        await ui.shows("not embedded", "0.333")
        assert "·" in ui.lines[1]
        assert ui.map.painted == "first"
        await ui.press("m")
        await ui.until(lambda: ui.map.painted == "second")
        assert "·" not in ui.lines[1]
        await ui.press("m")
        await ui.until(lambda: ui.map.painted == "both")
        await ui.shows("first-model ◣◥")
        # Below the diagonal it is the first, from the diagonal on the second.
        await ui.until(lambda: ui.lines[3].endswith(" .67   · .00 .33 .67 1.0"))
        await ui.press("m")
        await ui.until(lambda: ui.map.painted == "first")
        ui.map.show(first)
        await ui.press("m")
        await ui.hides("second-model")
        assert ui.map.painted == "first"


async def test_values_below_zero_are_cold() -> None:
    source = Source(9, scale=(-0.9, 0.9))
    async with opened(source) as ui:
        await ui.shows("−.70")
        await ui.press("G")
        await ui.at(8, 0)
        start = ui.map._layout().margin
        own, middle, far = (Color.parse(ui.grounds(2)[start + 4 * column]) for column in (1, 6, 8))
        assert lab_of(own)[2] > 0.05  # towards yellow
        assert lab_of(far)[2] < -0.02  # towards blue
        assert abs(lab_of(middle)[2]) < abs(lab_of(own)[2])


async def test_equal_values_are_all_of_one_colour() -> None:
    async with opened(Source(5, value=0.5, scale=(0.5, 0.5))) as ui:
        await ui.shows(".50")
        line = ui.grounds(4)
        start = ui.lines[4].index(".50")
        cells = line[start : start + 4 * 5 - 4]
        assert len(set(cells[4:])) == 1


async def test_an_order_keeps_the_cursor_on_its_texts() -> None:
    source = Source(40)
    async with opened(source) as ui:
        ui.map.choose(3, 7)
        await ui.at(3, 7)
        ui.map.show(source, order=list(reversed(range(40))), groups=[n // 10 for n in range(40)])
        await ui.shows("▌ 4")
        assert ui.map.cursor == (3, 7)
        await ui.press("down")
        await ui.at(2, 7)
        await ui.press("g", "home")
        await ui.at(39, 39)
        ui.map.show(Source(2))
        await ui.at(0, 0)


async def test_resizing_keeps_the_cursor_in_view() -> None:
    async with opened(Source(200), size=(160, 50)) as ui:
        ui.map.choose(40, 60)
        await ui.at(40, 60)
        await ui.pilot.resize_terminal(60, 16)
        await ui.shows("▌ 41", "61")
        await ui.pilot.resize_terminal(120, 40)
        await ui.shows("▌ 41", "61")


async def test_a_click_picks_and_two_open() -> None:
    async with opened(Source(30), size=(100, 30)) as ui:
        await ui.press("plus")
        await ui.until(lambda: ui.map.zoom == "values")
        x = ui.lines[0].index(" 3 ") + 1
        await ui.click(HeatMap, offset=Offset(x, 4))
        await ui.at(3, 2)
        await ui.click(HeatMap, offset=Offset(5, 2))  # a label: its row
        await ui.at(1, 2)
        await ui.click(HeatMap, offset=Offset(x + 4, 0))  # a number: its column
        await ui.at(1, 3)
        await ui.click(HeatMap, offset=Offset(5, 29))  # the words below
        await ui.click(HeatMap, offset=Offset(x, 3), times=2)
        await ui.says(("opened", 2, 2))


async def test_the_wheel_scrolls() -> None:
    async with opened(Source(300)) as ui:
        await ui.shows("▌  1")
        for _ in range(3):
            ui.map.scroll_relative(y=4, animate=False, immediate=True)
        await ui.hides("▌  1")
        assert ui.map.cursor == (0, 0)


async def test_foreign_texts_are_harmless_and_keep_their_columns() -> None:
    async with opened(Source(len(FOREIGN)), size=(160, 50)) as ui:
        await ui.shows("How do I reset", "密码", "red bell", "[bold]no markup[/bold]", "xxx")
        assert "\x1b" not in ui.screen
        assert "\u202e" not in ui.screen
        for y in range(50):
            strip = ui.map.render_line(y)
            assert strip.cell_length == cell_len(strip.text)
        await ui.press("down", "right", "right")
        await ui.shows("▸ 2 密码", "× 3 👩")


@pytest.mark.parametrize("theme", [QUIET_DARK.name, QUIET_LIGHT.name])
async def test_alike_is_farther_from_the_ground_in_both_themes(theme: str) -> None:
    async with opened(Source(30), theme=theme) as ui:
        await ui.until(lambda: ui.map.zoom == "colours")
        line = ui.grounds(10)
        own = ui.map._layout().margin + 2 * 9
        ground = ui.map.background_colors[1]

        def away(colour: str) -> float:
            return abs(lab_of(Color.parse(colour))[0] - lab_of(ground)[0])

        assert away(line[own]) > away(line[own - 8]) > away(line[own - 16])


async def test_another_theme_is_drawn_at_once() -> None:
    async with opened(Source(30)) as ui:
        await ui.shows("first-model")
        before = ui.grounds(10)
        ui.app.theme = QUIET_LIGHT.name
        await ui.until(lambda: ui.grounds(10) != before)


async def test_without_colours_shades_tell() -> None:
    async with opened(Source(60, absent=(5,)), colourless=True, size=(120, 40)) as ui:
        await ui.shows("████", "░░", "· · ", "[]")
        await ui.press("minus")
        await ui.until(lambda: ui.map.zoom == "dense")
        await ui.shows("▓▓▓▓", "░░░░", "×█")
        assert "▀" not in ui.screen
        await ui.press("plus", "plus")
        await ui.shows("1.0", ".98")


def test_names_beside_values_are_whole_or_say_that_they_are_not() -> None:
    sources = [Source(2, title="nomic-embed-text-v1.5"), Source(2, title="bge-m3")]
    assert names_in(sources, 27) == ["nomic-embed-text-v1.5", "bge-m3"]
    assert names_in(sources, 20) == ["nomic-emb…", "bge-m3"]
    assert names_in(sources, 8) == ["", ""], "four letters of a name say nothing"
