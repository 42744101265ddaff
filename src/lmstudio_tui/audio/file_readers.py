"""Audio files that are open, read from the disk piece by piece and from anywhere in them."""

from __future__ import annotations

import errno
import io
import os
import stat
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO, Final

from lmstudio_tui.audio.file_parts import flac_parts, ogg_parts, wav_parts
from lmstudio_tui.audio.mp3_reader import mp3_parts
from lmstudio_tui.audio.readers import Chain
from lmstudio_tui.audio.sniffing import AudioKind, head_of, kind_of
from lmstudio_tui.audio.values import AudioFormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from lmstudio_tui.audio.readers import Reader

    Samples = NDArray[np.float32]

_PARTS: Final[dict[AudioKind, Callable[[BinaryIO, int], Iterator[Reader]]]] = {
    "wav": wav_parts,
    "flac": flac_parts,
    "ogg": ogg_parts,
    "mp3": mp3_parts,
}


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
        with ExitStack() as failing:
            self._file = failing.enter_context(_SearchedFile(path, wanted))
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
            failing.pop_all()
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
