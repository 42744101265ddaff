"""HTTP: one connection pool, the key, retries, time limits, telemetry. The only file that imports httpx.

The rules for retries are the server contract's (section 1, "Errors and retries"): failures to connect, and 408, 409, 429,
502, 503, 504, are sent again up to `max_retries` times with exponential back-off and jitter, honouring `Retry-After`; reads
also after a time-out or 500. A request that makes a model work is never sent again once the server may have begun.
"""

from __future__ import annotations

import contextlib
import json
import logging
import random
import ssl
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from lmstudio_tui._version import __version__
from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.classify import complaint_of, error_for, shortened
from lmstudio_tui.sdk.network import NameResolutionFailed, TickingBackend, TLSFailed, TLSTimeout, Watch, watched
from lmstudio_tui.sdk.redaction import Redactor
from lmstudio_tui.sdk.telemetry import CallListener, CallRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.errors import ContextValue, LMStudioError

_log = logging.getLogger(__name__)

_RETRIED = frozenset({408, 409, 429, 502, 503, 504})
_BACKOFF = 0.25
_LONGEST_BACKOFF = 8.0
_LONGEST_RETRY_AFTER = 60.0
_LONGEST_BODY = 256 * 1024 * 1024
_LONGEST_ERROR_BODY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """One call, before it is sent.

    Attributes:
        path: below the base URL, such as `/v1/models`.
        feature: the capability that the endpoint stands for.
        body: JSON to send, or None.
        works: whether it makes a model work: then it has the generation's time limit, and is not sent twice.
        stream: whether a stream is asked for.
        retries: None takes the configured number.
    """

    method: str
    path: str
    feature: str
    body: Mapping[str, Any] | None = None
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    works: bool = False
    stream: bool = False
    retries: int | None = None


class PoolTransport(httpx.BaseTransport):
    """httpx's way into an httpcore pool whose sockets can be left."""

    def __init__(self, config: ClientConfig) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(config) if config.scheme == "https" else None,
            # No limit: a call must never wait for another call's connection.
            max_connections=None,
            max_keepalive_connections=10,
            # Shorter than the five seconds after which Node.js and uvicorn close an idle connection, so that a
            # request is not sent into one that is just being closed.
            keepalive_expiry=2.0,
            network_backend=TickingBackend(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _ssl_context(config: ClientConfig) -> ssl.SSLContext:
    """The system's authorities (and SSL_CERT_FILE), or certifi's where the system has none."""
    context = ssl.create_default_context()
    if not config.verify_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif not context.get_ca_certs() and not ssl.get_default_verify_paths().capath:
        return httpx.create_ssl_context(trust_env=False)
    return context


class Answer:
    """An answer whose headers have arrived, and whose body is still to be read."""

    def __init__(self, response: httpx.Response, watch: Watch, tally: _Tally) -> None:
        self._response = response
        self._chunks = response.iter_bytes()
        self._tally = tally
        self.watch = watch
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.framed = "content-length" in response.headers or "transfer-encoding" in response.headers
        """Whether the end of the body can be told from a cut connection."""

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives.

        Raises:
            RequestCancelledError, ServerConnectionError, ProtocolError
        """
        while True:
            with _translated(), watched(self.watch):
                self.watch.left(None)
                chunk = next(self._chunks, None)
            if chunk is None:
                return
            self._tally.received += len(chunk)
            yield chunk

    def read(self, limit: int = _LONGEST_BODY) -> bytes:
        """The whole body.

        Raises:
            ProtocolError: when it is longer than `limit` bytes.
        """
        parts: list[bytes] = []
        size = 0
        for chunk in self.chunks():
            size += len(chunk)
            if size > limit:
                raise errors.ProtocolError(f"The answer is longer than {limit:,} bytes; the rest was not read.")
            parts.append(chunk)
        return b"".join(parts)

    def drain(self, seconds: float) -> None:
        """Read what may still come for a moment, so that the connection can be used again."""
        self.watch = Watch(self.watch.scope, time.monotonic() + seconds)
        with contextlib.suppress(errors.ServerConnectionError, errors.ProtocolError):
            for _ in self.chunks():
                pass

    def close(self) -> None:
        """Let go of it; an unfinished body closes its connection, so that the server notices."""
        with _translated():
            self._response.close()


@dataclass(slots=True)
class _Tally:
    """What telemetry counts during a call."""

    started_at: float = field(default_factory=time.time)
    started: float = field(default_factory=time.monotonic)
    first_byte: float | None = None
    status: int | None = None
    sent: int = 0
    received: int = 0
    attempts: int = 0
    outcome: str = "ok"
    request_id: str | None = None


@contextmanager
def _translated() -> Iterator[None]:
    """The errors of httpx and httpcore as the SDK's own."""
    try:
        yield
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, *_CORE_ERRORS) as error:
        raise _own_error(error) from error


