"""MP3 as frames: where each begins, and which of them are no sound but notes about the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_RATES: Final = (44_100, 48_000, 32_000)
_HALVED: Final = {3: 0, 2: 1, 0: 2}
"""How often the rate is halved, by the two bits of the version: MPEG 1, 2, 2.5."""
_LAYER_3, _LAYER_2, _LAYER_1 = 1, 2, 3
_KBITS: Final = {
    (True, _LAYER_1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, _LAYER_2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, _LAYER_3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, _LAYER_1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, _LAYER_2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, _LAYER_3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_DECODER_DELAY: Final = 529
"""Samples by which every decoder is late; the encoder's own delay is written in the file."""
_MONO: Final = 3


class FrameHead(NamedTuple):
    """What the four bytes at a frame's beginning say.

    Attributes:
        length: of the frame, in bytes, with its head.
        rate: in Hz.
        channels: one or two.
        samples: that it holds, of each channel.
        side: how many bytes of side information follow the head, and where they begin.
    """

    length: int
    rate: int
    channels: int
    samples: int
    side: tuple[int, int]


class Frame(NamedTuple):
    """A frame in its place.

    Attributes:
        offset: of its first byte.
        head: what it says of itself.
        note: whether it holds no sound, but what an encoder notes about the file.
        delay: samples to leave out at the beginning of what follows; of a note only.
        follows: whether it begins where the one before it ended.
    """

    offset: int
    head: FrameHead
    note: bool
    delay: int
    follows: bool


def _read_head(second: int, third: int, fourth: int) -> FrameHead | None:
    version, layer = second >> 3 & 3, second >> 1 & 3
    bitrate, rate_index, padding = third >> 4, third >> 2 & 3, third >> 1 & 1
    if second & 0xE0 != 0xE0 or version == 1 or layer == 0 or bitrate in (0, 15) or rate_index == 3:
        return None
    first_version = version == 3
    bits = _KBITS[first_version, layer][bitrate] * 1000
    rate = _RATES[rate_index] >> _HALVED[version]
    channels = 1 if fourth >> 6 == _MONO else 2
    if layer == _LAYER_1:
        length, samples = (12 * bits // rate + padding) * 4, 384
    else:
        samples = 1152 if first_version or layer == _LAYER_2 else 576
        length = samples // 8 * bits // rate + padding
    side = (32 if channels == 2 else 17) if first_version else (17 if channels == 2 else 9)
    start = 4 if second & 1 else 6
    return FrameHead(length, rate, channels, samples, (start, start + side if layer == _LAYER_3 else start))


_heads: dict[int, FrameHead | None] = {}


def frame_head(data: bytes | bytearray, offset: int) -> FrameHead | None:
    """What a frame that begins at an offset says of itself; None when none can begin there."""
    if offset + 4 > len(data) or data[offset] != 0xFF:
        return None
    key = data[offset + 1] << 16 | data[offset + 2] << 8 | (data[offset + 3] & 0xC0)
    try:
        return _heads[key]
    except KeyError:
        head = _heads[key] = _read_head(data[offset + 1], data[offset + 2], data[offset + 3])
        return head


def id3_length(data: bytes | bytearray) -> int:
    """How long the ID3 tag at the very beginning is, in bytes; 0 when there is none, or not all of its head."""
    if len(data) < 10 or data[:3] != b"ID3" or any(byte & 0x80 for byte in data[6:10]):
        return 0
    size = data[6] << 21 | data[7] << 14 | data[8] << 7 | data[9]
    return 10 + size + (10 if data[5] & 0x10 else 0)


def looks_like_mp3(head: bytes) -> bool:
    """Whether MP3 begins there: two frames in a row within the first kilobytes, or one that is all there is."""
    found = next(Mp3Frames(head, 0, ended=len(head) < 4096), None)
    return found is not None and found.offset < 4096


@dataclass(slots=True)
class Mp3Frames:
    """The frames in some bytes, in order, whatever lies between them. Ends before one that is not there as a whole.

    Args:
        data: the bytes.
        position: where to begin, and afterwards how far it came.
        kind: rate and channels of the frame before; None when there was none.
        ended: whether nothing comes after these bytes.
    """

    data: bytes | bytearray
    position: int
    kind: tuple[int, int] | None = None
    ended: bool = True

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        data, size, follows = self.data, len(self.data), True
        while True:
            head = frame_head(data, self.position)
            if head is not None and self._believable(head, follows=follows):
                offset, end = self.position, self.position + head.length
                if end > size:
                    raise StopIteration
                self.position, self.kind = end, (head.rate, head.channels)
                note, delay = _note(data, offset, head)
                return Frame(offset, head, note, delay, follows)
            if self.position + 4 > size or self._undecided(head):
                raise StopIteration
            follows = False
            self.position = self._next_candidate(size)

    def _next_candidate(self, size: int) -> int:
        tag = id3_length(bytes(self.data[self.position : self.position + 10]))
        if tag:
            return self.position + tag
        found = self.data.find(b"\xff", self.position + 1)
        return found if found >= 0 else max(size - 9, self.position + 1)

    def _believable(self, head: FrameHead, *, follows: bool) -> bool:
        """A frame where one is expected, like the one before; or one that another follows."""
        if follows and self.kind == (head.rate, head.channels):
            return True
        after = self.position + head.length
        if after + 4 > len(self.data):
            return self.ended and after == len(self.data)
        next_head = frame_head(self.data, after)
        return next_head is not None and next_head.rate == head.rate

    def _undecided(self, head: FrameHead | None) -> bool:
        """Whether more bytes are needed to know what is there."""
        if self.ended:
            return False
        if head is not None:
            return self.position + head.length + 4 > len(self.data)
        start = bytes(self.data[self.position : self.position + 10])
        return start[:3] == b"ID3" and len(start) < 10


def _note(data: bytes | bytearray, offset: int, head: FrameHead) -> tuple[bool, int]:
    """Whether the frame is a note, and the delay it tells of."""
    at = offset + 4 + head.side[1] - head.side[0]
    mark = data[at : at + 4]
    if mark not in (b"Xing", b"Info"):
        return data[offset + 36 : offset + 40] == b"VBRI", 0
    end = offset + head.length
    flags = data[at + 7] if at + 8 <= end else 0
    lame = at + 8 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1)
    if lame + 24 > end:
        return True, 0
    delay = data[lame + 21] << 4 | data[lame + 22] >> 4
    return True, delay + _DECODER_DELAY if delay else 0
