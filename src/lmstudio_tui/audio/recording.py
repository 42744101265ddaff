"""One recording, from the first block to the file that is ready."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lmstudio_tui.audio.levels import COLUMNS_A_SECOND, Levels, decibels, fraction
from lmstudio_tui.audio.resampling import Resampler, mixed, to_int16
from lmstudio_tui.audio.trimming import trim_silence
from lmstudio_tui.audio.values import (
    QUIETEST_DB,
    AudioFormatError,
    DeviceLostError,
    DeviceRefusedError,
    Recorded,
    RecorderState,
    SoundError,
)
from lmstudio_tui.audio.wavfile import WavWriter

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.audio.capture import Block, Capture
    from lmstudio_tui.audio.levels import Column
    from lmstudio_tui.audio.resampling import Samples
    from lmstudio_tui.audio.values import EndedBy, RecordingOptions

_TICK_S: Final = 0.25
_LOST_TICKS: Final = 8
"""Two seconds in which this thread ran and nothing came. Not by a clock: the whole program may have been stopped."""
_FIRST_TICKS: Final = 20
"""A device may take longer until the first sound."""
_FADE_S: Final = 0.005
"""Over which a pause begins and ends, so that it does not click."""
_LINGER_S: Final = 0.25
"""How long what was said before `stop` may be on its way, at most."""
_HEARD_COLUMNS: Final = 2
"""As many tenths of a second above silence count as something that was heard; a click of the mouse is shorter."""


class Recording:
    """Takes what a device hears and writes it, in a thread of its own, until it is ended or ends by itself.

    Args:
        path: of the file.
        options: how.
        capture: the open device; it is closed at the end.

    Raises:
        OSError: when the file cannot be written.
    """

    def __init__(self, path: Path, options: RecordingOptions, capture: Capture) -> None:
        self.path = path
        self._options = options
        self._capture = capture
        self._writer = WavWriter(path, options.sample_rate, options.channels)
        self._resampler = Resampler(capture.rate, options.sample_rate, options.channels)
        self._room = round(options.limit_s * options.sample_rate)
        self._live = Levels(capture.rate)
        self.levels = Levels(options.sample_rate)
        self._held = False
        self._heard_columns = 0
        self._quiet_columns = 0
        self._stop_at: float | None = None
        self._dropped = False
        self._hurry = False
        self._state = RecorderState("opening", device=capture.device.name, device_rate=capture.rate)
        self.recorded: Recorded | None = None
        self.begun = threading.Event()
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    @property
    def state(self) -> RecorderState:
        """How far it is."""
        state = self._state
        return replace(state, phase="paused") if state.phase == "recording" and self._capture.held else state

    def hold(self, held: bool) -> None:
        """Pause, or go on."""
        self._capture.held = held

    def end(self, *, hurry: bool = False) -> None:
        """Ask it to end; `ended` tells when it has.

        Args:
            hurry: not to wait for what was said just before, and to leave silence in.
        """
        self._hurry = hurry
        wait = 0.0 if hurry or self._capture.held else min(_LINGER_S, self._capture.latency_s)
        self._stop_at = time.monotonic() + wait
        if not wait:
            self._capture.wake()

    def drop(self) -> None:
        """Ask it to end, and to remove the file."""
        self._dropped = True
        self.end(hurry=True)

    def _run(self) -> None:
        ended_by, problem = self._record()
        try:
            self._finish(ended_by, problem)
        finally:
            self._capture.close()
            self.begun.set()
            self.ended.set()

    def _record(self) -> tuple[EndedBy, SoundError | None]:
        """Until something ends it: what that was."""
        silent_ticks = 0
        while True:
            if self._stop_at is not None and time.monotonic() >= self._stop_at:
                return "user", None
            block = self._capture.take(_TICK_S if self._stop_at is None else 0.05)
            if block is None:
                silent_ticks += 1
                lost = self._lost(silent_ticks)
                if lost is not None and self._stop_at is None:
                    return "loss", lost
                continue
            silent_ticks = 0
            if not self.begun.is_set():
                self._state = replace(self._state, phase="recording")
                self.begun.set()
            try:
                ended_by = self._take(block)
            except OSError as error:
                return "disk", disk_problem(error, self.path)
            if ended_by:
                return ended_by, None

    def _lost(self, ticks: int) -> SoundError | None:
        name = self._capture.device.name
        if not self.begun.is_set():
            if self._capture.alive and ticks < _FIRST_TICKS:
                return None
            return DeviceRefusedError(
                f"The microphone “{name}” was opened, but gives no sound.",
                "Choose another device, or plug it in again.",
            )
        if self._capture.alive and ticks < _LOST_TICKS:
            return None
        return DeviceLostError(
            f"The microphone “{name}” went away in the middle.",
            "Plug it in again, or choose another device.",
        )

    def _take(self, block: Block) -> EndedBy:
        """Measure and write one block; why the recording is over with it, if it is."""
        self._live.feed(mixed(block.samples, 1))
        kept = self._without_pauses(block)
        columns = self._write(self._resampler.feed(mixed(kept, self._options.channels))) if len(kept) else ()
        self._tell()
        if self._room <= 0:
            return "limit"
        return "silence" if any(self._silent_since(column) for column in columns) else ""

    def _without_pauses(self, block: Block) -> Samples:
        """What of a block belongs into the recording, faded where a pause begins or ends."""
        import numpy as np

        before, self._held = self._held, block.held
        if block.held and before:
            return block.samples[:0]
        if block.held == before:
            return block.samples
        frames = min(len(block.samples), round(_FADE_S * self._capture.rate))
        ramp = np.linspace(0.0, 1.0, frames, dtype=np.float32)[:, None]
        if block.held:
            return block.samples[:frames] * ramp[::-1]
        return np.concatenate((block.samples[:frames] * ramp, block.samples[frames:]))

    def _write(self, samples: Samples) -> tuple[Column, ...]:
        samples = samples[: self._room]
        if not len(samples):
            return ()
        self._writer.write(to_int16(samples).astype("<i2").tobytes())
        self._room -= len(samples)
        return self.levels.feed(samples)

    def _tell(self) -> None:
        latest = self._live.last(COLUMNS_A_SECOND)
        level = latest[-1] if latest else None
        self._state = replace(
            self._state,
            elapsed_s=self._writer.frames / self._options.sample_rate,
            peak_db=decibels(level.peak if level else 0.0),
            rms_db=decibels(level.rms if level else 0.0),
            clipped=any(column.clipped for column in latest),
        )

    def _silent_since(self, column: Column) -> bool:
        """Whether there was silence for long enough, after something was heard."""
        patience = self._options.stop_after_silence_s
        if column.rms >= fraction(self._options.silence_db):
            self._heard_columns += 1
            self._quiet_columns = 0
        else:
            self._quiet_columns += 1
        return (
            patience is not None
            and self._heard_columns >= _HEARD_COLUMNS
            and self._quiet_columns >= patience * COLUMNS_A_SECOND
        )

    def _finish(self, ended_by: EndedBy, problem: SoundError | None) -> None:
        """The rest of the sound, the header, the silence; then what came of it."""
        rest = self._resampler.end()
        if ended_by != "disk":
            try:
                self._write(rest)
            except OSError as error:
                ended_by, problem = "disk", disk_problem(error, self.path)
        try:
            self._writer.close()
        except OSError as error:
            ended_by, problem = "disk", problem or disk_problem(error, self.path)
        frames = self._writer.frames
        if self._dropped or (problem is not None and not frames):
            _remove(self.path)
            self._state = replace(self._state, phase="idle" if self._dropped else "failed", problem=problem)
            return
        trimmed_s = self._trimmed() if self._options.trim_silence and not (problem or self._hurry) else 0.0
        self.recorded = Recorded(
            self.path,
            duration_s=max(0.0, frames / self._options.sample_rate - trimmed_s),
            sample_rate=self._options.sample_rate,
            channels=self._options.channels,
            peak_db=decibels(self.levels.peak_of_all()),
            trimmed_s=trimmed_s,
            ended_by=ended_by,
            problem=problem,
        )
        self._state = replace(
            self._state,
            phase="done",
            elapsed_s=frames / self._options.sample_rate,
            ended_by=ended_by,
            problem=problem,
            peak_db=QUIETEST_DB,
            rms_db=QUIETEST_DB,
            clipped=False,
        )

    def _trimmed(self) -> float:
        try:
            return trim_silence(self.path, self._options.silence_db)
        except (OSError, AudioFormatError):  # There is no room for a second file: it stays as it is.
            return 0.0


def disk_problem(error: OSError, path: Path) -> SoundError:
    """Why a recording cannot be written, or written on."""
    reason = (error.strerror or str(error)).lower()
    return SoundError(
        f"The recording cannot be written to {path.parent}: {reason}.", "Make room there, or record to another folder."
    )


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
