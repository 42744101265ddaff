"""What a server says does nothing to the terminal that the command line writes to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hostile_exports import chatgpt
from hostile_server import hostile_server
from hostile_strings import CORPUS, OPEN, line_acts
from terminal_runs import Reply, at_terminal

from lmstudio_tui.sdk import ClientConfig, LMStudioClient, LoadModelRequest
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.store.library import Library


@pytest.fixture(scope="module")
def studio() -> Iterator[SimulatorServer]:
    with hostile_server(CORPUS) as server:
        yield server


@pytest.fixture(scope="module")
def sounding() -> Iterator[SimulatorServer]:
    with hostile_server(CORPUS, flavour="openai") as server:
        yield server


def harmless(server: SimulatorServer, *arguments: str, replies: tuple[Reply, ...] = (), shown: bool = True) -> str:
    """Run a command at a terminal; whatever comes of it, the terminal gets nothing but text."""
    environ = {"LM_STUDIO_BASE_URL": server.base_url, "LM_STUDIO_ENABLE_AUDIO": "1", "LM_STUDIO_ENABLE_IMAGES": "1"}
    _, got = at_terminal(*arguments, replies=replies, environ={**environ, "LM_STUDIO_MAX_RETRIES": "0"})
    # JSON is for programs: it has every character, those that act as \\u and a number.
    found = line_acts(got, floods="--json" not in arguments)
    assert found == [], f"{arguments}: {got!r}"
    assert (OPEN in got or "\\u27ea" in got) or not shown, f"{arguments}: nothing of the server was shown: {got!r}"
    assert "Traceback (most recent" not in got
    return got


@pytest.mark.parametrize(
    "arguments",
    [
        ("models",),
        ("models", "--json"),
        ("models", "sync"),
        ("models", "--query", "llama"),
        ("chat", "Hello"),
        ("chat", "--json", "Hello"),
        ("chat", "--stats", "Think about a table, code and a list"),
        ("complete", "Once"),
        ("models", "load", "sim-gemma-3n-e4b"),
        ("models", "unload", "--all", "--yes"),
        ("chat", "-m", "nobody", "Hello"),
        ("models", "download", "sim/x"),
        ("embed", "a", "b", "--json"),
        ("ping", "--json"),
    ],
    ids=" ".join,
)
def test_models_and_answers(studio: SimulatorServer, arguments: tuple[str, ...]) -> None:
    harmless(studio, *arguments, shown=arguments[0] not in ("ping", "complete") and "sync" not in arguments)


def test_questions(studio: SimulatorServer) -> None:
    with LMStudioClient(ClientConfig(base_url=studio.base_url)) as client:
        first = client.list_models()[0].id
        client.load_model(LoadModelRequest(model=first))
    harmless(studio, "models", "unload", "--all", replies=(Reply("[y/N]", "n\n"),))


@pytest.mark.parametrize(
    "fault",
    [
        "model-not-found",
        "crash",
        "stream-error-event",
        "html",
        "auth-required",
        "wrong-model",
        "tool-call-whole",
        "escape-codes",
        "reasoning-field",
    ],
)
def test_errors(studio: SimulatorServer, fault: str) -> None:
    harmless(studio, "chat", "-m", f"fault-{fault}", "Hello")


@pytest.mark.parametrize("arguments", [("doctor",), ("doctor", "--json"), ("ping",)], ids=" ".join)
def test_what_is_said_about_a_server(studio: SimulatorServer, arguments: tuple[str, ...]) -> None:
    harmless(studio, *arguments, shown=False)


def test_voices_and_what_is_heard(sounding: SimulatorServer, tmp_path: Path) -> None:
    spoken = tmp_path / "spoken.wav"
    harmless(sounding, "voices")
    harmless(sounding, "voices", "--json")
    harmless(sounding, "speak", "Good morning", "-o", str(spoken), "--format", "wav", shown=False)
    harmless(sounding, "transcribe", str(spoken), "--json")
    for form in ("text", "srt", "vtt"):
        harmless(sounding, "transcribe", str(spoken), "--format", form)


def test_images(sounding: SimulatorServer, tmp_path: Path) -> None:
    harmless(sounding, "image", "A house", "-o", str(tmp_path / "house.png"), shown=False)
    harmless(sounding, "image", "A house", "--json", "-o", str(tmp_path / "other.png"), shown=False)


def test_conversations_that_somebody_else_wrote(studio: SimulatorServer, tmp_path: Path) -> None:
    file = tmp_path / "exported.json"
    file.write_text(json.dumps([chatgpt(number, text) for number, text in enumerate(CORPUS)]))
    harmless(studio, "history", "import", str(file))
    harmless(studio, "history", "list")
    harmless(studio, "history", "list", "--json")
    harmless(studio, "history", "search", "e")
    with closing(Library(tmp_path / "data" / "lmstudio-tui" / "library.sqlite3")) as library:
        kept = [one.conversation.id for one in library.conversations()]
    assert len(kept) == len(CORPUS)
    for at in range(0, len(CORPUS), 40):
        harmless(studio, "history", "show", kept[at])
        harmless(studio, "history", "export", kept[at], "--format", ("md", "json", "html")[at % 3], shown=False)
