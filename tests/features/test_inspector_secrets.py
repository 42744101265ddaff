"""No key leaves the inspector, in no form and in no place."""

from __future__ import annotations

import json

import pytest

from inspector_parts import KEY, Echo, ask, made_up, newest, quietly, recording, started, whole_call
from lmstudio_tui.features.inspector.curl import as_curl
from lmstudio_tui.features.inspector.exchange import Exchange
from lmstudio_tui.features.inspector.har import as_har
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.features.inspector.python_httpx import as_httpx
from lmstudio_tui.features.inspector.python_openai import as_openai
from lmstudio_tui.features.inspector.secrets import is_secret, masked, safe
from lmstudio_tui.sdk import ChatCompletionRequest, ChatMessage
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

COOKIE = "crumbs-of-Session-0987654321"


def exports(exchange: Exchange) -> str:
    return "\n".join([as_curl(exchange), as_httpx(exchange), as_openai(exchange), as_har([exchange])])


def parts_of(secret: str) -> list[str]:
    """The secret, its first ten characters, and every other stretch of ten."""
    return [secret[at : at + 10] for at in range(len(secret) - 9)]


def no_part_of(secret: str, text: str) -> None:
    assert [part for part in parts_of(secret) if part in text] == []


@pytest.mark.parametrize(
    "name",
    ["Authorization", "proxy-authorization", "Cookie", "set-cookie", "x-api-key", "api-key", "apikey",
     "x-auth-token", "X-Amz-Secret", "x-goog-api-key", "password"],
)  # fmt: skip
def test_secret_headers(name: str) -> None:
    assert is_secret(name)
    assert KEY not in str(masked(((name, KEY),)))
    assert masked(((name, f"Bearer {KEY}"),)) == ((name, "Bearer [key]"),)


@pytest.mark.parametrize("name", ["content-type", "host", "accept", "x-request-id", "etag", "x-monkey", "keep-alive"])
def test_other_headers(name: str) -> None:
    assert not is_secret(name)
    assert masked(((name, "value"),)) == ((name, "value"),)


def test_what_the_log_is_told_in_the_clear_it_does_not_keep() -> None:
    log = ExchangeLog()
    whole_call(log, "a", headers=(("authorization", f"Bearer {KEY}"), ("cookie", COOKIE), ("x-api-key", KEY)))
    exchange = log.get("a")
    assert exchange is not None
    no_part_of(KEY, str(exchange))
    no_part_of(COOKIE, str(exchange))


def test_exports_of_an_exchange_from_anywhere_hold_no_key() -> None:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": f"Bearer {KEY} is my key"}]}).encode()
    exchange = made_up(
        body,
        url=f"http://127.0.0.1:1234/v1/chat/completions?key={KEY}",
        headers=(("authorization", f"Bearer {KEY}"), ("x-note", f"Bearer {KEY}"), ("cookie", COOKIE)),
        answer=f'{{"error":"Incorrect API key provided: {KEY[:10]}"}}'.encode(),
        message=f"The key {KEY} is wrong",
        error="AuthenticationError",
    )
    text = exports(exchange)
    no_part_of(KEY, text)
    no_part_of(COOKIE, text)
    assert safe(safe(exchange)) == safe(exchange)


def test_a_key_that_the_server_quotes_is_in_no_export() -> None:
    quoted = {"error": {"message": f"Malformed LM Studio API token provided: {KEY[:10]}… of {KEY}", "key": KEY}}
    echoed = Echo(json.dumps(quoted).encode())
    with echoed as server, recording(server.base_url, api_key=KEY, extra_headers={"X-Token": COOKIE}) as (client, log):
        request = ChatCompletionRequest(
            model=KEY, messages=[ChatMessage(role="user", content=f"I say {KEY} and {COOKIE}")]
        )
        quietly(lambda: client.create_chat_completion(request))
        quietly(lambda: client.stream_chat_completion(request).run())
        quietly(client.list_models)
        found = [log.get(summary.call_id) for summary in log.snapshot()]
    assert len(found) >= 3
    for exchange in found:
        assert exchange is not None
        text = exports(exchange) if "completions" in exchange.summary.path else as_har([exchange])
        no_part_of(KEY, text + str(exchange))
        no_part_of(COOKIE, text + str(exchange))
        if "completions" in exchange.summary.path:
            assert "LM_STUDIO_API_KEY" in text
            assert "X_TOKEN" in text


def test_a_refused_key_of_the_simulator() -> None:
    with (
        SimulatorServer(SimulatorConfig(speed=0, api_key="sk-lm-another:key-of-the-server0")) as server,
        recording(server.base_url, api_key=KEY) as (client, log),
    ):
        quietly(lambda: client.stream_chat_completion(ask()).run())
        exchange = newest(log)
    assert exchange.summary.status == 401
    no_part_of(KEY, exports(exchange) + str(exchange))


def test_a_short_key_stands_in_no_header() -> None:
    log = ExchangeLog()
    log.record(started("a", headers=(("authorization", "Bearer abc"), ("x-api-key", "k"))))
    exchange = log.get("a")
    assert exchange is not None
    assert exchange.request_headers == (("authorization", "Bearer [key]"), ("x-api-key", "[key]"))
