"""The log of requests: a line a call, nothing that is nobody's business, and no fault of it reaches a call."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from lmstudio_tui.sdk import (
    AttemptFailed,
    BodyReceived,
    CallFinished,
    CallStarted,
    Connected,
    EventReceived,
    HeadersReceived,
)
from lmstudio_tui.store.request_log import LogLevel, RequestLog

SECRET = "sk-lm-aBcD1234:s3cr3ts3cr3ts3cr3t12"
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d POST /v1/chat/completions "
    r"200 42ms sent=7 received=9 attempts=1 ok"
)


def finished(call_id: str = "a", **changes: object) -> CallFinished:
    values: dict[str, object] = {
        "call_id": call_id,
        "at_ms": 42.0,
        "outcome": "ok",
        "error": "",
        "message": "",
        "status": 200,
        "attempts": 1,
        "bytes_sent": 7,
        "bytes_received": 9,
        "duration_ms": 42.0,
        "connect_ms": 1.0,
        "send_ms": 1.0,
        "wait_ms": 1.0,
        "first_byte_ms": 1.0,
        "first_token_ms": None,
        "stream_ms": None,
    }
    return CallFinished(**{**values, **changes})  # pyright: ignore[reportArgumentType]


def started(call_id: str = "a", path: str = "/v1/chat/completions") -> CallStarted:
    return CallStarted(call_id, "POST", f"http://x{path}", path, (("authorization", SECRET),), b"a prompt", False, 1e9)


def call(log: RequestLog, call_id: str = "a", **changes: object) -> None:
    """A whole call, with everything that may be told of one."""
    log.record(started(call_id))
    log.record(Connected(call_id, 1.0, 1, 3.0, 4.0))
    log.record(AttemptFailed(call_id, 2.0, 1, "ServerFailureError", f"it says {SECRET}", 503, 250.0))
    log.record(HeadersReceived(call_id, 3.0, 2, 200, (("set-cookie", SECRET),)))
    log.record(EventReceived(call_id, 4.0, "", "a word of the answer"))
    log.record(BodyReceived(call_id, 5.0, b"a word of the answer"))
    log.record(finished(call_id, message=f"it says {SECRET}", **changes))


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "log" / "requests.log"


def test_a_call_is_a_line(path: Path) -> None:
    log = RequestLog(path, "info", pytest.fail)
    call(log)
    log.close()
    (line,) = lines(path)
    assert LINE.fullmatch(line)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("level", "count"), [("off", 0), ("error", 1), ("info", 3), ("debug", 9)])
def test_the_levels(path: Path, level: LogLevel, count: int) -> None:
    log = RequestLog(path, level, pytest.fail)
    call(log, "a")
    call(log, "b", outcome="failed", error="ServerRefusedError", status=None)
    call(log, "c", outcome="cancelled", error="RequestCancelledError")
    log.close()
    assert path.exists() == bool(count)
    found = lines(path) if count else []
    assert len(found) == count
    if level == "error":
        assert found[0].endswith(" - 42ms sent=7 received=9 attempts=1 failed ServerRefusedError")
    if level == "debug":
        assert found[0].endswith("attempt=1 connected in=3ms tls=4ms")
        assert found[1].endswith("attempt=1 failed status=503 error=ServerFailureError again_in=250ms")


def test_nothing_is_made_before_a_call(path: Path) -> None:
    RequestLog(path, "debug", pytest.fail).close()
    assert not path.parent.exists()


def test_no_body_no_header_no_key_no_query(path: Path) -> None:
    log = RequestLog(path, "debug", pytest.fail)
    log.record(started("q", f"/v1/models?key={SECRET}"))
    log.record(finished("q"))
    call(log)
    log.close()
    text = path.read_text()
    for part in (SECRET, "a prompt", "a word", "cookie", "authorization", "it says", "?"):
        assert part not in text


def test_a_path_cannot_forge_a_line(path: Path) -> None:
    log = RequestLog(path, "info", pytest.fail)
    log.record(started("a", "/a\nb \x1b[2J" + "c" * 900))
    log.record(finished("a"))
    log.close()
    (line,) = lines(path)
    assert "/a?b??[2Jccc" in line
    assert len(line) < 400


def test_it_is_turned_over(path: Path) -> None:
    log = RequestLog(path, "info", pytest.fail)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 999_990 + b"\n")
    for number in (1, 2, 3):
        path.with_name(f"{path.name}.{number}").write_bytes(b"%d" % number)
    call(log)
    log.close()
    assert len(lines(path)) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, *(f"{path.name}.{n}" for n in (1, 2, 3))]
    assert path.with_name(f"{path.name}.3").read_bytes() == b"2"


@pytest.mark.parametrize("where", ["/dev/full", "/proc/nowhere/requests.log"])
def test_a_file_that_cannot_be_written_is_told_once(where: str) -> None:
    said: list[str] = []
    log = RequestLog(Path(where), "info", said.append)
    if where == "/dev/full" and not Path(where).exists():
        pytest.skip("no such device here")
    for name in "abc":
        call(log, name)
    log.close()
    (sentence,) = said
    assert sentence.startswith(f"The log of requests cannot be written to {where}: ")


def test_calls_of_many_threads_do_not_mix(path: Path) -> None:
    log = RequestLog(path, "debug", pytest.fail)

    def work(number: int) -> None:
        for turn in range(50):
            call(log, f"{number}-{turn}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    found = lines(path)
    assert len(found) == 8 * 50 * 3
    assert sum(bool(LINE.fullmatch(line)) for line in found) == 400


def test_calls_that_never_end_do_not_pile_up(path: Path) -> None:
    log = RequestLog(path, "info", pytest.fail)
    for number in range(5000):
        log.record(started(str(number)))
    log.record(finished("0"))
    assert not path.exists(), "it was forgotten"
    log.record(finished("4999"))
    log.close()
    assert len(lines(path)) == 1
