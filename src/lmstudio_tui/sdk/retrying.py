"""When a call is sent again, and after which wait (server contract, section 1, "Errors and retries").

Failures to connect, and 408, 409, 429, 502, 503, 504, are retried with exponential back-off and jitter, honouring
`Retry-After`; reads also after a time-out, a lost connection or 500. A call that makes a model work is never sent again
once the server may have begun on it.
"""

from __future__ import annotations

import random
import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from lmstudio_tui.sdk import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.errors import LMStudioError

_RETRIED = frozenset({408, 409, 429, 502, 503, 504})
_BACKOFF = 0.25
_LONGEST_BACKOFF = 8.0
LONGEST_RETRY_AFTER = 60.0
"""Seconds. A server that asks for more patience than this gets none: the error goes to the caller at once."""


def may_retry(failure: LMStudioError, *, works: bool, once: bool = False) -> bool:
    """Whether a call that failed so may be sent again.

    Args:
        works: whether it makes a model work.
        once: whether it must not reach the server twice: then only a failure to connect is no end.
    """
    match failure:
        case errors.ServerRefusedError() | errors.NameResolutionError():
            return True
        case errors.RequestTimeoutError(phase="connect" | "pool"):
            return True
        case errors.RequestTimeoutError(phase="tls"):
            # Something listens, and speaks no TLS: it will not the next time.
            return False
        case _ if once:
            return False
        case errors.StatusError() | errors.FeatureUnavailableError():
            status = failure.context.get("status")
            return status in _RETRIED or (status == 500 and not works)
        case errors.RequestTimeoutError() | errors.ConnectionLostError():
            return not works
        case _:
            return False


def waits_for_it(failure: LMStudioError, wanted: float, longest: float, patience: float | None) -> bool:
    """Whether there is time for another attempt.

    Args:
        wanted: seconds that the server wants to be left alone.
        longest: seconds that may be waited at most.
        patience: of the caller, in seconds, when it has less: then a time-out has used it up.
    """
    if patience is None:
        return wanted <= longest
    return wanted <= min(longest, patience) and not isinstance(failure, errors.RequestTimeoutError)


def backoff(attempt: int) -> float:
    """Seconds to wait after the attempt of that number, counted from 1: doubling, with jitter."""
    return min(_LONGEST_BACKOFF, _BACKOFF * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def retry_after(headers: Mapping[str, str]) -> float | None:
    """What `Retry-After` says, in seconds; it may be a number or a date. None without one that can be read."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(text)
        return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
