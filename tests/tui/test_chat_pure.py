"""What the chat shows, worked out without a screen: turns, names of files, the welcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from app_parts import MODELS, NOW

from lmstudio_tui.features.chat.thread import Thread
from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.sdk import Capability, HealthStatus, ServerKind
from lmstudio_tui.store.library.records import Attachment, Message, ToolCallRecord
from lmstudio_tui.tui.panes.chat.files import code_file_name, paths_like
from lmstudio_tui.tui.panes.chat.turns import note_of, time_of, turn_of, turns_of
from lmstudio_tui.tui.panes.chat.welcome import refusal_of, welcome_of
from lmstudio_tui.tui.widgets.transcript import Role

PHOTO = Attachment(
    id="1", kind="image", name="photo.png", media_type="image/png", size=32_000, sha256="0", width=640, height=480
)


def message(id: str, role: str, parent: str | None, text: str = "", **fields: object) -> Message:
    return Message(
        id=id,
        conversation_id="c",
        parent_id=parent,
        role=role,  # pyright: ignore[reportArgumentType] - one of three
        text=text,
        created_at=NOW.timestamp(),
        **fields,  # pyright: ignore[reportArgumentType] - fields of it
    )


# Turns


def test_prompts_and_answers_become_turns() -> None:
    prompt = message("p", "user", None, "What is it?", attachments=(PHOTO,))
    answer = message("a", "assistant", "p", "A boat", reasoning="Hm", model="m", requested_model="other")
    turns = turns_of(Thread((prompt, answer), "a"), NOW)
    assert [(turn.role, turn.text) for turn in turns] == [(Role.USER, "What is it?"), (Role.ASSISTANT, "A boat")]
    assert turns[0].attachments == ("photo.png  640×480  32 kB",)
    assert turns[0].time == "09:41"
    assert turns[0].branch is None
    assert turns[1].reasoning == "Hm"
    assert turns[1].caution == "Another model answered: m, not other."


def test_a_caution_is_not_said_twice() -> None:
    prompt = message("p", "user", None, "x")
    answer = message(
        "a", "assistant", "p", "y", model="m", requested_model="other", note="m answered; other was asked for."
    )
    assert turn_of(Thread((prompt, answer), "a"), answer, NOW).caution == ""


def test_versions_are_counted() -> None:
    prompt = message("p", "user", None, "x")
    first, second = message("a", "assistant", "p", "1"), message("b", "assistant", "p", "2")
    thread = Thread((prompt, first, replace(second, created_at=second.created_at + 1)), "b")
    assert turns_of(thread, NOW)[1].branch == (2, 2)
    assert turns_of(thread.switched("b", -1), NOW)[1].branch == (1, 2)


def test_tools_are_part_of_the_turn_that_called_them() -> None:
    calls = tuple(ToolCallRecord(id=str(n), name=f"tool_{n}", arguments="{}") for n in range(4))
    path = [
        message("p", "user", None, "x"),
        message("a", "assistant", "p", tool_calls=calls),
        message("t0", "tool", "a", "sun", tool_call_id="0"),
        message("t1", "tool", "t0", "no", tool_call_id="1", status="stopped"),
        message("t2", "tool", "t1", "Error", tool_call_id="2", status="failed"),
    ]
    turns = turns_of(Thread(path, "t2"), NOW)
    assert len(turns) == 2
    assert [(one.result, one.state) for one in turns[1].tools] == [
        ("sun", "done"),
        ("no", "refused"),
        ("Error", "failed"),
        (None, "waiting"),
    ]


def test_an_answer_of_another_window_says_so_and_ours_does_not() -> None:
    prompt, answer = message("p", "user", None, "x"), message("a", "assistant", "p", "y", status="streaming")
    thread = Thread((prompt, answer), "a")
    assert turn_of(thread, answer, NOW).note == "Another window is writing this answer."
    assert turn_of(thread, answer, NOW, "a").note == ""
    interrupted = replace(answer, status="interrupted")
    assert "Alt+M goes on with it" in note_of(interrupted)
    assert note_of(replace(interrupted, note="It was cut.")) == "It was cut."
    assert note_of(replace(answer, status="complete", note="n")) == "n"


def test_what_a_model_calls_itself_cannot_touch_the_terminal() -> None:
    prompt = message("p", "user", None, "x")
    answer = message("a", "assistant", "p", "y", model="m\x1b[31m\nz", requested_model="other")
    turn = turn_of(Thread((prompt, answer), "a"), answer, NOW)
    assert "\x1b" not in f"{turn.model}{turn.caution}"
    assert "\n" not in f"{turn.model}{turn.caution}"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW.timestamp(), "09:41"),
        (NOW.timestamp() - 86_400, "19 Nov 09:41"),
        (datetime(2025, 11, 20, 9, 41, tzinfo=UTC).timestamp(), "2025-11-20"),
        (1e300, ""),
        (float("nan"), ""),
        (float("inf"), ""),
    ],
)
def test_the_time_is_as_short_as_it_can_be(moment: float, words: str) -> None:
    assert time_of(moment, NOW) == words


# Names of files


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("python", "code.py"),
        (" Rust ", "code.rs"),
        ("C++", "code.cpp"),
        ("dockerfile", "Dockerfile"),
        ("", "code.txt"),
        ("../../etc", "code.txt"),
    ],
)
def test_a_block_of_code_is_named_by_its_language(language: str, name: str) -> None:
    assert code_file_name(language) == Path(name)


def test_paths_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("alpha.txt", "alps.md", "beta.txt", ".hidden"):
        (tmp_path / name).write_text("")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    assert paths_like("al") == ["alpha.txt", "alps.md"]
    assert paths_like("") == ["alpha.txt", "alps.md", "beta.txt", "folder/"]
    assert paths_like(".h") == [".hidden"]
    assert paths_like(f"{tmp_path}/fo") == [f"{tmp_path}/folder/"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert paths_like("~/be") == ["~/beta.txt"]
    for nothing in ("no/such/folder/", "~nobody-of-that-name/", "\0/"):
        assert paths_like(nothing) == []


# The welcome


def _status(**chat: object) -> HealthStatus:
    return HealthStatus(
        status="ok",
        kind=ServerKind.OPENAI,
        latency_ms=3.0,
        capabilities={"chat": Capability(**chat)},  # pyright: ignore[reportArgumentType] - fields of it
    )


def test_the_welcome_says_what_is_to_be_done() -> None:
    online = replace(ServerView("http://x:1"), presence=Presence.ONLINE, models=MODELS)
    assert welcome_of(online, "qwen3-8b").plain.startswith("qwen3-8b is listening.")
    assert "\x1b" not in welcome_of(online, "a\x1b[2Jb").plain
    assert "lists no model" in welcome_of(replace(online, models=()), None).plain
    assert "is listening" not in welcome_of(online, None).plain
    looking = replace(online, presence=Presence.CONNECTING)
    assert "Looking for a server at http://x:1" in welcome_of(looking, "m").plain


def test_a_server_that_cannot_chat_says_why() -> None:
    status = _status(available=False, reason="0.2.17 is too old.", hint="Update it.")
    server = replace(ServerView("http://x:1"), presence=Presence.ONLINE, status=status)
    assert refusal_of(server) == "0.2.17 is too old. Update it."
    text = welcome_of(server, "m").plain
    assert "This server cannot chat." in text
    assert "Enter sends" not in text
    assert refusal_of(replace(server, status=_status(available=True, reason="It is.", hint=""))) == ""
    assert refusal_of(replace(server, status=_status(available=None, reason="Nobody knows.", hint=""))) == ""
    assert refusal_of(ServerView("http://x:1")) == ""
