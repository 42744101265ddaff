"""A microphone that is open: what it hears comes out in blocks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.audio.opening import first_taken, open_place
from lmstudio_tui.audio.portaudio import close_stream, open_stream

if TYPE_CHECKING:
    from lmstudio_tui.audio.devices import Place
    from lmstudio_tui.audio.resampling import Samples
    from lmstudio_tui.audio.values import Device

_LATENCY_S: Final = 0.2
"""So long may the callback wait for the interpreter before anything is lost."""
_USUAL_RATES: Final = (48_000, 44_100, 16_000)


@dataclass(frozen=True, slots=True)
class Block:
    """What was heard in a twentieth of a second or so.

    Attributes:
        samples: as the device gives them.
        held: whether the recording was paused then.
    """

    samples: Samples
    held: bool


class Capture:
    """Opens a device at its own rate, or at one it takes. Takes a while: make it in a thread.

    Args:
        key: of the device; empty for the default one.
        channels: wanted; it may give another number.

    Raises:
        SoundError: when it cannot be opened.
    """

    def __init__(self, key: str, channels: int) -> None:
        self.key = key
        self.wanted = channels
        self.held = False
        self._queue: SimpleQueue[tuple[bytes, bool] | None] = SimpleQueue()
        self.device: Device
        self._stream: Any = open_stream(
            lambda sounddevice: open_place(sounddevice, key, "input", lambda place: self._open(sounddevice, place))
        )
        self.rate = round(float(self._stream.samplerate))
        self.channels = int(self._stream.channels)
        self.latency_s = float(self._stream.latency)

    @property
    def alive(self) -> bool:
        """Whether the device still gives something, as far as PortAudio knows."""
        return bool(self._stream.active)

    def take(self, patience_s: float) -> Block | None:
        """The next block; None when none came, or after `wake`."""
        import numpy as np

        try:
            item = self._queue.get(timeout=patience_s)
        except Empty:
            return None
        if item is None:
            return None
        data, held = item
        return Block(np.frombuffer(data, dtype=np.float32).reshape(-1, self.channels), held)

    def wake(self) -> None:
        """Let `take` return at once."""
        self._queue.put(None)

    def forget(self) -> None:
        """Leave out what was heard until now and not taken."""
        with suppress(Empty):
            while True:
                self._queue.get_nowait()

    def close(self) -> None:
        """Let go of the device; nobody waits until that is done."""
        close_stream(self._stream, patience_s=0)

    def _heard(self, data: Any, *_: Any) -> None:
        """In PortAudio's own thread: no more than a copy."""
        self._queue.put((bytes(data), self.held))

    def _open(self, sounddevice: Any, place: Place) -> Any:
        """Try its own rate first, then the usual ones."""
        device = self.device = place.device

        def opened(rate: int, channels: int) -> Any:
            return sounddevice.RawInputStream(
                samplerate=rate,
                channels=channels,
                dtype="float32",
                device=place.index,
                latency=_LATENCY_S,
                callback=self._heard,
            )

        # Two, where there are two: the voice may be in one of them only.
        counts = (min(device.inputs, max(2, self.wanted)), 1, device.inputs)
        rates = (round(device.sample_rate), *_USUAL_RATES)
        return first_taken(sounddevice, f"The device “{device.name}”", rates, counts, opened)
