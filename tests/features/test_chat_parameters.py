"""Parameters: what is typed, kept and sent."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.chat.parameter_fields import BY_NAME, FIELDS, as_typed, parse, parse_extra
from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.sdk import ChatCompletionRequest, ChatMessage

SCHEMA = {"title": "My city!", "type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
VALUES: dict[str, Any] = {
    "system": "Be brief.",
    "temperature": 0.7,
    "top_p": 0.9,
    "top_k": 40,
    "min_p": 0.05,
    "presence_penalty": -1.5,
    "frequency_penalty": 0.5,
    "repeat_penalty": 1.1,
    "max_tokens": 512,
    "seed": -7,
    "stop": ["END", "a, b", "\n\n"],
    "reasoning_effort": "low",
    "ttl": 300,
    "draft_model": "small/one",
    "schema": SCHEMA,
    "extra": {"mirostat": 2, "grammar": 'root ::= "a"'},
}


def everything() -> Parameters:
    parameters = Parameters()
    for name, value in VALUES.items():
        parameters = parameters.with_value(name, value)
    return parameters


def test_nothing_is_sent_until_it_was_changed() -> None:
    assert Parameters().request_fields() == {}
    assert Parameters().words == ""
    assert Parameters().to_json() == {}
    assert Parameters().record == {}


def test_everything_that_was_changed_is_sent() -> None:
    request = ChatCompletionRequest(
        messages=[ChatMessage(role="user", content="x")], **everything().request_fields()
    ).payload(stream=False)
    for name in ("temperature", "top_k", "stop", "reasoning_effort", "ttl", "draft_model", "seed"):
        assert request[name] == VALUES[name]
    assert request["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "My_city", "strict": True, "schema": SCHEMA},
    }
    assert request["mirostat"] == 2
    assert "system" not in request


def test_what_is_kept_with_an_answer_reads_as_the_api() -> None:
    record = everything().record
    assert record["system"] == "Be brief."
    assert record["mirostat"] == 2
    assert record["response_format"]["type"] == "json_schema"
    again = Parameters.from_json(record)
    assert again.schema == {**SCHEMA, "title": "My_city"} or again.schema == SCHEMA
    assert again.value("temperature") == 0.7


def test_what_is_written_is_read_again() -> None:
    assert Parameters.from_json(json.loads(json.dumps(everything().to_json()))) == everything()
    assert tuple(everything().to_json()) == tuple(VALUES)


@pytest.mark.parametrize("rubbish", [None, [], "x", {"temperature": "hot"}, {"stop": [1]}, {"schema": 3}, {"x": 1}])
def test_rubbish_is_passed_over(rubbish: object) -> None:
    assert Parameters.from_json(rubbish) == Parameters()


@given(
    st.dictionaries(
        st.sampled_from([*VALUES, "response_format"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=6,
        ),
    )
)
def test_whatever_was_kept_can_be_sent(value: dict[str, Any]) -> None:
    fields = Parameters.from_json(value).request_fields()
    json.dumps(ChatCompletionRequest(messages=[ChatMessage(role="user", content="x")], **fields).payload(stream=True))


def test_what_is_empty_or_none_is_unset() -> None:
    parameters = everything()
    for name in VALUES:
        parameters = parameters.with_value(name, None)
    assert parameters == Parameters()
    assert everything().with_value("stop", []).value("stop") is None
    assert everything().with_value("system", "  ").system == ""


def test_another_set_is_laid_over() -> None:
    preset = Parameters("Other.", {"temperature": 0.1})
    assert everything().with_all(preset).system == "Other."
    assert everything().with_all(preset).values["temperature"] == 0.1
    assert everything().with_all(Parameters()) == everything()


def test_a_summary_fits_a_title() -> None:
    assert Parameters("", {"temperature": 0.7, "top_p": 0.9, "schema": SCHEMA}).words == "temp 0.7 · top_p 0.9 · schema"
    words = everything().words
    assert words.startswith("system · temp 0.7")
    assert "stop ×3" in words
    assert "max 512" in words
    assert words.endswith("mirostat · grammar")


def test_the_name_of_a_schema_is_one_that_servers_take() -> None:
    for title in ("", "…", 3, None, "x" * 100):
        shape = Parameters("", {"schema": {"title": title, "type": "object"}}).request_fields()["response_format"]
        name = shape["json_schema"]["name"]
        assert 1 <= len(name) <= 64
    assert (
        Parameters().with_value("schema", {"type": "object"}).record["response_format"]["json_schema"]["name"]
        == "answer"
    )


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", "0.7", 0.7),
        ("temperature", " 0,7 ", 0.7),
        ("temperature", "", None),
        ("temperature", "1", 1.0),
        ("temperature", ".5", 0.5),
        ("top_k", "40", 40),
        ("max_tokens", "4k", 4096),
        ("max_tokens", "-1", -1),
        ("seed", "-3", -3),
        ("stop", "a, b", ["a", "b"]),
        ("stop", '"a", "b, c"', ["a", "b, c"]),
        ("stop", "'it, s',x", ["it, s", "x"]),
        ("stop", '["a","\\n"]', ["a", "\n"]),
        ("stop", "\\n, don't", ["\n", "don't"]),
        ("stop", '"\\n\\n"', ["\n\n"]),
        ("stop", "###", ["###"]),
        ("stop", "a,,a,", ["a"]),
        ("stop", " , ", None),
        ("reasoning_effort", "High", "high"),
        ("reasoning_effort", "max", "max"),
        ("draft_model", " small/one ", "small/one"),
        ("system", " As it is.\n", " As it is.\n"),
        ("schema", '{"type": "object"}', {"type": "object"}),
        ("schema", '{"name":"city","strict":true,"schema":{"type":"object"}}', {"title": "city", "type": "object"}),
        (
            "schema",
            '{"type":"json_schema","json_schema":{"name":"c","schema":{"type":"object","title":"T"}}}',
            {"title": "T", "type": "object"},
        ),
        ("extra", 'mirostat=2\n\nname = "x=y"', {"mirostat": 2, "name": "x=y"}),
    ],
)
def test_what_is_typed_is_read(name: str, text: str, value: object) -> None:
    assert parse(BY_NAME[name], text) == value


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("temperature", "3", "from 0 to 2, and 3 is not"),
        ("temperature", "warm", "'warm' is none"),
        ("temperature", "nan", "'nan' is none"),
        ("temperature", "1e999", "too large"),
        ("top_k", "1.5", "whole number"),
        ("max_tokens", "0", "-1 is no limit"),
        ("seed", "9" * 30, "too large"),
        ("seed", "9" * 5000, "whole number"),
        ("ttl", "0", "from 1"),
        ("stop", '"a', "not closed"),
        ("stop", '"a" b', "comma"),
        ("stop", "[1]", "quotes"),
        ("stop", '"\\x"', "means nothing"),
        ("reasoning_effort", "hihg", "Did you mean high?"),
        ("reasoning_effort", "very high", "one word"),
        ("schema", "{", "line 1, column 2"),
        ("schema", "[]", "JSON object"),
        ("schema", '{"type": "objct"}', "at type"),
        ("schema", "[" * 100_000, "no JSON"),
        ("schema", '{"minimum": NaN}', "no JSON"),
        ("extra", "mirostat", "NAME=JSON"),
        ("extra", "name=word", "needs quotes"),
        ("extra", "temperature=1", "of its own"),
        ("extra", "stream=true", "cannot be set"),
        ("extra", "x=\x1b[31m", "no JSON"),
    ],
)
def test_what_is_of_no_use_is_said_in_a_sentence(name: str, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        parse(BY_NAME[name], text)
    assert str(caught.value)[-1] in ".?"
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 300


@given(st.sampled_from(FIELDS), st.text())
def test_no_text_is_an_error_of_ours(field: Any, text: str) -> None:
    with contextlib.suppress(ValueError):
        value = parse(field, text)
        assert Parameters().with_value(field.name, value) is not None


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_typed_as_it_is_read(name: str) -> None:
    field = BY_NAME[name]
    assert parse(field, as_typed(field, VALUES[name])) == VALUES[name]
    assert as_typed(field, None) == ""


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, unique=True, max_size=4))
def test_any_stop_strings_can_be_typed(texts: list[str]) -> None:
    field = BY_NAME["stop"]
    assert parse(field, as_typed(field, texts)) == texts


def test_a_parameter_that_does_not_exist_is_not_set() -> None:
    with pytest.raises(ValueError, match="Did you mean temperature"):
        Parameters().with_value("temprature", 1)
    with pytest.raises(ValueError, match="cannot be set"):
        Parameters().with_extra("messages", [])
    assert parse_extra("a.b-c=null") == ("a.b-c", None)
    assert Parameters().with_extra("x", 1).with_extra("x", None) == Parameters()


def test_every_parameter_says_what_it_is() -> None:
    for field in FIELDS:
        assert field.label
        assert field.help
        assert field.step is not None or field.kind not in {"float", "int"}
