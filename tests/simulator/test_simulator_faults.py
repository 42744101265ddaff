"""Every fault is reached, and the important ones are looked at closely (server contract, sections 2.2 and 2.5)."""

import json
from typing import Any

import httpx
import pytest
from simulator_asks import Json, chat, completed, data_lines, deltas, serving

from lmstudio_tui.simulator import FAULTS, SimulatorConfig, SimulatorServer

CUT = ("cut-before", "cut-after-headers", "cut-middle", "close-middle", "cut-utf8")
SILENT = ("stall", "stall-headers", "endless")
STATUS = {
    400: (
        *("missing-field", "no-model", "load-failed", "crash", "stream-unsupported"),
        *("context-overflow", "context-overflow-nkeep"),
    ),
    401: ("auth-required",),
    404: ("model-not-found",),
    307: ("redirect",),
    429: ("rate-limit",),
    502: ("html",),
    503: ("unavailable", "unavailable-always"),
}
REFUSED = {name: status for status, names in STATUS.items() for name in names}
PROMPT = "Explain how rivers meander"


def ask(name: str, **extra: object) -> Json:
    return chat(PROMPT, f"fault-{name}", stream=True, stream_options={"include_usage": True}, **extra)


def raw(client: httpx.Client, body: Json, path: str = "/v1/chat/completions") -> tuple[int, bytes]:
    with client.stream("POST", path, json=body) as response:
        return response.status_code, response.read()


def parsed(client: httpx.Client, name: str, **extra: object) -> list[Json]:
    return [json.loads(line) for line in data_lines(client, ask(name, **extra)) if line != "[DONE]"]


def silence(client: httpx.Client, body: Json, path: str) -> None:
    """Read until nothing more comes; a stream without an end is taken for silent after some lines."""
    with client.stream("POST", path, json=body, timeout=0.1) as response:
        for number, _ in enumerate(response.iter_lines()):
            if number > 500:
                raise httpx.ReadTimeout("endless")


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("kind", ["stream", "buffered", "completion"])
def test_each_fault_does_something_of_its_own(client: httpx.Client, name: str, kind: str) -> None:
    body = ask(name)
    path = "/v1/chat/completions"
    if kind == "buffered":
        body["stream"] = False
    if kind == "completion":
        path, body["prompt"] = "/v1/completions", PROMPT
        del body["messages"]
    if name in (*CUT, "cut-before-once") or (name == "no-streaming" and kind != "buffered"):
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            raw(client, body, path)
    elif name in SILENT:
        with pytest.raises(httpx.ReadTimeout):
            silence(client, body, path)
    else:
        status, _ = raw(client, body, path)
        expected = REFUSED.get(name, 200)
        # What breaks within a stream is a plain error without one; what cannot stream works without one.
        if kind == "buffered":
            expected = {"stream-unsupported": 200}.get(name, 400 if name.startswith("stream-") else expected)
        assert status == expected


def test_each_fault_has_one_sentence() -> None:
    assert all(sentence.endswith(".") and not sentence[0].islower() for sentence in FAULTS.values())


def test_an_overflow_in_a_stream_is_an_error_event(client: httpx.Client) -> None:
    status, body = raw(client, ask("stream-overflow"))
    assert status == 200
    assert body.startswith(b"event: error\ndata: {")
    assert json.loads(body.split(b"data: ")[1])["message"].startswith("Input does not fit in context length.")
    assert b"[DONE]" not in body


def test_an_error_can_come_as_data(client: httpx.Client) -> None:
    found = parsed(client, "stream-error-data")
    assert "error" in found[-1]
    assert deltas(found[:-1])
    assert list(parsed(client, "stream-error-before")[0]) == ["error"]
    assert b"event: error\n" in raw(client, ask("stream-error-event"))[1]


def until_cut(client: httpx.Client, name: str) -> bytes:
    """What arrives before the connection is cut."""
    got = bytearray()
    with client.stream("POST", "/v1/chat/completions", json=ask(name)) as response:
        try:
            for part in response.iter_raw():
                got += part
        except (httpx.ReadError, httpx.RemoteProtocolError):
            return bytes(got)
    pytest.fail("the connection was not cut")


def test_a_cut_comes_after_some_tokens(client: httpx.Client) -> None:
    for name in ("cut-middle", "close-middle"):
        assert until_cut(client, name).count(b"data: ") == 13


