"""What recording and playing are told, and what they tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path


class SoundError(Exception):
    """Something about sound that does not work.

    Args:
        message: what happened and why, in a sentence or two.
        hint: the next step, or nothing.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class PortAudioMissingError(SoundError):
    """The library that devices are reached through is not there."""


class NoDeviceError(SoundError):
    """There is no microphone, or no loudspeaker; or not the one that was asked for."""


class DeviceLostError(SoundError):
    """A device went away, or was taken away, in the middle."""


class DeviceRefusedError(SoundError):
    """A device does not do what was asked of it: its rate, its channels, or being opened at all."""


class AudioFormatError(SoundError):
    """A file, or a stream, that is no audio which can be read here."""


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone, a loudspeaker, or both.

    Attributes:
        key: what to ask for it by; stays the same while indexes change.
        name: for people.
        host: what it is reached through, such as `ALSA` or `Core Audio`.
        inputs: channels that can be recorded.
        outputs: channels that can be played.
        sample_rate: in Hz, its own.
        default_input: whether it is the one that records when none is named.
        default_output: as `default_input`, for playing.
    """

    key: str
    name: str
    host: str
    inputs: int
    outputs: int
    sample_rate: float
    default_input: bool = False
    default_output: bool = False


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """How to record.

    Attributes:
        device: the key of one; empty for the default one.
        sample_rate: in Hz, of the file.
        channels: of the file.
        limit_s: it ends by itself after so many seconds.
        stop_after_silence_s: it ends by itself when there was silence for so long, after something was heard; None
            never.
        trim_silence: whether silence at both ends is cut off.
        silence_db: what is quieter counts as silence, in dB below full scale.
    """

    device: str = ""
    sample_rate: int = 16_000
    channels: int = 1
    limit_s: float = 7200.0
    stop_after_silence_s: float | None = None
    trim_silence: bool = False
    silence_db: float = -45.0


RecorderPhase = Literal["idle", "opening", "recording", "paused", "done", "failed"]
EndedBy = Literal["", "user", "limit", "silence", "loss", "disk"]

QUIETEST_DB = -90.0
"""What silence is shown as."""


@dataclass(frozen=True, slots=True)
class RecorderState:
    """How far a recording is.

    Attributes:
        phase: `failed` before anything was recorded; with something recorded it is `done`, and `problem` says why.
        elapsed_s: how much is recorded, without the pauses.
        peak_db: of the last tenth of a second, in dB below full scale; so is the loudness, `rms_db`.
        clipped: whether a sample was at full scale in the last second.
        device: the name of the one in use.
        device_rate: in Hz, what it gives.
        ended_by: why it is over; empty while it is not.
        problem: what went wrong; None when nothing did.
    """

    phase: RecorderPhase = "idle"
    elapsed_s: float = 0.0
    peak_db: float = QUIETEST_DB
    rms_db: float = QUIETEST_DB
    clipped: bool = False
    device: str = ""
    device_rate: int = 0
    ended_by: EndedBy = ""
    problem: SoundError | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording that has ended.

    Attributes:
        path: of the WAV file (16 bits).
        duration_s: of the file.
        sample_rate: in Hz.
        channels: of the file.
        peak_db: the loudest sample.
        trimmed_s: how much silence was cut off.
        ended_by: why it is over.
        problem: what went wrong; None when nothing did.
    """

    path: Path
    duration_s: float
    sample_rate: int
    channels: int
    peak_db: float = QUIETEST_DB
    trimmed_s: float = 0.0
    ended_by: EndedBy = "user"
    problem: SoundError | None = None


PlayerPhase = Literal["idle", "waiting", "playing", "paused", "stalled", "ended", "failed"]


@dataclass(frozen=True, slots=True)
class PlayerState:
    """How far the playing is.

    Attributes:
        phase: `waiting` before the first sound, `stalled` while nothing more has come over the network.
        position_s: what is heard now, from the beginning of the audio.
        duration_s: of all of it; while it still arrives, of what is there so far.
        complete: whether all of it is there.
        first_sound_ms: from `stream` or `play` to the first sound at the device; None before.
        stalls: how often it had to wait for more.
        volume: 1 is as it came.
        device: the name of the one in use.
        problem: what went wrong; None when nothing did.
    """

    phase: PlayerPhase = "idle"
    position_s: float = 0.0
    duration_s: float = 0.0
    complete: bool = False
    first_sound_ms: float | None = None
    stalls: int = 0
    volume: float = 1.0
    device: str = ""
    problem: SoundError | None = None
