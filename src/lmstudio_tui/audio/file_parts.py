"""The audio files in a file: a server may send several, one after the other, and a head may lie about its length."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO, Final

from lmstudio_tui.audio.cutting import FLAC_HEAD_BYTES, flac_head, next_flac, ogg_page_length
from lmstudio_tui.audio.flac_end import TAIL_BYTES, last_frame
from lmstudio_tui.audio.part_readers import PcmReader, decoded
from lmstudio_tui.audio.values import AudioFormatError
from lmstudio_tui.audio.virtual_file import FilePart
from lmstudio_tui.audio.wav_form import CHUNKS_AFTER_SOUND, MOST_HEAD_BYTES, WavHead, begins_wav, wav_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lmstudio_tui.audio.readers import Reader

_SEARCHED: Final = 256 * 1024 * 1024
"""So much of a file is searched for another one in it."""
_STEP: Final = 1024 * 1024
_HEAD_STEP: Final = 64 * 1024
_WAV_MARK: Final = b"WAVEfmt "
_OGG_FIRST_PAGE: Final = b"OggS\x00\x02"


def wav_parts(file: BinaryIO, start: int) -> Iterator[Reader]:
    """The WAV files in a file, one after the other.

    Args:
        file: is shared by all of them, and closed by who opened it.
        start: where the first one begins.

    Raises:
        AudioFormatError: when a head is damaged.
    """
    size = _size(file)
    at = start
    while at >= 0:
        head = _wav_head_at(file, at)
        if head is None:
            return
        sound = at + head.start
        if head.form.encoding == "other":
            yield from decoded(FilePart(file, at, size))
            return
        end, at = wav_end(file, sound, head.length, size)
        yield PcmReader(file, head.form, sound, end)


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


def flac_parts(file: BinaryIO, start: int) -> Iterator[Reader]:
    """The FLAC files in a file; as `wav_parts`, but that damaged ones are left out."""
    size = _size(file)
    starts = [at for at in _places(file, b"fLaC", start, size) if next_flac(_read_at(file, at, 8)) == 0] or [start]
    for at, end in zip(starts, [*starts[1:], size], strict=True):
        head = _read_at(file, at, FLAC_HEAD_BYTES)
        if len(head) < FLAC_HEAD_BYTES:
            return
        tail_at = max(at + FLAC_HEAD_BYTES, end - TAIL_BYTES)
        first, samples = last_frame(head, _read_at(file, tail_at, end - tail_at))
        for part in decoded(FilePart(file, at, end, flac_head(head, samples) if samples else head)):
            part.seek(samples - 1)
            if samples and part.read(1) is None:
                # The end of that frame is missing.
                part.close()
                yield from decoded(FilePart(file, at, end, flac_head(head, first)))
                continue
            part.seek(0)
            yield part


def ogg_parts(file: BinaryIO, start: int) -> Iterator[Reader]:
    """The Ogg files in a file; as `flac_parts`."""
    size = _size(file)
    starts: list[int] = []
    behind = -1
    for at in _places(file, _OGG_FIRST_PAGE, start, size):
        # Several first pages in a row are several streams of one file.
        if at != behind:
            starts.append(at)
        behind = at + (ogg_page_length(_read_at(file, at, 27 + 255)) or 0)
    for at, end in zip(starts or [start], [*starts[1:], size], strict=True):
        yield from decoded(FilePart(file, at, end))


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
