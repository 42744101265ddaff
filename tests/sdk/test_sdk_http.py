"""HTTP as it should not be."""

from __future__ import annotations

import gzip
import json

import pytest
from sdk_servers import RawServer, answering, ask, config, reply, whole

from lmstudio_tui.sdk import ConnectionLostError, LMStudioClient, LMStudioError, ProtocolError, StatusError

BODY = json.dumps(whole("x")).encode()


def get(answer: bytes) -> str:
    with RawServer(answering(answer)) as server, LMStudioClient(config(server, max_retries=0)) as client:
        return client.create_chat_completion(ask()).text


@pytest.mark.parametrize(
    "answer",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 abc X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: minus\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot hex\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=lambda answer: repr(answer[:40]),
)
def test_what_is_not_http_is_a_protocol_error(answer: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        get(answer)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 400


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 9", reply(BODY)[:-3], b"HTTP/1.1 100 Continue\r\n\r\n"],
    ids=lambda answer: repr(answer[:30]),
)
def test_what_ends_too_early_is_a_lost_connection(answer: bytes) -> None:
    with pytest.raises(ConnectionLostError):
        get(answer)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello",
        b"HTTP/1.1 302 Found\r\nLocation: http://[bad\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_odd_statuses_are_errors(answer: bytes) -> None:
    with pytest.raises(LMStudioError) as caught:
        get(answer)
    assert isinstance(caught.value, StatusError | ProtocolError)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
        b"HTTP/1.1 100 Continue\r\n\r\n" + reply(BODY),
        b"HTTP/1.1 200 OK\r\nX-Odd: \xff\xfe\r\nSet-Cookie: \xe9=;;;\r\nConnection: close\r\n\r\n" + BODY,
        reply(gzip.compress(BODY), 200, "application/json", "Content-Encoding: gzip"),
        reply(BODY, 200, "application/json", "Content-Encoding: klingon"),
        reply(b"\xef\xbb\xbf " + BODY, 201, "text/html"),
    ],
    ids=range(6),
)
def test_what_is_only_unusual_is_read(answer: bytes) -> None:
    assert get(answer) == "x"


def test_no_cookie_is_kept_and_no_redirect_followed() -> None:
    moved = b"HTTP/1.1 307 X\r\nLocation: /elsewhere\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n"
    with RawServer(answering(moved), answering(reply(BODY))) as server, LMStudioClient(config(server)) as client:
        with pytest.raises(StatusError, match="redirects are not followed"):
            client.create_chat_completion(ask())
        client.create_chat_completion(ask())
    assert [request.split(b" ", 2)[1] for request in server.requests] == [b"/v1/chat/completions"] * 2
    assert b"cookie" not in server.requests[1].lower()


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert get(reply(BODY)) == "x"


def test_a_connection_that_the_server_has_closed_is_not_used_again() -> None:
    with RawServer(answering(reply(BODY))) as server, LMStudioClient(config(server)) as client:
        for _ in range(2):
            client.create_chat_completion(ask())
            server.left.clear()
    assert len(server.requests) == 2
