"""`speak`, `voices` and `image`: into files, into pipes, and through a loudspeaker."""

from __future__ import annotations

import json
import os
import signal
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_runs import Run, asked, body, in_shell, started

from lmstudio_tui.audio.files import inspect
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from sound_server import SoundServer
from waiting import until

MEMBERS = ["path", "format", "bytes", "duration_s", "time_to_first_audio_ms"]


@pytest.fixture(scope="module")
def audio() -> Iterator[SimulatorServer]:
    """A server for audio and images."""
    with SimulatorServer(SimulatorConfig(flavour="openai", speed=0)) as server:
        yield server


@pytest.fixture
def run(cli: Run, audio: SimulatorServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command where audio and images have a server of their own, and there is no other one."""
    audio.clear_requests()
    for name in ("AUDIO", "IMAGES"):
        monkeypatch.setenv(f"LM_STUDIO_{name}_BASE_URL", audio.base_url)
    monkeypatch.setenv("LM_STUDIO_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.chdir(tmp_path)
    return cli


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.is_file())


# Speaking


@pytest.mark.parametrize(
    ("name", "sent", "kind"),
    [("a.mp3", "mp3", "mp3"), ("a.wav", "wav", "wav"), ("a.flac", "flac", "flac"), ("a.opus", "opus", "ogg")],
)
def test_the_name_of_the_file_tells_the_format(
    run: Run, audio: SimulatorServer, tmp_path: Path, name: str, sent: str, kind: str
) -> None:
    done = run("speak", "Hello there", "-o", name, "--json", "--voice", "alto", "--speed", "1.5")
    assert done.code == 0, done.err
    assert list(done.json) == MEMBERS
    assert (done.json["path"], done.json["format"]) == (name, kind)
    assert done.json["bytes"] == (tmp_path / name).stat().st_size
    assert done.json["duration_s"] > 0.3
    assert done.json["time_to_first_audio_ms"] > 0
    assert inspect(tmp_path / name).kind == kind
    request = body(audio)
    assert (request["response_format"], request["voice"], request["speed"]) == (sent, "alto", 1.5)
    assert (request["model"], request["input"]) == ("sim-speech", "Hello there")
    assert names(tmp_path) == [name]


def test_samples_without_a_header(run: Run, tmp_path: Path) -> None:
    done = run("speak", "Hello", "-o", "a.pcm", "--json")
    raw = (tmp_path / "a.pcm").read_bytes()
    assert (done.json["format"], done.json["bytes"]) == ("pcm", len(raw))
    assert not raw.startswith(b"RIFF")
    assert len(raw) == round(done.json["duration_s"] * 24_000) * 2
    assert run("speak", "Hello", "-o", "b.wav", "-f", "pcm").code == 0


def test_a_file_is_not_replaced_without_leave(run: Run, audio: SimulatorServer, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    done = run("speak", "Hello", "-o", "a.wav", "--json")
    assert (done.code, path.read_bytes(), asked(audio)) == (2, b"old", [])
    assert done.json["error"]["type"] == "FileExistsError"
    assert [done.json[name] for name in MEMBERS] == [None] * 5
    done = run("speak", "Hello", "-o", "a.wav", "--force")
    assert (done.code, done.out) == (0, "a.wav\n")
    assert inspect(path).kind == "wav"
    assert run("speak", "Hello", "-o", str(tmp_path)).code == 2


def test_what_is_piped_in_is_spoken_and_can_be_piped_on(run: Run, audio: SimulatorServer) -> None:
    for arguments in ([], ["-"]):
        done = run("speak", *arguments, "-o", "a.wav", "--force", stdin=b"Piped in")
        assert (done.code, body(audio)["input"]) == (0, "Piped in")
    done = run("speak", "", "-o", "b.wav")
    assert (done.code, "no text to speak" in done.err) == (2, True)
    environ = {**os.environ, "LM_STUDIO_AUDIO_BASE_URL": audio.base_url}
    with started("speak", "Hello", "-o", "-", "-f", "wav", env=environ) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out[:4], err) == (0, b"RIFF", b"")
    assert run("speak", "Hello", "-o", "-", "--json").code == 2


def test_another_format_than_was_asked_for_is_said(run: Run) -> None:
    done = run("speak", "Hello", "-o", "a.mp3", "-m", "fault-speech-other-format", "--json")
    assert (done.code, done.json["format"]) == (0, "wav")
    assert "The server sent wav, not mp3." in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "a.xyz"], "a.xyz is mp3, whatever its name says."),
        (["-o", "a.mp3", "-f", "wav"], "a.mp3 is wav, whatever its name says."),
        (["-o", "a.wav", "-f", "pcm"], "a.wav is pcm, whatever its name says."),
        (["-o", "a.opus", "-f", "wav"], "a.opus is wav, whatever its name says."),
        (["-o", "a"], ""),
        (["-o", "a.wave"], ""),
        (["-o", "a.ogg"], ""),
        (["-o", "a.raw"], ""),
    ],
)
def test_a_name_that_says_something_else(run: Run, arguments: list[str], said: str) -> None:
    done = run("speak", "Hello", *arguments)
    assert (done.code, done.err) == (0, f"warning: {said}\n" if said else "")


@pytest.mark.parametrize("line", [["speak", "-"], ["speak"], ["image", "-"]])
def test_the_text_that_is_read_is_never_replaced(
    run: Run, audio: SimulatorServer, tmp_path: Path, line: list[str]
) -> None:
    text = tmp_path / "text"
    text.write_text("Hello")
    done = in_shell('"$@" < text', *line, "-o", "text", "--force")
    assert (done.code, "text is the file that is read; it would be lost." in done.err) == (2, True)
    assert (text.read_text(), asked(audio)) == ("Hello", [])


def test_what_came_before_a_break_is_kept(run: Run, tmp_path: Path) -> None:
    done = run("speak", "Hello there", "-o", "a.mp3", "-m", "fault-speech-cut", "--json")
    assert done.code == 1
    assert (done.json["path"], done.json["error"]["type"]) == ("a.mp3.part", "StreamInterruptedError")
    assert "kept in a.mp3.part" in done.err
    assert names(tmp_path) == ["a.mp3.part"]
    assert (tmp_path / "a.mp3.part").stat().st_size == done.json["bytes"] > 0


@pytest.mark.parametrize("model", ["fault-speech-json-200", "fault-speech-html-as-audio", "fault-speech-empty"])
def test_what_is_no_audio_leaves_nothing(run: Run, tmp_path: Path, model: str) -> None:
    done = run("speak", "Hello", "-o", "a.mp3", "-m", model)
    assert (done.code, done.out, names(tmp_path)) == (1, "", [])


def test_ctrl_c_keeps_what_came(audio: SimulatorServer, tmp_path: Path) -> None:
    environ = {**os.environ, "LM_STUDIO_AUDIO_BASE_URL": audio.base_url}
    part = tmp_path / "a.mp3.part"
    with started(
        "speak", "Hello", "-o", str(tmp_path / "a.mp3"), "-m", "fault-speech-stall", "--json", env=environ
    ) as process:
        until(lambda: part.exists() and part.stat().st_size > 0)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        assert process.returncode == 130
    found = json.loads(out)
    assert (found["path"], found["error"]["type"]) == (str(part), "RequestCancelledError")
    assert names(tmp_path) == ["a.mp3.part"]


def test_without_a_loudspeaker_it_is_kept_and_said(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ALSA_CONFIG_PATH", "/dev/null")
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    monkeypatch.setenv("LM_STUDIO_CONFIG", "")
    done = run("speak", "Hello", "--json")
    assert done.code == 1
    assert "could not be played" in done.err
    assert inspect(Path(done.json["path"])).kind == done.json["format"]


def test_it_is_heard_while_it_comes(run: Run, sound_server: SoundServer, tmp_path: Path) -> None:
    heard = tmp_path / "heard.wav"
    listening = sound_server.listen_to_speaker(heard)
    try:
        done = run("speak", "Hello there, how are you?", "--play", "-o", "a.wav", "--json")
        assert done.code == 0, done.err
    finally:
        listening.send_signal(signal.SIGINT)
        listening.wait(20)
    text = run("transcribe", str(heard))
    assert text.out == "Hello there, how are you?\n"
    listed = run("speak", "--list-devices", "--json")
    assert any(one["default_output"] for one in listed.json["devices"])
    assert run("speak", "--list-devices").out.startswith("* ")


# Voices


def test_voices(run: Run) -> None:
    done = run("voices")
    assert (done.code, done.out.splitlines()[0].split()[0]) == (0, "alto")
    found = run("voices", "--json").json["voices"]
    assert list(found[0]) == ["id", "name", "language", "model"]
    assert found[0]["id"] == "alto"
    assert run("voices", "--model", "another", "--json").json == {"voices": []}


@pytest.mark.parametrize(("fault", "first"), [("voices-strings", "alto"), ("voices-absent", None)])
def test_voices_of_other_servers(cli: Run, monkeypatch: pytest.MonkeyPatch, fault: str, first: str | None) -> None:
    with SimulatorServer(SimulatorConfig(flavour="openai", media_fault=fault)) as server:
        monkeypatch.setenv("LM_STUDIO_AUDIO_BASE_URL", server.base_url)
        done = cli("voices")
        assert done.code == 0
        assert done.out.startswith(first) if first else "tells of no voices" in done.err


def test_voices_where_nobody_speaks(cli: Run, sim: SimulatorServer) -> None:
    done = cli("voices", "--json", "--base-url", sim.base_url)
    assert (done.code, done.json["voices"], done.json["error"]["type"]) == (5, [], "FeatureUnavailableError")


# Images


def test_an_image(run: Run, audio: SimulatorServer, tmp_path: Path) -> None:
    done = run("image", "a red house", "-o", "a.png", "--size", "64x48", "--seed", "7", "--param", "steps=4", "--json")
    assert done.code == 0, done.err
    [row] = done.json["images"]
    assert (row["path"], row["width"], row["height"], row["seed"]) == ("a.png", 64, 48, 7)
    assert (row["bytes"], done.json["problems"]) == ((tmp_path / "a.png").stat().st_size, [])
    request = body(audio)
    assert (request["prompt"], request["steps"], request["model"]) == ("a red house", 4, "sim-images")
    again = run("image", "a red house", "-o", "a.png")
    assert (again.code, "--force" in again.err) == (2, True)


def test_several_images_and_none_named(run: Run, tmp_path: Path) -> None:
    done = run("image", "-", "-n", "2", "-o", "a.jpg", "--size", "64x64", stdin=b"a tree\n")
    assert (done.code, done.out) == (0, "a-1.jpg\na-2.jpg\n")
    assert "a-1.jpg is image/png, whatever its name says" in done.err
    done = run("image", "a tree", "-o", "a.xyz", "--size", "64x64")
    assert (done.code, "a.xyz is image/png, whatever its name says" in done.err) == (0, True)
    kept = run("image", "a tree", "--size", "64x64", "--json").json["images"]
    assert Path(kept[0]["path"]).read_bytes().startswith(b"\x89PNG")
    assert kept[0]["width"] == 64


def test_an_image_into_a_pipe(audio: SimulatorServer) -> None:
    environ = {**os.environ, "LM_STUDIO_IMAGES_BASE_URL": audio.base_url}
    with started("image", "a tree", "-o", "-", "--size", "64x64", env=environ) as process:
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, out[:4]) == (0, b"\x89PNG")


def test_what_goes_wrong_with_images(run: Run, cli: Run, sim: SimulatorServer, tmp_path: Path) -> None:
    done = run("image", "x", "-o", "a.png", "-m", "fault-images-elsewhere", "--json")
    assert (done.code, done.json["images"]) == (1, [])
    assert "another server" in done.json["error"]["message"]
    done = run("image", "x", "-n", "2", "-o", "b.png", "-m", "fault-images-fewer", "--json")
    assert (done.code, len(done.json["images"]), len(done.json["problems"])) == (1, 1, 1)
    done = run("image", " ", "-o", "c.png")
    assert (done.code, "the prompt is empty" in done.err) == (2, True)
    assert run("image", "x", "-o", "-", "-n", "2").code == 2
    done = run("image", "x", "--size", "huge")
    assert (done.code, "such as 512x512" in done.err) == (2, True)


def test_lm_studio_draws_nothing(cli: Run, sim: SimulatorServer) -> None:
    done = cli("image", "x", "-o", "a.png", "--base-url", sim.base_url)
    assert (done.code, "No version of LM Studio makes images" in done.err) == (5, True)


def test_a_model_may_be_named_before_the_command(run: Run, audio: SimulatorServer) -> None:
    assert run("--model", "sim-speech", "speak", "x", "-o", "a.wav").code == 0
    assert body(audio)["model"] == "sim-speech"
    assert sys.stdin is not None
    with wave.open("a.wav") as file:
        assert file.getnframes() > 0
