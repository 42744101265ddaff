"""The map of points: what it draws, how one goes from point to point, zoom, mouse, labels, both themes, no colours."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from math import inf, nan
from random import Random
from typing import Any

import pytest
from app_parts import Piloted
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.color import Color
from textual.geometry import Offset
from textual.pilot import Pilot

from lmstudio_tui.tui.panes.embeddings.group_colours import MARKS, group_colours
from lmstudio_tui.tui.panes.embeddings.map_camera import NEAREST, Bounds, Camera
from lmstudio_tui.tui.panes.embeddings.map_canvas import Points, drawn, inside
from lmstudio_tui.tui.panes.embeddings.map_labels import LONGEST, covers, labels, names_of_groups, room_of, worded
from lmstudio_tui.tui.panes.embeddings.map_paths import towards
from lmstudio_tui.tui.panes.embeddings.point_map import PointMap
from lmstudio_tui.tui.themes import QUIET_DARK, QUIET_LIGHT, THEMES
from lmstudio_tui.vectors.plane import Plane

pytestmark = pytest.mark.anyio

CROSS: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 0.8), (0.0, -0.8))
CROSS_NAMES = ("centre", "east", "west", "north", "south")
FOREIGN = (
    "密码重置怎么做，请帮帮我，谢谢你们的回答，非常感谢",
    "👩‍👩‍👧‍👦 family 🎉🎉🎉 and more 🏳️‍🌈 of them",
    "שלום עולם איפה החשבונית שלי",
    "\x1b[31mred\x1b[0m\nbell\x07 \u202eback\u202c",
    "[bold]no markup[/bold]",
    "",
    "x" * 5000,
)
PLACE = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


def cloud(count: int, groups: int = 4, seed: int = 7) -> tuple[list[tuple[float, float] | None], list[int]]:
    """Points in clusters."""
    random = Random(seed)
    middles = [(random.uniform(-0.8, 0.8), random.uniform(-0.8, 0.8)) for _ in range(groups)]
    found: list[tuple[float, float] | None] = []
    of: list[int] = []
    for _ in range(count):
        group = random.randrange(groups)
        x, y = middles[group]
        found.append((x + random.gauss(0, 0.08), y + random.gauss(0, 0.08)))
        of.append(group)
    return found, of


class Host(App[None]):
    """A map alone; it keeps what that says."""

    def __init__(self, theme: str, *, colourless: bool) -> None:
        super().__init__()
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme
        self.no_color = colourless
        self.said: list[tuple[str, int]] = []

    def compose(self) -> ComposeResult:
        yield PointMap()

    def on_point_map_moved(self, message: PointMap.Moved) -> None:
        self.said.append(("moved", message.index))

    def on_point_map_opened(self, message: PointMap.Opened) -> None:
        self.said.append(("opened", message.index))


class Driver(Piloted):
    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        super().__init__(pilot)
        self.app = app
        self.map = app.query_one(PointMap)

    @property
    def lines(self) -> list[str]:
        return self.screen.splitlines()

    async def at(self, index: int) -> None:
        """Wait until the cursor is on this text."""
        await self.until(lambda: self.map.cursor == index)

    def cell(self, index: int) -> Offset:
        """Where a text is on the screen."""
        place = self.map._state.points.place(index)
        column, line = self.map._view().cell(*place)
        return Offset(int(column), int(line) + self.map._around().head)

    def inks(self) -> set[str]:
        """The colours of everything on the map."""
        strips = [self.map.render_line(y) for y in range(1, self.map.size.height - 3)]
        colours = [
            segment.style.color for strip in strips for segment in strip if segment.style and segment.text.strip()
        ]
        return {colour.name for colour in colours if colour is not None}


@asynccontextmanager
async def opened(
    points: Sequence[tuple[float, float] | None] = (),
    names: Sequence[str] = (),
    groups: Sequence[int] = (),
    group_names: Sequence[str] = (),
    *,
    title: str = "PCA",
    size: tuple[int, int] = (80, 24),
    theme: str = QUIET_DARK.name,
    colourless: bool = False,
) -> AsyncGenerator[Driver]:
    app = Host(theme, colourless=colourless)
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot)
        driver.map.focus()
        if points:
            driver.map.show(
                Plane(points), names or [f"text {n + 1}" for n in range(len(points))], groups, group_names, title
            )
        await pilot.pause()
        yield driver


# Where what stands


@given(st.lists(PLACE, min_size=1, max_size=40), st.integers(1, 200), st.integers(1, 60))
def test_the_whole_map_has_all_points_in_it(places: list[tuple[float, float]], width: int, height: int) -> None:
    points = Points(Plane(places))
    camera = Camera.whole(Bounds(*points.plane.bounds), width, height)
    assert all(camera.sees(*place) for place in places)
    canvas = drawn(points, camera)
    assert canvas.raster.total == len(places)
    assert set(canvas.raster.tops) == {cell for cell, dots in enumerate(canvas.raster.dots) if dots}


@given(st.lists(PLACE, min_size=2, max_size=20), PLACE, st.floats(0.3, 3.0), st.floats(1.0, 50.0))
def test_zoom_keeps_a_place_where_it_is(
    places: list[tuple[float, float]], at: tuple[float, float], factor: float, zoom: float
) -> None:
    bounds = Bounds(*Plane(places).bounds)
    before = Camera.whole(bounds, 80, 20).nearer(zoom, *bounds.middle)
    after = before.nearer(factor, *at)
    assert 1.0 <= after.zoom <= NEAREST
    kept = bounds.left < after.x < bounds.right and bounds.bottom < after.y < bounds.top
    if after.zoom > 1.0 and kept:
        for one, other in zip(before.cell(*at), after.cell(*at), strict=True):
            assert abs(one - other) < 1e-3 + 1e-6 * abs(other)
    column, line = after.cell(*after.place(3.5, 7.25))
    assert max(abs(column - 3.5), abs(line - 7.25)) < 1e-3


def test_a_circle_is_round() -> None:
    camera = Camera.whole(Bounds(-1, 1, -1, 1), 100, 50)
    right, top = camera.cell(1, 0)[0] - 50, 25 - camera.cell(0, 1)[1]
    assert abs(right - 2 * top) < 1e-9


def test_points_that_are_none_or_not_finite_are_left_out() -> None:
    points = Points(Plane([None, (0.5, 0.5), (nan, 0.0), (0.0, inf), (1.0, 1.0)]))
    assert len(points) == 2
    assert [points.has(text) for text in range(-1, 6)] == [False, False, True, False, False, True, False]


def test_a_cell_has_the_colour_of_most_of_its_points() -> None:
    points = Points(Plane([(0.0, 0.0), (0.0, 0.0), (0.001, 0.0), (1.0, 1.0)]), [0, 1, 1, -1])
    camera = Camera.whole(Bounds(0, 1, 0, 1), 20, 10)
    canvas = drawn(points, camera)
    column, line = camera.cell(0.0, 0.0)
    cell = int(line) * 20 + int(column)
    assert canvas.raster.groups[cell] == 1
    assert canvas.raster.counts[cell] == 3
    assert inside(points, camera, cell) == [0, 1, 2]
    assert sorted(canvas.raster.groups.values()) == [-1, 1]


@settings(max_examples=40)
@given(st.lists(PLACE, min_size=1, max_size=60), st.sampled_from(FOREIGN), st.integers(5, 120), st.integers(2, 30))
def test_labels_hide_nothing(places: list[tuple[float, float]], text: str, width: int, height: int) -> None:
    points = Points(Plane(places))
    canvas = drawn(points, Camera.whole(Bounds(*points.plane.bounds), width, height))
    found = labels(canvas, lambda index: worded(f"{index} {text}"), room_of(canvas))
    taken = set(canvas.raster.tops)
    for label in found:
        own = set(covers(canvas, label))
        assert label.wide == cell_len(label.text) <= LONGEST
        assert 0 <= label.column <= width - label.wide
        assert not own & taken
        taken |= own


def test_names_of_groups_do_not_overlap() -> None:
    places, groups = cloud(3000, 6)
    points = Points(Plane(places), groups)
    canvas = drawn(points, Camera.whole(Bounds(*points.plane.bounds), 100, 30))
    found = names_of_groups(canvas, {group: f"a rather long name {group}" for group in range(6)}, room_of(canvas))
    assert len(found) >= 5
    cells = [cell for label in found for cell in covers(canvas, label)]
    assert len(cells) == len(set(cells))
    assert not canvas.raster.tops.keys() & set(cells)
    assert names_of_groups(canvas, {}, room_of(canvas)) == []


def test_ways() -> None:
    points = [(1.0, 0.0, 1), (2.0, 0.1, 2), (0.9, 5.0, 3), (-1.0, 0.0, 4)]
    assert towards((0.0, 0.0), points, "right", 0.0) == 1
    assert towards((0.0, 0.0), points, "right", 1.5) == 2
    assert towards((0.0, 0.0), points, "left", 0.0) == 4
    assert towards((0.0, 0.0), points, "up", 0.0) == 3
    assert towards((0.0, 0.0), points, "down", 0.0) is None


# On a screen


async def test_nothing_yet() -> None:
    async with opened() as ui:
        ui.map.say("Nothing is embedded yet.", "Press Ctrl+R.")
        await ui.shows("Nothing is embedded yet.", "Press Ctrl+R.")
        await ui.press("up", "plus", "minus", "0", "n", "N", "k", "enter")
        await ui.click(PointMap, offset=Offset(4, 4))
        assert ui.map.cursor is None
        assert ui.app.said == []
        ui.map.show(Plane([None, None]), ["a", "b"])
        await ui.shows("Nothing is embedded yet.")


async def test_one_point() -> None:
    async with opened([(0.3, -0.2)]) as ui:
        await ui.shows("PCA", "1 point", "text 1")
        await ui.press("up", "down", "left", "right", "n", "plus", "minus", "0")
        assert ui.app.said == [("moved", 0)]
        await ui.press("enter")
        await ui.until(lambda: ui.app.said[-1] == ("opened", 0))


async def test_arrows_go_to_the_next_point_that_way() -> None:
    async with opened(CROSS, CROSS_NAMES) as ui:
        await ui.shows("centre", "north", "south", "east", "west", "5 points")
        for key, name in (
            ("right", "east"), ("left", "centre"), ("left", "west"), ("left", "west"), ("right", "centre"),
            ("up", "north"), ("down", "centre"), ("down", "south"), ("down", "south"), ("up", "centre"),
        ):  # fmt: skip
            await ui.press(key)
            await ui.at(CROSS_NAMES.index(name))
        await ui.press("n")
        await ui.at(1)
        await ui.press("N", "N")
        await ui.at(4)
        assert ui.app.said[-1] == ("moved", 4)


async def test_points_in_one_place_are_all_reached() -> None:
    async with opened([(0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (1.0, 1.0)]) as ui:
        await ui.shows("4 points")
        for index in (1, 2, 0, 1):
            ui.map._dragged = False
            ui.map.choose(index)
            await ui.at(index)
        await ui.press("n", "n", "n")
        await ui.at(0)
        at = ui.cell(0)
        for index in (1, 2, 0):
            found = ui.map._state.picked(ui.map._scene(), at.x, at.y - 1, ui.map.cursor or 0)
            assert found == index
            ui.map.choose(index)
            await ui.at(index)


async def test_zoom_and_pan() -> None:
    async with opened(CROSS, CROSS_NAMES) as ui:
        await ui.press("right")
        await ui.at(1)
        before = ui.cell(1)
        await ui.press("plus", "equals_sign", "plus")
        await ui.until(lambda: ui.map.zoom > 3)
        assert abs(ui.cell(1).x - before.x) <= 1
        await ui.shows("×3.38", "of 5 points")
        await ui.press("h", "h", "h", "shift+left")
        await ui.until(lambda: ui.cell(1).x > 80)
        await ui.press("left")  # the cursor comes back into view
        await ui.at(0)
        assert 0 <= ui.cell(0).x < 80
        middle = ui.cell(0)
        await ui.press("j")
        await ui.until(lambda: ui.cell(0).y < middle.y)
        await ui.press("k", "l")
        await ui.until(lambda: ui.cell(0).x < middle.x)
        await ui.press("minus", "minus", "minus", "minus")
        await ui.until(lambda: ui.map.zoom == 1)
        await ui.press("plus", "0")
        await ui.until(lambda: ui.map.zoom == 1)
        await ui.hides("×")
        for _ in range(30):
            ui.map.action_zoom(1)
        assert ui.map.zoom == NEAREST


async def test_the_mouse_picks_drags_and_zooms() -> None:
    async with opened(CROSS, CROSS_NAMES) as ui:
        await ui.click(PointMap, offset=ui.cell(3) + Offset(1, 0))
        await ui.at(3)
        await ui.click(PointMap, offset=Offset(3, 3))
        assert ui.map.cursor == 3
        await ui.click(PointMap, offset=ui.cell(1), times=2)
        await ui.until(lambda: ui.app.said[-2:] == [("moved", 1), ("opened", 1)])
        at = ui.cell(1)
        await ui.pilot._post_mouse_events([events.MouseScrollUp], PointMap, offset=at)
        await ui.until(lambda: ui.map.zoom == 1.5)
        assert max(abs(ui.cell(1).x - at.x), abs(ui.cell(1).y - at.y)) <= 1
        at = ui.cell(1)
        await ui.pilot.mouse_down(PointMap, offset=Offset(40, 12))
        ui.map.on_mouse_move(events.MouseMove(ui.map, 34, 12, -6, 0, 1, False, False, False))
        await ui.pilot.mouse_up(PointMap, offset=Offset(34, 12))
        await ui.until(lambda: ui.cell(1).x == at.x - 6)
        assert ui.app.mouse_captured is None
        await ui.pilot._post_mouse_events([events.MouseScrollDown], PointMap, offset=at)
        await ui.until(lambda: ui.map.zoom == 1)


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (20, 6), (8, 3), (1, 1)])
@pytest.mark.parametrize("count", [1, 2, 48, 2000])
async def test_every_size_fills_its_lines(size: tuple[int, int], count: int) -> None:
    places, groups = cloud(count)
    places[-1:] = [(0.0, 0.0)]
    async with opened(places, groups=groups, group_names=("a", "密码", "c" * 90, "d"), size=size) as ui:
        for key in ("plus", "right", "plus", "l", "up", "0"):
            await ui.press(key)
            for y in range(ui.map.size.height):
                strip = ui.map.render_line(y)
                assert strip.cell_length == size[0] == cell_len(strip.text)


async def test_few_points_are_marks_and_many_are_dots() -> None:
    places, groups = cloud(40)
    async with opened(places, groups=groups, group_names=("alpha", "beta", "gamma", "delta")) as ui:
        await ui.shows(*MARKS[:4], "alpha", "delta")
        many, of = cloud(4000)
        ui.map.show(Plane(many), ["text"] * 4000, of, ("alpha", "beta", "gamma", "delta"), "t-SNE")
        await ui.shows("t-SNE", "4,000 points")
        assert not any("\u2800" < char <= "\u28ff" for char in ui.screen)  # so many that dots would be one spot
        many, of = many[:1000], of[:1000]
        ui.map.show(Plane(many), ["text"] * 1000, of, ("alpha", "beta", "gamma", "delta"), "t-SNE")
        await ui.shows("1,000 points")
        body = "\n".join(ui.lines[1:20])
        assert any("\u2800" < char <= "\u28ff" for char in body)
        assert "gamma" in body
        assert any("⣿ gamma" in line for line in ui.lines[20:])
        await ui.press(*["plus"] * 12)
        await ui.until(lambda: not any("\u2800" < char <= "\u28ff" for char in ui.screen))


async def test_texts_without_a_place_are_counted_and_passed_by() -> None:
    places: list[tuple[float, float] | None] = [None, (0.0, 0.0), None, (1.0, 0.5)]
    async with opened(places) as ui:
        await ui.shows("2 points", "2 not embedded", "text 2")
        assert ui.map.cursor == 1
        ui.map.choose(2)
        assert ui.map.cursor == 1
        await ui.press("n")
        await ui.at(3)
        await ui.press("n")
        await ui.at(1)


async def test_the_cursor_stays_on_its_text() -> None:
    async with opened(CROSS, CROSS_NAMES) as ui:
        await ui.press("up", "plus")
        await ui.at(3)
        ui.map.show(ui.map._state.points.plane, CROSS_NAMES, [0, 1, 0, 1, 0], ("even", "odd"), "PCA")
        await ui.shows("even ×2", "odd ×2", "×1.5")  # the same points: seen from where they were
        assert ui.map.cursor == 3
        ui.map.show(Plane(CROSS[:2]), CROSS_NAMES[:2])
        await ui.at(0)
        assert ui.map.zoom == 1
        ui.map.choose(1)
        await ui.press("plus", "plus", "plus", "plus", "plus")
        ui.map.choose(0)
        await ui.until(lambda: 0 <= ui.cell(0).x < 80)


async def test_resizing_keeps_the_view() -> None:
    places, groups = cloud(200)
    async with opened(places, groups=groups, size=(160, 50)) as ui:
        await ui.press("right", "plus")
        await ui.until(lambda: ui.map.zoom == 1.5)
        cursor = ui.map.cursor
        await ui.pilot.resize_terminal(60, 16)
        await ui.until(lambda: ui.map.size.width == 60)
        assert (ui.map.zoom, ui.map.cursor) == (1.5, cursor)
        await ui.shows(f"text {(cursor or 0) + 1}")


async def test_foreign_texts_are_harmless() -> None:
    places = [(n % 3 / 2, n // 3 / 2) for n in range(len(FOREIGN))]
    names = [f"\x1b]0;title\x07group {n}\u202e" for n in range(len(FOREIGN))]
    async with opened(places, FOREIGN, list(range(len(FOREIGN))), names, title="\x1b[1mPCA\nmap", size=(160, 50)) as ui:
        await ui.shows("PCA map", "密码", "red bell", "[bold]no markup", "xxx", "group ", "■ 3 ×1")
        assert not any(char in ui.screen for char in "\x1b\x07\u202e")
        for index in range(len(FOREIGN)):
            ui.map.choose(index)
            await ui.at(index)
            for y in range(50):
                strip = ui.map.render_line(y)
                assert strip.cell_length == cell_len(strip.text) == 160


@pytest.mark.parametrize("theme", [QUIET_DARK, QUIET_LIGHT], ids=lambda theme: theme.name)
async def test_groups_have_colours_that_can_be_seen(theme: Any) -> None:
    places, groups = cloud(60, 12)
    async with opened(places, groups=groups, theme=theme.name, size=(120, 40)) as ui:
        await ui.shows("60 points")
        wanted = {colour.hex.lower() for colour in group_colours(theme.dark)[: len(set(groups))]}
        await ui.until(lambda: len(wanted & ui.inks()) >= len(set(groups)) - 1)  # one may lie below the cursor
        ground = ui.map.background_colors[1]
        for colour in group_colours(theme.dark):
            lighter, darker = sorted((colour.brightness, ground.brightness), reverse=True)
            assert lighter - darker > 0.25


async def test_another_theme_is_drawn_at_once() -> None:
    places, groups = cloud(60)
    async with opened(places, groups=groups) as ui:
        before = ui.inks()
        ui.app.theme = QUIET_LIGHT.name
        await ui.until(lambda: not before & ui.inks())


async def test_without_colours_marks_tell() -> None:
    places, groups = cloud(40)
    async with opened(places, groups=groups, group_names=("a", "b", "c", "d"), colourless=True) as ui:
        await ui.shows(*MARKS[:4])
        for name in ui.inks():
            colour = Color.parse(name)
            assert max(colour.rgb) - min(colour.rgb) < 40 or colour.hex == QUIET_DARK.accent


async def test_the_legend_says_what_has_no_room() -> None:
    places, groups = cloud(200, 12)
    names = [f"a-long-file-name-{n}.jsonl" for n in range(12)]
    async with opened(places, groups=groups, group_names=names) as ui:
        await ui.shows("a-long-file-name-0.jsonl", "more")
        assert all(len(line) <= 80 for line in ui.lines)