def test_a_cut_can_fall_within_a_character(client: httpx.Client) -> None:
    assert until_cut(client, "cut-utf8").endswith(b"\xf0\x9f")


def test_the_server_s_own_cuts_are_no_disconnections(sim: SimulatorServer, client: httpx.Client) -> None:
    with pytest.raises(httpx.ReadError):
        raw(client, ask("cut-before"))
    client.get("/v1/models")
    assert not sim.requests[0].disconnected
    assert not sim.requests[0].finished


def test_what_happens_once_happens_once_for_each_prompt(client: httpx.Client) -> None:
    for prompt in ("one", "two"):
        body = chat(prompt, "fault-cut-before-once", stream=True)
        with pytest.raises(httpx.ReadError):
            raw(client, body)
        assert raw(client, body)[0] == 200
    assert [raw(client, ask("unavailable"))[0] for _ in range(3)] == [503, 200, 200]
    assert [raw(client, ask("rate-limit"))[0] for _ in range(3)] == [429, 429, 200]
    limited = client.post("/v1/chat/completions", json=chat("other", "fault-rate-limit"))
    assert limited.headers["retry-after"] == "1"


def test_what_cannot_stream_answers_whole(client: httpx.Client) -> None:
    for name in ("no-streaming", "stream-unsupported"):
        assert completed(client, chat(PROMPT, f"fault-{name}"))["choices"][0]["message"]["content"]
    status, body = raw(client, ask("json-instead-of-stream"))
    assert (status, json.loads(body)["object"]) == (200, "chat.completion")


def test_streams_without_content(client: httpx.Client) -> None:
    assert raw(client, ask("empty-body")) == (200, b"")
    assert raw(client, ask("only-done")) == (200, b"data: [DONE]\n\n")
    found = parsed(client, "empty-stream")
    assert deltas(found) == ""
    assert found[-2]["choices"][0]["finish_reason"] == "stop"


def test_streams_without_their_end(client: httpx.Client) -> None:
    assert b"[DONE]" not in raw(client, ask("no-done"))[1]
    body = raw(client, ask("unnamed-finish"))[1]
    assert body.endswith(b"[DONE]\n\n")
    assert b'"finish_reason":"' not in body


def test_line_ends(client: httpx.Client) -> None:
    crlf = raw(client, ask("crlf"))[1]
    assert crlf.count(b"\r\n") == crlf.count(b"\n") > 0
    assert b"\n" not in raw(client, ask("cr-only"))[1]
    assert b": keep-alive\n" in raw(client, ask("comments"))[1]


def test_bytes_come_split_and_whole_in_the_end(client: httpx.Client) -> None:
    assert "👩‍👩‍👧‍👦" in deltas(parsed(client, "split-utf8"))
    assert deltas(parsed(client, "slow-byte"))
    with client.stream("POST", "/v1/chat/completions", json=ask("packed")) as response:
        parts = list(response.iter_raw())
    assert max(part.count(b"data: ") for part in parts) > 1
    assert not all(part.endswith(b"\n\n") for part in parts)


def test_garbage_lies_between_good_lines(client: httpx.Client) -> None:
    body = raw(client, ask("garbage-line"))[1]
    assert body.count(b"<<<< not a field >>>>\n") == 2
    assert body.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize(("name", "odd"), [("empty", []), ("null", None), ("absent", "absent")])
def test_choices_can_be_missing(client: httpx.Client, name: str, odd: Any) -> None:
    found = parsed(client, f"choices-{name}")
    assert [chunk.get("choices", "absent") for chunk in found if "usage" not in chunk].count(odd) == 2
    body = completed(client, chat(PROMPT, f"fault-choices-{name}"))
    assert body.get("choices", "absent") == odd


def test_usage_comes_elsewhere_or_never(client: httpx.Client) -> None:
    last = parsed(client, "usage-on-last")[-1]
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["usage"]["completion_tokens"] > 0
    assert not any("usage" in chunk for chunk in parsed(client, "no-usage"))
    assert "usage" not in completed(client, chat(PROMPT, "fault-no-usage"))


def test_a_line_can_be_long(client: httpx.Client) -> None:
    assert max(len(line) for line in data_lines(client, ask("big-line"))) > 4_000_000


