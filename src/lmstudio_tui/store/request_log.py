"""A log file of requests: a line for each call, and never a body, a header or a key.

It is off unless somebody wants it. The files are turned over at a megabyte; the three last old ones stay.
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Literal

from lmstudio_tui.sdk.recording import AttemptFailed, CallFinished, CallStarted, Connected
from lmstudio_tui.store.private import make_private, privately

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import TextIOWrapper
    from pathlib import Path

    from lmstudio_tui.sdk import Moment

LogLevel = Literal["off", "error", "info", "debug"]

_LARGEST = 1_000_000
_KEPT = 3
_LONGEST_PATH = 200
_AT_ONCE = 1000
"""Calls under way at once, at most: what is started and never finished must not pile up."""


@dataclass(slots=True)
class _Begun:
    """A call that is under way."""

    method: str
    path: str
    started_at: float
    remarks: list[str] = field(default_factory=list[str])


class RequestLog:
    """A recorder that writes what it is told to a file. Thread-safe; it never raises.

    The file is made, for its owner only, when the first line is written.

    Args:
        path: the file.
        level: `off`: nothing is written, and nothing made; `error`: the calls that failed; `info`: every call; `debug`:
            its connections and failed attempts, too.
        complain: is told once, in one sentence, when nothing can be written.
    """

    def __init__(self, path: Path, level: LogLevel, complain: Callable[[str], None]) -> None:
        self.path = path
        self._level: LogLevel = level
        self._complain = complain
        self._lock = threading.Lock()
        self._begun: dict[str, _Begun] = {}
        self._handler: _PrivateFile | None = None
        self._broken = False

    def record(self, moment: Moment, /) -> None:
        """Take note of a moment of a call."""
        if self._level == "off":
            return
        match moment:
            case CallStarted():
                self._start(moment)
            case Connected() | AttemptFailed():
                with self._lock:
                    call = self._begun.get(moment.call_id)
                if call is not None and self._level == "debug":
                    call.remarks.append(_remark(moment))
            case CallFinished():
                self._finish(moment)
            case _:
                pass

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._handler is not None:
                with suppress(OSError):
                    self._handler.close()
                self._handler = None

    def _start(self, moment: CallStarted) -> None:
        # The path has no query: that may hold anything.
        path = _word(moment.path.partition("?")[0])
        with self._lock:
            while len(self._begun) >= _AT_ONCE:
                self._begun.pop(next(iter(self._begun)))
            self._begun[moment.call_id] = _Begun(moment.method, path, moment.started_at)

    def _finish(self, moment: CallFinished) -> None:
        with self._lock:
            call = self._begun.pop(moment.call_id, None)
            if call is None or (self._level == "error" and moment.outcome != "failed"):
                return
            lines = [*call.remarks, _summary(moment)]
            begun = datetime.fromtimestamp(call.started_at).astimezone().isoformat(timespec="milliseconds")
            for line in lines:
                self._write(f"{begun} {call.method} {call.path} {line}")

    def _write(self, line: str) -> None:
        if self._broken:
            return
        try:
            if self._handler is None:
                self._handler = _PrivateFile(self.path)
            self._handler.emit(logging.makeLogRecord({"msg": line}))
        except (OSError, ValueError) as error:
            self._broken = True
            if self._handler is not None:
                with suppress(OSError):
                    self._handler.close()
                self._handler = None
            reason = str(getattr(error, "strerror", None) or error).lower()
            with suppress(Exception):
                self._complain(f"The log of requests cannot be written to {self.path}: {reason}.")


class _PrivateFile(RotatingFileHandler):
    """A file for its owner only, whose faults are raised rather than printed.

    Raises:
        OSError: when it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        make_private(path.parent)
        super().__init__(path, maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8", errors="replace")

    def _open(self) -> TextIOWrapper:
        path, encoding = self.baseFilename, self.encoding
        file = open(path, "a", encoding=encoding, errors=self.errors, opener=privately)  # noqa: SIM115 - kept open
        if os.name == "posix":
            with suppress(OSError):
                os.fchmod(file.fileno(), 0o600)
        return file

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the base class's name
        """Called within the handling of the fault."""
        raise

    def flush(self) -> None:
        """Without the base class's lock, which a thread that was ended within it could keep."""
        if self.stream is not None:
            self.stream.flush()


def _remark(moment: Connected | AttemptFailed) -> str:
    """A line about a connection or a failed attempt."""
    if isinstance(moment, Connected):
        tls = "" if moment.tls_ms is None else f" tls={moment.tls_ms:.0f}ms"
        return f"attempt={moment.attempt} connected in={moment.connect_ms:.0f}ms{tls}"
    again = "" if moment.retry_in_ms is None else f" again_in={moment.retry_in_ms:.0f}ms"
    return f"attempt={moment.attempt} failed status={moment.status or '-'} error={_word(moment.error)}{again}"


def _summary(moment: CallFinished) -> str:
    """The line about a call that is over."""
    return (
        f"{moment.status or '-'} {moment.duration_ms:.0f}ms sent={moment.bytes_sent} received={moment.bytes_received} "
        f"attempts={moment.attempts} {moment.outcome}{f' {_word(moment.error)}' if moment.error else ''}"
    )


def _word(text: str) -> str:
    """Something of a call as one word that cannot end a line."""
    kept = "".join(char if char.isprintable() and not char.isspace() else "?" for char in text)
    return kept if len(kept) <= _LONGEST_PATH else f"{kept[:_LONGEST_PATH]}…"
