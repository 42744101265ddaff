"""A call ends when it is told to, whatever it waits for, and the server sees it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING

import pytest
import trustme
from sdk_servers import (
    CI_BOUND,
    DONE,
    Connection,
    RawServer,
    answering,
    ask,
    chunked,
    config,
    delta,
    event,
    reply,
    stream_head,
    whole,
    whole_stream,
)

from lmstudio_tui.sdk import (
    CancelScope,
    ClientConfig,
    ConnectionLostError,
    LMStudioClient,
    LMStudioError,
    RequestCancelledError,
    RequestTimeoutError,
    ServerConnectionError,
    StreamRetried,
    TextDelta,
    TLSError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AUTHORITY = trustme.CA()
CERTIFICATE = AUTHORITY.issue_cert("127.0.0.1", "localhost")


def server_context() -> ssl.SSLContext:
    """How a server speaks TLS with the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    chain = CERTIFICATE.private_key_and_cert_chain_pem
    with chain.tempfile() as path:
        context.load_cert_chain(path)
    return context


@pytest.fixture(params=["plain", "tls"])
def tls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext | None]:
    """Each test over plain HTTP and over TLS, with a certificate that is verified."""
    if request.param == "plain":
        yield None
        return
    context = server_context()
    with AUTHORITY.cert_pem.tempfile() as authority:
        monkeypatch.setenv("SSL_CERT_FILE", authority)
        yield context


class Cancelling:
    """Cancels a scope when something has happened, and tells how long the call took to end after that."""

    def __init__(self, when: threading.Event) -> None:
        self.scope = CancelScope()
        self.at = 0.0
        self._when = when
        self._thread = threading.Thread(target=self._cancel, daemon=True)

    def _cancel(self) -> None:
        self._when.wait(5)
        self.at = time.monotonic()
        self.scope.cancel()

    def expect(self, call: Callable[[], object]) -> None:
        """Make the call, which is to be cancelled in time."""
        self._thread.start()
        with pytest.raises(RequestCancelledError):
            call()
        took = time.monotonic() - self.at
        self._thread.join()
        assert took < CI_BOUND


def test_before_anything_is_sent() -> None:
    scope = CancelScope()
    scope.cancel()
    with RawServer(answering(reply(whole("x")))) as server, LMStudioClient(config(server)) as client:
        with pytest.raises(RequestCancelledError):
            client.create_chat_completion(ask(), scope=scope)
        assert server.requests == []
    assert repr(scope) == "CancelScope(cancelled=True)"


def test_while_the_name_is_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, release = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        asked.set()
        release.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    settings = ClientConfig(base_url="http://box.lan", allowed_hosts=("box.lan",), api_key="secret-key")
    cancelling = Cancelling(asked)
    with LMStudioClient(settings) as client:
        cancelling.expect(lambda: client.health(scope=cancelling.scope))
    release.set()


def test_while_it_connects_to_an_address_that_is_silent() -> None:
    # A full backlog drops what comes: the address is there and says nothing.
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = listener.getsockname()
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        started = threading.Event()
        cancelling = Cancelling(started)
        timer = threading.Timer(0.1, started.set)
        with LMStudioClient(config(f"http://127.0.0.1:{address[1]}")) as client:
            timer.start()
            cancelling.expect(lambda: client.health(scope=cancelling.scope))
        timer.join()


def test_during_the_handshake() -> None:
    with RawServer(lambda connection: connection.wait_until_left()) as server:
        cancelling = Cancelling(server.accepted)
        with LMStudioClient(config(server.base_url.replace("http:", "https:"))) as client:
            cancelling.expect(lambda: client.health(scope=cancelling.scope))
        assert server.left.wait(5)


def test_while_it_waits_for_the_headers(tls: ssl.SSLContext | None) -> None:
    def silent(connection: Connection) -> None:
        connection.request()
        connection.wait_until_left()

    with RawServer(silent, tls=tls) as server, LMStudioClient(config(server)) as client:
        cancelling = Cancelling(server.asked)
        cancelling.expect(lambda: client.create_chat_completion(ask(), scope=cancelling.scope))
        assert server.left.wait(5)


def test_between_two_chunks(tls: ssl.SSLContext | None) -> None:
    def stalled(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(event(delta("Hello"))))
        connection.wait_until_left()

    with RawServer(stalled, tls=tls) as server, LMStudioClient(config(server)) as client:
        seen = threading.Event()
        cancelling = Cancelling(seen)
        stream = client.stream_chat_completion(ask(), scope=cancelling.scope)

        def iterate() -> None:
            for one in stream:
                assert one == TextDelta("Hello")
                seen.set()

        cancelling.expect(iterate)
        assert server.left.wait(5)
        assert stream.partial.text == "Hello"
        assert stream.timings.duration_ms == stream.timings.duration_ms


def test_in_the_middle_of_a_full_packet() -> None:
    events = b"".join(event(delta(f"{number} ")) for number in range(500))
    with (
        RawServer(answering(whole_stream(events, DONE))) as server,
        LMStudioClient(config(server)) as client,
        client.stream_chat_completion(ask()) as stream,
    ):
        assert next(stream) == TextDelta("0 ")
        stream.cancel()
        with pytest.raises(RequestCancelledError):
            list(stream)
        assert stream.partial.text == "0 "


