"""Audio that is read in order, from wherever one wants: what files and streams have in common."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, Protocol

from lmstudio_tui.audio.resampling import Resampler, mixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_BLOCK: Final = 4096


class Reader(Protocol):
    """Audio that is read in order."""

    @property
    def rate(self) -> int:
        """In Hz."""
        ...

    @property
    def channels(self) -> int:
        """How many columns there are."""
        ...

    @property
    def frames(self) -> int:
        """How many there are; of what still arrives, how many came."""
        ...

    def read(self, count: int) -> Samples | None:
        """The next frames, so many or fewer; none at all when more has to arrive first; None at the end.

        Raises:
            SoundError: when they cannot be had.
        """
        ...

    def seek(self, frame: int) -> None:
        """Go on from there. What lies beyond the end is the end."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


def no_samples(channels: int) -> Samples:
    """None at all."""
    import numpy as np

    return np.zeros((0, channels), np.float32)


class Converted:
    """Another reader at another rate, with other channels.

    Args:
        inner: is closed with this one.
        rate: in Hz.
        channels: wanted.
    """

    def __init__(self, inner: Reader, rate: int, channels: int) -> None:
        self.rate = rate
        self.channels = channels
        self._inner = inner
        self._resampler: Resampler | None = None
        self._pending: list[Samples] = []
        self._ended = False

    @property
    def frames(self) -> int:
        """How many there are at this rate."""
        return round(self._inner.frames * self.rate / self._inner.rate)

    def read(self, count: int) -> Samples | None:
        """See `Reader`."""
        import numpy as np

        have = sum(len(block) for block in self._pending)
        while have < count and not self._ended:
            block = self._converted()
            if block is None:
                break
            if len(block):
                self._pending.append(block)
                have += len(block)
        if not have:
            return None if self._ended else no_samples(self.channels)
        joined = self._pending[0] if len(self._pending) == 1 else np.concatenate(self._pending)
        self._pending = [joined[count:]] if have > count else []
        return joined[:count]

    def _converted(self) -> Samples | None:
        """Another block, perhaps an empty one; None when more has to arrive first."""
        if self._resampler is None:
            self._resampler = Resampler(self._inner.rate, self.rate, self.channels)
        block = self._inner.read(_BLOCK)
        if block is None:
            self._ended = True
            return self._resampler.end()
        return self._resampler.feed(as_channels(block, self.channels)) if len(block) else None

    def seek(self, frame: int) -> None:
        """See `Reader`."""
        self._inner.seek(round(max(0, frame) * self._inner.rate / self.rate))
        self._resampler, self._pending, self._ended = None, [], False

    def close(self) -> None:
        """See `Reader`."""
        self._inner.close()


def as_channels(samples: Samples, channels: int) -> Samples:
    """In so many channels. More than two become the mean of all: no voice may be lost."""
    if samples.shape[1] > 2 and samples.shape[1] != channels:
        samples = mixed(samples, 1)
    return mixed(samples, channels)


class Chain:
    """Several readers, one after the other, of one rate and one number of channels.

    Args:
        parts: at least one.
    """

    def __init__(self, parts: Sequence[Reader]) -> None:
        self.rate = parts[0].rate
        self.channels = parts[0].channels
        self._parts = [self._alike(part) for part in parts]
        self._starts = [0]
        for part in self._parts:
            self._starts.append(self._starts[-1] + part.frames)
        self._at = 0

    def _alike(self, part: Reader) -> Reader:
        same = (part.rate, part.channels) == (self.rate, self.channels)
        return part if same else Converted(part, self.rate, self.channels)

    @property
    def frames(self) -> int:
        """Of all of them."""
        return self._starts[-1]

    def read(self, count: int) -> Samples | None:
        """See `Reader`."""
        while self._at < len(self._parts):
            block = self._parts[self._at].read(count)
            if block is not None:
                return block
            self._at += 1
            if self._at < len(self._parts):
                self._parts[self._at].seek(0)
        return None

    def seek(self, frame: int) -> None:
        """See `Reader`."""
        self._at = min(bisect_right(self._starts, max(0, frame)) - 1, len(self._parts) - 1)
        self._parts[self._at].seek(max(0, frame) - self._starts[self._at])

    def close(self) -> None:
        """See `Reader`."""
        for part in self._parts:
            part.close()
