"""Recording from a real device: a voice that comes out of a sound server's microphone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from audio_parts import likeness, near, seconds_of

from lmstudio_tui.audio.devices import devices, find_device
from lmstudio_tui.audio.portaudio import ask
from lmstudio_tui.audio.recorder import Recorder
from lmstudio_tui.audio.sound import Sound
from lmstudio_tui.audio.values import (
    DeviceLostError,
    DeviceRefusedError,
    NoDeviceError,
    RecorderState,
    RecordingOptions,
    SoundError,
)
from sound_server import SoundServer, say
from waiting import until

WORDS = "The quick brown fox jumps over the lazy dog."


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few seconds of somebody who speaks."""
    return tmp_path_factory.mktemp("voice") / "voice.wav"


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.close()


def spoken(voice: Path) -> Path:
    return voice if voice.exists() else say(WORDS, voice)


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (48_000, 2)])
def test_a_voice_is_recorded_as_it_was(
    sound_server: SoundServer, recorder: Recorder, voice: Path, tmp_path: Path, rate: int, channels: int
) -> None:
    path = tmp_path / "a.wav"
    recorder.start(path, RecordingOptions(sample_rate=rate, channels=channels))
    assert (recorder.state.phase, recorder.state.device) == ("recording", "default")
    before = time.monotonic()
    sound_server.say_into_mic(spoken(voice))
    took = time.monotonic() - before
    assert max(recorder.waveform(50)) > 0.2
    assert 0 < len(recorder.waveform(3)) <= 3
    recorded = recorder.stop()
    assert recorder.state.phase == "done"
    assert recorder.stop() is recorded
    assert recorded.problem is None
    assert (recorded.sample_rate, recorded.channels) == (rate, channels)
    assert near(recorded.duration_s, seconds_of(path))
    assert recorded.duration_s > took - 0.3
    assert likeness(voice, path) > 0.95


@pytest.mark.parametrize(("takes_rate", "takes_channels"), [(44_100, 1), (16_000, 2)])
def test_a_device_that_takes_one_rate_only(
    sound_server: SoundServer,
    recorder: Recorder,
    voice: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    takes_rate: int,
    takes_channels: int,
) -> None:
    sounddevice: Any = import_module("sounddevice")
    real: Any = sounddevice.RawInputStream

    def choosy(**wanted: Any) -> Any:
        if wanted["samplerate"] != takes_rate:
            raise sounddevice.PortAudioError("Error opening RawInputStream: Invalid sample rate", -9997)
        if wanted["channels"] != takes_channels:
            raise sounddevice.PortAudioError("Error opening RawInputStream: Invalid number of channels", -9998)
        return real(**wanted)

    monkeypatch.setattr(sounddevice, "RawInputStream", choosy)
    recorder.start(tmp_path / "a.wav", RecordingOptions())
    assert recorder.state.device_rate == takes_rate
    sound_server.say_into_mic(spoken(voice))
    assert recorder.stop().sample_rate == 16_000
    assert likeness(voice, tmp_path / "a.wav") > 0.95


def test_a_device_that_takes_nothing(
    sound_server: SoundServer, recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounddevice: Any = import_module("sounddevice")

    def refuse(**_: Any) -> Any:
        raise sounddevice.PortAudioError("Error opening RawInputStream: Invalid sample rate", -9997)

    monkeypatch.setattr(sounddevice, "RawInputStream", refuse)
    with pytest.raises(DeviceRefusedError, match=r"“default” refuses every sample rate .* 48000, 44100, 16000 Hz"):
        recorder.start(tmp_path / "a.wav", RecordingOptions())
    state = recorder.state
    assert state.phase == "failed"
    assert isinstance(state.problem, DeviceRefusedError)
    with pytest.raises(DeviceRefusedError):
        recorder.stop()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("raised", "told"),
    [(ValueError("no such thing"), SoundError), (KeyError("_lib"), SoundError), (TypeError(), TypeError)],
)
def test_a_mistake_of_ours_is_not_taken_for_a_device_that_does_not_work(
    sound_server: SoundServer, raised: Exception, told: type[Exception]
) -> None:
    def job(_: Any) -> None:
        raise raised

    with pytest.raises(told):
        ask(job)
    assert devices(), "and PortAudio's thread goes on"