def test_while_a_big_request_is_not_taken() -> None:
    given_up = threading.Event()

    def deaf(_: Connection) -> None:
        given_up.wait(5)

    with RawServer(deaf) as server, LMStudioClient(config(server)) as client:
        cancelling = Cancelling(server.accepted)
        cancelling.expect(lambda: client.create_chat_completion(ask("x" * 30_000_000), scope=cancelling.scope))
        given_up.set()


def test_during_a_back_off() -> None:
    busy = reply({"error": "busy"}, 503, "application/json", "Retry-After: 5")
    with RawServer(answering(busy)) as server, LMStudioClient(config(server)) as client:
        cancelling = Cancelling(server.asked)
        cancelling.expect(lambda: client.create_chat_completion(ask(), scope=cancelling.scope))
        assert len(server.requests) == 1


def test_before_a_stream_is_tried_again() -> None:
    def cut(connection: Connection) -> None:
        connection.request()
        connection.reset()

    retried = threading.Event()
    cancelling = Cancelling(retried)
    with RawServer(cut) as server, LMStudioClient(config(server, stream_retry_ms=5000)) as client:

        def iterate() -> None:
            for one in client.stream_chat_completion(ask(), scope=cancelling.scope):
                assert isinstance(one, StreamRetried)
                retried.set()

        cancelling.expect(iterate)


def test_other_calls_are_not_disturbed() -> None:
    go_on = threading.Event()

    def slow(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(event(delta("one "))))
        go_on.wait(5)
        connection.send(chunked(event(delta("two", "stop")) + DONE) + b"0\r\n\r\n")
        connection.finish()

    with RawServer(slow) as server, LMStudioClient(config(server)) as client:
        doomed = client.stream_chat_completion(ask())
        other = client.stream_chat_completion(ask())
        assert next(doomed) == next(other) == TextDelta("one ")
        doomed.cancel()
        with pytest.raises(RequestCancelledError):
            list(doomed)
        go_on.set()
        assert other.run().text == "one two"


def test_a_stream_that_is_let_go_closes_its_connection() -> None:
    def stalled(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(event(delta("Hello"))))
        connection.wait_until_left()

    records: list[str] = []
    with (
        RawServer(stalled) as server,
        LMStudioClient(config(server), listener=lambda record: records.append(record.outcome)) as client,
    ):
        with client.stream_chat_completion(ask()) as stream:
            next(stream)
        assert server.left.wait(5)
    assert records == ["abandoned"]


def test_a_client_that_is_closed_leaves_calls_under_way_alone() -> None:
    go_on = threading.Event()

    def slow(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(event(delta("one "))))
        go_on.wait(5)
        connection.send(chunked(event(delta("two", "stop")) + DONE) + b"0\r\n\r\n")
        connection.finish()

    with RawServer(slow) as server:
        client = LMStudioClient(config(server))
        stream = client.stream_chat_completion(ask())
        next(stream)
        client.close()
        go_on.set()
        assert stream.run().text == "one two"
        with pytest.raises(LMStudioError, match="The client was closed"):
            client.health()


def test_tls_answers_and_certificates(tls: ssl.SSLContext | None) -> None:
    answer = whole_stream(event(delta("x", "stop")), DONE)
    with RawServer(answering(answer), tls=tls) as server, LMStudioClient(config(server)) as client:
        assert client.stream_chat_completion(ask()).run().text == "x"


def test_a_certificate_that_is_not_trusted() -> None:
    with RawServer(answering(reply(whole("x"))), tls=server_context()) as server:
        with LMStudioClient(config(server)) as client, pytest.raises(TLSError, match="certificate was not accepted"):
            client.create_chat_completion(ask())
        with LMStudioClient(config(server, verify_tls=False)) as client:
            assert client.create_chat_completion(ask()).text == "x"


def test_https_to_a_server_that_speaks_http() -> None:
    with RawServer(answering(reply(whole("x")))) as server:
        plain = server.base_url.replace("http:", "https:")
        with (
            LMStudioClient(config(plain, connect_timeout=0.3, max_retries=0)) as client,
            pytest.raises(ServerConnectionError, match=r"TLS handshake|No secure connection"),
        ):
            client.health()


@pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28"])
def test_a_handshake_that_the_server_breaks_off(greeting: bytes) -> None:
    def rude(connection: Connection) -> None:
        connection.sock.recv(10)
        connection.send(greeting)

    with RawServer(rude) as server:
        address = server.base_url.replace("http:", "https:")
        with LMStudioClient(config(address)) as client, pytest.raises(TLSError, match="No secure connection") as caught:
            client.health()
    assert "http://" in caught.value.hint


def test_a_socket_that_breaks_while_it_is_written_to() -> None:
    def breaks(connection: Connection) -> None:
        # Once something was written: a reset at once may still meet the client while it connects.
        connection.sock.recv(1)
        connection.reset()

    with (
        RawServer(breaks) as server,
        LMStudioClient(config(server)) as client,
        pytest.raises(ConnectionLostError),
    ):
        client.create_chat_completion(ask("x" * 30_000_000))


def test_a_server_that_does_not_take_the_request_in_time() -> None:
    given_up = threading.Event()

    def deaf(_: Connection) -> None:
        given_up.wait(5)

    with RawServer(deaf) as server, LMStudioClient(config(server, timeout=0.2)) as client:
        with pytest.raises(RequestTimeoutError) as caught:
            client.create_chat_completion(ask("x" * 30_000_000))
        given_up.set()
    assert caught.value.phase == "write"
