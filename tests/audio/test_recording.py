"""What a recording does with what it hears, without a device."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from audio_parts import FakeCapture, near, read_wav, seconds_of, silence, tone

from lmstudio_tui.audio import recording as recording_module
from lmstudio_tui.audio.capture import Capture
from lmstudio_tui.audio.recording import Recording
from lmstudio_tui.audio.values import DeviceLostError, DeviceRefusedError, Recorded, RecordingOptions
from waiting import until


@pytest.fixture
def mic() -> Iterator[FakeCapture]:
    capture = FakeCapture()
    yield capture
    assert capture.closed.wait(30), "the device is let go of"


def record(path: Path, mic: FakeCapture, options: RecordingOptions | None = None) -> Recording:
    return Recording(path / "a.wav", options or RecordingOptions(), cast("Capture", mic))


def ended(recording: Recording) -> Recorded:
    assert recording.ended.wait(60)
    assert recording.recorded is not None
    return recording.recorded


def stopped(recording: Recording, seconds: float) -> Recorded:
    until(lambda: recording.state.elapsed_s >= seconds - 1e-6)
    recording.end()
    return ended(recording)


def test_what_is_heard_is_in_the_file(tmp_path: Path, mic: FakeCapture) -> None:
    recording = record(tmp_path, mic)
    assert recording.state.phase == "opening"
    mic.hear(tone(1.5))
    assert recording.begun.wait(60)
    assert recording.state.phase == "recording"
    recorded = stopped(recording, 1.5)
    assert near(recorded.peak_db, -6.02, 0.05)
    assert recorded == Recorded(tmp_path / "a.wav", 1.5, 16_000, 1, recorded.peak_db, 0.0, "user")
    state = recording.state
    assert (state.phase, state.ended_by, state.elapsed_s, state.device) == ("done", "user", 1.5, "mic")
    samples, _ = read_wav(tmp_path / "a.wav")
    assert np.abs(samples - tone(1.5)[:, 0]).max() <= 0.5 / 32_768
    assert [round(column.peak, 1) for column in recording.levels.last(99)] == [0.5] * 15


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_stereo_of_any_rate_becomes_mono_of_16_khz(tmp_path: Path, rate: int) -> None:
    mic = FakeCapture(rate, 2)
    recording = record(tmp_path, mic)
    mic.hear(np.hstack((tone(1.0, rate=rate, loud=0.8), np.zeros((rate, 1), dtype=np.float32))))
    recorded = stopped(recording, 0.97)
    assert near(recorded.duration_s, 1.0, 0.001)
    samples, file_rate = read_wav(tmp_path / "a.wav")
    assert file_rate == 16_000
    assert np.abs(samples[400:-400] - tone(1.0, loud=0.4)[400 : len(samples) - 400, 0]).max() < 2e-3


def test_levels_are_those_of_now(tmp_path: Path, mic: FakeCapture) -> None:
    recording = record(tmp_path, mic)
    mic.hear(tone(0.2, loud=1.0))
    until(lambda: recording.state.elapsed_s > 0.19)
    assert near(recording.state.peak_db, 0.0, 0.1)
    assert near(recording.state.rms_db, -3.0, 0.1)
    assert recording.state.clipped
    mic.hear(tone(1.2, loud=0.01))
    until(lambda: recording.state.elapsed_s > 1.39)
    assert near(recording.state.peak_db, -40.0, 0.1)
    assert not recording.state.clipped
    recording.end()
    ended(recording)


def test_a_pause_is_left_out_without_a_click(tmp_path: Path, mic: FakeCapture) -> None:
    recording = record(tmp_path, mic)
    mic.hear(np.full((16_000, 1), 0.5, dtype=np.float32))
    until(lambda: recording.state.elapsed_s >= 1)
    recording.hold(True)
    assert recording.state.phase == "paused"
    mic.hear(np.full((32_000, 1), 0.9, dtype=np.float32))
    until(lambda: recording.state.peak_db > -1)
    assert near(recording.state.elapsed_s, 1.005)
    recording.hold(False)
    assert recording.state.phase == "recording"
    mic.hear(np.full((16_000, 1), 0.5, dtype=np.float32))
    recorded = stopped(recording, 2)
    assert near(recorded.duration_s, 2.005)
    samples, _ = read_wav(tmp_path / "a.wav")
    # Without the fades it would jump by 0.4 within one sample.
    assert np.abs(np.diff(samples[100:-100])).max() < 0.5


def test_it_can_be_ended_while_it_is_paused(tmp_path: Path, mic: FakeCapture) -> None:
    recording = record(tmp_path, mic)
    mic.hear(tone(0.5))
    until(lambda: recording.state.elapsed_s >= 0.5)
    recording.hold(True)
    recording.end()
    assert ended(recording).duration_s == 0.5


def test_a_limit_is_kept_to_the_sample(tmp_path: Path, mic: FakeCapture) -> None:
    recording = record(tmp_path, mic, RecordingOptions(limit_s=1.2345))
    mic.hear(tone(3.0))
    recorded = ended(recording)
    assert (recorded.ended_by, recorded.problem) == ("limit", None)
    assert recorded.duration_s == seconds_of(tmp_path / "a.wav") == 19_752 / 16_000
    assert recording.state.ended_by == "limit"


def test_silence_ends_it_once_something_was_heard(tmp_path: Path, mic: FakeCapture) -> None:
    recording = record(tmp_path, mic, RecordingOptions(stop_after_silence_s=1.0, trim_silence=True))
    click = tone(0.01, loud=0.9)
    mic.hear(np.concatenate((silence(5), click, silence(5), tone(1), silence(0.8), tone(0.5), silence(3))))
    recorded = ended(recording)
    assert recorded.ended_by == "silence"
    # The click is heard when it comes to cutting: better too little than too much.
    assert near(recorded.duration_s, 0.3 + 0.01 + 5 + 1 + 0.8 + 0.5 + 0.3, 0.03)
    assert near(recorded.trimmed_s, 4.7 + 0.7, 0.11)
    assert near(recording.state.elapsed_s, 5 + 0.01 + 5 + 1 + 0.8 + 0.5 + 1.0, 0.11)


def test_silence_alone_never_ends_it(tmp_path: Path, mic: FakeCapture) -> None:
    recording = record(tmp_path, mic, RecordingOptions(stop_after_silence_s=0.5, trim_silence=True))
    mic.hear(silence(20))
    recorded = stopped(recording, 20)
    assert (recorded.ended_by, recorded.duration_s, recorded.trimmed_s) == ("user", 20.0, 0.0)


@pytest.mark.parametrize("dead", [True, False])
def test_a_device_that_goes_away_leaves_what_was_recorded(tmp_path: Path, mic: FakeCapture, dead: bool) -> None:
    """PortAudio says that the stream is over, or just does not call any more."""
    recording = record(tmp_path, mic, RecordingOptions(trim_silence=True))
    mic.hear(np.concatenate((silence(1), tone(1))))
    until(lambda: recording.state.elapsed_s >= 2)
    mic.alive = not dead
    recorded = ended(recording)
    assert recorded.ended_by == recording.state.ended_by == "loss"
    assert isinstance(recorded.problem, DeviceLostError)
    assert recorded.problem is recording.state.problem
    assert "“mic” went away" in recorded.problem.message
    assert recording.state.phase == "done"
    assert recorded.duration_s == seconds_of(tmp_path / "a.wav") == 2.0


@pytest.mark.parametrize("dead", [True, False])
def test_a_device_that_gives_nothing_at_all(tmp_path: Path, mic: FakeCapture, dead: bool) -> None:
    mic.alive = not dead
    recording = record(tmp_path, mic)
    assert recording.ended.wait(60)
    assert recording.begun.is_set()
    assert recording.recorded is None
    assert recording.state.phase == "failed"
    assert isinstance(recording.state.problem, DeviceRefusedError)
    assert not (tmp_path / "a.wav").exists()


@pytest.mark.parametrize("when", ["write", "close"])
def test_a_full_disk_leaves_what_was_recorded(
    tmp_path: Path, mic: FakeCapture, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    class Full(recording_module.WavWriter):
        def write(self, data: bytes) -> None:
            if when == "write" and self.frames > 10_000:
                raise OSError(errno.ENOSPC, "No space left on device")
            super().write(data)

        def close(self) -> None:
            super().close()
            if when == "close":
                raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(recording_module, "WavWriter", Full)
    recording = record(tmp_path, mic, RecordingOptions(limit_s=2, trim_silence=True))
    mic.hear(tone(3))
    recorded = ended(recording)
    assert recorded.ended_by == "disk"
    assert recorded.problem is not None
    assert recorded.problem.message == f"The recording cannot be written to {tmp_path}: no space left on device."
    assert 0.6 < recorded.duration_s == seconds_of(tmp_path / "a.wav")


def test_nothing_of_a_dropped_one_is_left(tmp_path: Path, mic: FakeCapture) -> None:
    recording = record(tmp_path, mic)
    mic.hear(tone(1))
    until(lambda: recording.state.elapsed_s >= 1)
    recording.drop()
    assert recording.ended.wait(60)
    assert recording.recorded is None
    assert recording.state.phase == "idle"
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_ended_before_anything_was_heard(tmp_path: Path, mic: FakeCapture) -> None:
    recording = record(tmp_path, mic)
    recording.end()
    recorded = ended(recording)
    assert (recorded.duration_s, recorded.problem) == (0.0, None)
    assert seconds_of(tmp_path / "a.wav") == 0.0


def test_a_file_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        record(tmp_path / "missing", FakeCapture())
