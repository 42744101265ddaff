"""What is sent again, after which wait, and what never is (server contract, section 1)."""

from __future__ import annotations

import json
import socket
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sdk_servers import Connection, RawServer, answering, ask, config, reply, whole

from lmstudio_tui.sdk import (
    CallRecord,
    ClientConfig,
    ConnectionLostError,
    LMStudioClient,
    LMStudioError,
    NameResolutionError,
    ProtocolError,
    RequestTimeoutError,
    ServerFailureError,
    ServerRefusedError,
    TLSError,
)
from lmstudio_tui.sdk.retrying import backoff, may_retry, retry_after

if TYPE_CHECKING:
    from collections.abc import Callable

Reply = httpx.Response | Exception

LIST = {"object": "list", "data": [{"id": "m", "object": "model"}]}


class Script(httpx.BaseTransport):
    """Gives its answers one after the other."""

    def __init__(self, *answers: Reply) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def status(code: int, **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(code, json={"error": "no"}, headers=names)


def read(client: LMStudioClient) -> object:
    return client.list_models()


def work(client: LMStudioClient) -> object:
    return client.create_chat_completion(ask())


CASES: list[tuple[Callable[[LMStudioClient], object], Reply, bool]] = [
    *((call, status(code), True) for call in (read, work) for code in (408, 409, 429, 502, 503, 504)),
    *((call, status(code), False) for call in (read, work) for code in (400, 401, 404, 501)),
    (read, status(500), True),
    (work, status(500), False),
    *((call, httpx.ConnectError("refused"), True) for call in (read, work)),
    *((call, httpx.ConnectTimeout("slow"), True) for call in (read, work)),
    (read, httpx.ReadTimeout("slow"), True),
    (work, httpx.ReadTimeout("slow"), False),
    (read, httpx.ReadError("reset"), True),
    (work, httpx.ReadError("reset"), False),
    (work, httpx.WriteError("reset"), False),
    (work, httpx.WriteTimeout("slow"), False),
    (read, httpx.RemoteProtocolError("illegal status line"), False),
    (read, httpx.LocalProtocolError("bad header"), False),
    (read, httpx.UnsupportedProtocol("x"), False),
    (read, httpx.InvalidURL("x"), False),
    (read, httpx.DecodingError("x"), False),
    (read, httpx.PoolTimeout("x"), True),
]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("call", "failure", "again"), CASES)
def test_the_matrix(call: Callable[[LMStudioClient], object], failure: Reply, again: bool) -> None:
    script = Script(failure, httpx.Response(200, json={**whole("x"), **LIST}))
    records: list[CallRecord] = []
    with LMStudioClient(ClientConfig(), transport=script, listener=records.append) as client:
        if again:
            assert call(client)
            assert [request.url.path for request in script.asked][:2] == [script.asked[0].url.path] * 2
            assert records[0].attempts == 2
        else:
            with pytest.raises(LMStudioError) as caught:
                call(client)
            assert caught.value.context["attempt"] == 1
            assert len([one for one in script.asked if one.url.path == script.asked[0].url.path]) == 1


def test_it_gives_up_after_max_retries(impatient: list[float]) -> None:
    script = Script(status(503))
    with (
        LMStudioClient(ClientConfig(max_retries=3), transport=script) as client,
        pytest.raises(ServerFailureError) as e,
    ):
        work(client)
    assert len(script.asked) == 4
    assert e.value.context["attempt"] == 4
    assert len(impatient) == 3
    assert impatient[0] <= 0.25 <= impatient[2] <= 1.0


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("1.5", 1.5, 1.5),
        ("0", 0, 0),
        ("-3", 0, 0),
        ("nonsense", 0.1, 0.25),
        ("", 0.1, 0.25),
        ("99999999999", None, None),
    ],
)
def test_retry_after(impatient: list[float], header: str, low: float | None, high: float) -> None:
    script = Script(status(429, Retry_After=header), httpx.Response(200, json=whole("x")))
    with LMStudioClient(ClientConfig(), transport=script) as client:
        if low is None:
            with pytest.raises(LMStudioError):
                work(client)
        else:
            work(client)
            assert low <= impatient[0] <= high


def test_retry_after_as_a_date() -> None:
    assert 25 < (retry_after({"retry-after": formatdate(time.time() + 30, usegmt=True)}) or 0) <= 30
    assert 25 < (retry_after({"retry-after": formatdate(time.time() + 30)}) or 0) <= 30
    assert retry_after({"retry-after": formatdate(time.time() - 30)}) == 0
    assert retry_after({"retry-after": "Tue, 99 Foo 2024"}) is None
    assert retry_after({}) is None


