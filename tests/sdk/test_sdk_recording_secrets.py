"""No key in anything that a recorder is told."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sdk_servers import KEY, RawServer, answering, ask, config, delta, event, reply, whole, whole_stream
from sdk_tape import Tape, taped

from lmstudio_tui.sdk import BodyReceived, CallStarted, LMStudioClient, LMStudioError, LoadModelRequest, ModelFilter

if TYPE_CHECKING:
    from collections.abc import Callable


HEADERS = {"X-Api-Token": "Token abcdefghijkl", "X-Team": "blue", "Cookie": "session=mnopqrstuvwx"}
SECRETS = (KEY, "abcdefghijkl", "mnopqrstuvwx")
LEAKS = [
    reply({"error": {"message": f"provided: {KEY[:10]}… Ensure", "code": "invalid_api_key"}}, 401),
    reply({**whole(KEY), "odd": quote(KEY, safe="")}, 200, f"application/json; k={KEY}", f"X-Echo: {KEY}", f"{KEY}: x"),
    reply(f"<html>{KEY}".encode(), 502, "text/html"),
    reply(b"\xff" + KEY.encode()),
    whole_stream(event(delta(KEY), KEY), f"{KEY}\n".encode(), event({"error": {"message": f"bad {KEY}"}})),
    whole_stream(b"data: " + KEY.encode() + b"\n\n"),
    reply({"ok": 1}, 200, "application/json", "Set-Cookie: yzyzyzyzyz=1", f"Location: /?key={quote(KEY, safe='')}"),
    b"HTTP/1.1 " + KEY.encode() + b" X\r\n\r\n",
]


@pytest.mark.parametrize("answer", LEAKS, ids=range(len(LEAKS)))
@pytest.mark.usefixtures("impatient")
def test_no_key_in_anything_that_is_told(answer: bytes) -> None:
    def everything(client: LMStudioClient) -> None:
        calls: list[Callable[[], object]] = [
            lambda: client.stream_chat_completion(ask(f"My key is {KEY}")).run(),
            lambda: client.create_chat_completion(ask(f"abcdefghijkl {quote(KEY, safe='')}")),
            lambda: client.list_models(ModelFilter(owned_by=KEY)),
            lambda: client.download_status(KEY),
            lambda: client.load_model(LoadModelRequest(model=KEY)),
        ]
        for call in calls:
            with contextlib.suppress(LMStudioError):
                call()

    tape = Tape()
    with (
        RawServer(answering(answer)) as server,
        LMStudioClient(config(server, api_key=KEY, extra_headers=HEADERS), recorder=tape) as client,
    ):
        everything(client)
    told = repr(tape.moments)
    runs = {secret[start : start + 8] for secret in SECRETS for start in range(len(secret) - 7)}
    assert [run for run in runs if run in told or quote(run, safe="") in told] == []
    assert "yzyzyzyzyz" not in told
    sent = dict(tape.all(CallStarted)[0].headers)
    assert (sent["authorization"], sent["x-api-token"], sent["cookie"]) == ("Bearer [key]", "[key]", "[key]")
    assert sent["x-team"] == "blue"


def test_a_key_is_found_as_json_writes_it() -> None:
    odd = 'ab"cd\\ef/gh"ij'
    tape = taped(reply(whole(odd)), call=lambda client: client.create_chat_completion(ask(f"is {odd}")), api_key=odd)
    body = tape.one(CallStarted).body
    assert body is not None
    assert json.loads(body)["messages"][0]["content"] == "is [key]"
    assert json.loads(tape.one(BodyReceived).body)["choices"][0]["message"]["content"] == "[key]"


def test_no_key_in_a_long_list_that_comes_again_and_again() -> None:
    rows = [{"id": f"model-{number}", "owned_by": "someone"} for number in range(1000)]
    same = reply({"data": [*rows, {"id": KEY}]})
    other = reply({"data": [*rows, {"id": f"{KEY}{KEY}"}]})
    tape = Tape()
    native = {"/api/v1/models", "/api/v0/models"}
    with (
        RawServer(answering(same), answering(same), answering(same), answering(other), answering(other)) as server,
        LMStudioClient(config(server, api_key=KEY, max_retries=0), recorder=tape) as client,
    ):
        for _ in range(3):
            with contextlib.suppress(LMStudioError):
                client.list_models()
    bodies = [moment.body for moment in tape.all(BodyReceived)]
    assert len(bodies) == 5
    assert {call.path for call in tape.all(CallStarted)} == {"/v1/models", *native}
    assert all(b"[key]" in body and b"model-999" in body for body in bodies)
    assert KEY not in repr(tape.moments)
