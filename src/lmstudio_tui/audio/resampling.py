"""Sound as numbers: other sample rates, other channels, 16 bits.

Samples are arrays of 32-bit floats, a row for each frame and a column for each channel; 1.0 is full scale.
"""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_SCALE: Final = 32_768.0


class Resampler:
    """Changes the sample rate of a sound that comes in pieces, without a seam between them.

    Args:
        from_rate: in Hz, of what comes.
        to_rate: in Hz, wanted.
        channels: of both.
    """

    def __init__(self, from_rate: float, to_rate: float, channels: int) -> None:
        self._channels = channels
        self._stream: Any = None
        self._ended = False
        _resamplers.add(self)
        if from_rate != to_rate:
            import soxr  # pyright: ignore[reportMissingTypeStubs]

            self._stream = soxr.ResampleStream(from_rate, to_rate, channels, dtype="float32")

    def feed(self, samples: Samples) -> Samples:
        """What is ready after these samples; the filter keeps a few milliseconds back."""
        if self._ended:
            return samples[:0]
        if self._stream is None or not len(samples):
            return samples
        import numpy as np

        return self._stream.resample_chunk(np.ascontiguousarray(samples, dtype=np.float32))

    def end(self) -> Samples:
        """What was kept back; what is fed afterwards is left out."""
        import numpy as np

        nothing = np.zeros((0, self._channels), dtype=np.float32)
        stream, self._stream, self._ended = self._stream, None, True
        return nothing if stream is None else stream.resample_chunk(nothing, last=True)


_resamplers: WeakSet[Resampler] = WeakSet()


@atexit.register
def _at_exit() -> None:
    """The library complains on standard error about each that is still there when Python has ended."""
    for resampler in list(_resamplers):
        resampler.end()


def mixed(samples: Samples, channels: int) -> Samples:
    """The same sound in so many channels: fewer are the mean of all, more are copies."""
    import numpy as np

    there = samples.shape[1]
    if there == channels:
        return samples
    if channels == 1:
        return samples.mean(axis=1, keepdims=True, dtype=np.float32)
    if there == 1:
        return np.repeat(samples, channels, axis=1)
    if there > channels:
        return samples[:, :channels]
    silent = np.zeros((len(samples), channels - there), dtype=np.float32)
    return np.concatenate((samples, silent), axis=1)


def to_int16(samples: Samples) -> NDArray[np.int16]:
    """Rounded to 16 bits. What is beyond full scale stays at full scale, and never wraps around."""
    import numpy as np

    return np.clip(np.rint(samples * _SCALE), -32_768, 32_767).astype(np.int16)


def from_int16(data: bytes, channels: int) -> Samples:
    """The samples of 16-bit little-endian PCM."""
    import numpy as np

    return (np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(_SCALE)).reshape(-1, channels)
