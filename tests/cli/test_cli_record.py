"""`record`: from a microphone, which is a virtual one here."""

from __future__ import annotations

import io
import json
import os
import signal
import wave
from pathlib import Path

import pytest
from cli_runs import Run, started
from terminal_runs import Reply, at_terminal

from sound_server import SoundServer, say
from waiting import until


def frames(path: Path) -> tuple[int, int, int]:
    """Rate, channels, and frames of a WAV file."""
    with wave.open(str(path)) as file:
        return file.getframerate(), file.getnchannels(), file.getnframes()


def test_a_second_is_recorded(cli: Run, sound_server: SoundServer, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    done = cli("record", "-o", str(path), "--seconds", "1", "--json")
    assert done.code == 0, done.err
    assert list(done.json) == ["path", "duration_s", "sample_rate", "channels", "peak_db", "trimmed_s", "ended_by"]
    assert (done.json["path"], done.json["ended_by"], done.json["sample_rate"]) == (str(path), "limit", 16_000)
    rate, channels, count = frames(path)
    assert (rate, channels) == (16_000, 1)
    assert abs(count / rate - 1) < 0.2
    refused = cli("record", "-o", str(path), "--seconds", "1")
    assert (refused.code, "--force" in refused.err) == (2, True)
    again = cli("record", "-o", str(path), "--seconds", "0.3", "--rate", "8000", "--force")
    assert (again.code, again.out) == (0, f"{path}\n")
    assert "recorded" in again.err
    assert frames(path)[0] == 8000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_and_keeps_it(sound_server: SoundServer, tmp_path: Path, number: int) -> None:
    path = tmp_path / "a.wav"
    with started("record", "-o", str(path), "--json", env=sound_server.surroundings()) as process:
        until(lambda: path.exists() and path.stat().st_size > 20_000)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == (0 if number == signal.SIGINT else 143), err
    assert json.loads(out)["ended_by"] == "user"
    assert frames(path)[2] > 8_000


def test_without_a_file_it_is_among_those_of_the_app(cli: Run, sound_server: SoundServer) -> None:
    done = cli("record", "--seconds", "0.5")
    path = Path(done.out.strip())
    assert (done.code, path.parent.name) == (0, "recordings")
    assert frames(path)[0] == 16_000
    assert json.loads(path.with_suffix(".json").read_text())["name"].startswith("Recording ")


def test_into_a_pipe(sound_server: SoundServer) -> None:
    with started("record", "--seconds", "0.5", "-o", "-", env=sound_server.surroundings()) as process:
        out, _ = process.communicate(timeout=20)
    with wave.open(io.BytesIO(out)) as file:
        assert file.getnframes() > 5_000


def test_silence_ends_it(cli: Run, sound_server: SoundServer, tmp_path: Path) -> None:
    voice = say("Hello there", tmp_path / "voice.wav")
    playing = sound_server.say_into_mic(voice, wait=False)
    path = tmp_path / "a.wav"
    done = cli("record", "-o", str(path), "--stop-after-silence", "1", "--trim-silence", "--seconds", "20", "--json")
    assert playing.wait(20) == 0
    assert (done.code, done.json["ended_by"]) == (0, "silence")
    assert done.json["peak_db"] > -40
    assert done.json["trimmed_s"] > 0.5


def test_devices(cli: Run, sound_server: SoundServer, tmp_path: Path) -> None:
    found = cli("record", "--list-devices", "--json").json["devices"]
    assert any(one["default_input"] for one in found)
    assert cli("record", "--list-devices").out.startswith("* ")
    named = cli("record", "--device", found[0]["key"], "--seconds", "0.3", "-o", str(tmp_path / "a.wav"))
    assert named.code == 0, named.err
    done = cli("record", "--device", "ALSA: none", "-o", str(tmp_path / "b.wav"), "--json")
    assert (done.code, done.json["error"]["type"], done.json["path"]) == (1, "NoDeviceError", None)
    assert not (tmp_path / "b.wav").exists()


def test_a_terminal_shows_how_loud_it_is(sound_server: SoundServer, tmp_path: Path) -> None:
    code, shown = at_terminal(
        "record",
        "-o",
        str(tmp_path / "a.wav"),
        replies=[Reply("Ctrl+C ends it", signal=signal.SIGINT)],
        environ=sound_server.environment,
    )
    assert (code, " dB" in shown) == (0, True)
    assert "note: recorded" in shown, shown


def test_no_microphone(cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ALSA_CONFIG_PATH", os.devnull)
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    done = cli("record", "-o", str(tmp_path / "a.wav"))
    assert done.code == 1
    assert "error:" in done.err
    assert "Files work" not in done.err, "there is none to record from"
    assert cli("record", "-o", "-", "--json").code == 2
    assert "a.mp3 will be WAV" in cli("record", "-o", str(tmp_path / "a.mp3")).err