def test_a_device_that_is_busy(
    sound_server: SoundServer, recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounddevice: Any = import_module("sounddevice")

    def busy(**_: Any) -> Any:
        raise sounddevice.PortAudioError("Error opening RawInputStream: Device unavailable", -9985)

    monkeypatch.setattr(sounddevice, "RawInputStream", busy)
    with pytest.raises(DeviceRefusedError, match="another program may be using it"):
        recorder.start(tmp_path / "a.wav", RecordingOptions())


def test_what_is_said_in_a_pause_is_left_out(
    sound_server: SoundServer, recorder: Recorder, voice: Path, tmp_path: Path
) -> None:
    recorder.start(tmp_path / "a.wav", RecordingOptions())
    sound_server.say_into_mic(spoken(voice))
    recorder.pause()
    assert recorder.state.phase == "paused"
    # What was on its way when the pause began is still recorded.
    until(lambda: recorder.state.peak_db < -60)
    before = recorder.state.elapsed_s
    playing = sound_server.say_into_mic(voice, wait=False)
    until(lambda: recorder.state.peak_db > -30)
    assert playing.wait(60) == 0
    assert recorder.state.elapsed_s - before < 0.5, "no more than what was on its way"
    recorder.resume()
    until(lambda: recorder.state.elapsed_s > before + 0.2)
    recorded = recorder.stop()
    assert recorded.duration_s < 2 * seconds_of(voice)
    assert likeness(voice, tmp_path / "a.wav") > 0.95


def test_it_ends_by_itself_after_silence_and_is_trimmed(
    sound_server: SoundServer, recorder: Recorder, voice: Path, tmp_path: Path
) -> None:
    recorder.start(tmp_path / "a.wav", RecordingOptions(stop_after_silence_s=1.0, trim_silence=True))
    until(lambda: recorder.state.elapsed_s > 1.2)
    sound_server.say_into_mic(spoken(voice))
    until(lambda: recorder.state.phase == "done")
    recorded = recorder.stop()
    assert recorded.ended_by == "silence"
    assert recorded.trimmed_s > 0.8
    assert likeness(voice, tmp_path / "a.wav") > 0.95


def test_a_limit_ends_it(sound_server: SoundServer, recorder: Recorder, tmp_path: Path) -> None:
    recorder.start(tmp_path / "a.wav", RecordingOptions(limit_s=0.5))
    until(lambda: recorder.state.phase == "done")
    assert recorder.stop().ended_by == "limit"
    assert seconds_of(tmp_path / "a.wav") == 0.5


def test_discarding_removes_the_file(sound_server: SoundServer, recorder: Recorder, tmp_path: Path) -> None:
    for ended_before in (False, True):
        recorder.start(tmp_path / "a.wav", RecordingOptions())
        if ended_before:
            recorder.stop()
        recorder.discard()
        assert list(tmp_path.iterdir()) == []
        assert recorder.state == RecorderState()
    recorder.discard()
    with pytest.raises(SoundError, match="Nothing is being recorded"):
        recorder.stop()


def test_one_recording_at_a_time(sound_server: SoundServer, recorder: Recorder, tmp_path: Path) -> None:
    recorder.start(tmp_path / "a.wav", RecordingOptions())
    with pytest.raises(SoundError, match="running already"):
        recorder.start(tmp_path / "b.wav", RecordingOptions())
    assert recorder.state.phase == "recording"
    recorder.stop()
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


def test_one_can_be_stopped_while_it_opens(own_sound_server: SoundServer, recorder: Recorder, tmp_path: Path) -> None:
    own_sound_server.doze()
    starting = threading.Thread(target=recorder.start, args=(tmp_path / "a.wav", RecordingOptions()))
    starting.start()
    until(lambda: recorder.state.phase != "idle")
    recorder.stop()
    starting.join(30)
    assert recorder.state.phase == "done"
    assert seconds_of(tmp_path / "a.wav") < 2


def test_levels_without_a_recording(sound_server: SoundServer, recorder: Recorder, voice: Path, tmp_path: Path) -> None:
    recorder.monitor()
    assert recorder.state.phase == "idle"
    playing = sound_server.say_into_mic(spoken(voice), wait=False)
    until(lambda: recorder.state.peak_db > -20)
    assert recorder.state.rms_db < recorder.state.peak_db
    assert playing.wait(60) == 0
    until(lambda: recorder.state.peak_db == RecorderState().peak_db)
    # The device stays open when a recording of it begins.
    recorder.start(tmp_path / "a.wav", RecordingOptions())
    recorder.monitor()
    sound_server.say_into_mic(voice)
    recorder.stop()
    assert likeness(voice, tmp_path / "a.wav") > 0.95
    recorder.monitor("ALSA: default")
    assert recorder.state.phase == "idle"
    recorder.unmonitor()
    recorder.unmonitor()
    assert recorder.state.phase == "done"


def test_another_device_is_opened_anew(sound_server: SoundServer, recorder: Recorder, tmp_path: Path) -> None:
    recorder.monitor("ALSA: default")
    recorder.start(tmp_path / "a.wav", RecordingOptions(device="ALSA: pulse"))
    assert recorder.state.device == "pulse"
    recorder.stop()


def test_devices_are_listed(sound_server: SoundServer) -> None:
    found = devices()
    assert found[0].key == "ALSA: default"
    assert found[0].default_input
    assert found[0].default_output
    assert found[0].inputs > 0
    assert len({device.key for device in found}) == len(found)
    assert find_device("", "input") == find_device("ALSA: default", "output") == found[0]


def test_a_device_that_is_not_there(sound_server: SoundServer, recorder: Recorder, tmp_path: Path) -> None:
    with pytest.raises(NoDeviceError, match="The microphone “USB thing” is not there"):
        recorder.start(tmp_path / "a.wav", RecordingOptions(device="ALSA: USB thing"))
    with pytest.raises(NoDeviceError, match="The loudspeaker “Boom” is not there"):
        find_device("Core Audio: Boom", "output")
    assert list(tmp_path.iterdir()) == []


def test_a_sound_server_that_is_killed_in_the_middle(
    own_sound_server: SoundServer, recorder: Recorder, voice: Path, tmp_path: Path
) -> None:
    recorder.start(tmp_path / "a.wav", RecordingOptions())
    own_sound_server.say_into_mic(spoken(voice))
    own_sound_server.kill()
    until(lambda: recorder.state.phase == "done")
    recorded = recorder.stop()
    assert recorded.ended_by == "loss"
    assert isinstance(recorded.problem, DeviceLostError)
    assert likeness(voice, tmp_path / "a.wav") > 0.95
    # There is no device now, and there is one again when the server is back.
    with pytest.raises(NoDeviceError, match="There is no microphone"):
        recorder.start(tmp_path / "b.wav", RecordingOptions())
    assert recorder.state.phase == "failed"
    own_sound_server.start()
    recorder.start(tmp_path / "b.wav", RecordingOptions())
    recorder.stop()


def test_a_microphone_that_is_taken_away(
    own_sound_server: SoundServer, recorder: Recorder, voice: Path, tmp_path: Path
) -> None:
    recorder.start(tmp_path / "a.wav", RecordingOptions())
    own_sound_server.say_into_mic(spoken(voice))
    # The server would give the recording another one if there were any left.
    own_sound_server.control("unload-module", "module-remap-source")
    own_sound_server.control("unload-module", "module-null-sink")
    until(lambda: recorder.state.phase == "done")
    assert recorder.state.ended_by == "loss"
    assert likeness(voice, tmp_path / "a.wav") > 0.95


def test_a_monitored_device_that_goes_away(own_sound_server: SoundServer, recorder: Recorder, tmp_path: Path) -> None:
    recorder.monitor()
    playing = own_sound_server.say_into_mic(say(WORDS, tmp_path / "a.wav"), wait=False)
    until(lambda: recorder.state.peak_db > -30)
    own_sound_server.kill()
    playing.wait(30)
    until(lambda: recorder.state.problem is not None)
    assert isinstance(recorder.state.problem, DeviceLostError)
    assert recorder.state.phase == "idle"


def test_a_folder_that_is_not_there(sound_server: SoundServer, recorder: Recorder, tmp_path: Path) -> None:
    with pytest.raises(SoundError, match=r"cannot be written to .*: no such file or directory"):
        recorder.start(tmp_path / "missing" / "a.wav", RecordingOptions())
    # The device is free again.
    recorder.start(tmp_path / "a.wav", RecordingOptions())
    recorder.stop()


def test_devices_are_looked_for_anew_while_one_is_monitored(own_sound_server: SoundServer, tmp_path: Path) -> None:
    sound = Sound()
    recorder = sound.recorder()
    recorder.monitor("ALSA: pulse")
    # A stream whose device dies before its first sound is one that PortAudio cannot close.
    playing = own_sound_server.say_into_mic(say(WORDS, tmp_path / "a.wav"), wait=False)
    until(lambda: recorder.state.peak_db > -30)
    own_sound_server.kill()
    playing.wait(30)
    assert sound.devices() == ()
    assert recorder.state == RecorderState()
    own_sound_server.start()
    recorder.monitor("ALSA: pulse")
    assert sound.devices()[0].key == "ALSA: default"
    assert recorder.state.device == "pulse"
    until(lambda: recorder.state.device_rate)
    sound.close()
    assert recorder.state == RecorderState()
