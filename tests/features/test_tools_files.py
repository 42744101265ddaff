"""Tools as files define them, what is wrong with some, and which commands are approved."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.tools import Approvals, Tool, check_arguments, load_tools
from lmstudio_tui.features.tools.definitions import DEFAULT_TIMEOUT
from lmstudio_tui.sdk import ChatCompletionRequest, ChatMessage

WEATHER = {
    "name": "get_weather",
    "description": "The weather\nof a place.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
        "required": ["city"],
    },
}
WRAPPED: dict[str, Any] = {"type": "function", "function": WEATHER}


def write(folder: Path, **files: Any) -> Path:
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{name}.json").write_text(text)
    return folder


@pytest.mark.parametrize("form", [WRAPPED, WEATHER, [WRAPPED], {"type": "function", **WEATHER}])
def test_every_form_gives_the_same_function(tmp_path: Path, form: Any) -> None:
    (tool,), problems = load_tools(write(tmp_path, a=form))
    assert problems == ()
    assert tool.request_object == WRAPPED
    assert (tool.name, tool.description) == ("get_weather", "The weather of a place.")
    assert (tool.command, tool.command_line, tool.timeout_seconds) == ((), "", DEFAULT_TIMEOUT)
    request = ChatCompletionRequest(messages=[ChatMessage(role="user", content="x")], tools=[tool.request_object])
    assert request.payload(stream=False)["tools"] == [WRAPPED]


@pytest.mark.parametrize("form", [WRAPPED, WEATHER])
def test_a_command_is_not_sent(tmp_path: Path, form: dict[str, Any]) -> None:
    own = {"command": ["python3", "my tool.py", "a\u202eb\n"], "timeout_seconds": 2}
    (tool,), problems = load_tools(write(tmp_path, a={**form, **own}))
    assert problems == ()
    assert tool.request_object == WRAPPED
    assert (tool.command, tool.timeout_seconds) == (("python3", "my tool.py", "a\u202eb\n"), 2.0)
    assert tool.command_line == "python3 'my tool.py' 'a\\u202eb\\n'"


def test_a_function_without_parameters_takes_none(tmp_path: Path) -> None:
    (tool,), problems = load_tools(write(tmp_path, a={"name": "now"}))
    assert problems == ()
    assert tool.request_object["function"]["parameters"] == {"type": "object", "properties": {}}
    assert check_arguments(tool, "") == check_arguments(tool, "{}") == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{nope", "It is no JSON"),
        ("", "It is no JSON"),
        ("[" * 100_000, "It is no JSON"),
        ('"text"', "A tool is an object"),
        ("[1]", "A tool is an object"),
        ({"type": "function", "function": "x"}, '"function" must be an object'),
        ({"type": "retrieval", "function": WEATHER}, '"type" must be "function"'),
        ({"type": "function", "function": {}}, 'needs a "name"'),
        ({"name": 5}, 'needs a "name"'),
        ({"name": "get weather"}, '"get weather" is no name'),
        ({"name": "x" * 65}, "at most 64"),
        ({"name": "x\n"}, "is no name"),
        ({"name": "x", "description": 5}, '"description" must be a text'),
        ({"name": "x", "parameters": []}, "must be a JSON schema"),
        ({"name": "x", "parameters": {"type": "string"}}, 'must have "type": "object"'),
        ({"name": "x", "parameters": {"properties": {"a": {"type": "strin"}}}}, "no JSON schema at properties.a.type"),
        ({"name": "x", "command": "rm -rf /"}, "must be a list"),
        ({"name": "x", "command": []}, "must be a list of texts"),
        ({"name": "x", "command": ["a", 5]}, "must be a list of texts"),
        ({"name": "x", "command": [" "]}, "must be a list of texts"),
        ({"name": "x", "command": ["a\0"]}, "must be a list of texts"),
        ({"name": "x", "timeout_seconds": 0}, "must be a number"),
        ({"name": "x", "timeout_seconds": True}, "must be a number"),
        ({"name": "x", "timeout_seconds": 1e9}, "at most 3600"),
        ({"function": {"name": "x", "command": ["a"]}}, 'belongs beside "function"'),
        (" " * 1_000_001, "larger than 1 MB"),
    ],
)
def test_a_broken_file_says_why_and_the_others_load(tmp_path: Path, content: Any, said: str) -> None:
    tools, problems = load_tools(write(tmp_path, broken=content, whole=WRAPPED))
    assert [tool.name for tool in tools] == ["get_weather"]
    ((file, sentence),) = problems
    assert file.name == "broken.json"
    assert said in sentence


@pytest.mark.parametrize("form", [{**WRAPPED, "comand": ["x"]}, {**WEATHER, "comand": ["x"]}])
def test_a_misspelt_member_is_told_of(tmp_path: Path, form: Any) -> None:
    (tool,), ((_, sentence),) = load_tools(write(tmp_path, a=form))
    assert tool.command == ()
    assert sentence == '"comand" means nothing here; did you mean "command"?'


def test_of_two_with_one_name_the_first_counts(tmp_path: Path) -> None:
    tools, problems = load_tools(write(tmp_path, a=[WRAPPED, WRAPPED], b=WRAPPED))
    assert [tool.file.name for tool in tools] == ["a.json"]
    assert [problem.sentence for problem in problems] == [
        "Number 2 in it: There is a tool get_weather already, above in it; this one is not used.",
        "There is a tool get_weather already, in a.json; this one is not used.",
    ]


def test_folders_and_files(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "notes.txt").write_text("{nope")
    (tmp_path / "tools" / ".hidden.json").write_text("{nope")
    write(tmp_path / "tools", a={"name": "a"})
    write(tmp_path, b={"name": "b"})
    assert load_tools(tmp_path / "nowhere") == ((), ())
    tools, problems = load_tools(tmp_path / "tools", tmp_path / "b.json", tmp_path / "gone.json")
    assert [tool.name for tool in tools] == ["a", "b"]
    assert [(file.name, sentence) for file, sentence in problems] == [
        ("gone.json", "It cannot be read: No such file or directory.")
    ]


MEMBERS = st.sampled_from(["type", "function", "name", "parameters", "command", "description", "timeout_seconds"])


def nested(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(of) | st.dictionaries(MEMBERS | st.text(), of)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), nested))
def test_any_json_is_a_tool_or_a_problem(content: Any) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        tools, problems = load_tools(write(Path(folder), a=content))
    assert tools or problems or content == []
    assert all(problem.sentence for problem in problems)


# Arguments


def weather(**more: Any) -> Tool:
    return Tool(WEATHER, Path("a.json"), **more)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"city": "Lyon"}', ""),
        ('{"city": "Lyon", "days": 3, "else": [null]}', ""),
        ("", "'city' is a required property."),
        ("{", "The arguments are no JSON"),
        ("[]", "no object with names"),
        ('{"city": 5}', "city: 5 is not of type 'string'."),
        ('{"city": "x", "days": 0}', "days: 0 is less than the minimum of 1."),
        ('{"city": ["\\u001b[31mx"]}', "city: ["),
        ("[" * 100_000, "nested too deeply"),
        ('{"city": 1' + "0" * 5000 + "}", "The arguments are no JSON"),
    ],
)
def test_arguments(text: str, said: str) -> None:
    found = check_arguments(weather(), text)
    assert (said in found) if said else found == ""
    assert "\x1b" not in found
    assert len(found) < 300


def test_a_schema_is_not_fetched_and_never_ends_the_app() -> None:
    for reference, said in [
        ("http://127.0.0.1:9/x.json", "which is not in it"),
        ("#/$defs/none", "which is not in it"),
        ("#", "to itself without end"),
    ]:
        schema: dict[str, Any] = {"type": "object", "properties": {}, "$ref": reference}
        found = check_arguments(Tool({"name": "x", "parameters": schema}, Path("a.json")), "{}")
        assert said in found, reference


def test_jsonschema_is_imported_when_it_is_used() -> None:
    code = (
        "import sys, lmstudio_tui.features.tools, lmstudio_tui.features.chat.attaching\n"
        "import lmstudio_tui.tui.screens.answer_tool, lmstudio_tui.tui.screens.look\n"
        "sys.exit(bool({'jsonschema', 'PIL', 'textual_image'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Approvals


def test_a_command_is_approved_by_its_exact_line(tmp_path: Path) -> None:
    path = tmp_path / "state" / "approved.json"
    approvals, again = Approvals(path), Approvals(path)
    tool = weather(command=("python3", "x.py"))
    assert not approvals.allows(tool)
    assert not approvals.allow(weather())
    assert not path.exists()
    assert approvals.allow(tool)
    assert again.allows(tool)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not again.allows(weather(command=("python3", "y.py")))
    assert not again.allows(weather(command=("python3", "x.py", "-v")))
    assert not again.allows(Tool(WEATHER, Path("b.json"), ("python3", "x.py")))
    assert not again.allows(Tool({**WEATHER, "name": "other"}, Path("a.json"), ("python3", "x.py")))
    assert [(one.name, one.command) for one in again.listed()] == [("get_weather", ("python3", "x.py"))]
    assert again.revoke(tool)
    assert not approvals.allows(tool)
    assert approvals.listed() == ()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"approved": 5}', '{"approved": [{"digest": "x"}]}', "[" * 9999])
def test_a_file_without_sense_approves_nothing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "approved.json"
    path.write_text(content)
    tool = weather(command=("x",))
    assert not Approvals(path).allows(tool)
    assert Approvals(path).allow(tool)
    assert Approvals(path).allows(tool)


def test_what_is_shown_is_what_is_approved(tmp_path: Path) -> None:
    path = tmp_path / "approved.json"
    tool = weather(command=("x",))
    Approvals(path).allow(tool)
    content = json.loads(path.read_text())
    content["approved"][0]["command"] = ["harmless"]
    path.write_text(json.dumps(content))
    assert not Approvals(path).allows(tool)
    assert Approvals(path).listed() == ()


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    tool = weather(command=("x",))
    approvals = Approvals(tmp_path / "file" / "approved.json")
    assert not approvals.allow(tool)
    assert not approvals.revoke(tool)
    assert not approvals.allows(tool)
