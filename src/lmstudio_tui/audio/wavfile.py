"""WAV files of 16 bits that are whole at any moment, even while they are written."""

from __future__ import annotations

import errno
import os
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from lmstudio_tui.audio.file_parts import wav_end
from lmstudio_tui.audio.values import AudioFormatError

if TYPE_CHECKING:
    from pathlib import Path

_SAMPLE_BYTES: Final = 2
_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_HEADER_EVERY_S: Final = 0.4
_LARGEST: Final = 0xFFFF_FFFF - 1024
"""A WAV file counts its bytes in 32 bits."""
_SEARCHED: Final = 1_000_000
"""How far into a file, in bytes, its data may begin."""


@dataclass(frozen=True, slots=True)
class WavFacts:
    """What the header of a WAV file says, and where its samples are.

    Attributes:
        sample_rate: in Hz.
        channels: how many.
        bits: of a sample.
        data_at: where the samples begin, in bytes.
        data_bytes: how long they are by the header.
        riff_bytes: how long the file is by the header.
        file_bytes: how long it is.
    """

    sample_rate: int
    channels: int
    bits: int
    data_at: int
    data_bytes: int
    riff_bytes: int
    file_bytes: int

    @property
    def frame_bytes(self) -> int:
        """Of one sample of each channel."""
        return max(1, self.channels * self.bits // 8)

    @property
    def frames(self) -> int:
        """How many there are, whatever the header says beyond that."""
        return max(0, min(self.data_bytes, self.file_bytes - self.data_at)) // self.frame_bytes

    @property
    def duration_s(self) -> float:
        """In seconds."""
        return self.frames / self.sample_rate if self.sample_rate else 0.0


def header(sample_rate: int, channels: int, data_bytes: int) -> bytes:
    """The 44 bytes before the samples."""
    frame = channels * _SAMPLE_BYTES
    return _HEADER.pack(
        b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, channels, sample_rate, sample_rate * frame, frame,
        8 * _SAMPLE_BYTES, b"data", data_bytes,
    )  # fmt: skip


class WavWriter:
    """Writes a file piece by piece. What was written is in the file, and in its header twice a second.

    Args:
        path: made anew.
        sample_rate: in Hz.
        channels: how many.

    Raises:
        OSError: when it cannot be written.
    """

    def __init__(self, path: Path, sample_rate: int, channels: int) -> None:
        self.path = path
        self._rate = sample_rate
        self._channels = channels
        self._bytes = 0
        self._told = 0
        self._told_at = time.monotonic()
        # For its owner only: what was said is nobody else's.
        self._file: BinaryIO = open(path, "wb", buffering=0, opener=_privately)  # noqa: SIM115 - kept open
        try:
            self._put(header(sample_rate, channels, 0))
        except OSError:
            self._file.close()
            raise

    @property
    def frames(self) -> int:
        """How many are in the file."""
        return self._bytes // (self._channels * _SAMPLE_BYTES)

    def write(self, data: bytes) -> None:
        """Append samples.

        Raises:
            OSError: when there is no room for them; what fitted is there.
        """
        if self._bytes + len(data) > _LARGEST:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        before = self._file.tell()
        try:
            self._put(data)
        finally:
            self._bytes += self._file.tell() - before
        if time.monotonic() - self._told_at >= _HEADER_EVERY_S:
            self._tell()

    def close(self) -> None:
        """Make the header right, and give the file to the disk.

        Raises:
            OSError: when that fails.
        """
        if self._file.closed:
            return
        try:
            frame = self._channels * _SAMPLE_BYTES
            if self._bytes % frame:
                self._bytes -= self._bytes % frame
                self._file.truncate(_HEADER.size + self._bytes)
            self._tell()
            with suppress(OSError):  # Some file systems cannot.
                os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def _put(self, data: bytes) -> None:
        """A write may take a part only, when the disk is nearly full."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]

    def _tell(self) -> None:
        end = self._file.tell()
        if self._told != self._bytes:
            self._file.seek(0)
            self._put(header(self._rate, self._channels, self._bytes))
            self._file.seek(max(end, _HEADER.size))
            self._told = self._bytes
        self._told_at = time.monotonic()


def read_facts(path: Path) -> WavFacts:
    """What the header says.

    Raises:
        AudioFormatError: when it is no WAV file, or has no samples.
        OSError: when it cannot be read.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(12)
        if len(start) < 12 or start[:4] != b"RIFF" or start[8:] != b"WAVE":
            raise AudioFormatError(f"{path.name} is no WAV file.")
        riff_bytes = int.from_bytes(start[4:8], "little") + 8
        form = b""
        while file.tell() < _SEARCHED:
            lead = file.read(8)
            if len(lead) < 8:
                break
            name, length = lead[:4], int.from_bytes(lead[4:], "little")
            if name == b"data" and len(form) >= 16:
                _, channels, rate, _, _, bits = struct.unpack("<HHIIHH", form[:16])
                return WavFacts(rate, channels, bits, file.tell(), length, riff_bytes, size)
            if name == b"fmt ":
                form = file.read(min(length, 64))
                length -= len(form)
            file.seek(length + length % 2, os.SEEK_CUR)
    raise AudioFormatError(f"{path.name} is a WAV file without samples.")


def mend(path: Path) -> bool:
    """Make the header agree with the file, as after a crash. Whether that was necessary.

    Several files one after the other stay as they are: one header cannot speak for all.

    Raises:
        AudioFormatError: when it is no WAV file.
        OSError: when it cannot be read or written.
    """
    facts = read_facts(path)
    with path.open("rb") as file:
        sound_end, next_file = wav_end(file, facts.data_at, facts.data_bytes, facts.file_bytes)
    if next_file >= 0:
        return False
    end = facts.data_at + facts.data_bytes
    data_bytes = facts.data_bytes
    lies = data_bytes == 0 or end > facts.file_bytes or end == facts.riff_bytes
    if sound_end != end and lies:
        # All that is there was recorded: the writer had no time to say so.
        data_bytes = sound_end - facts.data_at
        data_bytes -= data_bytes % facts.frame_bytes
        end = facts.data_at + data_bytes
    length = facts.file_bytes if data_bytes == facts.data_bytes else end
    if (data_bytes, length) == (facts.data_bytes, facts.riff_bytes) and length == facts.file_bytes:
        return False
    with path.open("r+b") as file:
        file.seek(4)
        file.write((length - 8).to_bytes(4, "little"))
        file.seek(facts.data_at - 4)
        file.write(data_bytes.to_bytes(4, "little"))
        file.truncate(length)
    return True


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
