"""Recording from a microphone into a file."""

from __future__ import annotations

import atexit
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar
from weakref import WeakSet

from lmstudio_tui.audio.capture import Capture
from lmstudio_tui.audio.monitor import Monitor
from lmstudio_tui.audio.recording import Recording, disk_problem
from lmstudio_tui.audio.values import RecorderState, SoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lmstudio_tui.audio.values import Recorded, RecordingOptions

T = TypeVar("T")

_END_S: Final = 30.0
"""How long the end of a recording may take: cutting the silence off a long one on a slow disk."""
_CLOSE_S: Final = 2.0
_EXIT_S: Final = 0.2


class Recorder:
    """Records, one recording at a time. Every method may be called by any thread."""

    def __init__(self) -> None:
        self._devices = threading.RLock()
        """Held while a device is opened or taken away, so that one waits for the other."""
        self._opening: str | None = None
        self._recording: Recording | None = None
        self._monitor: Monitor | None = None
        self._problem: SoundError | None = None
        _recorders.add(self)

    @property
    def state(self) -> RecorderState:
        """How far it is; before a recording, the levels of the device that is monitored."""
        opening, recording, monitor = self._opening, self._recording, self._monitor
        if opening is not None:
            return RecorderState("opening", device=opening)
        if recording is not None and (monitor is None or not recording.ended.is_set()):
            return recording.state
        if monitor is not None:
            return monitor.state
        return RecorderState() if self._problem is None else RecorderState("failed", problem=self._problem)

    def start(self, path: Path, options: RecordingOptions) -> None:
        """Record into a file; returns when sound comes. Blocks while the device is opened: call it in a thread.

        Args:
            path: of the file, made anew.
            options: how.

        Raises:
            PortAudioMissingError: when the library is not there.
            NoDeviceError, DeviceRefusedError: when the device cannot be used.
            SoundError: when a recording runs already, or the file cannot be written.
        """
        with self._devices:
            if self._running is not None:
                raise SoundError("A recording is running already.", "Stop it first.")
            self._opening = options.device.partition(": ")[2]
            self._recording, self._problem = None, None
            try:
                recording = self._recording = self._opened(path, options)
            except SoundError as error:
                self._problem = error
                raise
            finally:
                self._opening = None
        recording.begun.wait()
        if recording.state.phase == "failed" and recording.state.problem is not None:
            raise recording.state.problem

    def pause(self) -> None:
        """Go on hearing, but record nothing."""
        if self._recording is not None:
            self._recording.hold(True)

    def resume(self) -> None:
        """Record again."""
        if self._recording is not None:
            self._recording.hold(False)

    def stop(self) -> Recorded:
        """End the recording, if it has not ended by itself. Blocks a moment: call it in a thread.

        Raises:
            SoundError: when nothing was recorded, and why.
        """
        with self._devices:
            recording, running = self._recording, self._running
        if recording is None:
            raise self._problem or SoundError("Nothing is being recorded.")
        if running is not None:
            running.end()
            running.ended.wait(_END_S)
        if recording.recorded is None:
            raise recording.state.problem or SoundError("Nothing was recorded.")
        return recording.recorded

    def discard(self) -> None:
        """End the recording and remove its file, also when it has ended already."""
        with self._devices:
            recording, running = self._recording, self._running
            if running is not None:
                running.drop()
                running.ended.wait(_END_S)
            elif recording is not None:
                with suppress(OSError):
                    recording.path.unlink(missing_ok=True)
            self._recording, self._problem = None, None

    def waveform(self, columns: int) -> tuple[float, ...]:
        """The peaks of the last tenths of a second that were recorded, 0 to 1, the oldest first.

        Args:
            columns: how many at most.
        """
        recording = self._recording
        return () if recording is None else tuple(column.peak for column in recording.levels.last(columns))

    def monitor(self, device: str = "") -> None:
        """Measure what a device hears, and write nothing; `state` has the levels. Blocks while it is opened.

        While something is recorded, that is measured anyway, and nothing happens.

        Args:
            device: its key; empty for the default one.

        Raises:
            SoundError: as `start`.
        """
        with self._devices:
            if self._running is not None:
                return
            self.unmonitor()
            self._monitor = Monitor(Capture(device, 1))

    def unmonitor(self) -> None:
        """End what `monitor` began."""
        with self._devices:
            monitor, self._monitor = self._monitor, None
            if monitor is not None:
                monitor.close()

    def without_monitor(self, job: Callable[[], T]) -> T:
        """Do something while no device is monitored, and go on with that afterwards, if it is still there."""
        with self._devices:
            monitor = self._monitor
            self.unmonitor()
            try:
                return job()
            finally:
                if monitor is not None:
                    with suppress(SoundError):
                        self.monitor(monitor.key)

    def close(self) -> None:
        """End whatever runs; a recording is kept."""
        self.end(_CLOSE_S)

    def end(self, patience_s: float) -> None:
        """As `close`, but wait so long at most."""
        running = self._running
        if running is not None:
            running.end(hurry=True)
            running.ended.wait(patience_s)
        elif self._devices.acquire(timeout=patience_s):
            try:
                self.unmonitor()
            finally:
                self._devices.release()

    @property
    def _running(self) -> Recording | None:
        """The recording that has not ended."""
        recording = self._recording
        return recording if recording is not None and not recording.ended.is_set() else None

    def _opened(self, path: Path, options: RecordingOptions) -> Recording:
        """A recording that has begun. A device that is monitored goes on without a gap.

        Raises:
            SoundError: when the device cannot be opened, or the file not be written.
        """
        monitor, self._monitor = self._monitor, None
        capture = None if monitor is None else monitor.release(options.device, options.channels)
        capture = capture or Capture(options.device, options.channels)
        try:
            return Recording(path, options, capture)
        except OSError as error:
            capture.close()
            raise disk_problem(error, path) from error


_recorders: WeakSet[Recorder] = WeakSet()


@atexit.register
def _at_exit() -> None:
    for recorder in list(_recorders):
        recorder.end(_EXIT_S)
