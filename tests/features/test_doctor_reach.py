"""The way to the server, step by step, over real sockets; and what the server says."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
import trustme

from lmstudio_tui.features.doctor import reach
from lmstudio_tui.features.doctor.checks import Check
from lmstudio_tui.features.doctor.reach import Target, check_way
from lmstudio_tui.features.doctor.server import STEPS, FirstAnswer, check_server, patient, skipped_from
from lmstudio_tui.sdk import CancelScope, ClientConfig, LMStudioClient
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

KEY = "sk-lm-aBcD1234:s3cr3ts3cr3ts3cr3t12"


def by_name(checks: Iterator[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def statuses(checks: Iterator[Check]) -> list[str]:
    return [check.status.value for check in checks]


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@contextmanager
def secure(authority: trustme.CA, folder: Path, *names: str, days: int = 90) -> Generator[Target]:
    """Something that does nothing but the handshake."""
    end = datetime.now(UTC) + timedelta(days=days, hours=1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pem = folder / "server.pem"
    issued = authority.issue_cert(*(names or ("localhost", "127.0.0.1")), not_after=end)
    issued.private_key_and_cert_chain_pem.write_to_path(str(pem))
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection, context.wrap_socket(connection, server_side=True) as wrapped:
                    wrapped.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Target("127.0.0.1", listener.getsockname()[1], secure=True)
        thread.join(5)


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def test_targets() -> None:
    assert Target.of("http://box.lan", verified=True) == Target("box.lan", 80, secure=False)
    assert Target.of("https://[::1]/x", verified=False) == Target("::1", 443, secure=True, verified=False)


def test_a_plain_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert statuses(check_way(Target.of(f"http://127.0.0.1:{port}", verified=True))) == ["ok", "ok", "skipped"]
        named = by_name(check_way(Target("localhost", port, secure=False)))
    assert named["dns"].detail.startswith("localhost is ")
    assert named["tcp"].status == "ok"


def test_nobody_listens() -> None:
    found = list(check_way(Target("127.0.0.1", 9, secure=True)))
    assert statuses(iter(found)) == ["ok", "failed", "skipped"]
    assert found[1].detail == "127.0.0.1:9: connection refused"


def test_a_name_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> NoReturn:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    found = list(check_way(Target("box.invalid", 1, secure=False)))
    assert statuses(iter(found)) == ["failed", "skipped", "skipped"]
    assert found[0].detail == "box.invalid: name or service not known"
    assert next(check_way(Target("a" * 300, 1, secure=False))).status == "failed"


def test_a_resolver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()

    def hang(*_: object, **__: object) -> NoReturn:
        never.wait()
        raise AssertionError

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    found = list(check_way(Target("box.lan", 1, secure=False), limit=0.1))
    assert (found[0].status, "within 0.1 s" in found[0].detail) == ("failed", True)


def test_a_port_that_takes_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object) -> NoReturn:
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket.socket, "connect", hang)
    found = list(check_way(Target("127.0.0.1", 1, secure=False), limit=0.1))
    assert (found[1].status, found[1].detail) == ("failed", "127.0.0.1:1 does not answer")


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("days", "status"), [(90, "ok"), (5, "warning")])
def test_a_good_certificate(authority: trustme.CA, tmp_path: Path, days: int, status: str) -> None:
    with secure(authority, tmp_path, days=days) as target:
        tls = by_name(check_way(target))["tls"]
    assert (tls.status, tls.detail.endswith(f"the certificate is good for {days} days")) == (status, True), tls


def test_a_certificate_that_nobody_knows(authority: trustme.CA, tmp_path: Path) -> None:
    with secure(authority, tmp_path) as target:
        tls = by_name(check_way(target))["tls"]
    with secure(authority, tmp_path) as target:
        lenient = by_name(check_way(replace(target, verified=False)))["tls"]
    assert tls.status == "failed"
    assert "the certificate is not accepted" in tls.detail
    assert "SSL_CERT_FILE" in tls.hint
    assert (lenient.status, "verify_tls is off" in lenient.detail) == ("warning", True)


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_somebody_else(authority: trustme.CA, tmp_path: Path) -> None:
    with secure(authority, tmp_path, "other.example") as target:
        tls = by_name(check_way(target))["tls"]
    assert (tls.status, "not valid for" in tls.detail) == ("failed", True), tls


def test_https_to_a_plain_server_and_to_a_silent_one() -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n") as config:
        plain = by_name(check_way(Target.of(config.base_url.replace("http:", "https:"), verified=True)))["tls"]
    assert (plain.status, "http:// rather than" in plain.hint) == ("failed", True)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = Target("127.0.0.1", silent.getsockname()[1], secure=True)
        tls = by_name(check_way(target, limit=0.2))["tls"]
    assert (tls.status, "within 0.2 s" in tls.detail) == ("failed", True)


def test_a_system_without_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    def bare() -> ssl.SSLContext:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    monkeypatch.setattr(reach.ssl, "create_default_context", bare)
    monkeypatch.setattr(reach.ssl, "get_default_verify_paths", lambda: type("Paths", (), {"capath": None}))
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = Target("127.0.0.1", server.getsockname()[1], secure=True)
        assert by_name(check_way(target))["tls"].status == "skipped"


# What the server says


def asked(config: SimulatorConfig, limit: float = 5, **settings: object) -> dict[str, Check]:
    with SimulatorServer(config) as server:
        values = ClientConfig(base_url=server.base_url, **settings)  # pyright: ignore[reportArgumentType]
        return asked_at(values, limit)


def asked_at(config: ClientConfig, limit: float = 5) -> dict[str, Check]:
    first, ours = FirstAnswer(), patient(config, limit)
    with LMStudioClient(ours, recorder=first) as client:
        bare = LMStudioClient(ours.model_copy(update={"api_key": None}))
        try:
            return by_name(check_server(client, first, (lambda: bare) if config.api_key else None, limit))
        finally:
            bare.close()


@pytest.mark.parametrize("flavour", ["lmstudio", "classic", "openai"])
def test_every_kind(flavour: str) -> None:
    found = asked(SimulatorConfig(flavour=flavour))  # pyright: ignore[reportArgumentType]
    assert list(found) == list(STEPS)
    assert {check.status for check in found.values()} == {"ok"}, found
    assert found["http"].detail.startswith("status ")
    assert "the built-in simulator" in found["kind"].detail
    if flavour == "classic":
        assert found["version"].detail == "0.2.21 (from health)"


def test_a_server_that_is_too_old() -> None:
    version = asked(SimulatorConfig(flavour="classic", server_version="0.2.17"))["version"]
    assert version.status == "failed"
    assert "0.2.17" in version.detail
    assert "0.2.18" in version.detail


@pytest.mark.parametrize(
    ("key", "status", "said"),
    [
        (None, "failed", "wants a key, and none is set (status 401)"),
        (f"{KEY}x", "failed", "refuses the key (status 401)"),
        (KEY, "ok", "the server wants one, and accepts this"),
    ],
)
def test_a_server_that_wants_a_key(key: str | None, status: str, said: str) -> None:
    found = asked(SimulatorConfig(api_key=KEY), api_key=key)
    assert (found["key"].status, said in found["key"].detail) == (status, True), found["key"]
    assert found["models"].status == ("ok" if key == KEY else "skipped")
    assert KEY[6:] not in str(found)


def test_a_key_that_nobody_wants() -> None:
    assert "answers without it, too" in asked(SimulatorConfig(), api_key=KEY)["key"].detail
    assert "wants none" in asked(SimulatorConfig())["key"].detail


def test_a_model_of_the_settings_that_is_not_there() -> None:
    models = asked(SimulatorConfig(), default_model="gone")["models"]
    assert (models.status, "default_model gone is not among them" in models.detail) == ("warning", True)


def test_a_server_without_models() -> None:
    models = asked(SimulatorConfig(models=0, list_faults=False))["models"]
    assert (models.status, models.detail) == ("warning", "the server lists none")


@contextmanager
def answering(answer: bytes | None) -> Generator[ClientConfig]:
    """Something that gives every request the same answer; None gives none at all."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=reply, args=(connection,), daemon=True).start()

        def reply(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                while connection.recv(65_536):
                    if answer is not None:
                        connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield ClientConfig(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        listener.shutdown(socket.SHUT_RDWR)


def test_one_that_says_nothing() -> None:
    with answering(None) as config:
        found = asked_at(config, limit=0.3)
    assert (found["http"].status, [found[name].status.value for name in STEPS[1:]]) == ("failed", ["skipped"] * 4)


def test_one_that_is_slow_all_along(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: object, *, scope: CancelScope) -> NoReturn:
        scope.wait(60)
        raise AssertionError

    monkeypatch.setattr(LMStudioClient, "health", slow)
    found = asked(SimulatorConfig(), limit=0.3)
    assert (found["http"].status, found["kind"].status) == ("ok", "failed")
    assert "may be busy" in found["kind"].hint


def test_one_that_is_no_model_server() -> None:
    page = b"<html>hello</html>"
    with answering(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n%b" % (len(page), page)
    ) as config:
        found = asked_at(config)
    assert (found["http"].status, found["kind"].status) == ("ok", "failed")
    assert "status 200" in found["http"].detail


def test_one_that_is_no_http_server() -> None:
    with answering(b"SSH-2.0-OpenSSH_9.6\r\n") as config:
        assert asked_at(config)["http"].status == "failed"


def test_skipping() -> None:
    assert [check.name for check in skipped_from("key", "so")] == ["key", "models"]
