"""Audio files, read from the disk piece by piece and from anywhere in them.

A file may be several, one after the other, as some servers send them; and its head may lie about its length.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from lmstudio_tui.audio.cutting import FLAC_HEAD_BYTES, flac_head, next_flac, ogg_page_length
from lmstudio_tui.audio.flac_end import TAIL_BYTES, last_frame
from lmstudio_tui.audio.mp3_reader import mp3_parts
from lmstudio_tui.audio.readers import Chain
from lmstudio_tui.audio.sniffing import AudioKind, head_of, kind_of
from lmstudio_tui.audio.values import AudioFormatError
from lmstudio_tui.audio.virtual_file import FilePart, read_samples, sound_file
from lmstudio_tui.audio.wav_form import (
    CHUNKS_AFTER_SOUND,
    MOST_HEAD_BYTES,
    WavForm,
    WavHead,
    as_samples,
    begins_wav,
    wav_head,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from lmstudio_tui.audio.readers import Reader

    Samples = NDArray[np.float32]

_SEARCHED: Final = 256 * 1024 * 1024
"""So much of a file is searched for another one in it."""
_STEP: Final = 1024 * 1024
_OGG_EARLY: Final = 4096
"""After a jump the first samples of an Ogg stream are not right, so it begins so many earlier."""
_HEAD_STEP: Final = 64 * 1024
_WAV_MARK: Final = b"WAVEfmt "
_OGG_FIRST_PAGE: Final = b"OggS\x00\x02"


class OpenedFile:
    """An audio file that is open, as a `Reader`. What its content is decides, and not its name.

    Args:
        path: of a file of one of the accepted formats.
        wanted: is asked again and again until it is open, which takes a second for a long MP3. As soon as nobody wants
            it the file is given up, with one of the errors.

    Attributes:
        kind: which of them it is.
        rate: in Hz.
        channels: of the first file in it.

    Raises:
        AudioFormatError: when it is none of them, or damaged.
        OSError: when it cannot be opened.
    """

    def __init__(self, path: Path, wanted: Callable[[], bool] | None = None) -> None:
        if not stat.S_ISREG(path.stat().st_mode):
            # Opening a pipe would wait for whoever writes to it.
            raise AudioFormatError("This is not a file.")
        self._file = _SearchedFile(path, wanted)
        try:
            start, head = head_of(self._file)
            kind = kind_of(head)
            if kind is None:
                raise AudioFormatError("This is no audio that can be read here.")
            self.kind: AudioKind = kind
            parts = [part for part in _PARTS[kind](self._file, start) if part.frames > 0]
            if not parts:
                raise AudioFormatError("There is no sound in it that can be decoded.")
            self._chain = Chain(parts)
            self._file.wanted = None
        except BaseException:
            self._file.close()
            raise
        self.rate = self._chain.rate
        self.channels = self._chain.channels

    @property
    def frames(self) -> int:
        """See `Reader`."""
        return self._chain.frames

    def read(self, count: int) -> Samples | None:
        """See `Reader`."""
        return self._chain.read(count)

    def seek(self, frame: int) -> None:
        """See `Reader`."""
        self._chain.seek(frame)

    def close(self) -> None:
        """See `Reader`."""
        self._chain.close()
        self._file.close()


class _SearchedFile(io.BufferedReader):
    """A file that cannot be read any more once nobody wants it."""

    def __init__(self, path: Path, wanted: Callable[[], bool] | None) -> None:
        super().__init__(io.FileIO(path))
        self.wanted = wanted

    def read(self, size: int | None = -1, /) -> bytes:
        """Read.

        Raises:
            OSError: when that fails, or nobody wants it.
        """
        if self.wanted is not None and not self.wanted():
            raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
        return super().read(size)


class _PcmReader:
    """Samples that lie in the file as they are."""

    def __init__(self, file: BinaryIO, form: WavForm, start: int, end: int) -> None:
        self.rate = form.rate
        self.channels = form.channels
        self.frames = max(0, end - start) // form.frame_bytes
        self._file = file
        self._form = form
        self._start = start
        self._frame = 0

    def read(self, count: int) -> Samples | None:
        """See `Reader`."""
        count = min(count, self.frames - self._frame)
        if count <= 0:
            return None
        size = self._form.frame_bytes
        self._file.seek(self._start + self._frame * size)
        data = self._file.read(count * size)
        self._frame += count
        whole = len(data) - len(data) % size
        return as_samples(data[:whole], self._form) if whole else None

    def seek(self, frame: int) -> None:
        """See `Reader`."""
        self._frame = max(0, frame)

    def close(self) -> None:
        """See `Reader`: the file is closed by who opened it."""


class _DecodedReader:
    """What libsndfile decodes."""

    def __init__(self, part: FilePart) -> None:
        self._opened: Any = sound_file(part)
        self._early = _OGG_EARLY if self._opened.format == "OGG" else 0
        self._unwanted = 0
        self.rate = int(self._opened.samplerate)
        self.channels = int(self._opened.channels)
        self.frames = int(self._opened.frames)
        self._ended = False
        self._frame = 0

    def read(self, count: int) -> Samples | None:
        """See `Reader`. What reaches beyond the end of a file that was cut off would give nothing at all."""
        while self._unwanted and not self._ended:
            gone = read_samples(self._opened, self._unwanted)
            self._unwanted -= len(gone) if gone is not None else self._unwanted
        count = min(count, self.frames - self._frame)
        samples = None if self._ended or count <= 0 else read_samples(self._opened, count)
        self._frame += 0 if samples is None else len(samples)
        return samples

    def seek(self, frame: int) -> None:
        """See `Reader`."""
        self._ended = False
        wanted = min(max(0, frame), self.frames)
        self._frame = wanted
        self._unwanted = min(self._early, wanted)
        try:
            self._opened.seek(wanted - self._unwanted)
        except (RuntimeError, OSError):
            # It is damaged there.
            self._ended = True

    def close(self) -> None:
        """See `Reader`."""
        self._opened.close()


def _decoded(part: FilePart) -> Iterator[Reader]:
    """What libsndfile makes of it; nothing of what is damaged."""
    try:
        reader = _DecodedReader(part)
    except AudioFormatError:
        return
    yield reader


def _wav_parts(file: BinaryIO, start: int) -> Iterator[Reader]:
    size = _size(file)
    at = start
    while at >= 0:
        head = _wav_head_at(file, at)
        if head is None:
            return
        sound = at + head.start
        if head.form.encoding == "other":
            yield from _decoded(FilePart(file, at, size))
            return
        end, at = wav_end(file, sound, head.length, size)
        yield _PcmReader(file, head.form, sound, end)


def _wav_head_at(file: BinaryIO, at: int) -> WavHead | None:
    """The head that begins there; None when the file ends in it.

    Raises:
        AudioFormatError: when it is damaged.
    """
    length = _HEAD_STEP
    while True:
        data = _read_at(file, at, length)
        head = wav_head(data)
        if head is not None or len(data) < length:
            return head
        if length > MOST_HEAD_BYTES:
            raise AudioFormatError("This WAV file has no sound in it, or its head is damaged.")
        length *= 8


def wav_end(file: BinaryIO, sound: int, length: int | None, size: int) -> tuple[int, int]:
    """Where the sound of a WAV file ends, and where the next file begins; -1 when none does.

    Args:
        file: that it is in.
        sound: where the sound begins.
        length: of the sound, as its head says; None when it does not.
        size: of the file.
    """
    if length is not None and sound + length <= size:
        end = at = sound + length
        while True:
            behind = _read_at(file, at, 13)
            pad = 1 if behind[:1] == b"\0" and (begins_wav(behind, 1) or behind[1:5] in CHUNKS_AFTER_SOUND) else 0
            if len(behind) < 8:
                return end, -1
            if begins_wav(behind, pad):
                return end, at + pad
            if behind[pad : pad + 4] not in CHUNKS_AFTER_SOUND:
                # More follows than was promised: sound, then, up to the next file.
                break
            chunk = int.from_bytes(behind[pad + 4 : pad + 8], "little")
            at += pad + 8 + chunk + (chunk & 1)
    for mark in _places(file, _WAV_MARK, sound, size):
        if mark - 8 >= sound and begins_wav(_read_at(file, mark - 8, 12)):
            return mark - 8, mark - 8
    return size, -1


def _flac_parts(file: BinaryIO, start: int) -> Iterator[Reader]:
    size = _size(file)
    starts = [at for at in _places(file, b"fLaC", start, size) if next_flac(_read_at(file, at, 8)) == 0] or [start]
    for at, end in zip(starts, [*starts[1:], size], strict=True):
        head = _read_at(file, at, FLAC_HEAD_BYTES)
        if len(head) < FLAC_HEAD_BYTES:
            return
        tail_at = max(at + FLAC_HEAD_BYTES, end - TAIL_BYTES)
        first, samples = last_frame(head, _read_at(file, tail_at, end - tail_at))
        for part in _decoded(FilePart(file, at, end, flac_head(head, samples) if samples else head)):
            part.seek(samples - 1)
            if samples and part.read(1) is None:
                # The end of that frame is missing.
                part.close()
                yield from _decoded(FilePart(file, at, end, flac_head(head, first)))
                continue
            part.seek(0)
            yield part


def _ogg_parts(file: BinaryIO, start: int) -> Iterator[Reader]:
    size = _size(file)
    starts: list[int] = []
    behind = -1
    for at in _places(file, _OGG_FIRST_PAGE, start, size):
        # Several first pages in a row are several streams of one file.
        if at != behind:
            starts.append(at)
        behind = at + (ogg_page_length(_read_at(file, at, 27 + 255)) or 0)
    for at, end in zip(starts or [start], [*starts[1:], size], strict=True):
        yield from _decoded(FilePart(file, at, end))


_PARTS: Final[dict[AudioKind, Callable[[BinaryIO, int], Iterator[Reader]]]] = {
    "wav": _wav_parts,
    "flac": _flac_parts,
    "ogg": _ogg_parts,
    "mp3": mp3_parts,
}


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _read_at(file: BinaryIO, at: int, count: int) -> bytes:
    file.seek(at)
    return file.read(max(0, count))


def _places(file: BinaryIO, mark: bytes, start: int, size: int) -> Iterator[int]:
    """Wherever a mark is, in the first part of what follows."""
    at = start
    end = min(size, start + _SEARCHED)
    while at < end:
        data = _read_at(file, at, _STEP + len(mark) - 1)
        if len(data) < len(mark):
            return
        found = data.find(mark)
        while found >= 0:
            yield at + found
            found = data.find(mark, found + 1)
        at += _STEP
