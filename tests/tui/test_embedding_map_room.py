"""The free cells of a map: where so many begin, and which is nearest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.tui.panes.embeddings.map_room import Room, nearest_bit, spread


def bits_of(number: int) -> set[int]:
    return {at for at in range(number.bit_length()) if number >> at & 1}


@given(st.integers(1, 40), st.sets(st.integers(0, 39)), st.integers(0, 12))
def test_free_cells_begin_where_they_do(width: int, cells: set[int], wide: int) -> None:
    taken = {cell for cell in cells if cell < width}
    room = Room(width, 1, taken)
    free = {
        start
        for start in range(width - wide + 1)
        if not any(cell in taken for cell in range(start - 1, start + wide + 1))
    }
    assert bits_of(room.starts(0, wide)) == free
    assert {start for start in range(-2, width + 2) if room.is_free(0, start, wide)} == free
    assert room.starts(1, wide) == room.starts(-1, wide) == room.taken(1) == 0


def test_what_is_taken_is_no_longer_free() -> None:
    room = Room(20, 2)
    room.take(1, 0, 3)
    room.take(1, 10, 4)
    assert bits_of(room.taken(1)) == {0, 1, 2, 3, 9, 10, 11, 12, 13, 14}
    assert bits_of(room.starts(1, 3)) == {5, 16, 17}
    assert room.is_free(0, 0, 20)


@given(st.sets(st.integers(0, 60)), st.integers(-3, 70), st.integers(1, 9))
def test_bits(bits: set[int], wanted: int, wide: int) -> None:
    number = sum(1 << bit for bit in bits)
    found = nearest_bit(number, wanted)
    assert found == -1 if not bits else abs(found - max(0, wanted)) == min(abs(bit - max(0, wanted)) for bit in bits)
    assert bits_of(spread(number, wide)) == {bit - away for bit in bits for away in range(wide) if bit >= away}
