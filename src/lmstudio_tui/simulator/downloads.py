"""Downloads that progress with time (server contract, section 2.4)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from lmstudio_tui.simulator.catalogue import SimModel

DownloadStatus = Literal["downloading", "paused", "completed", "failed"]

_FAILS_AT = 0.4
_PAUSES_AT = 0.3


@dataclass(frozen=True, slots=True)
class Download:
    """A download, described by when it began: where it stands follows from the time."""

    job_id: str
    model: SimModel
    started: float
    bytes_per_second: float

    @property
    def total(self) -> int:
        """How many bytes there are to fetch."""
        return self.model.size_bytes

    def _limit(self) -> int:
        if self.model.pauses:
            return int(self.total * _PAUSES_AT)
        return int(self.total * _FAILS_AT) if self.model.refuses else self.total

    def done(self, now: float) -> int:
        """How many bytes have arrived at `now`."""
        return min(self._limit(), int((now - self.started) * self.bytes_per_second))

    def status(self, now: float) -> DownloadStatus:
        """How it stands at `now`."""
        if self.done(now) < self._limit():
            return "downloading"
        if self.model.pauses:
            return "paused"
        return "failed" if self.model.refuses else "completed"

    def body(self, now: float) -> dict[str, object]:
        """The answer to a request for its status at `now`."""
        status = self.status(now)
        body: dict[str, object] = {
            "job_id": self.job_id,
            "status": status,
            "total_size_bytes": self.total,
            "downloaded_bytes": self.done(now),
        }
        if status == "downloading":
            body["bytes_per_second"] = int(self.bytes_per_second)
            left = (self.total - self.done(now)) / self.bytes_per_second
            # The one answer with the time of day in it: an estimated end is nothing else.
            body["estimated_completion"] = (datetime.now(UTC) + timedelta(seconds=left)).isoformat(timespec="seconds")
        if status == "failed":
            body["error"] = {"type": "download_error", "message": f"The download failed: {self.model.refuses}."}
        return body
