"""Downloads: following each until it ends, and how far it is in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.models.words import size_in_words
from lmstudio_tui.features.progress import Pace, amount_in_words, duration_in_words, percent_in_words
from lmstudio_tui.sdk import DownloadNotFoundError, LMStudioError, RequestCancelledError
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lmstudio_tui.sdk import CancelScope, DownloadStatus, LMStudioSDK

_DOUBTFUL_FROM: Final = 3
"""Failed looks in a row from which on a download does not count as under way any longer."""
EVERY: Final = 1.0
"""Seconds between two looks at a download that runs."""
PAUSED_EVERY: Final = 5.0
_BACK_OFF: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds after each failure in a row, while the server is away."""


def follow(
    client: LMStudioSDK,
    job_id: str,
    scope: CancelScope,
    tell: Callable[[DownloadStatus | LMStudioError], None],
    *,
    every: float = EVERY,
) -> None:
    """Look at a download until it ends or nobody wants to know. Blocks.

    Args:
        client: for the server that downloads.
        job_id: which one.
        scope: ends it.
        tell: is given each status, and each error; `DownloadNotFoundError` is the last.
        every: seconds between two looks while it runs.
    """
    failures = 0
    try:
        while True:
            pause = every
            try:
                status = client.download_status(job_id, scope=scope)
            except RequestCancelledError:
                return
            except LMStudioError as error:
                tell(error)
                if isinstance(error, DownloadNotFoundError):
                    return
                pause = _BACK_OFF[min(failures, len(_BACK_OFF) - 1)]
                failures += 1
            else:
                failures = 0
                tell(status)
                if status.finished:
                    return
                if status.status == "paused":
                    pause = max(every, PAUSED_EVERY)
            scope.wait(pause)
    except RequestCancelledError:
        return


@dataclass
class DownloadProgress:
    """One download as it is shown.

    Attributes:
        job_id: the server's name for it.
        model: what was asked for.
        quantization: which one of it; None leaves that to the server.
        status: the last; None before the first look.
        error: why the last look failed; None when it did not.
        gone: whether the server knows nothing of it any longer.
        failures: how many looks have failed in a row.
    """

    job_id: str
    model: str
    quantization: str | None = None
    status: DownloadStatus | None = None
    error: LMStudioError | None = None
    gone: bool = False
    failures: int = 0
    _pace: Pace = field(default_factory=Pace)

    @property
    def name(self) -> str:
        """What is downloaded, in one line."""
        name = clean_line(self.model).removeprefix("https://").removeprefix("huggingface.co/")
        return f"{name}@{clean_line(self.quantization)}" if self.quantization else name

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.gone or (self.status is not None and self.status.finished)

    @property
    def resting(self) -> bool:
        """Whether nothing is seen to happen, though it has not ended: it is paused, or no look at it succeeds."""
        paused = self.status is not None and self.status.status == "paused"
        return not self.ended and (paused or self.failures >= _DOUBTFUL_FROM)

    @property
    def succeeded(self) -> bool:
        """Whether the model is there."""
        return self.status is not None and self.status.succeeded

    def look(self, seen: DownloadStatus | LMStudioError, now: float) -> None:
        """Take note of a look.

        Args:
            seen: what came of it.
            now: seconds, on a clock that only goes forward.
        """
        if isinstance(seen, LMStudioError):
            self.error = seen
            self.failures += 1
            self.gone = isinstance(seen, DownloadNotFoundError)
            return
        self.failures = 0
        # What an answer leaves out does not become unknown by that.
        kept = {"total_size_bytes": self.status.total_size_bytes} if self.status and not seen.total_size_bytes else {}
        self.status, self.error = seen.model_copy(update=kept) if kept else seen, None
        if seen.status == "downloading":
            self._pace.look(now, seen.downloaded_bytes)

    @property
    def fraction(self) -> float | None:
        """How much is done, from 0 to 1; None when unknown."""
        return None if self.status is None else self.status.fraction

    @property
    def per_second(self) -> float | None:
        """Bytes; as the server says, else as seen from here; None when it does not move or nobody knows."""
        if self.status is None or self.status.status != "downloading":
            return None
        return self.status.bytes_per_second or self._pace.per_second or None

    def seconds_left(self, now: datetime) -> float | None:
        """Until it is done; None when unknown.

        Args:
            now: with its zone.
        """
        status = self.status
        if status is None or status.status != "downloading":
            return None
        speed, done, total = self.per_second, status.downloaded_bytes, status.total_size_bytes
        if speed and done is not None and total:
            return max(0.0, (total - done) / speed)
        end = status.estimated_completion
        return None if end is None else max(0.0, (end.astimezone(UTC) - now.astimezone(UTC)).total_seconds())

    def in_words(self, now: datetime) -> str:
        """How far it is: percent, amount, speed, time left; or how it ended, or why nobody knows."""
        status = self.status
        if self.gone:
            return "The server knows this download no longer: look whether the model is in the list, or start it again."
        if self.error is not None:
            doubt = "it may go on, but there is " if self.resting else ""
            return f"{doubt}no word of it: {clean_line(self.error.message)}"
        if status is None:
            return "asking how far it is …"
        if status.succeeded:
            size = size_in_words(status.total_size_bytes)
            return f"completed, {size}" if size else "completed"
        if status.finished:
            reason = clean_line(status.error or "")
            return f"{status.status}: {reason}" if reason else f"{status.status}; the server gives no reason"
        speed, left = self.per_second, self.seconds_left(now)
        paused = status.status == "paused"
        parts = [
            "paused: go on in LM Studio's own window" if paused else "",
            percent_in_words(status.fraction).strip(),
            amount_in_words(status.downloaded_bytes, status.total_size_bytes),
            f"{size_in_words(int(speed))}/s" if speed else "",
            f"{duration_in_words(left)} left" if left is not None else "",
            "" if paused or status.status == "downloading" else clean_line(status.status),
        ]
        return "   ".join(part for part in parts if part)
