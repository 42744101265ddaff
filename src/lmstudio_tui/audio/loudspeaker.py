"""A loudspeaker that is open: it takes what its mixer has, when it wants it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.audio.mixer import Mixer
from lmstudio_tui.audio.opening import first_taken, open_place
from lmstudio_tui.audio.portaudio import close_stream, open_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from lmstudio_tui.audio.devices import Place
    from lmstudio_tui.audio.values import Device

_LATENCY_S: Final = 0.08
"""So much is given to the device beforehand: a pause is heard after it, and the interpreter may be busy as long."""
_LONGEST_LATENCY_S: Final = 5.0
_USUAL_RATES: Final = (48_000, 44_100)


class Loudspeaker:
    """Opens a device at its own rate, or at one it takes. Takes a while: make it in a thread.

    Args:
        key: of the device; empty for the default one.
        volume: of its mixer at the beginning.
        wake: is called, in the device's thread, when something happened; must not wait for anything.

    Attributes:
        device: what it is.
        mixer: where its sound comes from.
        latency_s: how long after it was taken a sample is heard, about.

    Raises:
        SoundError: when it cannot be opened.
    """

    def __init__(self, key: str, volume: float, wake: Callable[[], None]) -> None:
        self.device: Device
        self.mixer: Mixer
        self.finished = False
        self._volume = volume
        self._wake = wake
        self.latency_s = _LATENCY_S
        self._stream: Any = open_stream(
            lambda sounddevice: open_place(sounddevice, key, "output", lambda place: self._open(sounddevice, place))
        )
        self.latency_s = float(self._stream.latency)

    @property
    def alive(self) -> bool:
        """Whether the device still takes something, as far as PortAudio knows."""
        return not self.finished and bool(self._stream.active)

    def close(self) -> None:
        """Let go of the device, at once: what it has not played is lost."""
        close_stream(self._stream)

    def _play(self, out: NDArray[np.float32], _: int, times: Any, __: Any) -> None:
        """In PortAudio's own thread."""
        try:
            ahead_s = float(times.outputBufferDacTime - times.currentTime)
            if not 0 <= ahead_s < _LONGEST_LATENCY_S:
                ahead_s = self.latency_s
            news = self.mixer.mix(out, time.monotonic() + ahead_s)
        except Exception:  # noqa: BLE001 - C calls this: what is raised is printed to the terminal, and ends the stream
            out.fill(0)
            news = True
        if news:
            self._wake()

    def _end(self) -> None:
        self.finished = True
        self._wake()

    def _open(self, sounddevice: Any, place: Place) -> Any:
        """Try its own rate first, then the usual ones."""
        device = self.device = place.device

        def opened(rate: int, channels: int) -> Any:
            self.mixer = Mixer(rate, channels, self._volume)
            return sounddevice.OutputStream(
                samplerate=rate,
                channels=channels,
                dtype="float32",
                device=place.index,
                latency=_LATENCY_S,
                callback=self._play,
                finished_callback=self._end,
            )

        counts = (min(2, device.outputs), 1, device.outputs)
        rates = (round(device.sample_rate), *_USUAL_RATES)
        return first_taken(sounddevice, f"The loudspeaker “{device.name}”", rates, counts, opened)