_CORE_ERRORS = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
)


def _own_error(error: Exception) -> LMStudioError:
    reason = str(error)
    match error:
        case NameResolutionFailed():
            return errors.NameResolutionError(f"The host name could not be resolved: {reason}.")
        case TLSFailed():
            return errors.TLSError(f"No secure connection: {reason}.")
        case TLSTimeout():
            return errors.RequestTimeoutError("The TLS handshake took too long.", phase="tls")
        case httpcore.ConnectTimeout() | httpx.ConnectTimeout():
            return errors.RequestTimeoutError("No connection in time.", phase="connect")
        case httpcore.ReadTimeout() | httpx.ReadTimeout():
            return errors.RequestTimeoutError("The server did not answer in time.", phase="read")
        case httpcore.WriteTimeout() | httpx.WriteTimeout():
            return errors.RequestTimeoutError("The server did not take the request in time.", phase="write")
        case httpcore.TimeoutException() | httpx.TimeoutException():
            return errors.RequestTimeoutError("No connection was free in time.", phase="pool")
        case httpcore.ConnectError() | httpx.ConnectError():
            return errors.ServerRefusedError(f"Nothing answers: {reason or 'no connection'}.")
        case httpx.DecodingError():
            return errors.ProtocolError("The answer's compression is broken.")
        case httpcore.LocalProtocolError() | httpx.LocalProtocolError() | httpx.InvalidURL():
            return errors.ProtocolError(f"The request could not be sent: {shortened(reason, 120)}.")
        case httpcore.RemoteProtocolError() | httpx.RemoteProtocolError() if not _is_cut(reason):
            return errors.ProtocolError(f"The answer is not HTTP as it should be: {shortened(reason, 120)}.")
        case _:
            return errors.ConnectionLostError(f"The connection broke: {_cut_reason(reason)}.")


def _is_cut(reason: str) -> bool:
    return "disconnected" in reason or "without sending complete" in reason


def _cut_reason(reason: str) -> str:
    if "without sending a response" in reason:
        return "the server closed it without an answer"
    if "without sending complete" in reason:
        return "the server closed it in the middle of the answer"
    return shortened(reason, 120).lower() or "it was reset"


