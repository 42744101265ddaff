"""`transcribe` and `translate`: files, pipes, formats, and what goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile  # pyright: ignore[reportMissingTypeStubs]
from cli_runs import Run, asked, in_shell, left, ran, started

from lmstudio_tui.sdk import ClientConfig, LMStudioClient, SpeechRequest
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

TEXT = "Hello there. How are you?"
MEMBERS = ["text", "language", "duration_s", "segments", "model", "real_time_factor"]


@pytest.fixture(scope="module")
def audio() -> Iterator[SimulatorServer]:
    """A server for audio and images."""
    with SimulatorServer(SimulatorConfig(flavour="openai", speed=0)) as server:
        yield server


@pytest.fixture(scope="module")
def spoken(audio: SimulatorServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in which a text is spoken."""
    path = tmp_path_factory.mktemp("sounds") / "hello.wav"
    with LMStudioClient(ClientConfig(base_url=audio.base_url, enable_audio=True)) as client:
        client.create_speech(SpeechRequest(input=TEXT, response_format="wav")).save(path)
    return path


@pytest.fixture
def hear(cli: Run, audio: SimulatorServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command where audio has a server of its own, and there is no other one."""
    audio.clear_requests()
    monkeypatch.setenv("LM_STUDIO_AUDIO_BASE_URL", audio.base_url)
    monkeypatch.setenv("LM_STUDIO_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.chdir(tmp_path)
    return cli


def test_the_text_goes_to_standard_output(hear: Run, spoken: Path) -> None:
    done = hear("transcribe", str(spoken))
    assert (done.code, done.out, done.err) == (0, f"{TEXT}\n", "")


def test_json_has_the_members_that_scripts_rely_on(hear: Run, spoken: Path) -> None:
    for arguments in (["--json"], ["--format", "json"], ["--json", "--format", "json"]):
        found = hear("transcribe", str(spoken), *arguments).json
        assert list(found) == MEMBERS
    assert (found["text"], found["language"], found["model"]) == (TEXT, "en", "sim-hearing")
    assert [list(one) for one in found["segments"]] == [["start_s", "end_s", "text"]] * 2
    assert 1 < found["duration_s"] < 3
    assert found["real_time_factor"] > 0


def damaged_mp3(path: Path) -> Path:
    """A file of whose decoding libmpg123 complains on the file descriptor 2."""
    noise = np.random.default_rng(1).normal(0, 0.2, 48_000)
    soundfile.write(path, noise, 24_000, format="MP3")
    data = bytearray(path.read_bytes())
    for at in range(300, len(data), 97):
        data[at] ^= 0xFF
    path.write_bytes(data)
    return path


def test_what_a_decoder_complains_of_is_not_shown(hear: Run, tmp_path: Path) -> None:
    path = damaged_mp3(tmp_path / "a.mp3")
    code = "import pathlib, sys; from lmstudio_tui.audio.files import inspect; inspect(pathlib.Path(sys.argv[1]))"
    alone = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert "mpg123" in alone.stderr
    assert "mpg123" not in ran("transcribe", str(path)).err
    refused = ran("transcribe", str(tmp_path / "none.mp3"))
    assert (refused.code, "There is no file" in refused.err) == (2, True)


@pytest.mark.parametrize(("form", "begins"), [("srt", "1\n00:00:00,"), ("vtt", "WEBVTT\n\n00:00:00.")])
def test_subtitles(hear: Run, spoken: Path, form: str, begins: str) -> None:
    done = hear("transcribe", str(spoken), "--format", form)
    assert done.out.startswith(begins)
    assert "How are you?\n" in done.out


@pytest.mark.parametrize(
    ("name", "begins"), [("a.srt", "1\n"), ("a.vtt", "WEBVTT"), ("a.json", "{"), ("a.txt", "Hello")]
)
def test_the_name_of_the_file_tells_the_format(hear: Run, spoken: Path, tmp_path: Path, name: str, begins: str) -> None:
    done = hear("transcribe", str(spoken), "-o", name)
    assert (done.code, done.out) == (0, "")
    assert f"written to {name}" in done.err
    assert (tmp_path / name).read_text().startswith(begins)
    again = hear("transcribe", str(spoken), "-o", name)
    assert again.code == 2
    assert "--force" in again.err
    (tmp_path / name).write_text("old")
    (tmp_path / name).chmod(0o640)
    forced = hear("transcribe", str(spoken), "-o", name, "--force", "--json")
    assert forced.json["text"] == TEXT
    assert (tmp_path / name).read_text().startswith(begins)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o640


def test_what_is_piped_in_is_heard_and_its_options_are_sent(hear: Run, audio: SimulatorServer, spoken: Path) -> None:
    options = ["--language", "en", "--prompt", "Names", "-t", "0.5", "-m", "sim-hearing", "--no-stream"]
    done = hear("transcribe", "-", "-o", "-", *options, stdin=spoken.read_bytes())
    assert (done.code, done.out) == (0, f"{TEXT}\n")
    body = asked(audio)[-1].body
    for field in (b"en", b"Names", b"0.5", b"sim-hearing"):
        assert b"\r\n\r\n" + field + b"\r\n" in body
    assert b'"stream"' not in body


def test_a_translation(hear: Run, audio: SimulatorServer, spoken: Path) -> None:
    done = hear("translate", str(spoken), "--json")
    assert done.json["text"].endswith(TEXT)
    assert asked(audio)[-1].path == "/v1/audio/translations"


def test_the_simulator_is_enough(cli: Run, spoken: Path) -> None:
    assert cli("transcribe", str(spoken), "--demo").out == f"{TEXT}\n"


# What goes wrong


@pytest.mark.parametrize(
    ("name", "content", "code", "kind", "said"),
    [
        ("none.wav", None, 2, "FileNotFoundError", "There is no file none.wav"),
        ("none/none.wav", None, 2, "FileNotFoundError", "There is no file none/none.wav"),
        ("..", None, 2, "AudioFormatError", "is not a file"),
        ("n" * 300, None, 2, "InputError", "cannot be read: file name too long"),
        ("text.wav", b"Hello there", 2, "AudioFormatError", "is text"),
        ("empty.wav", b"", 2, "AudioFormatError", "empty"),
    ],
)
def test_what_is_no_audio(
    hear: Run, audio: SimulatorServer, tmp_path: Path, name: str, content: Any, code: int, kind: str, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = hear("transcribe", name, "--json")
    assert done.code == code
    assert list(done.json) == [*MEMBERS, "error"]
    assert (done.json["error"]["type"], done.json["text"]) == (kind, "")
    assert said in done.err
    assert not asked(audio)


@pytest.mark.parametrize("command", ["transcribe", "translate"])
def test_the_file_that_is_read_is_never_replaced(
    hear: Run, audio: SimulatorServer, spoken: Path, tmp_path: Path, command: str
) -> None:
    own = tmp_path / "own.wav"
    own.write_bytes(spoken.read_bytes())
    (tmp_path / "link.wav").symlink_to(own)
    (tmp_path / "hard.wav").hardlink_to(own)
    for output in ("own.wav", str(own), "link.wav", "hard.wav"):
        done = hear(command, "own.wav", "-o", output, "--force")
        assert (done.code, "is the file that is read" in done.err) == (2, True)
        piped = in_shell(f'"$@" < {own}', command, "-", "-o", output, "--force")
        assert (piped.code, "is the file that is read" in piped.err) == (2, True)
    assert own.read_bytes() == spoken.read_bytes()
    assert not asked(audio)


@pytest.mark.parametrize("line", [["transcribe", "-"], ["speak", "-", "-o", "a.wav"], ["image", "-", "-o", "a.png"]])
def test_standard_input_that_cannot_be_read(hear: Run, tmp_path: Path, line: list[str]) -> None:
    done = in_shell(f'"$@" 0> {tmp_path}/written', *line, "--json")
    assert (done.code, done.json["error"]["type"]) == (2, "InputError")
    assert "Standard input cannot be read: bad file descriptor." in done.err


def test_what_is_no_file_may_be_read_and_written(hear: Run) -> None:
    done = in_shell('"$@" < /dev/null', "transcribe", "-", "-o", "/dev/null", "--force")
    assert (done.code, "is empty" in done.err) == (2, True)


def test_there_must_be_a_server_that_can(cli: Run, sim: SimulatorServer, spoken: Path, monkeypatch: Any) -> None:
    done = cli("transcribe", str(spoken), "--base-url", sim.base_url)
    assert done.code == 5
    assert "No version of LM Studio serves audio" in done.err
    assert "audio_base_url" in done.err
    with SimulatorServer(SimulatorConfig(flavour="classic")) as classic:
        done = cli("transcribe", str(spoken), "--base-url", classic.base_url)
        assert done.code == 5
        assert "enable_audio = true" in done.err
        monkeypatch.setenv("LM_STUDIO_ENABLE_AUDIO", "true")
        assert cli("transcribe", str(spoken), "--base-url", classic.base_url).out == f"{TEXT}\n"
    assert cli("transcribe", str(spoken), "--base-url", "http://127.0.0.1:9").code == 3


def test_a_key_of_its_own_is_asked_for(cli: Run, spoken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SimulatorServer(SimulatorConfig(flavour="openai", api_key="right")) as locked:
        monkeypatch.setenv("LM_STUDIO_AUDIO_BASE_URL", locked.base_url)
        done = cli("transcribe", str(spoken))
        assert (done.code, "LM_STUDIO_AUDIO_API_KEY" in done.err) == (4, True)
        monkeypatch.setenv("LM_STUDIO_AUDIO_API_KEY", "wrong")
        done = cli("transcribe", str(spoken))
        assert (done.code, "refused the" in done.err) == (4, True)
        assert "wrong" not in done.err
        monkeypatch.setenv("LM_STUDIO_AUDIO_API_KEY", "right")
        assert cli("transcribe", str(spoken)).out == f"{TEXT}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "mp4"], "no format 'mp4'"),
        (["--json", "--format", "srt"], "prints JSON"),
        (["-t", "9"], "temperature"),
    ],
)
def test_options_that_make_no_sense(hear: Run, spoken: Path, arguments: list[str], said: str) -> None:
    done = hear("transcribe", str(spoken), *arguments)
    assert done.code == 2
    assert said in done.err


def test_what_was_heard_before_a_break_is_printed(hear: Run, spoken: Path) -> None:
    done = hear("transcribe", str(spoken), "-m", "fault-hearing-sse-cut")
    assert (done.code, done.out) == (1, "Hello there.\n")
    assert "interrupted" in done.err
    done = hear("transcribe", str(spoken), "-m", "fault-hearing-sse-cut", "--json")
    assert (done.json["text"], done.json["error"]["type"]) == ("Hello there.", "TranscriptInterruptedError")


def test_ctrl_c_ends_it_and_the_server_sees_that(audio: SimulatorServer, spoken: Path) -> None:
    audio.clear_requests()
    environ = {**os.environ, "LM_STUDIO_AUDIO_BASE_URL": audio.base_url}
    with started("transcribe", str(spoken), "-m", "fault-hearing-never", env=environ) as process:
        assert audio.wait_for(lambda it: bool(asked(it)), 20)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert left(audio)
    audio.clear_requests()
    with started("transcribe", str(spoken), "-m", "fault-hearing-sse-stall", "--json", env=environ) as process:
        assert audio.wait_for(lambda it: bool(asked(it)), 20)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        found = json.loads(process.stdout.read())
        assert process.wait(20) == 130
    assert found["error"]["type"] == "RequestCancelledError"
