"""Requests are checked before anything is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sdk_servers import RawServer, answering, ask, config, reply, whole

from lmstudio_tui.sdk import (
    ChatCompletionRequest,
    ChatMessage,
    ClientConfig,
    CompletionRequest,
    ConfigurationError,
    HostNotAllowedError,
    LMStudioClient,
    ModelFilter,
    ValidationError,
)

LOOP: dict[str, Any] = {}
LOOP["self"] = LOOP


MESSAGES: dict[str, Any] = {"messages": [{"role": "user", "content": "x"}]}


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [{"role": "boss", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user"}]}, "messages.0"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0"),
        ({"messages": [{"role": "user", "content": [{"text": "x"}]}]}, "messages.0"),
        ({"messages": [{"role": "user", "content": "x", "colour": 1}]}, "messages.0.colour"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": -2}, "max_tokens"),
        ({"top_p": 1.5}, "top_p"),
        ({"frequency_penalty": -3}, "frequency_penalty"),
        ({"stop": [""]}, "stop.0"),
        ({"logit_bias": {"50": 101}}, "logit_bias.50"),
        ({"ttl": 0}, "ttl"),
        ({"response_format": {"kind": "json"}}, "response_format"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
        ({"temprature": 1}, "temprature"),
        ({"extra": {"stream": True}}, "extra"),
        ({"extra": {"a": {1, 2}}}, "extra"),
        ({"extra": {"a": float("inf")}}, "extra"),
        ({"tools": [{"a": object()}]}, "tools.0"),
        ({"tools": [LOOP]}, "tools.0"),
        ({"tools": [deep(100_000)]}, "tools.0"),
        ({"self": 1}, "self"),
    ],
)
def test_a_wrong_field_is_named(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ChatCompletionRequest(**{**MESSAGES, **values})
    assert caught.value.field == field
    assert caught.value.context["field"] == field
    assert caught.value.__context__ is None


def test_a_misspelt_parameter_is_corrected_and_an_unknown_one_sent_to_extra() -> None:
    with pytest.raises(ValidationError, match="did you mean 'temperature'"):
        ask(temprature=1)
    with pytest.raises(ValidationError, match="put it into `extra`"):
        ask(mirostat=1)


def test_dictionaries_and_json_are_checked_in_the_same_way() -> None:
    values = {"messages": [{"role": "user", "content": "x"}], "stop": "end"}
    made = ChatCompletionRequest.model_validate(values)
    assert made == ChatCompletionRequest.model_validate_json(json.dumps(values))
    assert ChatCompletionRequest.model_validate(made) is made
    not_these: list[Any] = [[], {1: 2}, {"messages": 5}]
    for wrong in not_these:
        with pytest.raises(ValidationError):
            ChatCompletionRequest.model_validate(wrong)
    for wrong_json in ("{", "null", "[" * 100_000, '{"messages": 5}'):
        with pytest.raises(ValidationError):
            ChatCompletionRequest.model_validate_json(wrong_json)


def test_everything_asked_is_sent_and_nothing_else() -> None:
    request = ask(
        "Hi \ud83d there",
        temperature=0.5,
        top_k=40,
        stop="end",
        tools=[{"type": "function", "function": {"name": "f", "parameters": {"default": None}}}],
        extra={"mirostat": 2, "top_k": 20},
    )
    with RawServer(answering(reply(whole("x")))) as server, LMStudioClient(config(server)) as client:
        client.create_chat_completion(request)
    sent = json.loads(server.requests[0].partition(b"\r\n\r\n")[2])
    assert sent == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi \ufffd there"}],
        "temperature": 0.5,
        "top_k": 20,
        "stop": ["end"],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"default": None}}}],
        "mirostat": 2,
        "stream": False,
    }


def test_usage_is_asked_for_in_streams() -> None:
    assert ask().payload(stream=True)["stream_options"] == {"include_usage": True}
    assert ask(stream_options={"include_usage": False}).payload(stream=True)["stream_options"] == {
        "include_usage": False
    }
    legacy = CompletionRequest(prompt="def f(", suffix=")", max_tokens=-1).payload(stream=False)
    assert legacy == {"prompt": "def f(", "suffix": ")", "max_tokens": -1, "stream": False}


def test_what_was_spoilt_after_it_was_made_is_refused_before_it_is_sent() -> None:
    tool: dict[str, Any] = {"type": "function"}
    request = ask(tools=[tool])
    assert request.tools
    request.tools[0]["odd"] = object()
    with (
        RawServer(answering(reply(whole("x")))) as server,
        LMStudioClient(config(server)) as client,
        pytest.raises(ValidationError, match="cannot be sent as JSON"),
    ):
        client.create_chat_completion(request)
    assert server.requests == []


def test_an_assistants_message_may_hold_tool_calls_alone() -> None:
    message = ChatMessage(role="assistant", tool_calls=[{"id": "1", "type": "function", "function": {"name": "f"}}])
    assert message.content is None


def test_the_default_model_is_asked_when_a_request_names_none() -> None:
    with (
        RawServer(answering(reply(whole("x")))) as server,
        LMStudioClient(config(server, default_model="mine")) as client,
    ):
        answer = client.create_chat_completion(ask(model=None))
    assert b'"model":"mine"' in server.requests[0]
    assert answer.requested_model == "mine"


def test_extra_headers_are_sent_and_the_key_goes_before_them() -> None:
    headers = {"X-Team": "blå ", "authorization": "Basic other", "Accept": "x/y"}
    with (
        RawServer(answering(reply(whole("x")))) as server,
        LMStudioClient(config(server, api_key="secret-key", extra_headers=headers)) as client,
    ):
        client.create_chat_completion(ask())
    head = server.requests[0].partition(b"\r\n\r\n")[0]
    assert b"x-team: bl\xe5\r\n" in head
    assert head.lower().count(b"authorization:") == 1
    assert b"Bearer secret-key" in head
    assert b"accept: x/y" in head


@pytest.mark.parametrize(
    "values",
    [
        {"extra_headers": {"Content-Length": "5"}},
        {"extra_headers": {"a b": "5"}},
        {"extra_headers": {"a": "x\r\ny: z"}},
        {"api_key": "with a ü"},
        {"timeout": 0},
        {"timeuot": 1},
        {"base_url": "ftp://localhost"},
        {"base_url": "http://localhost:99999"},
        {"base_url": "http://"},
        {"base_url": "http://localhost/?a=b"},
        {"self": 1},
    ],
)
def test_settings_that_cannot_be_used(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ClientConfig(**values)
    assert caught.value.__context__ is None or "base_url" in values
    assert caught.value.hint


@pytest.mark.parametrize(
    "url", ["http://me:hunter22@x", "ftp://me:hunter22@x", "me:hunter22@x:abc", "http://x/?k=hunter22"]
)
def test_a_password_in_the_address_is_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ClientConfig(base_url=url)
    assert "hunter22" not in str(caught.value) + repr(caught.value)


def test_the_host_policy() -> None:
    with pytest.raises(HostNotAllowedError, match="not in allowed_hosts"):
        ClientConfig(base_url="http://box.lan:1234", api_key="k" * 8)
    with pytest.raises(HostNotAllowedError, match="API key is needed"):
        ClientConfig(base_url="http://box.lan:1234", allowed_hosts=("box.lan",))
    with pytest.raises(HostNotAllowedError, match="env is 'prod'"):
        ClientConfig(env="prod")
    settings = ClientConfig.model_validate(
        {"base_url": "https://Box.lan/v1/", "allowed_hosts": ["box.lan"], "api_key": " k ", "verify_tls": False}
    )
    assert (settings.base_url, settings.host, settings.scheme) == ("https://box.lan", "box.lan", "https")
    assert len(settings.warnings()) == 2
    assert ClientConfig(base_url="http://[::1]:5/api/v0").base_url == "http://[::1]:5"
    assert ClientConfig().warnings() == []


def test_a_filter_asks_the_server_and_looks_itself() -> None:
    assert ModelFilter(owned_by="me", limit=2).params() == {"owned_by": "me", "limit": "2"}
    with pytest.raises(ValidationError, match="limit"):
        ModelFilter(limit=0)
