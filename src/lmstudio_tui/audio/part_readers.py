"""One audio file, or one of several in a file, read from anywhere in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

from lmstudio_tui.audio.values import AudioFormatError
from lmstudio_tui.audio.virtual_file import FilePart, read_samples, sound_file
from lmstudio_tui.audio.wav_form import WavForm, as_samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from lmstudio_tui.audio.readers import Reader

    Samples = NDArray[np.float32]

_OGG_EARLY: Final = 4096
"""After a jump the first samples of an Ogg stream are not right, so it begins so many earlier."""


class PcmReader:
    """Samples that lie in the file as they are.

    Args:
        file: is shared with others: every read says where.
        form: how they are written.
        start: where they begin.
        end: where they end.
    """

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


def decoded(part: FilePart) -> Iterator[Reader]:
    """What libsndfile makes of it; nothing of what is damaged."""
    try:
        reader = _DecodedReader(part)
    except AudioFormatError:
        return
    yield reader
