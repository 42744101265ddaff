"""Bodies and streams as a person reads them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector_parts import ask, event, newest, recording
from lmstudio_tui.features.inspector.assembling import Assembler
from lmstudio_tui.features.inspector.multipart import boundary_of, fields_of
from lmstudio_tui.features.inspector.texts import is_json, is_plain, laid_out, text_of
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.sampled_from([None, 1, 2]))
def test_laid_out_means_the_same(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert json.loads(laid_out(text)) == value


@given(st.dictionaries(st.text(), st.lists(st.integers()), min_size=1))
def test_laid_out_is_as_one_expects(value: object) -> None:
    assert laid_out(json.dumps(value)) == json.dumps(value, indent=2)


def test_what_was_written_stays_as_it_was_written() -> None:
    text = '{"a":1.0,"a":1e400,"b":"\\ud83d\\u00e9","c":0.10000000000000000555}'
    shown = laid_out(text)
    for part in ("1.0", "1e400", '"\\ud83d\\u00e9"', "0.10000000000000000555"):
        assert part in shown
    assert shown.count('"a"') == 2


@given(st.text())
def test_anything_can_be_laid_out(text: str) -> None:
    laid_out(text)
    assert is_json(text) in {True, False}


def test_no_more_is_laid_out_than_is_wanted() -> None:
    assert len(laid_out(json.dumps(list(range(100_000))), 1000)) < 1100


@pytest.mark.parametrize(
    ("text", "answer"),
    [("{}", True), (" [1]", True), ("1", False), ('"x"', False), ("{", False), ("", False), ("[" * 100_000, False)],
)
def test_what_is_json(text: str, answer: bool) -> None:
    assert is_json(text) is answer


def test_what_is_text() -> None:
    assert text_of("ünï".encode()) == "ünï"
    assert text_of(b"\xff") is None
    assert text_of(b"a\x00") is None
    assert is_plain("a\tb\nc")
    assert not is_plain("a\rb")
    assert not is_plain("\x1b[0m")


# Streams


def put_together(*bodies: object, name: str = "") -> list[tuple[str, str]]:
    assembler = Assembler()
    for body in bodies:
        assembler.feed([event("a", body if isinstance(body, str) else json.dumps(body), name=name)])
    return [(passage.voice, passage.text) for passage in assembler.passages]


def delta(**members: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": members}]}


def test_reasoning_then_an_answer() -> None:
    found = put_together(
        delta(role="assistant"),
        delta(reasoning_content="I "),
        delta(reasoning="think"),
        delta(content="So"),
        delta(content=None),
        delta(content=" it is"),
        "[DONE]",
    )
    assert found == [("reasoning", "I think"), ("answer", "So it is")]


def test_tool_calls() -> None:
    def call(**function: object) -> dict[str, object]:
        return delta(tool_calls=[{"index": 0, "function": function}])

    found = put_together(
        call(name="add"), call(arguments='{"a"'), call(arguments=":1}"), call(name="sub", arguments="{}")
    )
    assert found == [("tool call", 'add {"a":1}\nsub {}')]


def test_legacy_completions_and_whole_messages() -> None:
    assert put_together({"choices": [{"text": "a"}]}, {"choices": [{"text": "b"}]}) == [("answer", "ab")]
    assert put_together({"choices": [{"message": {"content": "whole"}}]}) == [("answer", "whole")]


def test_typed_events() -> None:
    found = put_together(
        {"type": "chat.start"},
        {"type": "reasoning.delta", "content": "hm"},
        {"type": "message.delta", "content": "yes"},
        {"type": "response.output_text.delta", "delta": "!"},
        {"type": "tool_call.delta", "delta": "x"},
    )
    assert found == [("reasoning", "hm"), ("answer", "yes!"), ("tool call", "x")]
    assert put_together({"content": "hi"}, name="message.delta") == [("answer", "hi")]


def test_errors() -> None:
    assert put_together({"error": "it broke"}) == [("error", "it broke")]
    assert put_together({"error": {"message": "no"}}) == [("error", '{"message": "no"}')]
    assert put_together({"message": "no"}, name="error") == [("error", '{"message": "no"}')]


@given(JSON, st.text(max_size=8))
def test_anything_may_come(value: object, name: str) -> None:
    put_together(value if not isinstance(value, str) else json.dumps(value), name=name)
    put_together({"choices": [value], "usage": value, "type": value}, name=name)
    put_together({"choices": [{"delta": value, "text": value}]})


def test_figures_and_reasons() -> None:
    assembler = Assembler()
    body: dict[str, object] = {
        "choices": [{"delta": {}, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 1200, "x": True, "y": {}},
    }
    assembler.feed([event("a", json.dumps(body))])
    assert (assembler.finish_reason, assembler.usage) == ("length", "prompt tokens 1,200")


def test_it_is_what_the_sdk_made_of_it() -> None:
    with (
        SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server,
        recording(server.base_url) as (client, log),
    ):
        said = client.stream_chat_completion(ask("sim-qwen3-8b", "Explain recursion")).run()
        assembler = Assembler()
        assembler.feed(newest(log).events)
    passages = dict(assembler.passages)
    assert passages.get("answer", "") == said.text
    assert passages.get("reasoning", "") == said.reasoning


# Forms


def test_forms() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n\x00\x01\r\n--b--\r\n'
    )
    assert boundary_of("multipart/form-data; boundary=b") == "b"
    assert boundary_of("multipart/form-data") is None
    assert boundary_of("application/json; boundary=b") is None
    assert boundary_of("multi\r\npart; boundary=x") is None
    model, file = fields_of(body, "b")
    assert (model.name, model.text, model.filename) == ("model", "whisper", None)
    assert (file.name, file.filename, file.size, file.text) == ("file", "a.wav", 2, "")
    assert fields_of(b"no form at all", "b") == []
    # Of a long form the beginning is kept; what is missing is of the file, but for the end of the form.
    cut = body.rpartition(b"\r\n--b")[0][:-1]
    assert [field.size for field in fields_of(cut, "b", len(body) - len(cut))] == [model.size, file.size]
    assert fields_of(b"--b\r\nnothing--b", "b") == []


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_form(body: bytes, kind: str) -> None:
    boundary_of(kind)
    fields_of(body, kind or "b")
