"""Files are the user's alone, nothing is replaced without asking, and no server names a path."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli_runs import Result, Run, ran
from hostile_server import hostile_server
from hostile_strings import PATHS

from lmstudio_tui.features.mishaps import Mishaps
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, SpeechRequest
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.store.media.shelf import MediaShelf
from lmstudio_tui.store.models_cache import ModelsCache
from terminal import CTRL_Q, ESCAPE, Terminal, new_user

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")


@pytest.fixture(scope="module")
def sounding() -> Iterator[SimulatorServer]:
    """A server for everything but loading."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, flavour="openai")) as server:
        yield server


@pytest.fixture(scope="module")
def spoken(sounding: SimulatorServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sounds") / "hello.wav"
    with LMStudioClient(ClientConfig(base_url=sounding.base_url, enable_audio=True)) as client:
        client.create_speech(SpeechRequest(input="Hello", response_format="wav")).save(path)
    return path


@contextmanager
def careless() -> Generator[None]:
    """A user whose umask lets everybody read and write."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """Everything below a folder that somebody else could read or write."""
    found = [path for path in folder.rglob("*") if not path.is_symlink()]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in found}
    return sorted(f"{mode:03o} {path.relative_to(folder)}" for path, mode in modes.items() if mode & 0o077)


def test_everything_the_app_writes_is_the_users_alone(
    sounding: SimulatorServer, spoken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(tmp_path)
    environ = {
        **new_user(home),
        "LM_STUDIO_BASE_URL": sounding.base_url,
        "LM_STUDIO_ENABLE_AUDIO": "1",
        "LM_STUDIO_ENABLE_IMAGES": "1",
        "LM_STUDIO_LOG_LEVEL": "debug",
    }
    with careless():
        for arguments in (
            ("models", "sync"),
            ("chat", "Hello"),
            ("chat", "-c", "And?"),
            ("embed", "a", "b", "--json"),
            ("transcribe", str(spoken)),
            ("history", "list"),
        ):
            result = ran(*arguments, env=environ)
            assert result.code == 0, result.err
        with Terminal(environ=environ) as terminal:
            terminal.ready()
            terminal.type(b"Hello\r")
            terminal.shows("tok/s")
            terminal.type(b"\x0f3")
            terminal.quiet(0.5)
            terminal.type(b"one\rtwo\r\x12")
            terminal.quiet(0.5)
            terminal.type(b"\x0f4")
            terminal.quiet(0.5)
            terminal.type(b"\x0f5")
            terminal.quiet(0.5)
            terminal.type(b"Good morning\x13")
            terminal.until(lambda: any(home.rglob("speech/*.json")))
            terminal.type(b"\x0f6")
            terminal.shows("The built-in simulator", "Type what is to be seen")
            terminal.type(b"A house\r")
            terminal.until(lambda: any(home.rglob("images/*.json")))
            assert open_to_others(home) == []
            terminal.type(CTRL_Q)
            terminal.quiet(0.3)
            terminal.type(ESCAPE if terminal.process.poll() is None and "?" in terminal.text else b"")
            if terminal.process.poll() is None:
                terminal.leave()
        Mishaps(home / "state" / "lmstudio-tui" / "reports", lambda: ()).keep(ValueError("x"), "a test")
    written = {path.name for path in home.rglob("*") if path.is_file()}
    assert {"library.sqlite3", "embeddings.sqlite", "state.json", "requests.log"} <= written
    assert open_to_others(home) == []


# What is there stays


@pytest.mark.parametrize(
    "arguments",
    [
        ("speak", "Hello", "-o"),
        ("image", "A house", "-o"),
        ("embed", "a", "-o"),
        ("transcribe", "SPOKEN", "-o"),
        ("history", "export", "CONVERSATION", "-o"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_no_file_is_replaced_without_asking(
    sounding: SimulatorServer, spoken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    def run(*some: str) -> Result:
        return ran("--base-url", sounding.base_url, *some, env=dict(os.environ))

    monkeypatch.setenv("LM_STUDIO_ENABLE_AUDIO", "1")
    monkeypatch.setenv("LM_STUDIO_ENABLE_IMAGES", "1")
    conversation = ""
    if "CONVERSATION" in arguments:
        assert run("chat", "-c", "Hello").code == 0
        conversation = run("history", "list", "--json").json["conversations"][0]["id"]
    places = {"SPOKEN": str(spoken), "CONVERSATION": conversation}
    mine = (
        tmp_path
        / {"speak": "a.wav", "image": "a.png", "embed": "a.json", "transcribe": "a.txt", "history": "a.md"}[
            arguments[0]
        ]
    )
    mine.write_text("mine")
    line = [places.get(one, one) for one in arguments]
    refused = run(*line, str(mine))
    assert (refused.code, mine.read_text()) == (2, "mine"), refused.err
    assert "is there already" in refused.err
    assert run(*line, str(mine), "--force").code == 0
    assert mine.read_bytes() != b"mine"


# Paths


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("flavour", ["lmstudio", "openai"])
def test_no_name_of_a_server_becomes_a_path(
    cli: Run, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, flavour: str
) -> None:
    deep = tmp_path / "a" / "b" / "c" / "d"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    monkeypatch.setenv("LM_STUDIO_ENABLE_AUDIO", "1")
    monkeypatch.setenv("LM_STUDIO_ENABLE_IMAGES", "1")
    with hostile_server(PATHS, flavour=flavour) as server:
        for arguments in (
            ("models", "sync"),
            ("models", "sync"),
            ("models", "load", "sim-gemma-3n-e4b"),
            ("models", "download", "sim/x"),
            ("chat", "Hello"),
            ("embed", "a", "--json"),
            ("speak", "Hello", "-o", "out.wav"),
            ("image", "A house", "-o", "out.png"),
            ("transcribe", "out.wav"),
            ("voices",),
        ):
            cli(*arguments, "--base-url", server.base_url)
    expected = {"config", "data", "state", "cache"}
    outside = {path for path in tree(tmp_path) if path.split("/")[0] not in {*expected, "a"}}
    assert outside == set()
    assert tree(deep) <= {"out.wav", "out.png"}
    assert tree(tmp_path / "a") - {f"b/c/d/{name}" for name in tree(deep)} == {"b", "b/c", "b/c/d"}
    inside = {Path(path).name for path in tree(tmp_path)}
    assert not [name for name in inside if "passwd" in name or "sprung" in name or name.startswith("-")]


@pytest.mark.parametrize("name", PATHS)
def test_no_shelf_takes_a_name_for_a_path(tmp_path: Path, name: str) -> None:
    path = ModelsCache(tmp_path / "cache").path_for(name)
    assert path.parent == tmp_path / "cache"
    assert path.name.removesuffix(".json").isalnum()
    shelf = MediaShelf(tmp_path / "media").images
    _, place = shelf.new_file(name)
    assert place.parent == shelf.folder
    assert shelf.get(name) is None
