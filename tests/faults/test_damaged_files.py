"""Every file that the app keeps, damaged at random places: it starts, says so, and goes on."""

from __future__ import annotations

import random
import shutil
import wave
from array import array
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lmstudio_tui.sdk import ModelListing, ModelSummary
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.store.downloads import DownloadsFile, KnownDownload
from lmstudio_tui.store.embeddings import EmbeddingShelf, StoreError, TextRecord, VectorKey, content_hash
from lmstudio_tui.store.library import Conversation, Library, Message
from lmstudio_tui.store.media.records import RecordingRecord
from lmstudio_tui.store.media.shelf import MediaShelf
from lmstudio_tui.store.models_cache import ModelsCache
from lmstudio_tui.store.state import StateFile
from terminal import Terminal, new_user

PLACES = 30
URL = "http://127.0.0.1:1234"
NOW = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)
KEY = VectorKey(URL, "nomic")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with something in every file; nothing changes it."""
    home = tmp_path_factory.mktemp("whole")
    data, state, cache = (home / name / "lmstudio-tui" for name in ("data", "state", "cache"))
    library = Library(data / "library.sqlite3")
    for number in range(20):
        library.create(Conversation(id=f"c{number}", title=f"Title {number}"))
        for index in range(10):
            text = f"text {number} {index} " + "word " * 100
            role = "assistant" if index % 2 else "user"
            parent = f"{number}.{index - 1}" if index else None
            library.add(
                Message(id=f"{number}.{index}", conversation_id=f"c{number}", parent_id=parent, role=role, text=text)
            )
    library.close()
    shelf = EmbeddingShelf(data / "embeddings.sqlite")
    shelf.create("Texts", [TextRecord(f"text {number}") for number in range(50)])
    shelf.keep(KEY, [(content_hash(f"text {number}"), array("f", [number] * 64)) for number in range(50)])
    shelf.close()
    media = MediaShelf(data, lambda: NOW)
    for number in range(3):
        name, path = media.recordings.new_file(".wav")
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", "not compressed"))
            file.writeframes(bytes(16_000))
        media.recordings.keep(
            RecordingRecord(id=name, path=path, made_at=NOW, name=f"Meeting {number}", duration_s=0.5)
        )
    media.close()
    states = StateFile(state / "state.json")
    states.save(states.load().with_pane("models").with_model(URL, "m"))
    DownloadsFile(state / "downloads.json").add(URL, KnownDownload("job_1", "qwen3-4b", "q8"))
    listing = ModelListing(models=(ModelSummary(id="qwen/qwen3-8b"),), sources=("/v1/models",), fetched_at=NOW)
    ModelsCache(cache / "seen").save(URL, listing)
    return home


def damaged(whole: Path, home: Path, chance: random.Random) -> None:
    """A copy in which every file has some bytes changed, or is cut."""
    shutil.copytree(whole, home, dirs_exist_ok=True)
    for path in sorted(home.rglob("*")):
        if path.is_file():
            content = bytearray(path.read_bytes())
            if chance.random() < 0.25:
                del content[chance.randrange(len(content) + 1) :]
            else:
                for _ in range(chance.choice([1, 1, 8, 64])):
                    content[chance.randrange(len(content))] = chance.randrange(256)
            path.write_bytes(content)


@pytest.mark.parametrize("place", range(PLACES))
def test_every_store_opens_and_goes_on(whole: Path, tmp_path: Path, place: int) -> None:
    damaged(whole, tmp_path, random.Random(place))
    data, state, cache = (tmp_path / name / "lmstudio-tui" for name in ("data", "state", "cache"))
    library = Library(data / "library.sqlite3")
    for hit in library.conversations():
        library.load(hit.conversation.id)
    library.conversations("word text")
    library.add(Message(id="new", conversation_id="c-new", parent_id=None, role="user", text="said after the damage"))
    assert library.flush()
    library.close()
    loaded = Library(data / "library.sqlite3").load("c-new")
    assert loaded is not None
    assert [each.text for each in loaded.messages] == ["said after the damage"]
    shelf = EmbeddingShelf(data / "embeddings.sqlite")
    with suppress(StoreError):  # It says why, where its file is taken for another program's.
        for one in shelf.sets():
            shelf.texts(one.id)
        shelf.vectors(KEY, [content_hash(f"text {number}") for number in range(50)])
        made = shelf.create("After", [TextRecord("said after the damage")])
        assert [each.text for each in shelf.texts(made.id)] == ["said after the damage"]
    shelf.close()
    media = MediaShelf(data, lambda: NOW)
    assert len(media.recordings.all()) == 3, "what is damaged is listed all the same"
    media.close()
    states = StateFile(state / "state.json")
    states.save(states.load().with_pane("speech"))
    assert states.load().last_pane == "speech"
    downloads = DownloadsFile(state / "downloads.json")
    downloads.load(URL)
    assert downloads.add(URL, KnownDownload("job_2", "phi-4"))
    ModelsCache(cache / "seen").load(URL)


def test_the_app_opens_on_all_of_it(whole: Path, tmp_path: Path) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        for place in range(4):
            home = tmp_path / str(place)
            damaged(whole, home, random.Random(1000 + place))
            with Terminal("--base-url", server.base_url, "--pane", "chat", environ=new_user(home)) as terminal:
                terminal.until(lambda: terminal.prompt_focused and "● ok" in terminal.lines[0])
                terminal.type(b"hello again\r")
                terminal.shows("▌ hello again", "Simulated answer", "tok/s")
                for number in (2, 3, 4, 5, 6, 7):
                    terminal.type(b"\x0f" + str(number).encode())
                    terminal.until(lambda number=number: f"▸{number} " in terminal.lines[1])
                    terminal.quiet()
                terminal.leave()
            assert not list(home.glob("state/lmstudio-tui/reports/*"))


@pytest.mark.parametrize("content", [b"[\n", b"base_url = \xff\xfe", b"timeout = 'soon'\n", b"\0" * 100])
def test_a_broken_config_is_said_in_words(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "config" / "lmstudio-tui"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_bytes(content)
    with Terminal(environ=new_user(tmp_path)) as terminal:
        terminal.ended(20)
        assert terminal.process.returncode == 2
        assert "error:" in terminal.text
        assert "config.toml" in terminal.text.replace("\n", "")
        assert b"Traceback" not in terminal.raw
        assert terminal.raw.index(b"error:") > terminal.raw.rindex(b"\x1b[?1049l")
