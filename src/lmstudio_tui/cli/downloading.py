"""One download that is watched: how it stands, in a line and in words."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from lmstudio_tui.cli.outcome import CommandError, Exit, Failure, exit_code
from lmstudio_tui.features.models import size_in_words
from lmstudio_tui.features.progress import Pace, amount_in_words, duration_in_words, percent_in_words
from lmstudio_tui.sdk import (
    AuthenticationError,
    DownloadStatus,
    FeatureUnavailableError,
    LMStudioError,
    RequestCancelledError,
    ServerConnectionError,
)
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.sdk import LMStudioClient

_PATIENCE = 5
"""How often in a row a server may call a download paused before nobody waits for it any more."""
_SILENCE = 60.0
"""Seconds for which a server may not say how far it is before nobody waits for that any more."""
_SLIPS = 2
"""So many looks in a row that fail are told where nothing can be drawn."""
_LONGEST_WAIT = 15.0
"""Seconds between two looks at most, when the server does not say how far it is."""
_LEAST_NAME = 12
_REST = 52
"""Columns for everything but the name."""


@dataclass
class Watched:
    """A download.

    Args:
        name: what was asked for.
        status: what the server said last; None before it has said anything.
        error: why it is over and not there, or why nobody waits for it any more.
        lost: whether nobody knows any more how it stands.
    """

    name: str
    status: DownloadStatus | None = None
    error: Failure | None = None
    lost: bool = False
    pace: Pace = field(default_factory=Pace)
    paused: int = 0
    _silent_since: float | None = None
    _errors: int = 0
    _next_look: float = 0.0

    @property
    def under_way(self) -> bool:
        """Whether there is something to wait for: a job without an id cannot be asked for."""
        status = self.status
        return self.error is None and status is not None and not status.finished and status.job_id is not None

    @property
    def state(self) -> str:
        """The status for scripts: the server's word, `failed` when it has refused, `unknown` when that is so."""
        if self.lost:
            return "unknown"
        if self.status is not None and (self.error is None or isinstance(self.error, CommandError)):
            return self.status.status
        return "failed" if self.error is not None else "unknown"

    def heard(self, status: DownloadStatus) -> None:
        """Take note of what the server says."""
        self._silent_since, self._errors = None, 0
        job = status.job_id or (self.status.job_id if self.status else None)  # need not be repeated
        self.status = status = status.model_copy(update={"job_id": job})
        self.pace.look(time.monotonic(), status.downloaded_bytes)
        self.paused = self.paused + 1 if status.status == "paused" else 0
        if status.finished and not status.succeeded:
            why = clean_line(status.error or "").removesuffix(".")
            why = f": {why}" if why and why.lower() != status.status else "; the server does not say why"
            self.error = CommandError(
                f"{clean_line(self.name)}: the download has failed{why}.",
                kind="DownloadFailedError",
                hint="Start it again; LM Studio goes on where it stopped.",
            )
        elif self.paused >= _PATIENCE or (self.paused and job is None):
            self.error = CommandError(
                f"{clean_line(self.name)}: the download is paused.",
                kind="DownloadPausedError",
                hint="Go on with it in LM Studio.",
            )

    def due(self, now: float) -> bool:
        """Whether to look again; less and less often when the server does not say how far it is."""
        return self.under_way and now >= self._next_look

    @property
    def first_missed(self) -> bool:
        """Whether the server has just begun to say nothing; one slip is none."""
        return self._errors == _SLIPS and self.error is None

    def missed(self, error: LMStudioError, now: float) -> None:
        """The server did not say how far it is. That is no word about the download, which it may go on with."""
        since = self._silent_since = now if self._silent_since is None else self._silent_since
        self._errors += 1
        self._next_look = now + min(_LONGEST_WAIT, 2.0 ** (self._errors - 1))
        if now - since < _SILENCE and not isinstance(error, AuthenticationError):
            return
        self.lost = True
        codes = {Exit.UNREACHABLE, Exit.AUTHENTICATION}
        self.error = CommandError(
            f"{clean_line(self.name)}: the server no longer says how far the download is: {error.message}",
            kind=type(error).__name__,
            hint="It may go on with it all the same: LM Studio shows it; the same command watches it again.",
            code=exit_code(error) if exit_code(error) in codes else Exit.FAILED,
        )

    def line(self, width: int) -> str:
        """How it stands, in columns that together are so wide."""
        name, most = clean_line(self.name), max(_LEAST_NAME, width - _REST)
        if cell_len(name) > most:
            name = f"…{name[1 - most :]}"
        start = set_cell_size(name, most)
        status = self.status
        if status is None or not self.under_way or self._errors or status.status != "downloading":
            return f"{start}  {self.in_words()}"
        speed = self._speed()
        rate = f"{size_in_words(round(speed))}/s" if speed is not None else ""
        left = self._left(speed)
        rest = f"{duration_in_words(left)} left" if left is not None else ""
        amount = amount_in_words(status.downloaded_bytes, status.total_size_bytes)
        return f"{start} {percent_in_words(status.fraction)}  {amount:<18} {rate:>9}  {rest}"

    def in_words(self) -> str:
        """How it stands, as part of a sentence."""
        status = self.status
        if self.error is not None or status is None:
            return ("unknown" if self.lost else "failed") if self.error else "not begun"
        if self._errors:
            return "no word on how far it is; asking again for a minute"
        size = size_in_words(status.total_size_bytes)
        match status.status:
            case "already_downloaded":
                return "is there already"
            case "completed":
                return f"downloaded, {size}" if size else "downloaded"
            case "downloading" if status.job_id is None:
                return "has begun; the server gives no way to follow it, LM Studio shows it"
            case "downloading":
                return f"downloading {size}".rstrip()
            case "paused":
                return "paused"
            case other:
                return clean_line(other)

    def _speed(self) -> float | None:
        said = self.status.bytes_per_second if self.status else None
        return said if said is not None else self.pace.per_second

    def _left(self, speed: float | None) -> float | None:
        """Seconds until it is there."""
        status = self.status
        if status is None:
            return None
        if speed and status.total_size_bytes and status.downloaded_bytes is not None:
            return max(0, status.total_size_bytes - status.downloaded_bytes) / speed
        if status.estimated_completion is not None:
            return max(0.0, (status.estimated_completion - datetime.now(UTC)).total_seconds())
        return None


def begin(client: LMStudioClient, watched: Watched, quantization: str | None) -> None:
    """Begin a download. That this one cannot be had is kept with it.

    Raises:
        LMStudioError: when none can be had from this server.
    """
    try:
        watched.heard(client.download_model(watched.name, quantization))
    except (RequestCancelledError, FeatureUnavailableError, AuthenticationError, ServerConnectionError):
        raise
    except LMStudioError as error:
        _give_up(watched, error)


def look(client: LMStudioClient, watched: Watched) -> bool:
    """See how far it is, when it is time to. A server that does not say for a while costs nothing.

    Returns:
        whether it was time to.
    """
    job = watched.status.job_id if watched.status else None
    if job is None or not watched.due(time.monotonic()):
        return False
    try:
        watched.heard(client.download_status(job))
    except RequestCancelledError:
        raise
    except LMStudioError as error:
        watched.missed(error, time.monotonic())
    return True


def _give_up(watched: Watched, error: LMStudioError) -> None:
    """Keep an error, which is one of several perhaps: it says what it is about."""
    name = clean_line(watched.name)
    if name not in error.message:
        error.message = f"{name}: {error.message}"
    watched.error = error
