"""Downloading: several at once, watched, and left to the server."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from cli_runs import LIMIT, Run, asked, finished, started
from terminal_runs import Reply, at_terminal

from lmstudio_tui.cli.downloading import Watched
from lmstudio_tui.cli.outcome import CommandError
from lmstudio_tui.sdk import (
    AuthenticationError,
    DownloadNotFoundError,
    DownloadStatus,
    LMStudioClient,
    LMStudioError,
    RequestTimeoutError,
    ServerFailureError,
)
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

PHI, BROKEN, THERE = "sim-phi-4-mini", "sim-broken-download", "sim-qwen3-8b"
SHAPE = ["model", "job_id", "status", "total_size_bytes", "downloaded_bytes", "error"]


@pytest.fixture
def hub() -> Iterator[SimulatorServer]:
    """One that downloads in a second or two."""
    with SimulatorServer(SimulatorConfig(download_bytes_per_second=2e9)) as server:
        yield server


@pytest.fixture
def slow() -> Iterator[SimulatorServer]:
    """One whose downloads nobody will see the end of."""
    with SimulatorServer(SimulatorConfig(download_bytes_per_second=1e7)) as server:
        yield server


def test_several_at_once(cli: Run, hub: SimulatorServer) -> None:
    result = cli("models", "download", PHI, THERE, BROKEN, "nonsense", PHI, "--json", "--base-url", hub.base_url)
    assert result.code == 1
    found: dict[str, dict[str, Any]] = {one["model"]: one for one in result.json["downloads"]}
    assert list(found) == [PHI, THERE, BROKEN, "nonsense"], "once each"
    assert all(list(one) == SHAPE for one in found.values())
    assert [one["status"] for one in found.values()] == ["completed", "already_downloaded", "failed", "failed"]
    assert found[PHI]["downloaded_bytes"] == found[PHI]["total_size_bytes"] > 0
    assert (found[PHI]["error"], found[THERE]["error"]) == (None, None)
    assert found[BROKEN]["error"]["type"] == "DownloadFailedError"
    assert found["nonsense"]["error"]["type"] == "ModelNotFoundError"
    assert cli("models", "--query", PHI, "--base-url", hub.base_url).out.count(PHI) == 1


def test_in_words(cli: Run, hub: SimulatorServer) -> None:
    result = cli("models", "download", PHI, THERE, "--base-url", hub.base_url)
    assert result.code == 0
    assert result.err == f"{PHI}: downloading 2.5 GB\n"
    assert result.out == f"{PHI}: downloaded, 2.5 GB\n{THERE}: is there already\n"
    failed = cli("models", "download", BROKEN, "--base-url", hub.base_url)
    assert failed.code == 1
    assert f"error: {BROKEN}: the download has failed: " in failed.err
    assert ".." not in failed.err


def test_detached(cli: Run, slow: SimulatorServer) -> None:
    result = cli(
        "models", "download", PHI, "--detach", "--json", "--quantization", "Q4_K_M", "--base-url", slow.base_url
    )
    (one,) = result.json["downloads"]
    assert (result.code, one["status"], one["error"]) == (0, "downloading", None)
    assert one["job_id"]
    assert json.loads(asked(slow)[0].body) == {"model": PHI, "quantization": "Q4_K_M"}


def test_progress_on_a_terminal(hub: SimulatorServer) -> None:
    code, text = at_terminal("models", "download", PHI, BROKEN, "--base-url", hub.base_url)
    assert code == 1
    lines = [line.split("\x1b[2K")[-1] for line in text.split("\n") if "\x1b[2K" in line]
    assert {len(line) for line in lines} == {79}
    assert any(" % " in line and "GB of 2.5 GB" in line and "2.0 GB/s" in line and "s left" in line for line in lines)
    assert f"\x1b[0J{PHI}: downloaded, 2.5 GB\n" in text


def test_ctrl_c_ends_only_the_waiting(slow: SimulatorServer) -> None:
    code, text = at_terminal(
        "models", "download", PHI, "--base-url", slow.base_url, replies=[Reply(to=" % ", signal=signal.SIGINT)]
    )
    assert code == 130
    assert "The server goes on with the download" in text


def test_ctrl_c_as_json(slow: SimulatorServer) -> None:
    with started("models", "download", PHI, "--json", "--base-url", slow.base_url) as process:
        assert slow.wait_for(lambda it: any("/download/status/" in request.path for request in it.requests), LIMIT)
        process.send_signal(signal.SIGINT)
        result = finished(process)
    assert result.code == 130
    assert result.json["downloads"][0]["status"] == "downloading"
    assert result.json["error"]["type"] == "RequestCancelledError"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[DownloadStatus]:
    """What the server says, look by look; the last goes on for ever."""
    answers: list[DownloadStatus] = []

    def look(_: object, __: str) -> DownloadStatus:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    monkeypatch.setattr(LMStudioClient, "download_status", look)
    monkeypatch.setattr("lmstudio_tui.cli.models_download._EVERY", 0.001)
    return answers


def test_a_pause_is_waited_out_for_a_while(cli: Run, slow: SimulatorServer, told: list[DownloadStatus]) -> None:
    paused = DownloadStatus(job_id="j", status="paused")
    told += [paused, paused, DownloadStatus(job_id="j", status="completed", total_size_bytes=1000)]
    assert cli("models", "download", PHI, "--base-url", slow.base_url).code == 0
    told[:] = [paused]
    result = cli("models", "download", PHI, "--json", "--base-url", slow.base_url)
    assert (result.code, result.json["downloads"][0]["status"]) == (1, "paused")
    assert result.json["downloads"][0]["error"]["type"] == "DownloadPausedError"
    assert "the download is paused" in result.err


def test_a_job_without_a_name_has_begun(cli: Run, slow: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ["downloading"]

    def begin(*_: object) -> DownloadStatus:
        return DownloadStatus(status=said[0])

    monkeypatch.setattr(LMStudioClient, "download_model", begin)
    for more in ([], ["--detach"]):
        result = cli("models", "download", PHI, "--json", *more, "--base-url", slow.base_url)
        (one,) = result.json["downloads"]
        assert (result.code, one["status"], one["error"]) == (0, "downloading", None)
    words = cli("models", "download", PHI, "--base-url", slow.base_url)
    assert (words.code, words.err) == (0, "")
    assert words.out == f"{PHI}: has begun; the server gives no way to follow it, LM Studio shows it\n"
    said[0] = "paused"
    assert cli("models", "download", PHI, "--base-url", slow.base_url).code == 1


def boom() -> ServerFailureError:
    return ServerFailureError("Internal Server Error", status=500)


def test_a_look_that_fails_is_no_download_that_fails(
    cli: Run, hub: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lmstudio_tui.cli.models_download._EVERY", 0.001)
    monkeypatch.setattr("lmstudio_tui.cli.downloading._LONGEST_WAIT", 0.001)
    real = LMStudioClient.download_status
    errors: list[LMStudioError] = [
        boom(),
        DownloadNotFoundError("?", status=404),
        boom(),
        RequestTimeoutError("Slow.", phase="read"),
    ] * 3

    def look(self: LMStudioClient, job: str) -> DownloadStatus:
        if errors:
            raise errors.pop()
        return real(self, job)

    monkeypatch.setattr(LMStudioClient, "download_status", look)
    result = cli("models", "download", PHI, "--json", "--base-url", hub.base_url)
    assert (result.code, result.json["downloads"][0]["status"], errors) == (0, "completed", [])
    assert result.err.count(f"{PHI}: no word on how far it is; asking again for a minute\n") == 1


def test_looks_become_rare_and_end_after_a_minute() -> None:
    watched = Watched(PHI)
    watched.heard(DownloadStatus(job_id="j", status="downloading", total_size_bytes=1000))
    looks: list[int] = []
    for second in range(1000):
        if watched.due(second):
            looks.append(second)
            watched.missed(boom(), second)
            assert "asking again" in watched.line(79) or not watched.under_way
    assert looks == [0, 1, 3, 7, 15, 30, 45, 60]
    assert (watched.state, watched.under_way, watched.in_words()) == ("unknown", False, "unknown")
    assert isinstance(watched.error, CommandError)
    assert watched.error.message == (f"{PHI}: the server no longer says how far the download is: Internal Server Error")
    assert watched.error.hint.startswith("It may go on with it all the same")
    assert watched.error.code == 1


def test_one_answer_begins_the_patience_anew() -> None:
    watched = Watched(PHI)
    watched.heard(DownloadStatus(job_id="j", status="downloading"))
    for second in range(0, 600, 30):
        watched.missed(boom(), second)
        watched.heard(DownloadStatus(status="downloading", downloaded_bytes=second))
    assert watched.under_way
    assert watched.status is not None
    assert watched.status.job_id == "j", "it need not be repeated"


def test_a_refused_key_is_not_tried_for_a_minute() -> None:
    watched = Watched(PHI)
    watched.heard(DownloadStatus(job_id="j", status="downloading"))
    watched.missed(AuthenticationError("A token is required.", status=401), 0)
    assert isinstance(watched.error, CommandError)
    assert (watched.state, watched.error.code) == ("unknown", 4)


def test_a_job_that_is_forgotten(cli: Run, slow: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmstudio_tui.cli.models_download._EVERY", 0.001)
    monkeypatch.setattr("lmstudio_tui.cli.downloading._SILENCE", 0.0)
    real = LMStudioClient.download_status

    def look(self: LMStudioClient, _: str) -> DownloadStatus:
        return real(self, "job_nobody_knows")

    monkeypatch.setattr(LMStudioClient, "download_status", look)
    result = cli("models", "download", PHI, "--json", "--base-url", slow.base_url)
    (one,) = result.json["downloads"]
    assert (result.code, one["status"], one["error"]["type"]) == (1, "unknown", "DownloadNotFoundError")
    assert f"error: {PHI}: the server no longer says" in result.err


def test_a_server_that_leaves(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmstudio_tui.cli.models_download._EVERY", 0.001)
    monkeypatch.setattr("lmstudio_tui.cli.downloading._SILENCE", 0.0)
    monkeypatch.setenv("LM_STUDIO_MAX_RETRIES", "0")
    real = LMStudioClient.download_status
    with SimulatorServer(SimulatorConfig(download_bytes_per_second=1e7)) as server:

        def look(self: LMStudioClient, job: str) -> DownloadStatus:
            server.stop()
            return real(self, job)

        monkeypatch.setattr(LMStudioClient, "download_status", look)
        result = cli("models", "download", PHI, "--json", "--base-url", server.base_url)
    assert result.code in {1, 3}
    (one,) = result.json["downloads"]
    assert (one["status"], one["error"]["type"] in {"ServerRefusedError", "ConnectionLostError"}) == ("unknown", True)


@pytest.mark.parametrize("why", [None, "", "failed", "Failed."])
def test_a_failure_without_a_reason_is_not_told_twice(why: str | None) -> None:
    watched = Watched(PHI)
    watched.heard(DownloadStatus(job_id="j", status="failed", error=why))
    assert isinstance(watched.error, CommandError)
    assert watched.error.message == f"{PHI}: the download has failed; the server does not say why."


def test_no_line_grows_with_what_the_server_says() -> None:
    watched = Watched("https://huggingface.co/" + "\u6a21\u578b/" * 60 + "\x1b[2J")
    watched.heard(DownloadStatus(job_id="j", status="downloading", downloaded_bytes=1, bytes_per_second=0))
    assert len(watched.line(79).encode("utf-16-le")) < 2 * 79
    assert "\x1b" not in watched.line(79)
    watched.heard(DownloadStatus(job_id="j", status="dreaming\n"))
    assert watched.line(79).rstrip().endswith("dreaming")
