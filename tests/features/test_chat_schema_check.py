"""Whether an answer follows its schema, and that the reason can be read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.chat.schema_check import check, fault_of

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "number"}}}}
    },
    "required": ["items"],
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"items": []}', "follows"),
        ('\n {"items": [{"price": 1}]} ', "follows"),
        ('```json\n{"items": []}\n```', "code fence"),
        ('\ufeff{"items": []}', "follows"),
    ],
)
def test_what_follows_it(text: str, said: str) -> None:
    verdict = check(text, SCHEMA)
    assert verdict.valid
    assert said in verdict.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("{}", "'items' is a required property"),
        ('{"items": [{}, {"price": "x"}, {"price": []}]}', "price: [] is not of type 'number' (1 more)."),
        ('{"items": [', "stops before the JSON is complete"),
        ('Sure! {"items": []}', "line 1, column 1"),
        ("NaN", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("9" * 10_000, "no JSON"),
        ('"\x1b[31mred"', "no JSON"),
    ],
)
def test_what_does_not(text: str, said: str) -> None:
    verdict = check(text, SCHEMA)
    assert not verdict.valid
    assert said in verdict.message
    assert verdict.message.endswith(".")


def test_a_long_answer_makes_no_long_sentence() -> None:
    verdict = check('{"items": "' + "x\\u001b" * 100_000 + '"}', SCHEMA)
    assert not verdict.valid
    assert len(verdict.message) < 250
    assert "\x1b" not in verdict.message


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"$ref": "https://example.com/other.json"}, "not in it"),
        ({"type": "objct"}, "unknown type"),
        ({"pattern": "("}, "pattern"),
        ({"$ref": "#"}, "without end"),
    ],
)
def test_a_schema_that_cannot_be_used_is_said(schema: dict[str, Any], said: str) -> None:
    verdict = check('"text"', schema)
    assert not verdict.valid
    assert said in verdict.message
    assert "not checked" in verdict.message


def test_older_versions_of_json_schema_are_known() -> None:
    old = {"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 3, "exclusiveMinimum": True}
    assert not check("3", old).valid
    assert check("4", old).valid
    assert check('{"a": 1}', {"$ref": "#/$defs/x", "$defs": {"x": {"type": "object"}}}).valid


def test_what_is_wrong_with_a_schema() -> None:
    assert fault_of(SCHEMA) == ""
    assert fault_of({"properties": {"a": {"type": 3}}}).startswith("this is no JSON schema at properties.a.type")
    assert fault_of({"required": "name"}).endswith(".")


@given(st.text())
def test_no_answer_is_an_error_of_ours(text: str) -> None:
    assert check(text, SCHEMA).message
