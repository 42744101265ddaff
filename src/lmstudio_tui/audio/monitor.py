"""The level of a microphone, without a recording."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from lmstudio_tui.audio.levels import COLUMNS_A_SECOND, Levels, decibels
from lmstudio_tui.audio.resampling import mixed
from lmstudio_tui.audio.values import DeviceLostError, RecorderState

if TYPE_CHECKING:
    from lmstudio_tui.audio.capture import Capture

_TICK_S: Final = 0.25
_LOST_TICKS: Final = 20
_END_S: Final = 2.0


class Monitor:
    """Measures what a device hears, in a thread of its own.

    Args:
        capture: the open device; it is closed at the end.
    """

    def __init__(self, capture: Capture) -> None:
        self.key = capture.key
        self._capture = capture
        self._levels = Levels(capture.rate)
        self._ending = False
        self.state = RecorderState(device=capture.device.name, device_rate=capture.rate)
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)
        self._thread.start()

    def release(self, key: str, channels: int) -> Capture | None:
        """End, and hand over the open device if it is this one, still alive, and has so many channels."""
        self._end()
        capture = self._capture
        fits = key in (capture.key, capture.device.key) and channels <= max(capture.channels, capture.wanted)
        if not (fits and capture.alive):
            capture.close()
            return None
        capture.forget()
        return capture

    def close(self) -> None:
        """End, and let go of the device."""
        self._end()
        self._capture.close()

    def _end(self) -> None:
        self._ending = True
        self._capture.wake()
        self._thread.join(_END_S)

    def _run(self) -> None:
        silent_ticks = 0
        while not self._ending:
            block = self._capture.take(_TICK_S)
            if block is not None:
                silent_ticks = 0
                self._levels.feed(mixed(block.samples, 1))
                self.state = self._told()
                continue
            silent_ticks += 1
            if not self._ending and (silent_ticks >= _LOST_TICKS or not self._capture.alive):
                name = self._capture.device.name
                self.state = RecorderState(
                    device=name,
                    problem=DeviceLostError(f"The microphone “{name}” went away.", "Choose another device."),
                )
                return

    def _told(self) -> RecorderState:
        latest = self._levels.last(COLUMNS_A_SECOND)
        return RecorderState(
            peak_db=decibels(latest[-1].peak if latest else 0.0),
            rms_db=decibels(latest[-1].rms if latest else 0.0),
            clipped=any(column.clipped for column in latest),
            device=self._capture.device.name,
            device_rate=self._capture.rate,
        )
