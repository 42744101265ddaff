"""What libsndfile is given to read: part of a file, or a stream that still arrives."""

from __future__ import annotations

import io
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from lmstudio_tui.audio.values import AudioFormatError, SoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

_KEPT_BEHIND: Final = 1 << 18
"""So far back libsndfile may go in a stream; it does so while it opens one."""
_WHOLE_BYTES: Final = 512
"""Reads up to this size are of heads, and must be answered in full."""
_OGG_LENGTH: Final = 1 << 26
"""Behind it the end of an Ogg stream is looked for, in steps of a megabyte; longer streams are read all the same."""
_MP3_LENGTH: Final = 1 << 40
"""From it the number of samples is guessed, behind which nothing would be read."""


def sound_file(file: object) -> Any:
    """Open something with libsndfile.

    Raises:
        SoundError: when the library is not there.
        AudioFormatError: when it cannot read that.
    """
    soundfile = _soundfile()
    try:
        opened: Any = soundfile.SoundFile(file)
    except (soundfile.SoundFileError, OSError, RuntimeError, TypeError, ValueError) as error:
        raise AudioFormatError("The audio is damaged, or written in a way that cannot be decoded.") from error
    # Otherwise it seeks after every read: slow for FLAC, wrong for MP3, impossible for a stream.
    opened.seekable = lambda: False
    return opened


def _soundfile() -> Any:
    try:
        return import_module("soundfile")
    except (ImportError, OSError) as error:
        raise SoundError(
            "Decoding audio needs the library libsndfile, which cannot be loaded.",
            "Install it: pip install --force-reinstall soundfile; or Debian and Ubuntu: apt install libsndfile1.",
        ) from error


def read_samples(opened: Any, count: int) -> NDArray[np.float32] | None:
    """The next samples of what `sound_file` opened, a row for each frame; None at its end.

    Damaged places are passed over.
    """
    soundfile = _soundfile()
    for _ in range(100):
        try:
            samples: NDArray[np.float32] = opened.read(count, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, RuntimeError):
            continue
        return samples if len(samples) else None
    return None


class StreamFile:
    """A stream as a file that libsndfile reads from its beginning to its end. A read waits until something is there.

    Nothing here raises: errors in the middle of libsndfile would be printed to the terminal.

    Args:
        pull: waits for the next bytes; gives none at the end.
        kind: `mp3`, `ogg` or `flac`.
    """

    def __init__(self, pull: Callable[[], bytes], kind: str) -> None:
        self._pull = pull
        self._length = _MP3_LENGTH if kind == "mp3" else _OGG_LENGTH
        self._zeros = kind == "mp3"
        self._kept = bytearray()
        self._kept_from = 0
        self._position = 0
        self._opening = True
        self._far = False
        self._ended = False

    def opened(self) -> None:
        """From now on it is only read."""
        self._opening = self._far = False

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go somewhere. What lies far ahead is only looked at for the end of the file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        # An Ogg stream is searched backwards from there: all of that search must find nothing.
        far = self._position > self._kept_from + len(self._kept) + _KEPT_BEHIND and self._position != self._length
        self._far = self._opening and (far or (self._far and not self._zeros))
        return self._position

    def tell(self) -> int:
        """Where it is."""
        return self._position

    def readinto(self, buffer: memoryview) -> int:
        """Read into a buffer; returns how many bytes, 0 at the end."""
        wanted = len(buffer)
        if self._far:
            if not self._zeros:
                return 0
            self._position += wanted
            buffer[:] = bytes(wanted)
            return wanted
        self._fetch(self._position + (wanted if wanted <= _WHOLE_BYTES else 1))
        at = self._position - self._kept_from
        if at < 0:
            return 0
        data = self._kept[at : at + wanted]
        buffer[: len(data)] = data
        self._position += len(data)
        if not self._opening and at > 2 * _KEPT_BEHIND:
            del self._kept[: at - _KEPT_BEHIND]
            self._kept_from += at - _KEPT_BEHIND
        return len(data)

    def _fetch(self, end: int) -> None:
        while not self._ended and self._kept_from + len(self._kept) < end:
            data = self._pull()
            self._ended = not data
            self._kept += data

    def write(self, _: bytes) -> int:
        """Nothing is written."""
        return 0


class FilePart:
    """Part of a file, as libsndfile reads it. It has no name, because a name would be believed.

    Args:
        file: is shared with others: every read says where.
        start: where the part begins.
        end: where it ends.
        head: what its first bytes are to be instead.
    """

    def __init__(self, file: BinaryIO, start: int, end: int, head: bytes = b"") -> None:
        self._file = file
        self._start = start
        self._length = max(0, end - start)
        self._head = head
        self._position = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go somewhere."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Where it is."""
        return self._position

    def readinto(self, buffer: memoryview) -> int:
        """Read into a buffer; returns how many bytes, 0 at the end or when the file cannot be read."""
        wanted = min(len(buffer), self._length - self._position)
        if wanted <= 0:
            return 0
        try:
            self._file.seek(self._start + self._position)
            data = self._file.read(wanted)
        except (OSError, ValueError):
            return 0
        if self._position < len(self._head):
            own = self._head[self._position : self._position + len(data)]
            data = own + data[len(own) :]
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def write(self, _: bytes) -> int:
        """Nothing is written."""
        return 0
