"""A loudspeaker that is open: it takes what its mixer has, when it wants it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.audio.devices import place_of
from lmstudio_tui.audio.mixer import Mixer
from lmstudio_tui.audio.port_errors import in_words, is_refusal
from lmstudio_tui.audio.portaudio import close_stream, open_stream, refresh
from lmstudio_tui.audio.values import DeviceRefusedError

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
        self._stream: Any = open_stream(lambda sounddevice: self._open(sounddevice, key))
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
        except Exception:  # noqa: BLE001 - it would be printed to the terminal
            out.fill(0)
            news = True
        if news:
            self._wake()

    def _end(self) -> None:
        self.finished = True
        self._wake()

    def _open(self, sounddevice: Any, key: str) -> Any:
        place = place_of(sounddevice, key, "output")
        try:
            return self._open_place(sounddevice, place)
        except sounddevice.PortAudioError as error:
            # The list may be an old one, in which the number belongs to another device.
            if not refresh(sounddevice):
                raise in_words(error, place.device.name) from error
        place = place_of(sounddevice, key, "output")
        try:
            return self._open_place(sounddevice, place)
        except sounddevice.PortAudioError as error:
            raise in_words(error, place.device.name) from error

    def _open_place(self, sounddevice: Any, place: Place) -> Any:
        """Try its own rate first, then the usual ones.

        Raises:
            DeviceRefusedError: when it takes none of them.
            PortAudioError: when it is something else that is wrong.
        """
        self.device = device = place.device
        refused: Exception | None = None
        rates = dict.fromkeys((round(device.sample_rate), *_USUAL_RATES))
        for rate in rates:
            for channels in dict.fromkeys((min(2, device.outputs), 1, device.outputs)):
                self.mixer = Mixer(rate, channels, self._volume)
                try:
                    return sounddevice.OutputStream(
                        samplerate=rate,
                        channels=channels,
                        dtype="float32",
                        device=place.index,
                        latency=_LATENCY_S,
                        callback=self._play,
                        finished_callback=self._end,
                    )
                except sounddevice.PortAudioError as error:
                    if not is_refusal(error):
                        raise
                    refused = refused or error
        tried = ", ".join(str(rate) for rate in rates)
        raise DeviceRefusedError(
            f"The loudspeaker “{device.name}” refuses every sample rate that was tried: {tried} Hz.",
            "Choose another device.",
        ) from refused
