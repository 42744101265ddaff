"""`chat` with a memory: going on, keeping, files, schemas and presets."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from cli_runs import LIMIT, Result, Run, asked, body, finished, some, started

from lmstudio_tui.paths import library_file
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.store.library import Conversation, Library, Message, Preset
from waiting import until

LOADED = "sim-llama-3.1-8b"
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
PICTURE = Path(__file__).parents[2] / "screenshots" / "chat.png"


@pytest.fixture
def schema(tmp_path: Path) -> str:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA), encoding="utf-8")
    return str(path)


def shown(cli: Run, id_: str | None = None) -> dict[str, Any]:
    """The conversation used last, or another one."""
    found = id_ or cli("history", "list", "--json").json["conversations"][0]["id"]
    return cli("history", "show", found, "--json").json


def stored(**more: Any) -> Library:
    """A library in which something was said."""
    library = Library(library_file())
    library.create(Conversation(id="talk", title="A talk", head="m2", **more))
    library.add(Message(id="m1", conversation_id="talk", parent_id=None, role="user", text="My name is Ada."))
    library.add(
        Message(
            id="m2",
            conversation_id="talk",
            parent_id="m1",
            role="assistant",
            text="Hi!",
            requested_model="sim-qwen3-8b",
        )
    )
    return library


# What is kept


def test_a_plain_question_is_not_kept(ask: Run) -> None:
    assert ask("chat", "hello").code == 0
    assert ask("chat", "hello", "-s", "x", "--no-save").code == 0
    assert not library_file().exists()


def test_what_is_to_be_saved_is(ask: Run, cli: Run) -> None:
    result = ask("chat", "Tell me about rust", "--save", "-s", "Be brief.", "-t", "0.5", "-m", LOADED, "--json")
    talk = shown(cli)
    question, answer = talk["messages"]
    assert (result.json["conversation_id"], result.json["message_id"]) == (talk["id"], answer["id"])
    assert (talk["title"], talk["head"], talk["model"]) == ("Tell me about rust", answer["id"], LOADED)
    assert talk["parameters"] == {"system": "Be brief.", "temperature": 0.5}
    assert (question["role"], question["text"], question["parent_id"]) == ("user", "Tell me about rust", None)
    assert (answer["text"], answer["status"], answer["parent_id"]) == (result.json["text"], "complete", question["id"])
    assert (answer["model"], answer["requested_model"], answer["finish_reason"]) == (LOADED, LOADED, "stop")
    assert answer["usage"]["completion_tokens"] == result.json["usage"]["completion_tokens"]
    assert answer["stats"]["duration_ms"] > 0
    assert answer["parameters"] == {"system": "Be brief.", "temperature": 0.5}


def test_going_on(ask: Run, cli: Run, sim: SimulatorServer) -> None:
    first = ask("chat", "My name is Ada.", "--save", "-s", "Be brief.", "-m", LOADED)
    assert ask("chat", "-c", "And who am I?").code == 0
    assert body(sim)["model"] == LOADED
    assert [one["role"] for one in body(sim)["messages"]] == ["system", "user", "assistant", "user"]
    assert body(sim)["messages"][2]["content"] == first.out.rstrip("\n")
    talk = shown(cli)
    assert [one["role"] for one in talk["messages"]] == ["user", "assistant"] * 2
    assert [one["parent_id"] for one in talk["messages"]] == [None, *(one["id"] for one in talk["messages"][:-1])]
    assert all(one["shown"] for one in talk["messages"])


def test_without_anything_to_go_on_with_one_begins(ask: Run, cli: Run) -> None:
    result = ask("chat", "--continue", "hello")
    assert (result.code, result.err) == (0, "note: there is no conversation to go on with; this begins one.\n")
    assert len(shown(cli)["messages"]) == 2


def test_one_by_its_id(ask: Run, cli: Run, sim: SimulatorServer) -> None:
    stored().close()
    ask("chat", "something else", "--save")
    assert ask("chat", "--conversation", "ta", "Who am I?").code == 0
    assert body(sim)["messages"][0]["content"] == "My name is Ada."
    assert body(sim)["model"] == "sim-qwen3-8b", "the one that was asked last in it"
    assert len(shown(cli, "talk")["messages"]) == 4
    ask("chat", "--conversation", "talk", "And now?", "-m", LOADED, "-t", "0.1")
    assert (body(sim)["model"], body(sim)["temperature"]) == (LOADED, 0.1)
    assert (shown(cli, "talk")["model"], shown(cli, "talk")["parameters"]) == (LOADED, {})
    ask("chat", "--conversation", "talk", "And now?")
    assert body(sim)["model"] == LOADED
    assert "temperature" not in body(sim), "what is given with a question holds for this one"


def test_going_on_without_keeping(ask: Run, cli: Run, sim: SimulatorServer) -> None:
    stored().close()
    assert ask("chat", "-c", "--no-save", "Who am I?").code == 0
    assert len(body(sim)["messages"]) == 3
    assert len(shown(cli, "talk")["messages"]) == 2


def test_an_empty_conversation_of_the_app_is_not_the_last_one(ask: Run, cli: Run) -> None:
    library = stored(created_at=5.0)
    library.create(Conversation(id="blank", draft="not yet"))
    library.close()
    ask("chat", "-c", "Who am I?")
    assert len(shown(cli, "talk")["messages"]) == 4


def test_an_answer_goes_to_the_branch_that_was_shown(ask: Run, cli: Run, sim: SimulatorServer) -> None:
    library = stored()
    library.add(Message(id="m3", conversation_id="talk", parent_id="m1", role="assistant", text="Hello, you!"))
    library.close()
    ask("chat", "-c", "Who am I?")
    assert [one["content"] for one in body(sim)["messages"]] == ["My name is Ada.", "Hi!", "Who am I?"]
    assert [one["shown"] for one in shown(cli, "talk")["messages"]] == [True, True, False, True, True]


@pytest.mark.parametrize(
    ("model", "status", "code"),
    [("fault-cut-middle", "interrupted", 1), ("fault-crash", "failed", 1), ("fault-auth-required", "failed", 4)],
)
def test_an_answer_that_fails_is_kept_as_far_as_it_came(ask: Run, cli: Run, model: str, status: str, code: int) -> None:
    result = ask("chat", "hello", "--save", "-m", model)
    assert result.code == code
    question, answer = shown(cli)["messages"]
    assert (question["text"], answer["status"]) == ("hello", status)
    assert answer["text"] == result.out.removesuffix("\n")


def test_what_failed_is_not_there_twice_when_it_is_asked_again(ask: Run, cli: Run, sim: SimulatorServer) -> None:
    stored().close()
    for _ in range(2):
        assert ask("chat", "-c", "Who am I?", "-m", "fault-crash").code == 1
    assert ask("chat", "-c", "Who am I?", "-m", LOADED).code == 0
    assert [one["content"] for one in body(sim)["messages"]] == ["My name is Ada.", "Hi!", "Who am I?"]
    questions = [one for one in shown(cli, "talk")["messages"] if one["text"] == "Who am I?"]
    assert [(one["parent_id"], one["shown"]) for one in questions] == [("m2", False), ("m2", False), ("m2", True)]


def test_nothing_is_kept_of_what_could_not_be_asked(cli: Run) -> None:
    assert cli("chat", "hello", "--save", "--base-url", "http://127.0.0.1:9").code == 3
    assert not library_file().exists()


# Whatever ends it


def test_ctrl_c_stops_it_and_what_came_is_kept(sim: SimulatorServer, cli: Run) -> None:
    with started("chat", "hello", "--save", "-m", "fault-stall", "--base-url", sim.base_url) as process:
        first = some(process.stdout)
        process.send_signal(signal.SIGINT)
        result = finished(process, first)
    assert result.code == 130
    answer, printed = shown(cli)["messages"][1], result.out.removesuffix("\n")
    assert answer["status"] == "stopped"
    # The signal may come between the keeping of a piece and its printing, never the other way round.
    assert printed
    assert answer["text"].startswith(printed)


def test_a_reader_that_leaves_stops_it(sim: SimulatorServer, cli: Run) -> None:
    with started("chat", "hello", "--save", "-m", "fault-endless", "--base-url", sim.base_url) as process:
        some(process.stdout)
        assert process.stdout
        process.stdout.close()
        assert process.wait(LIMIT) == 1
    answer = shown(cli)["messages"][1]
    assert answer["status"] == "stopped"
    assert answer["text"]


def test_what_is_killed_is_kept_but_for_the_last_moment(cli: Run) -> None:
    with (
        SimulatorServer(SimulatorConfig(speed=60)) as sim,
        started("chat", "Write a long story", "--save", "--base-url", sim.base_url) as process,
    ):
        some(process.stdout)

        def kept() -> str:
            hits = cli("history", "list", "--json").json["conversations"]
            return shown(cli)["messages"][-1]["text"] if hits else ""

        until(lambda: len(kept()) > 100)
        assert shown(cli)["messages"][1]["status"] == "streaming", "somebody is still writing it"
        busy = cli("chat", "-c", "and?", "--base-url", sim.base_url)
        assert (busy.code, "is being answered at this moment" in busy.err) == (1, True)
        before = kept()
        process.kill()
        process.wait(LIMIT)
    question, answer = shown(cli)["messages"]
    assert question["text"] == "Write a long story"
    assert answer["status"] == "interrupted"
    assert answer["text"].startswith(before)


def test_a_library_that_cannot_be_written_costs_no_answer(ask: Run) -> None:
    library_file().parent.parent.mkdir(parents=True, exist_ok=True)
    library_file().parent.write_text("a file where a folder should be", encoding="utf-8")
    result = ask("chat", "hello", "--save")
    assert "Simulated answer" in result.out
    assert result.code == 1
    assert "warning: Conversations cannot be saved" in result.err
    assert "error: It could not be saved" in result.err


# Files


def test_files_go_before_the_prompt(ask: Run, cli: Run, sim: SimulatorServer, tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("# Notes\n```\ncode\n```\n", encoding="utf-8")
    assert ask("chat", "Sum it up", "--file", str(path), "--save", "-m", LOADED).code == 0
    content = body(sim)["messages"][0]["content"]
    assert content.startswith("notes.md:\n````md\n# Notes")
    assert content.endswith("````\n\nSum it up")
    ask("chat", "-c", "More")
    assert body(sim)["messages"][0]["content"] == content, "it is sent again from the library"
    question = shown(cli)["messages"][0]
    assert (question["text"], question["attachments"][0]["name"]) == ("Sum it up", "notes.md")


def test_images_go_to_models_that_see(ask: Run, sim: SimulatorServer, tmp_path: Path) -> None:
    assert ask("chat", "What is it?", "--image", str(PICTURE), "-m", "sim-gemma-3n-e4b").code == 0
    text, image = body(sim)["messages"][0]["content"]
    assert text == {"type": "text", "text": "What is it?"}
    assert image["image_url"]["url"].startswith("data:image/png;base64,")
    assert not library_file().exists()
    count = len(asked(sim))
    blind = ask("chat", "What is it?", "--image", str(PICTURE), "-m", LOADED, "--json")
    assert (blind.code, blind.json["error"]["type"]) == (5, "FeatureUnavailableError")
    assert "does not read images" in blind.json["error"]["message"]
    assert len(asked(sim)) == count


def test_files_that_cannot_be_sent_are_refused_before_anything_is_asked(
    ask: Run, sim: SimulatorServer, tmp_path: Path
) -> None:
    (tmp_path / "text.png").write_text("no image", encoding="utf-8")
    for option, path in (("--image", tmp_path / "none.png"), ("--image", tmp_path / "text.png"), ("--file", tmp_path)):
        result = ask("chat", "hello", option, str(path), "--save")
        assert (result.code, result.out, result.err.startswith("error: ")) == (2, "", True)
    assert asked(sim) == []
    assert not library_file().exists()


# Schemas


def test_an_answer_that_follows_its_schema(ask: Run, sim: SimulatorServer, schema: str) -> None:
    result = ask("chat", "Make one up", "--schema", schema)
    assert (result.code, result.err) == (0, "valid: The JSON follows the schema.\n")
    assert "name" in json.loads(result.out)
    assert body(sim)["response_format"]["json_schema"]["schema"] == SCHEMA
    found = ask("chat", "Make one up", "--schema", schema, "--json").json
    assert (found["valid"], found["schema_error"]) == (True, None)


def test_an_answer_that_does_not(ask: Run, schema: str) -> None:
    result = ask("chat", "Make one up", "--schema", schema, "--max-tokens", "2")
    assert result.code == 1
    assert result.err.startswith("not valid: The answer is no JSON")
    found = ask("chat", "Make one up", "--schema", schema, "--max-tokens", "2", "--json")
    assert (found.code, found.json["valid"], found.json["error"]) == (1, False, None)
    assert found.json["schema_error"].startswith("The answer is no JSON")


def test_an_answer_that_broke_is_not_checked(ask: Run, schema: str) -> None:
    found = ask("chat", "hello", "--schema", schema, "--save", "-m", "fault-cut-middle", "--json")
    assert (found.code, found.json["valid"], found.json["interrupted"]) == (1, None, True)
    assert "valid" not in found.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no JSON: expecting property name"),
        ("[1]", "Answer schema is a JSON object"),
        ('{"type": "nothing"}', "bad.json: this is no JSON schema at type"),
        (None, "cannot be read: no such file or directory."),
    ],
)
def test_a_schema_that_is_none(ask: Run, sim: SimulatorServer, tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "bad.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    result = ask("chat", "hello", "--schema", str(path))
    assert (result.code, result.out) == (2, "")
    assert message in " ".join(result.err.replace("│", "").split())
    assert not asked(sim)


# Presets


def test_a_preset_gives_parameters_and_flags_count_over_it(ask: Run, sim: SimulatorServer) -> None:
    library = Library(library_file())
    library.save_preset(Preset("pirate", {"system": "Arr.", "temperature": 1.5, "top_p": 0.5}))
    library.close()
    assert ask("chat", "hello", "--preset", "pirate", "-t", "0.5").code == 0
    sent = body(sim)
    assert (sent["messages"][0]["content"], sent["temperature"], sent["top_p"]) == ("Arr.", 0.5, 0.5)
    unknown = ask("chat", "hello", "--preset", "pirat")
    assert (unknown.code, "There is: pirate." in unknown.err) == (2, True)


# All of it as JSON


@pytest.mark.parametrize(
    ("options", "members"),
    [
        ([], set[str]()),
        (["--save"], {"conversation_id", "message_id"}),
        (["-c", "--no-save"], set[str]()),
        (["--schema", "SCHEMA"], {"valid", "schema_error"}),
        (["--schema", "SCHEMA", "-c"], {"conversation_id", "message_id", "valid", "schema_error"}),
    ],
)
def test_the_members_are_the_same_whether_it_works_or_not(
    ask: Run, cli: Run, schema: str, options: list[str], members: set[str]
) -> None:
    given = [schema if one == "SCHEMA" else one for one in options]
    plain = set(ask("chat", "hello", "--json").json)
    worked: Result = ask("chat", "hello", "--json", *given)
    failed = cli("chat", "hello", "--json", *given, "--base-url", "http://127.0.0.1:9")
    assert (set(worked.json) - plain, set(failed.json) - plain) == (members, members)
    assert failed.code == 3


@pytest.mark.parametrize(
    "options", [["-c", "--conversation", "x"], ["--save", "-t", "9"], ["--save", "--param", "stream=true"]]
)
def test_options_that_cannot_be(ask: Run, sim: SimulatorServer, options: list[str]) -> None:
    assert ask("chat", "hello", *options).code == 2
    assert not asked(sim)


def test_a_conversation_that_there_is_not(ask: Run) -> None:
    found = ask("chat", "hello", "--conversation", "nope", "--json")
    assert (found.code, found.json["error"]["type"]) == (1, "ConversationNotFoundError")
