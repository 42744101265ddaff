"""The calls under way: each is counted, and told of when it ends."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.telemetry import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lmstudio_tui.sdk.calls import Call
    from lmstudio_tui.sdk.errors import ContextValue
    from lmstudio_tui.sdk.telemetry import CallListener
    from lmstudio_tui.sdk.telling import Teller

_log = logging.getLogger(__name__)


class Accounts:
    """Counts calls. Thread-safe.

    Args:
        listener: is told of every call when it has ended.
        teller: tells a recorder what goes over the wire.
        release: lets go of the connections; called once it was closed and no call is under way any more.
    """

    def __init__(self, listener: CallListener | None, teller: Teller | None, release: Callable[[], None]) -> None:
        self.listener = listener
        self._teller = teller
        self._release = release
        self._lock = threading.Lock()
        self._under_way = 0
        self._closed = False

    def close(self) -> None:
        """No call may begin any more; those under way go on."""
        with self._lock:
            self._closed = True
            idle = self._under_way == 0
        if idle:
            self._release()

    def of(self, call: Call, context: Mapping[str, ContextValue]) -> Account:
        """Count a call, put into an error what is known of it, and tell the listener and the recorder.

        Args:
            context: what every error of this call says.

        Raises:
            LMStudioError: on entering, when it was closed.
        """
        return Account(self, call, context)

    def begin(self, call: Call, tally: Tally) -> None:
        """A call begins.

        Raises:
            LMStudioError: when it was closed.
        """
        if self._teller is not None:
            tally.recording = self._teller.begin(call, tally)
        with self._lock:
            if self._closed:
                raise errors.LMStudioError("The client was closed.", hint="Make a new one.")
            self._under_way += 1

    def end(self) -> None:
        """A call has ended."""
        with self._lock:
            self._under_way -= 1
            last = self._closed and self._under_way == 0
        if last:
            self._release()

    def report(self, tally: Tally, call: Call, path: str) -> None:
        """Tell the listener of a call that has ended."""
        if self.listener is None:
            return
        try:
            self.listener(tally.record(call.method, path, streamed=call.stream))
        except Exception:  # noqa: BLE001 - a listener's mistake must not cost the caller the answer
            _log.exception("a telemetry listener failed")


class Account:
    """One call, which is under way within the block.

    Args:
        accounts: count it.
        call: what is asked.
        context: what every error of this call says.
    """

    def __init__(self, accounts: Accounts, call: Call, context: Mapping[str, ContextValue]) -> None:
        self._accounts = accounts
        self._call = call
        self._context = context
        self._tally = Tally()

    def __enter__(self) -> Tally:
        self._accounts.begin(self._call, self._tally)
        return self._tally

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        tally, call = self._tally, self._call
        if error is not None:
            tally.outcome = _outcome(error)
        if isinstance(error, errors.LMStudioError):
            known = {"attempt": tally.attempts, "status": tally.status, "request_id": tally.request_id}
            error.with_context(**self._context, **{key: value for key, value in known.items() if value})
        self._accounts.end()
        self._accounts.report(tally, call, str(self._context.get("endpoint", call.path)))
        if tally.recording is not None:
            tally.recording.finished(error)


def _outcome(error: BaseException) -> str:
    match error:
        case errors.RequestCancelledError():
            return "cancelled"
        case GeneratorExit():
            return "abandoned"
        case _:
            return type(error).__name__
