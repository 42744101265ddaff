"""The decoded sound of a stream, kept so that one can go back in it: in memory, and on the disk when it is long."""

from __future__ import annotations

import tempfile
import threading
from typing import IO, TYPE_CHECKING, Final

from lmstudio_tui.audio.readers import no_samples
from lmstudio_tui.audio.values import SoundError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_IN_MEMORY: Final = 32 * 1024 * 1024
_SAMPLE_BYTES: Final = 4


class Spool:
    """A `Reader` of what one thread adds and another reads.

    Args:
        rate: in Hz.
        channels: how many columns.
        in_memory: from so many bytes on it is kept in a temporary file.

    Attributes:
        ended: whether nothing more will be added.
    """

    def __init__(self, rate: int, channels: int, in_memory: int = _IN_MEMORY) -> None:
        self.rate = rate
        self.channels = channels
        self.frames = 0
        self.ended = False
        self._lock = threading.Lock()
        self._at = 0
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=in_memory)  # noqa: SIM115 - closed by `close`

    def add(self, samples: Samples) -> None:
        """Append some.

        Raises:
            SoundError: when the disk takes no more.
        """
        import numpy as np

        with self._lock:
            if self._file.closed:
                return
            try:
                self._file.seek(0, 2)
                self._file.write(np.ascontiguousarray(samples, np.float32).tobytes())
            except OSError as error:
                raise SoundError(
                    f"The sound cannot be kept while it is played: {error.strerror or error}.",
                    "Make room in the folder for temporary files, or play it from the file when it is there.",
                ) from error
            self.frames += len(samples)

    def read(self, count: int) -> Samples | None:
        """See `Reader`."""
        import numpy as np

        with self._lock:
            count = min(count, self.frames - self._at)
            if count <= 0 or self._file.closed:
                return None if self.ended else no_samples(self.channels)
            size = self.channels * _SAMPLE_BYTES
            self._file.seek(self._at * size)
            data = self._file.read(count * size)
            self._at += count
        return np.frombuffer(data, np.float32).reshape(-1, self.channels)

    def seek(self, frame: int) -> None:
        """See `Reader`."""
        with self._lock:
            self._at = min(max(0, frame), self.frames)

    def close(self) -> None:
        """See `Reader`."""
        with self._lock:
            self._file.close()
