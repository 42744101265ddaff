"""From what goes wrong below to the SDK's own errors.

The originals are not chained to them: they may quote a header, and with it the key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.classify import shortened
from lmstudio_tui.sdk.network import NameResolutionFailed, NameResolutionTimeout, TLSFailed, TLSTimeout

if TYPE_CHECKING:
    from lmstudio_tui.sdk.redaction import Redactor

CORE_ERRORS: tuple[type[Exception], ...] = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    OSError,
)
"""Everything that the connection pool may raise."""


def own_error(error: Exception, redact: Redactor) -> errors.LMStudioError:
    """What an error of the connection pool means to a caller."""
    reason = shortened(redact(str(error)), 120)
    match error:
        case NameResolutionFailed():
            return errors.NameResolutionError(f"The host name could not be resolved: {reason}.")
        case TLSFailed():
            return errors.TLSError(f"No secure connection: {reason}.")
        case httpcore.TimeoutException():
            return _too_slow(error)
        case httpcore.ConnectError():
            return errors.ServerRefusedError(f"Nothing answers: {reason or 'no connection'}.")
        case httpcore.LocalProtocolError() | httpcore.UnsupportedProtocol():
            return errors.ProtocolError(f"The request could not be sent: {reason}.")
        case httpcore.RemoteProtocolError() if not _is_cut(reason):
            return errors.ProtocolError(f"The answer is not HTTP as it should be: {reason}.")
        case _:
            return errors.ConnectionLostError(f"The connection broke: {_cut_reason(reason)}.")


def _too_slow(error: httpcore.TimeoutException) -> errors.RequestTimeoutError:
    match error:
        case NameResolutionTimeout():
            return errors.RequestTimeoutError("The host name could not be resolved in time.", phase="connect")
        case TLSTimeout():
            return errors.RequestTimeoutError(
                "The TLS handshake took too long.", phase="tls", hint="Is it http:// rather than https://?"
            )
        case httpcore.ConnectTimeout():
            return errors.RequestTimeoutError("No connection in time.", phase="connect")
        case httpcore.ReadTimeout():
            return errors.RequestTimeoutError("The server did not answer in time.", phase="read")
        case httpcore.WriteTimeout():
            return errors.RequestTimeoutError("The server did not take the request in time.", phase="write")
        case _:
            return errors.RequestTimeoutError("No connection was free in time.", phase="pool")


def _is_cut(reason: str) -> bool:
    return "disconnected" in reason or "without sending complete" in reason


def _cut_reason(reason: str) -> str:
    if "without sending a response" in reason:
        return "the server closed it without an answer"
    if "without sending complete" in reason:
        return "the server closed it in the middle of the answer"
    return reason.lower() or "it was reset"