class Transport:
    """Sends calls. Thread-safe.

    Args:
        config: where to, with which key, how patiently.
        transport: an httpx transport in place of the network, for tests.
        listener: is told of every call when it has ended.
    """

    def __init__(
        self,
        config: ClientConfig,
        *,
        transport: httpx.BaseTransport | None = None,
        listener: CallListener | None = None,
    ) -> None:
        self.config = config
        self.redact = Redactor(config.secrets())
        self.listener = listener
        headers = {"User-Agent": f"lmstudio-tui/{__version__}", **config.extra_headers}
        if config.api_key is not None:
            headers["Authorization"] = f"Bearer {config.api_key.get_secret_value()}"
        self._client = httpx.Client(
            transport=transport or PoolTransport(config),
            headers=headers,
            # No proxies, no .netrc: no host but the configured one is ever spoken to.
            trust_env=False,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the pool's idle connections. A call under way is ended by its scope, not by this."""
        self._client.close()

    @contextmanager
    def open(self, call: Call, scope: CancelScope | None = None) -> Iterator[Answer]:
        """Send a call and give its answer, of which only the headers have arrived.

        An answer with an error status is read, and raised as a typed error.

        Raises:
            LMStudioError: any of the connection, status, feature and protocol errors, with its context.
        """
        tally = _Tally()
        answer: Answer | None = None
        try:
            answer = self._send_until_answered(call, scope, tally)
            yield answer
        except errors.LMStudioError as error:
            self._complete(error, call, tally)
            raise
        except GeneratorExit:
            tally.outcome = "abandoned"
            raise
        except BaseException as error:
            tally.outcome = type(error).__name__
            raise
        finally:
            if answer is not None:
                answer.close()
            self._report(call, tally)

    def json(self, call: Call, scope: CancelScope | None = None) -> tuple[Any, Mapping[str, str]]:
        """Send a call and read its JSON.

        A body with a top-level `error` is a refusal, whatever its status (server contract, 2.1).

        Returns:
            the JSON, and the headers.

        Raises:
            LMStudioError: as `open`, and `ProtocolError` when the body is not JSON.
        """
        with self.open(call, scope) as answer:
            raw = answer.read()
            body = self.parsed(raw, answer)
            if complaint_of(body) is not None and not _is_answer(body):
                raise self.refusal(answer.status, body, "", call)
            return body, answer.headers

    def parsed(self, raw: bytes, answer: Answer) -> Any:
        """The JSON of a body.

        Raises:
            ProtocolError: with the beginning of what arrived instead.
        """
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            text = self.redact(shortened(raw[:2000].decode("utf-8", "replace"), 160))
            what = f"it begins {text!r}" if text else "it is empty"
            kind = answer.content_type or "no content type"
            raise errors.ProtocolError(
                f"The answer is not JSON ({kind}): {what}.", received=text, context={"status": answer.status}
            ) from None

    def refusal(self, status: int, body: object, raw: str, call: Call) -> LMStudioError:
        """The typed error of a refusal."""
        return error_for(
            status, body, raw, redact=self.redact, context=self._context(call), feature=call.feature
        )

    def _context(self, call: Call) -> dict[str, ContextValue]:
        return {"endpoint": call.path, "method": call.method, "base_url": self.config.base_url}

    def _complete(self, error: LMStudioError, call: Call, tally: _Tally) -> None:
        """Put into an error's context what is known of the call."""
        tally.outcome = "cancelled" if isinstance(error, errors.RequestCancelledError) else type(error).__name__
        error.with_context(**self._context(call), attempt=tally.attempts)
        if tally.status is not None:
            error.with_context(status=tally.status)
        if tally.request_id:
            error.with_context(request_id=tally.request_id)

    def _report(self, call: Call, tally: _Tally) -> None:
        if self.listener is None:
            return
        first = tally.first_byte
        record = CallRecord(
            method=call.method,
            path=call.path,
            status=tally.status,
            started_at=tally.started_at,
            duration_ms=(time.monotonic() - tally.started) * 1000,
            first_byte_ms=None if first is None else (first - tally.started) * 1000,
            bytes_sent=tally.sent,
            bytes_received=tally.received,
            attempts=tally.attempts,
            streamed=call.stream,
            outcome=tally.outcome,
            request_id=tally.request_id,
        )
        try:
            self.listener(record)
        except Exception:  # noqa: BLE001 - a listener's mistake must not cost the caller the answer
            _log.exception("a telemetry listener failed")

    def _send_until_answered(self, call: Call, scope: CancelScope | None, tally: _Tally) -> Answer:
        """The first answer that is not a refusal, after as many attempts as the rules allow."""
        retries = self.config.max_retries if call.retries is None else call.retries
        while True:
            tally.attempts += 1
            retry_after: float | None = None
            try:
                answer = self._send(call, scope, tally)
                if answer.status < 300:
                    return answer
                retry_after = _retry_after(answer.headers)
                failure = self._read_refusal(call, answer)
            except errors.RequestCancelledError:
                raise
            except errors.LMStudioError as error:
                failure = error
            if tally.attempts > retries or not _may_retry(call, failure) or (retry_after or 0) > _LONGEST_RETRY_AFTER:
                raise failure
            pause = _backoff(tally.attempts) if retry_after is None else retry_after
            if scope is not None:
                scope.wait(pause)
            else:
                time.sleep(pause)

    def _send(self, call: Call, scope: CancelScope | None, tally: _Tally) -> Answer:
        limit = self.config.generation_timeout if call.works else self.config.timeout
        watch = Watch(scope, None if limit is None else time.monotonic() + limit)
        content = None if call.body is None else _encoded(call.body)
        timeouts = {"connect": self.config.connect_timeout, "read": None, "write": self.config.timeout, "pool": None}
        headers = {"Accept": "application/json"}
        if call.stream:
            # A compressed stream would be held back until the compressor has a block together.
            headers = {"Accept": "text/event-stream, application/json;q=0.9", "Accept-Encoding": "identity"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        with _translated(), watched(watch):
            watch.left(None)
            request = self._client.build_request(
                call.method,
                self.config.base_url + call.path,
                params=dict(call.params) or None,
                content=content,
                headers=headers,
                extensions={"timeout": timeouts},
            )
            tally.sent += len(content or b"")
            tally.status = None
            response = self._client.send(request, stream=True)
        tally.first_byte = time.monotonic()
        tally.status = response.status_code
        tally.request_id = response.headers.get("x-request-id")
        return Answer(response, watch, tally)

    def _read_refusal(self, call: Call, answer: Answer) -> LMStudioError:
        """Read the body of an error status and make an error of it."""
        # A refusal is short and at hand; one that never ends must not hold up the error.
        answer.watch = Watch(answer.watch.scope, time.monotonic() + min(self.config.timeout, 10.0))
        raw = b""
        try:
            with contextlib.suppress(errors.ServerConnectionError, errors.ProtocolError):
                for chunk in answer.chunks():
                    raw += chunk
                    if len(raw) > _LONGEST_ERROR_BODY:
                        break
        finally:
            answer.close()
        text = raw.decode("utf-8", "replace")
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            body = _error_event(text)
        return self.refusal(answer.status, body, text, call)


def _error_event(text: str) -> object:
    """The JSON of an error that was sent as an event of a stream, with an error status."""
    for line in text.splitlines():
        if line.startswith("data:"):
            with contextlib.suppress(ValueError):
                return json.loads(line[5:])
    return None


def _is_answer(body: object) -> bool:
    """Whether a body carries results besides its `error`: some servers always send the member, empty or not."""
    return isinstance(body, dict) and any(body.get(name) for name in ("choices", "data", "models"))


def _encoded(body: Mapping[str, Any]) -> bytes:
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Half of a surrogate pair (from a file name or a pipe) has no UTF-8.
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode() if _has_half(text) else text.encode()


def _has_half(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)


def _may_retry(call: Call, failure: LMStudioError) -> bool:
    match failure:
        case errors.ServerRefusedError() | errors.NameResolutionError():
            return True
        case errors.RequestTimeoutError(phase="connect" | "tls" | "pool"):
            return True
        case errors.StatusError() | errors.FeatureUnavailableError():
            status = failure.context.get("status")
            return status in _RETRIED or (status == 500 and not call.works)
        case errors.RequestTimeoutError() | errors.ConnectionLostError():
            return not call.works
        case _:
            return False


def _backoff(attempt: int) -> float:
    """Seconds to wait before the next attempt: doubling, with jitter."""
    return min(_LONGEST_BACKOFF, _BACKOFF * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from a number or a date."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None

