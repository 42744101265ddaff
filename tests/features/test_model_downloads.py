"""Following downloads, and how far they are in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from lmstudio_tui.features.models.downloads import DownloadProgress, follow
from lmstudio_tui.sdk import (
    CancelScope,
    DownloadNotFoundError,
    DownloadStatus,
    LMStudioError,
    LMStudioSDK,
    RequestCancelledError,
    ServerRefusedError,
)

NOW = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)
GONE = DownloadNotFoundError("The server knows no download job_1.", status=404)
AWAY = ServerRefusedError("Nothing answers: connection refused.")


class Answers:
    """A server that answers one thing after the other."""

    def __init__(self, answers: Iterable[DownloadStatus | LMStudioError]) -> None:
        self._answers = iter(answers)

    def download_status(self, job_id: str, *, scope: CancelScope | None = None) -> DownloadStatus:
        answer = next(self._answers)
        if isinstance(answer, LMStudioError):
            raise answer
        return answer


class Pauses(CancelScope):
    """A scope that does not wait, but remembers for how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.raise_if_cancelled()


def followed(*answers: DownloadStatus | LMStudioError) -> tuple[list[object], list[float]]:
    scope, told = Pauses(), list[object]()
    follow(cast("LMStudioSDK", Answers(answers)), "job_1", scope, told.append)
    return told, scope.pauses


def status(words: str, done: int | None = None, **more: object) -> DownloadStatus:
    return DownloadStatus.model_validate(
        {"job_id": "job_1", "status": words, "downloaded_bytes": done, "total_size_bytes": 4_300_000_000, **more}
    )


def test_a_download_is_followed_to_its_end() -> None:
    looks = [status("downloading", 1), status("downloading", 2), status("completed", 3)]
    assert followed(*looks) == (looks, [1.0, 1.0])


def test_a_paused_one_is_looked_at_less_often() -> None:
    assert followed(status("paused"), status("failed"))[1] == [5.0]


def test_while_the_server_is_away_it_is_asked_less_and_less() -> None:
    told, pauses = followed(*[AWAY] * 8, status("downloading"), AWAY, status("completed"))
    assert pauses == [1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0, 30.0, 1.0, 1.0]
    assert len(told) == 11


def test_one_that_the_server_does_not_know_is_asked_for_once() -> None:
    assert followed(GONE) == ([GONE], [])


def test_it_ends_when_nobody_wants_to_know() -> None:
    assert followed(RequestCancelledError("The request was cancelled.")) == ([], [])
    scope = Pauses()
    scope.cancel()
    told: list[object] = []
    follow(cast("LMStudioSDK", Answers([status("downloading")])), "job_1", scope, told.append)
    assert len(told) == 1


def progress(*looks: DownloadStatus | LMStudioError, every: float = 1.0) -> DownloadProgress:
    one = DownloadProgress("job_1", "qwen3-4b", "q8")
    for number, look in enumerate(looks):
        one.look(look, number * every)
    return one


def test_how_far_it_is_with_the_servers_own_speed() -> None:
    one = progress(status("downloading", 2_600_000_000, bytes_per_second=38_000_000))
    assert one.name == "qwen3-4b@q8"
    assert one.in_words(NOW) == "60 %   2.6 GB of 4.3 GB   38 MB/s   44 s left"


def test_the_speed_as_seen_from_here() -> None:
    one = progress(status("downloading", 300_000_000), status("downloading", 500_000_000), every=2.0)
    assert one.per_second == 100_000_000
    assert one.in_words(NOW) == "11 %   500 MB of 4.3 GB   100 MB/s   38 s left"


def test_the_end_as_the_server_reckons_it() -> None:
    one = progress(status("downloading", 1_000_000, estimated_completion=NOW + timedelta(seconds=90)))
    assert one.in_words(NOW) == "0 %   1 MB of 4.3 GB   1:30 min left"


@pytest.mark.parametrize(
    ("looks", "words", "ended"),
    [
        ((), "asking how far it is …", False),
        (
            (status("paused", 2_200_000_000),),
            "paused: go on in LM Studio's own window   51 %   2.2 GB of 4.3 GB",
            False,
        ),
        ((status("completed", 4_300_000_000),), "completed, 4.3 GB", True),
        ((status("failed", 9, error="the disk is full"),), "failed: the disk is full", True),
        ((status("failed", 9, error={"message": "\x1b[31mno"}),), "failed: no", True),
        ((status("failed"),), "failed; the server gives no reason", True),
        ((status("verifying", 4_300_000_000),), "100 %   4.3 GB of 4.3 GB   verifying", False),
        ((status("downloading", 5), AWAY), "no word of it: Nothing answers: connection refused.", False),
    ],
)
def test_how_it_stands(looks: tuple[DownloadStatus | LMStudioError, ...], words: str, *, ended: bool) -> None:
    one = progress(*looks)
    assert one.in_words(NOW) == words
    assert one.ended == ended


def test_one_that_is_paused_or_never_answers_is_at_rest() -> None:
    assert progress(status("paused", 5)).resting
    assert not progress(status("downloading", 5), AWAY, AWAY).resting
    doubtful = progress(status("downloading", 5), AWAY, AWAY, AWAY)
    assert doubtful.resting
    assert doubtful.in_words(NOW).startswith("it may go on, but there is no word of it: ")
    doubtful.look(status("downloading", 6), 9.0)
    assert not doubtful.resting
    assert not progress(status("paused", 5), GONE).resting, "it has ended"


def test_one_that_is_gone_says_what_to_do() -> None:
    one = progress(status("downloading", 5), GONE)
    assert one.gone
    assert one.ended
    assert "start it again" in one.in_words(NOW)


def test_a_total_that_is_left_out_later_stays_known() -> None:
    one = progress(status("downloading", 1), status("downloading", 2_150_000_000, total_size_bytes=None))
    assert one.fraction == 0.5


def test_an_address_is_shortened() -> None:
    assert DownloadProgress("j", "https://huggingface.co/qwen/x").name == "qwen/x"
