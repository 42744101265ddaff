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


def last_sample(head: bytes, tail: bytes) -> int:
    """How many samples there are by the last frame; 0 when none is found.

    Args:
        head: the first 42 bytes of the file.
        tail: its end.
    """
    usual = int.from_bytes(head[8:10], "big")
    channels = (head[20] >> 1 & 7) + 1
    at = tail.rfind(b"\xff")
    tail += bytes(_LONGEST_HEAD)
    while at >= 0:
        found = _end_of_frame(tail, at, usual, channels)
        if found:
            return found
        at = tail.rfind(b"\xff", 0, at)
    return 0


def _end_of_frame(data: bytes, at: int, usual: int, channels: int) -> int:
    """Behind which sample the frame that begins there ends; 0 when none begins there."""
    if data[at + 1] & 0xFE != 0xF8:
        return 0
    size_code, assigned = data[at + 2] >> 4, data[at + 3] >> 4
    if (assigned + 1 if assigned < 8 else 2) != channels or assigned > 10 or size_code == 0 or data[at + 3] & 1:
        return 0
    number, position = _number(data, at + 4)
    size = _SIZES.get(size_code, 0)
    if size_code in (6, 7):
        width = size_code - 5
        size = int.from_bytes(data[position : position + width], "big") + 1
        position += width
    position += {12: 1, 13: 2, 14: 2}.get(data[at + 2] & 0x0F, 0)
    if position < at + 5 or _crc8(data[at:position]) != data[position]:
        return 0
    return number + size if data[at + 1] & 1 else number * usual + size


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