def test_an_ordinary_call_does_not_wait_longer_than_its_time_limit(impatient: list[float]) -> None:
    script = Script(status(503, Retry_After="40"))
    with LMStudioClient(ClientConfig(timeout=30), transport=script) as client, pytest.raises(ServerFailureError):
        read(client)
    assert impatient == []


def test_the_back_off_doubles_and_has_an_end() -> None:
    assert all(0.125 <= backoff(1) <= 0.25 for _ in range(50))
    assert all(4 <= backoff(30) <= 8 for _ in range(50))
    assert may_retry(NameResolutionError("x"), works=True)
    assert not may_retry(TLSError("x"), works=False)


@pytest.mark.usefixtures("impatient")
def test_a_list_that_is_cut_in_its_middle_is_read_again() -> None:
    def cut(connection: Connection) -> None:
        connection.request()
        connection.send(reply(LIST)[:-5])
        connection.reset()

    absent = reply({"error": "Unexpected endpoint or method. (GET x)"})
    with RawServer(cut, answering(reply(LIST), absent, absent)) as server, LMStudioClient(config(server)) as client:
        assert [model.id for model in client.list_models()] == ["m"]


def test_a_generation_is_never_sent_twice_once_it_may_have_begun() -> None:
    def cut(connection: Connection) -> None:
        connection.request()
        connection.reset()

    with RawServer(cut) as server, LMStudioClient(config(server)) as client, pytest.raises(ConnectionLostError):
        client.create_chat_completion(ask())
    assert len(server.requests) == 1


@pytest.mark.usefixtures("impatient")
def test_nothing_listens() -> None:
    with RawServer(answering()) as server:
        address = server.base_url
    with LMStudioClient(config(address)) as client, pytest.raises(ServerRefusedError, match="connection refused") as e:
        client.health()
    assert e.value.context == {
        "endpoint": "/health", "method": "GET", "base_url": address, "attempt": 3,
    }  # fmt: skip
    by_name = "http://localhost:" + address.rpartition(":")[2]
    with LMStudioClient(config(by_name)) as client, pytest.raises(ServerRefusedError):
        client.health()


@pytest.mark.usefixtures("impatient")
def test_a_name_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ClientConfig(base_url="http://a..b", allowed_hosts=("a..b",), api_key="secret-key")
    with LMStudioClient(settings) as client, pytest.raises((NameResolutionError, ProtocolError)):
        client.health()

    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    settings = ClientConfig(base_url="http://nowhere.invalid", allowed_hosts=("nowhere.invalid",), api_key="secret-key")
    with LMStudioClient(settings) as client, pytest.raises(NameResolutionError, match="not known"):
        client.health()


def test_an_ordinary_call_has_a_time_limit_and_a_generation_has_its_own() -> None:
    def silent(connection: Connection) -> None:
        connection.request()
        connection.wait_until_left()

    with RawServer(silent) as server:
        settings = config(server, timeout=0.1, generation_timeout=0.3, max_retries=0)
        with LMStudioClient(settings) as client:
            for call in (read, work):
                with pytest.raises(RequestTimeoutError) as caught:
                    call(client)
                assert caught.value.phase == caught.value.context["phase"] == "read"
                assert server.left.wait(5)
                server.left.clear()


def test_telemetry_tells_figures_only() -> None:
    records: list[CallRecord] = []

    def tell(record: CallRecord) -> None:
        records.append(record)
        raise ValueError("a listener's mistake")

    answer = reply(whole("x"), 200, "application/json", "X-Request-Id: r-1")
    with RawServer(answering(answer)) as server, LMStudioClient(config(server), listener=tell) as client:
        client.create_chat_completion(ask("a secret prompt"))
    [record] = records
    assert (record.method, record.path, record.status) == ("POST", "/v1/chat/completions", 200)
    assert (record.attempts, record.outcome, record.streamed, record.request_id) == (1, "ok", False, "r-1")
    assert record.bytes_received == len(json.dumps(whole("x")))
    assert record.bytes_sent == len(server.requests[0].partition(b"\r\n\r\n")[2])
    assert record.first_byte_ms is not None
    assert 0 < record.first_byte_ms <= record.duration_ms
    assert "secret" not in repr(record)


def test_telemetry_of_a_failure() -> None:
    records: list[CallRecord] = []
    script: Any = Script(status(400))
    with (
        LMStudioClient(ClientConfig(), transport=script, listener=records.append) as client,
        pytest.raises(LMStudioError),
    ):
        work(client)
    assert [(record.outcome, record.status) for record in records] == [("BadRequestError", 400)]
