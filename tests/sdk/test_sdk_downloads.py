"""Downloading models (server contract, 2.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sdk_servers import RawServer, answering, config, reply

from lmstudio_tui.sdk import (
    DownloadNotFoundError,
    DownloadStatus,
    LMStudioClient,
    ModelNotFoundError,
    ProtocolError,
    ValidationError,
)
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

MODEL = "sim-llama-3.1-8b"


def test_a_download_from_its_beginning(lm_studio: SimulatorServer) -> None:
    with LMStudioClient(config(lm_studio.base_url)) as client:
        client.health()
        begun = client.download_model("sim-broken-download", "Q4_K_M")
        assert begun.job_id
        assert (begun.status, begun.finished, begun.downloaded_bytes, begun.fraction) == (
            "downloading", False, None, None,
        )  # fmt: skip
        now = client.download_status(begun.job_id)
        assert now.job_id == begun.job_id
        assert now.total_size_bytes == begun.total_size_bytes
        assert now.bytes_per_second == 1
        assert now.fraction is not None
        assert now.fraction < 0.001
        assert now.estimated_completion is not None
        assert now.estimated_completion > datetime.now(UTC)
        there = client.download_model(MODEL)
        assert (there.job_id, there.status, there.finished, there.fraction) == (None, "already_downloaded", True, 1.0)
        with pytest.raises(ModelNotFoundError) as caught:
            client.download_model("nobody/nothing")
        assert "huggingface.co" in caught.value.hint


def test_a_download_that_has_failed_is_no_error() -> None:
    with (
        SimulatorServer(SimulatorConfig(speed=0, download_bytes_per_second=1e15)) as server,
        LMStudioClient(config(server.base_url)) as client,
    ):
        job = client.download_model("sim-broken-download").job_id
        assert job
        failed = client.download_status(job)
        assert (failed.status, failed.finished, failed.succeeded) == ("failed", True, False)
        assert failed.error
        assert "lost" in failed.error


@pytest.mark.parametrize("looked", [True, False])
def test_a_download_that_the_server_does_not_know(lm_studio: SimulatorServer, looked: bool) -> None:
    with LMStudioClient(config(lm_studio.base_url)) as client:
        if looked:
            client.health()
        with pytest.raises(DownloadNotFoundError, match="job_1") as caught:
            client.download_status("job_1")
        assert caught.value.status == 404
        assert lm_studio.requests[-1].path == "/api/v1/models/download/status/job_1"
        for odd in ("", " "):
            with pytest.raises(ValidationError, match="job_id"):
                client.download_status(odd)


def test_the_name_of_a_job_cannot_lead_elsewhere() -> None:
    with RawServer(answering(reply({"status": "paused"}))) as server, LMStudioClient(config(server)) as client:
        assert client.download_status("../a?b=c#d").status == "paused"
    assert server.requests[0].startswith(b"GET /api/v1/models/download/status/..%2Fa%3Fb%3Dc%23d HTTP/1.1\r\n")


def test_a_404_from_a_surface_that_is_known_is_about_the_job() -> None:
    greeting, v1 = reply({"lmstudio": True}), reply({"models": [{"key": "m"}]})
    nothing = reply({"error": "Unexpected endpoint or method. (GET /health)"})
    with (
        RawServer(answering(nothing, greeting, nothing, v1, nothing, reply({"error": "Not found"}, 404))) as server,
        LMStudioClient(config(server)) as client,
    ):
        client.health()
        with pytest.raises(DownloadNotFoundError):
            client.download_status("gone")


@pytest.mark.parametrize(
    ("said", "fraction", "finished"),
    [
        ({"status": "downloading", "total_size_bytes": 200, "downloaded_bytes": 50}, 0.25, False),
        ({"status": "downloading", "total_size_bytes": 200.5, "downloaded_bytes": 100.25}, 0.5, False),
        ({"status": "paused", "total_size_bytes": 10, "downloaded_bytes": 11}, 1.0, False),
        ({"status": "verifying", "total_size_bytes": 0, "downloaded_bytes": 0}, None, False),
        ({"status": "completed"}, 1.0, True),
        ({"status": "failed", "error": "disk full", "downloaded_bytes": -5, "total_size_bytes": 7}, None, True),
        ({"status": "cancelled", "bytes_per_second": None, "estimated_completion": "soon"}, None, True),
    ],
)
def test_every_state_of_a_download(said: dict[str, Any], fraction: float | None, finished: bool) -> None:
    status = DownloadStatus.read(said)
    assert (status.fraction, status.finished) == (fraction, finished)
    assert status.status == said["status"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("whenever", None),
        ({}, None),
    ],
)
def test_when_a_download_will_be_done(text: object, moment: datetime | None) -> None:
    assert DownloadStatus.read({"estimated_completion": text}).estimated_completion == moment


def test_a_download_that_says_nothing_of_itself() -> None:
    with (
        RawServer(answering(reply({"ok": True}))) as server,
        LMStudioClient(config(server)) as client,
        pytest.raises(ProtocolError, match="how the download stands"),
    ):
        client.download_model("m")