def test_thoughts_come_in_tags(client: httpx.Client) -> None:
    whole = deltas(parsed(client, "think-tags"))
    assert whole.startswith("<think>\n")
    assert "</think>\n\nThis is the **answer**" in whole
    assert "<think>" not in deltas(parsed(client, "think-close-only"))
    assert "</think>" not in deltas(parsed(client, "think-open-only"))
    split = parsed(client, "think-split")
    assert max(len(choice["delta"].get("content", "")) for chunk in split for choice in chunk["choices"]) == 1
    field = parsed(client, "reasoning-field")
    assert deltas(field, "reasoning").startswith("The user")
    assert deltas(field, "reasoning_content") == ""


def test_another_model_can_answer(client: httpx.Client) -> None:
    assert {chunk["model"] for chunk in parsed(client, "wrong-model")} == {"sim-some-other-model"}


def test_a_structured_answer_can_land_in_the_reasoning(client: httpx.Client) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    found = parsed(client, "schema-in-reasoning", response_format=wanted)
    assert deltas(found) == ""
    assert isinstance(json.loads(deltas(found, "reasoning_content"))["a"], int)


def test_text_can_hold_control_characters(client: httpx.Client) -> None:
    text = deltas(parsed(client, "escape-codes"))
    for part in ("\x1b[31m", "\x1b]52;", "\u202e", "[red]", "\x00", "\x9b"):
        assert part in text


def test_content_can_be_null(client: httpx.Client) -> None:
    found = parsed(client, "null-content")
    assert any(choice["delta"].get("content", "") is None for chunk in found for choice in chunk["choices"])
    assert deltas(found)


def test_an_emoji_can_come_in_halves(client: httpx.Client) -> None:
    body = raw(client, ask("surrogate-split"))[1]
    assert b'"content": "\\ud83d"' in body
    assert b'"content": "\\ude80"' in body


def calls(found: list[Json]) -> list[Json]:
    return [call for chunk in found for choice in chunk["choices"] for call in choice["delta"].get("tool_calls", [])]


@pytest.mark.parametrize("name", ["pieces", "whole", "odd-ids"])
def test_tool_calls_come_in_odd_ways(client: httpx.Client, name: str) -> None:
    found = calls(parsed(client, f"tool-call-{name}"))
    assert json.loads("".join(call["function"]["arguments"] for call in found))["city"]
    assert found[0]["function"]["name"] == "get_weather"
    if name == "odd-ids":
        assert found[0]["id"].isdigit()
        assert [(call["id"], call["function"]["name"]) for call in found[1:]] == [("", ""), ("", "")]


def test_tool_calls_can_be_broken(client: httpx.Client) -> None:
    arguments = "".join(call["function"]["arguments"] for call in calls(parsed(client, "tool-call-bad-json")))
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(arguments)


def test_a_token_is_quoted_in_part(client: httpx.Client) -> None:
    response = client.post(
        "/v1/chat/completions", json=ask("auth-required"), headers={"Authorization": "Bearer " + "k" * 20}
    )
    assert "k" * 10 + "…" in response.text
    assert "k" * 11 not in response.text


def test_a_redirect_points_elsewhere(client: httpx.Client) -> None:
    response = client.post("/v1/chat/completions", json=ask("redirect"))
    assert response.headers["location"] == "http://elsewhere.invalid/v1/chat/completions"


def test_truncated_json_is_no_json(client: httpx.Client) -> None:
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(raw(client, ask("truncated-json"))[1])


def test_a_flood_has_fifty_thousand_tokens(client: httpx.Client) -> None:
    found = parsed(client, "flood")
    assert found[-1]["usage"]["completion_tokens"] == 50_000


def test_an_endless_stream_goes_on() -> None:
    with serving(SimulatorConfig(speed=0)) as (server, client):
        with client.stream("POST", "/v1/chat/completions", json=ask("endless")) as response:
            lines = response.iter_lines()
            assert sum(1 for _, line in zip(range(2000), lines, strict=False) if line) > 900
        assert server.wait_for(lambda seen: any(request.disconnected for request in seen.requests), 5)


def test_faults_keep_the_pace_of_the_server() -> None:
    with serving(SimulatorConfig(speed=5000)) as (_, client):
        assert deltas(parsed(client, "crlf"))
