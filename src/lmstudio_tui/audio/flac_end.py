"""How long a FLAC file is by its last frame: its head says what was known, or hoped, when it was begun."""

from __future__ import annotations

from typing import Final

TAIL_BYTES: Final = 256 * 1024
"""In so much of the end the last frame begins."""
_LONGEST_HEAD: Final = 16
_SIZES: Final = {
    1: 192,
    **{code: 576 << (code - 2) for code in range(2, 6)},
    **{code: 1 << code for code in range(8, 16)},
}


def last_frame(head: bytes, tail: bytes) -> tuple[int, int]:
    """Before and behind which sample the last frame lies; zeros when none is found. Its end may be missing.

    Args:
        head: the first 42 bytes of the file.
        tail: its end.
    """
    usual = int.from_bytes(head[8:10], "big")
    channels = (head[20] >> 1 & 7) + 1
    at = tail.rfind(b"\xff")
    tail += bytes(_LONGEST_HEAD)
    while at >= 0:
        found = _frame(tail, at, usual, channels)
        if found[1]:
            return found
        at = tail.rfind(b"\xff", 0, at)
    return 0, 0


def _frame(data: bytes, at: int, usual: int, channels: int) -> tuple[int, int]:
    """The first sample of the frame that begins there, and the one behind it; zeros when none begins there."""
    if data[at + 1] & 0xFE != 0xF8:
        return 0, 0
    size_code, assigned = data[at + 2] >> 4, data[at + 3] >> 4
    if (assigned + 1 if assigned < 8 else 2) != channels or assigned > 10 or size_code == 0 or data[at + 3] & 1:
        return 0, 0
    number, position = _number(data, at + 4)
    size = _SIZES.get(size_code, 0)
    if size_code in (6, 7):
        width = size_code - 5
        size = int.from_bytes(data[position : position + width], "big") + 1
        position += width
    position += {12: 1, 13: 2, 14: 2}.get(data[at + 2] & 0x0F, 0)
    if position < at + 5 or _crc8(data[at:position]) != data[position]:
        return 0, 0
    first = number if data[at + 1] & 1 else number * usual
    return first, first + size


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number written as UTF-8 writes letters, and where it ends; -1 as the end when it is none."""
    first = data[at]
    if first < 0x80:
        return first, at + 1
    more = (8 - (first ^ 0xFF).bit_length()) - 1
    rest = data[at + 1 : at + 1 + more]
    if not 1 <= more <= 6 or len(rest) < more or any(byte & 0xC0 != 0x80 for byte in rest):
        return 0, -1
    value = first & (0x3F >> more)
    for byte in rest:
        value = value << 6 | byte & 0x3F
    return value, at + 1 + more


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07 if crc & 0x80 else crc << 1) & 0xFF
    return crc
