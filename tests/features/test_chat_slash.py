"""Slash commands: what is one, what it says, and what it can be completed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.features.chat.slash import (
    BY_NAME,
    COMMANDS,
    CompletionContext,
    code_of,
    completions,
    export_of,
    literal,
    nearest,
    parse,
    path_of,
    unknown,
    with_assigned,
    without_assigned,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def paths(typed: str) -> Sequence[str]:
    return [each for each in ("notes.md", "my notes/", "photo.png") if each.startswith(typed)]


CONTEXT = CompletionContext(
    models=("qwen/qwen3-8b", "google/gemma-4", "qwen/qwen3-0.6b"),
    presets=("Sober", "My own"),
    changed=("temperature", "stop", "mirostat"),
    code_blocks=3,
    paths=paths,
)


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/help", "help", ""),
        ("/HELP  set ", "help", "set"),
        ("/exit", "quit", ""),
        ("/?", "help", ""),
        ("/system You are\n\nkind. ", "system", "You are\n\nkind."),
        ("/system\nYou are kind.", "system", "You are kind."),
        ('/set stop "a", "b"', "set", 'stop "a", "b"'),
        ("/save-preset My own", "save-preset", "My own"),
        ("/export json out put.json", "export", "json out put.json"),
    ],
)
def test_what_is_a_command(text: str, name: str, argument: str) -> None:
    found = parse(text)
    assert found is not None
    assert (found[0].name, found[1]) == (name, argument)


@pytest.mark.parametrize(
    "text", ["", "help", " /help", "/", "/ help", "//help", "/etc/hosts", "/etc/hosts is wrong", "/x!"]
)
def test_what_is_a_prompt(text: str) -> None:
    assert parse(text) is None
    assert unknown(text) is None


def test_two_slashes_are_one_that_is_sent() -> None:
    assert literal("//help me") == "/help me"
    assert literal("/etc/hosts") == "/etc/hosts"


def test_what_looks_like_a_command_and_is_none() -> None:
    assert unknown("/modell qwen") == "modell"
    assert unknown("/model qwen") is None
    assert nearest("modell") == "model"
    assert nearest("exti") == "quit"
    assert nearest("zzzzzz") == ""


def test_every_command_says_in_a_line_what_it_does() -> None:
    names = [name for each in COMMANDS for name in (each.name, *each.aliases)]
    assert len(names) == len(set(names)) == len(BY_NAME)
    for each in COMMANDS:
        assert each.help.endswith(".")
        assert len(f"{each.usage}  {each.help}") <= 100
        assert each.needs_argument == (bool(each.argument) and each.argument[0] != "[")
    wanted = (
        "model system set unset preset save-preset clear new title stats export import copy code retry edit continue "
        "branch delete attach tools compare find fold editor help quit schema"
    )
    assert set(wanted.split()) <= set(BY_NAME)


def offered(text: str, cursor: int | None = None) -> list[str]:
    found = completions(text, len(text) if cursor is None else cursor, CONTEXT)
    return [each.applied(text)[0] for each in found]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("/se", ["/set ", "/unset ", "/preset ", "/save-preset "]),
        ("/hel", ["/help "]),
        ("/help", []),
        ("/model", []),
        ("/qui", ["/quit"]),
        ("/model gem", ["/model google/gemma-4"]),
        ("/model qwen/qwen3-8b", []),
        ("/set temp", ["/set temperature "]),
        ("/set reasoning_effort h", ["/set reasoning_effort high", "/set reasoning_effort xhigh"]),
        ("/set draft_model 0.6", ["/set draft_model qwen/qwen3-0.6b"]),
        ("/set temperature ", []),
        ("/set system You are ", []),
        ("/unset ", ["/unset temperature", "/unset stop", "/unset mirostat", "/unset all"]),
        ("/unset stop m", ["/unset stop mirostat", "/unset stop temperature"]),
        ("/preset my", ["/preset My own"]),
        ("/preset my own", ["/preset My own"]),
        ("/export ", ["/export md", "/export json", "/export html"]),
        ("/export json", []),
        ("/export json no", ["/export json notes.md"]),
        ("/export no", ["/export notes.md"]),
        ("/copy a", ["/copy all"]),
        ("/code ", ["/code 1", "/code 2", "/code 3"]),
        ("/code 2 n", ["/code 2 notes.md"]),
        ("/attach my", ["/attach my notes/"]),
        ('/attach "my', ['/attach "my notes/']),
        ("/attach notes.md", []),
        ("/schema p", ["/schema photo.png"]),
        ("/compare google/gemma-4 8b", ["/compare google/gemma-4 qwen/qwen3-8b"]),
        ("/help compa", ["/help compare"]),
        ("/title x", []),
        ("hello", []),
        ("//he", []),
        ("/etc/ho", []),
        ("/nothing x", []),
    ],
)
def test_what_it_is_completed_to(text: str, whole: list[str]) -> None:
    assert offered(text) == whole


def test_all_commands_are_offered_at_first() -> None:
    assert [each.label for each in completions("/", 1, CONTEXT)] == [f"/{each.name}" for each in COMMANDS]


def test_the_word_at_the_cursor_is_replaced_and_the_rest_stays() -> None:
    (first, *_) = completions("/mod gemma", 3, CONTEXT)
    assert first.applied("/mod gemma") == ("/model gemma", 6)
    (found,) = completions("/set tempe 0.5", 9, CONTEXT)
    assert found.applied("/set tempe 0.5") == ("/set temperature 0.5", 16)


def test_presets_may_have_blanks_and_models_any_case() -> None:
    assert offered("/model QWEN") == ["/model qwen/qwen3-8b", "/model qwen/qwen3-0.6b"]
    assert offered("/preset M") == ["/preset My own"]


@given(st.text("/ abcdefilmnopqrstux2\n\"='", max_size=30), st.integers(0, 30))
def test_no_text_is_an_error(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    for each in completions(text, cursor, CONTEXT):
        after, place = each.applied(text)
        assert after != text
        assert 0 <= each.start <= cursor <= each.end <= len(text)
        assert 0 <= place <= len(after)
    parse(text)
    export_of(text)


# What arguments mean


@pytest.mark.parametrize(
    ("argument", "name", "value"),
    [
        ("temperature 0.7", "temperature", 0.7),
        ("temperature=0.7", "temperature", 0.7),
        ("Temperature = 0,7", "temperature", 0.7),
        ("temp 1", "temperature", 1.0),
        ("max 4k", "max_tokens", 4096),
        ("reasoning low", "reasoning_effort", "low"),
        ('stop "a","b, c"', "stop", ["a", "b, c"]),
        ("stop = =", "stop", ["="]),
        ("system You are\nkind.", "system", "You are\nkind."),
        ("mirostat=2", "extra", {"mirostat": 2}),
        ('extra grammar="x"', "extra", {"grammar": "x"}),
        ('schema {"type": "object"}', "schema", {"type": "object"}),
    ],
)
def test_parameters_are_set(argument: str, name: str, value: object) -> None:
    assert with_assigned(Parameters(), argument).value(name) == value


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("", "such as /set temperature"),
        ("temperature", "Say what temperature"),
        ("temprature 1", "Did you mean temperature"),
        ("temprature=1", "Did you mean temperature"),
        ("temperature 9", "from 0 to 2"),
        ("mirostat 2", "no parameter"),
        ("mirostat=two", "needs quotes"),
        ("=2", "such as /set temperature"),
    ],
)
def test_what_cannot_be_set_is_said(argument: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        with_assigned(Parameters(), argument)


def test_parameters_are_unset() -> None:
    parameters = Parameters("S", {"temperature": 1.0, "seed": 1, "extra": {"mirostat": 2, "x": 1}})
    assert without_assigned(parameters, "temp, seed mirostat").to_json() == {"system": "S", "extra": {"x": 1}}
    assert without_assigned(parameters, "ALL") == Parameters()
    assert with_assigned(parameters, "x=null").extra == {"mirostat": 2}
    assert with_assigned(parameters, "extra y=3").extra == {"mirostat": 2, "x": 1, "y": 3}
    for argument in ("", "nothing"):
        with pytest.raises(ValueError, match=r"Say what|no parameter"):
            without_assigned(parameters, argument)


@pytest.mark.parametrize(
    ("argument", "format_", "path"),
    [
        ("", "md", ""),
        ("json", "json", ""),
        ("HTML out.txt", "html", "out.txt"),
        ("notes.json", "json", "notes.json"),
        ("my notes.htm", "html", "my notes.htm"),
        ("notes", "md", "notes"),
        ("md 'my notes.md'", "md", "my notes.md"),
    ],
)
def test_where_to_export_to(argument: str, format_: str, path: str) -> None:
    assert export_of(argument) == (format_, path)


def test_which_code_block() -> None:
    assert code_of("") == (None, "")
    assert code_of("2") == (2, "")
    assert code_of('2 "my file.py"') == (2, "my file.py")
    for argument in ("0", "x", "-1", "²"):
        with pytest.raises(ValueError, match="numbers from 1"):
            code_of(argument)


def test_quotes_around_a_path_are_taken_off() -> None:
    assert [path_of(each) for each in (' "a b" ', "'a'", "a'", '"')] == ["a b", "a", "a'", '"']
