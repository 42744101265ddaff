"""`-o`: files have the permissions of anybody's files, and what is no file is written to and not replaced."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli_runs import Result, Run

from lmstudio_tui.sdk import ClientConfig, LMStudioClient, SpeechRequest
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions, and pipes with names")

COMMANDS: dict[str, tuple[tuple[str, ...], bytes]] = {
    "speak": (("speak", "Hello", "-f", "wav"), b"RIFF"),
    "image": (("image", "A house"), b"\x89PNG"),
    "transcribe": (("transcribe", "SPOKEN"), b"Hello"),
    "embed": (("embed", "a", "-f", "json"), b"{"),
    "history export": (("history", "export", "CONVERSATION"), b"<!--"),
}
"""Each with what it writes begins with."""
Writer = Callable[..., Result]


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    """A server for everything but loading."""
    with SimulatorServer(SimulatorConfig(flavour="openai", speed=0)) as found:
        yield found


@pytest.fixture
def write(cli: Run, server: SimulatorServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Writer:
    """Run a command by its name, with what else it is given."""
    for name, value in {"BASE_URL": server.base_url, "ENABLE_AUDIO": "1", "ENABLE_IMAGES": "1"}.items():
        monkeypatch.setenv(f"LM_STUDIO_{name}", value)
    monkeypatch.chdir(tmp_path)
    with LMStudioClient(ClientConfig(base_url=server.base_url, enable_audio=True)) as client:
        client.create_speech(SpeechRequest(input="Hello", response_format="wav")).save(tmp_path / "spoken.wav")

    def command(name: str, *more: str) -> Result:
        words, _ = COMMANDS[name]
        known = {"SPOKEN": "spoken.wav"}
        if "CONVERSATION" in words:
            known["CONVERSATION"] = cli("chat", "--save", "Hello", "--json").json["conversation_id"]
        return cli(*(known.get(word, word) for word in words), *more)

    return command


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_file_has_the_permissions_of_anybodys_files(write: Writer, tmp_path: Path, name: str) -> None:
    path = tmp_path / "out"
    before = os.umask(0o027)
    try:
        assert write(name, "-o", str(path)).code == 0
        assert mode(path) == 0o640
        path.chmod(0o604)
        assert write(name, "-o", str(path), "--force").code == 0
    finally:
        os.umask(before)
    assert mode(path) == 0o604


@pytest.mark.parametrize("more", [(), ("--force",)])
@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_pipe_is_written_to_and_stays_a_pipe(write: Writer, tmp_path: Path, name: str, more: tuple[str, ...]) -> None:
    pipe, came = tmp_path / "pipe", bytearray()
    os.mkfifo(pipe)
    # Open for both, so that nobody waits for anybody; a pipe holds more than what is read for here.
    descriptor = os.open(pipe, os.O_RDWR)
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set() and len(came) < 4:
            came.extend(os.read(descriptor, 1 << 20))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        done = write(name, "-o", str(pipe), *more)
        assert done.code == 0, done.err
        reader.join(30)
    finally:
        stop.set()
        os.write(descriptor, b"over")
        reader.join(30)
        os.close(descriptor)
    assert bytes(came).startswith(COMMANDS[name][1])
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == ["spoken.wav"]
