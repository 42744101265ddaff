"""The calls under way: each is counted, and told of when it ends."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.telemetry import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

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

    @contextmanager
    def of(self, call: Call, context: Mapping[str, ContextValue]) -> Generator[Tally]:
        """Count a call, put into an error what is known of it, and tell the listener and the recorder.

        Args:
            context: what every error of this call says.

        Raises:
            LMStudioError: when it was closed.
        """
        tally = Tally()
        if self._teller is not None:
            tally.recording = self._teller.begin(call, tally)
        failure: BaseException | None = None
        self._begin()
        try:
            yield tally
        except errors.LMStudioError as error:
            failure = error
            tally.outcome = "cancelled" if isinstance(error, errors.RequestCancelledError) else type(error).__name__
            known = {"attempt": tally.attempts, "status": tally.status, "request_id": tally.request_id}
            error.with_context(**context, **{key: value for key, value in known.items() if value})
            raise
        except BaseException as error:
            failure = error
            tally.outcome = "abandoned" if isinstance(error, GeneratorExit) else type(error).__name__
            raise
        finally:
            self._end()
            self._report(tally, call, str(context.get("endpoint", call.path)))
            if tally.recording is not None:
                tally.recording.finished(failure)
            # An error whose traceback leads back here would keep itself alive.
            failure = None

    def _begin(self) -> None:
        with self._lock:
            if self._closed:
                raise errors.LMStudioError("The client was closed.", hint="Make a new one.")
            self._under_way += 1

    def _end(self) -> None:
        with self._lock:
            self._under_way -= 1
            last = self._closed and self._under_way == 0
        if last:
            self._release()

    def _report(self, tally: Tally, call: Call, path: str) -> None:
        if self.listener is None:
            return
        try:
            self.listener(tally.record(call.method, path, streamed=call.stream))
        except Exception:  # noqa: BLE001 - a listener's mistake must not cost the caller the answer
            _log.exception("a telemetry listener failed")
