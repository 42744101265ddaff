"""Points in a plane: what is in which cell of a grid."""

from __future__ import annotations

from math import inf, nan

from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.vectors.plane import Grid, Plane

PLACE = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


@given(st.lists(st.tuples(PLACE, st.integers(-1, 3)), max_size=60), st.integers(1, 30), st.integers(1, 12))
def test_each_point_is_in_its_cell(points: list[tuple[tuple[float, float], int]], width: int, height: int) -> None:
    plane = Plane([place for place, _ in points])
    groups = [group for _, group in points]
    grid = Grid(width, height, 0.1, -0.2, width / 1.5)
    found = plane.raster(grid, plane.kinds(groups))
    by_cell: dict[int, list[int]] = {}
    for number, (x, y) in enumerate(place for place, _ in points):
        column = (x - grid.x) * grid.scale + width / 2
        line = (grid.y - y) * grid.scale / 2 + height / 2
        if 0 <= column < width and 0 <= line < height:
            by_cell.setdefault(int(line) * width + int(column), []).append(number)
    assert found.counts == {cell: len(numbers) for cell, numbers in by_cell.items()}
    assert found.tops == {cell: numbers[0] for cell, numbers in by_cell.items()}
    assert {cell for cell, dots in enumerate(found.dots) if dots} == set(by_cell)
    assert found.total == sum(found.of_groups.values()) == sum(map(len, by_cell.values()))
    for cell, numbers in by_cell.items():
        of = [groups[number] for number in numbers]
        assert of.count(found.groups[cell]) == max(map(of.count, of))


def test_what_has_no_place_is_left_out() -> None:
    plane = Plane([None, (0.5, 0.25), (nan, 0.0), (0.0, inf), (1e308, -1e308), (-0.5, 0.75)]).prepare()
    assert len(plane) == 3
    assert plane.first == 1
    assert [plane.has(number) for number in range(-1, 7)] == [False, False, True, False, False, True, True, False]
    assert plane.bounds == (-0.5, 1e308, -1e308, 0.75)
    assert [number for _, _, number in plane.points] == [1, 4, 5]
    assert plane.inside(-1.0, 1.0, 0.0, 1.0) == [1, 5]
    assert plane.raster(Grid(4, 4, 0.0, 0.0, 1e308), plane.kinds(())).total == 0


def test_an_empty_plane() -> None:
    plane = Plane()
    assert (len(plane), plane.first, plane.bounds, plane.has(0)) == (0, -1, (0.0, 0.0, 0.0, 0.0), False)


def test_the_dots_of_a_cell_are_those_of_braille() -> None:
    for number, bit in enumerate((0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80)):
        line, column = divmod(number, 2)
        plane = Plane([((column + 0.5) / 2 - 0.5, 1 - (line + 0.5) / 2)])
        assert plane.raster(Grid(1, 1, 0.0, 0.0, 1.0), plane.kinds([0])).dots == bytes([bit])
