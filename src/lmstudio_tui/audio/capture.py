"""A microphone that is open: what it hears comes out in blocks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.audio.devices import place_of
from lmstudio_tui.audio.port_errors import in_words, is_refusal
from lmstudio_tui.audio.portaudio import close_stream, open_stream, refresh
from lmstudio_tui.audio.values import DeviceRefusedError

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
        self._stream: Any = open_stream(lambda sounddevice: self._open(sounddevice, key, channels))
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

    def _open(self, sounddevice: Any, key: str, channels: int) -> Any:
        place = place_of(sounddevice, key, "input")
        try:
            return self._open_place(sounddevice, place, channels)
        except sounddevice.PortAudioError as error:
            # The list may be an old one, in which the number belongs to another device.
            if not refresh(sounddevice):
                raise in_words(error, place.device.name) from error
        place = place_of(sounddevice, key, "input")
        try:
            return self._open_place(sounddevice, place, channels)
        except sounddevice.PortAudioError as error:
            raise in_words(error, place.device.name) from error

    def _open_place(self, sounddevice: Any, place: Place, channels: int) -> Any:
        """Try its own rate first, then the usual ones.

        Raises:
            DeviceRefusedError: when it takes none of them.
            PortAudioError: when it is something else that is wrong.
        """
        device = place.device
        self.device = device
        refused: Exception | None = None
        rates = dict.fromkeys((round(device.sample_rate), *_USUAL_RATES))
        # Two, where there are two: the voice may be in one of them only.
        counts = dict.fromkeys((min(device.inputs, max(2, channels)), 1, device.inputs))
        for rate in rates:
            for count in counts:
                try:
                    return sounddevice.RawInputStream(
                        samplerate=rate,
                        channels=count,
                        dtype="float32",
                        device=place.index,
                        latency=_LATENCY_S,
                        callback=self._heard,
                    )
                except sounddevice.PortAudioError as error:
                    if not is_refusal(error):
                        raise
                    refused = refused or error
        tried = ", ".join(str(rate) for rate in rates)
        raise DeviceRefusedError(
            f"The device “{device.name}” refuses every sample rate that was tried: {tried} Hz.",
            "Choose another device.",
        ) from refused
