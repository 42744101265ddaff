"""MP3 files: where each frame is, so that their length is known and any place in them is found at once."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from lmstudio_tui.audio.mp3_frames import Frame, Mp3Frames, frame_head
from lmstudio_tui.audio.virtual_file import StreamFile, read_samples, sound_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_STEP: Final = 1024 * 1024
_WARMING_FRAMES: Final = 2
_BORROWED_BYTES: Final = 511
"""A frame may use so many bytes of those before it."""
_HEAD_BYTES: Final = 38
_BATCH: Final = 32


def mp3_parts(file: BinaryIO, start: int) -> Iterator[Mp3Part]:
    """The parts of a file, each of one rate and one number of channels."""
    part: Mp3Part | None = None
    kind: tuple[int, int] | None = None
    for at, frame in _frames(file, start):
        before, kind = kind, (frame.head.rate, frame.head.channels)
        if part is None or frame.note or kind != before:
            if part is not None:
                yield part
            part = Mp3Part(file, frame)
        if not frame.note:
            part.add(at, frame.head.length)
    if part is not None:
        yield part


def _frames(file: BinaryIO, start: int) -> Iterator[tuple[int, Frame]]:
    """All frames, with their places in the file."""
    kind: tuple[int, int] | None = None
    held, at, ended = b"", start, False
    while not ended:
        file.seek(at + len(held))
        data = file.read(_STEP)
        ended = len(data) < _STEP
        held += data
        frames = Mp3Frames(held, 0, kind, ended)
        for frame in frames:
            yield at + frame.offset, frame
        kind = frames.kind
        at += frames.position
        held = held[frames.position :]


class Mp3Part:
    """Frames that are decoded in one go, as a `Reader`.

    Args:
        file: that they are in.
        first: of them, or the note before it.

    Attributes:
        rate: in Hz.
        channels: one or two.
    """

    def __init__(self, file: BinaryIO, first: Frame) -> None:
        self.rate = first.head.rate
        self.channels = first.head.channels
        self._samples = first.head.samples
        self._skip = first.delay
        self._file = file
        self._places = array("Q")
        self._lengths = array("H")
        self._opened: Any = None
        self._next = 0
        self._silent_until = 0
        self._unwanted = self._skip

    def add(self, at: int, length: int) -> None:
        """There is another frame."""
        self._places.append(at)
        self._lengths.append(length)

    @property
    def frames(self) -> int:
        """How many samples there are of each channel."""
        return max(0, len(self._places) * self._samples - self._skip)

    def read(self, count: int) -> Samples | None:
        """See `Reader`."""
        if self._opened is None:
            if self._next >= len(self._places):
                return None
            source = StreamFile(self._pull, "mp3")
            self._opened = sound_file(source)
            source.opened()
        while self._unwanted:
            gone = read_samples(self._opened, min(self._unwanted, self.rate))
            if gone is None:
                return None
            self._unwanted -= len(gone)
        return read_samples(self._opened, count)

    def seek(self, frame: int) -> None:
        """See `Reader`. A frame borrows from those before it, so decoding begins a little earlier."""
        wanted = max(0, frame) + self._skip
        sounding = first = min(max(0, wanted // self._samples - _WARMING_FRAMES), len(self._places))
        lent = 0
        while first > 0 and lent < _BORROWED_BYTES:
            first -= 1
            lent += max(0, self._lengths[first] - _HEAD_BYTES)
        self.close()
        self._next, self._silent_until = first, sounding
        self._unwanted = wanted - first * self._samples

    def close(self) -> None:
        """See `Reader`."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def _pull(self) -> bytes:
        """The next frames. The first ones after a jump lend their bytes to the following, but are made silent."""
        gathered = bytearray()
        try:
            for number in range(self._next, min(self._next + _BATCH, len(self._places))):
                self._file.seek(self._places[number])
                data = bytearray(self._file.read(self._lengths[number]))
                if number < self._silent_until:
                    _silence(data)
                gathered += data
        except (OSError, ValueError):
            return b""
        self._next += _BATCH
        return bytes(gathered)


def _silence(frame: bytearray) -> None:
    """Leave of its side information only how much it borrows itself: the first eight bits, or nine."""
    head = frame_head(frame, 0)
    if head is not None and head.side[1] > head.side[0]:
        start, end = head.side
        ninth = frame[start + 1] & 0x80 if head.samples == 1152 else 0
        frame[start + 1 : end] = bytes([ninth]) + bytes(end - start - 2)
