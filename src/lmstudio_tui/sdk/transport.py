"""HTTP: one connection pool, the key, time limits, telemetry. The only file that imports httpx.

What is sent is what the caller asked for and nothing else: no redirect is followed, no cookie kept, no proxy and no
`.netrc` consulted, so that no host but the configured one is ever spoken to.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import httpcore
import httpx

from lmstudio_tui._version import __version__
from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.accounting import Accounts
from lmstudio_tui.sdk.answer import Answer
from lmstudio_tui.sdk.calls import Call, encoded, error_event, headers_for
from lmstudio_tui.sdk.classify import error_for, is_refusal, shortened
from lmstudio_tui.sdk.failures import CORE_ERRORS, own_error
from lmstudio_tui.sdk.network import TickingBackend, Watch, silence_httpcore
from lmstudio_tui.sdk.redaction import Redactor
from lmstudio_tui.sdk.repeating import LastAnswers
from lmstudio_tui.sdk.retrying import LONGEST_RETRY_AFTER, backoff, may_retry, retry_after, waits_for_it
from lmstudio_tui.sdk.telling import Teller
from lmstudio_tui.sdk.wire import document_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.errors import ContextValue, LMStudioError
    from lmstudio_tui.sdk.recording import Recorder
    from lmstudio_tui.sdk.telemetry import CallListener, Tally
    from lmstudio_tui.sdk.uploading import Upload

T = TypeVar("T")

_LONGEST_ERROR_BODY = 1024 * 1024
_LONGEST_ERROR_READ = 10.0
_KEY_HEADERS = frozenset({"authorization", "x-api-key", "api-key"})


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
        """Send a request; the answer's body is still to be read."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close every connection."""
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


_FOREIGN = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, *CORE_ERRORS)


def _translated(error: Exception, redact: Redactor) -> LMStudioError:
    """httpx's errors are named as httpcore's, of which each is a twin."""
    if isinstance(error, httpx.DecodingError):
        return errors.ProtocolError("The answer's compression is broken.")
    if isinstance(error, httpx.InvalidURL):
        return own_error(httpcore.UnsupportedProtocol(str(error)), redact)
    twin: object = getattr(httpcore, type(error).__name__, None)
    if isinstance(error, httpx.TransportError) and isinstance(twin, type) and issubclass(twin, CORE_ERRORS):
        error = twin(str(error))
    return own_error(error, redact)


class Transport:
    """Sends calls. Thread-safe.

    Args:
        config: where to, with which key, how patiently.
        transport: an httpx transport in place of the network, for tests.
        listener: is told of every call when it has ended.
        recorder: is told of everything that goes over the wire, without the keys.
        hidden: more secrets that may appear in no text; those of `config` need not be named.
    """

    def __init__(
        self,
        config: ClientConfig,
        *,
        transport: httpx.BaseTransport | None = None,
        listener: CallListener | None = None,
        recorder: Recorder | None = None,
        hidden: Iterable[str] = (),
    ) -> None:
        self.config = config
        self._secrets = [*config.secrets(), *hidden]
        self.redact = Redactor(self._secrets)
        self._fixed = _fixed_headers(config)
        silence_httpcore()
        self._given = transport
        self._last = LastAnswers()
        self._pool = transport or PoolTransport(config)
        self.heard_at = float("-inf")
        """When the server last said anything at all, to whatever call, by `time.monotonic`."""
        self.inspect: Callable[[Call, int, Mapping[str, str]], None] | None = None
        """Is shown the status and the headers of every answer to a call that makes a model work; it may raise."""
        self.native: Callable[[], bool | None] = lambda: None
        """Whether the server has LM Studio's native v1 API; None when that is not known. Hints go by it."""
        self._recorder = recorder
        teller = None if recorder is None else Teller(recorder, self._secrets)
        self._accounts = Accounts(listener, teller, self._pool.close)

    def close(self) -> None:
        """Close the idle connections. A call under way is ended by its scope, not by this."""
        self._accounts.close()

    def to(self, origin: str) -> Transport:
        """A transport to another server, which is given neither the key nor the headers of this one, nor shows them.

        Args:
            origin: scheme, host and port.
        """
        config = self.config.model_copy(update={"base_url": origin, "api_key": None, "extra_headers": {}})
        return Transport(
            config,
            transport=self._given,
            listener=self._accounts.listener,
            recorder=self._recorder,
            hidden=self._secrets,
        )

    @contextmanager
    def open(self, call: Call, scope: CancelScope | None = None) -> Generator[Answer]:
        """Send a call and give its answer, of which only the headers have arrived.

        An answer with an error status is read, and raised as a typed error.

        Raises:
            LMStudioError: any of the connection, status, feature and protocol errors, with its context.
        """
        call = call.under(scope)
        with self._accounts.of(call, self._context(call)) as tally:
            answer = self._tried(call, scope, tally, lambda answer: answer)
            try:
                yield answer
            finally:
                answer.close()

    def json(self, call: Call, scope: CancelScope | None = None) -> tuple[Any, Mapping[str, str]]:
        """Send a call and read its JSON.

        A body with a top-level `error` is a refusal, whatever its status (server contract, 2.1).

        Returns:
            the JSON, and the headers.

        Raises:
            LMStudioError: as `open`, and `ProtocolError` when the body is not JSON.
        """
        call = call.under(scope)
        with self._accounts.of(call, self._context(call)) as tally:
            return self._tried(call, scope, tally, lambda answer: (self._document(answer, call), answer.headers))

    def _document(self, answer: Answer, call: Call) -> Any:
        try:
            body = self._last.document(call, answer.read(), lambda raw: self.parsed(raw, answer))
        finally:
            answer.close()
        if is_refusal(body) and not any(name in body for name in call.telling):
            raise self.refusal(answer.status, body, "", call)
        return body

    def parsed(self, raw: bytes, answer: Answer) -> Any:
        """The JSON of a body.

        Raises:
            ProtocolError: with the beginning of what arrived instead.
        """
        with contextlib.suppress(ValueError):
            return document_of(raw)
        text = self.shown(raw, 160)
        what = f"it begins {text!r}" if text else "it is empty"
        kind = shortened(answer.content_type, 80) or "no content type"
        context: dict[str, ContextValue] = {"status": answer.status}
        raise errors.ProtocolError(f"The answer is not JSON ({kind}): {what}.", received=text, context=context)

    def shown(self, raw: bytes, limit: int) -> str:
        """The beginning of some bytes, as one line that holds no key and may be shown."""
        return shortened(self.redact(raw[: limit * 8].decode("utf-8", "replace")), limit)

    def refusal(self, status: int, body: object, raw: str, call: Call) -> LMStudioError:
        """The typed error of a refusal, with a hint that goes by what was sent and by what the server can do."""
        error = error_for(status, body, raw, redact=self.redact, context=self._context(call), feature=call.feature)
        if isinstance(error, errors.AuthenticationError) and not _KEY_HEADERS.isdisjoint(self._fixed):
            error.hint = error.refused_hint
        elif isinstance(error, errors.ModelNotLoadedError) and self.native():
            error.hint = error.native_hint
        return error

    def _context(self, call: Call) -> dict[str, ContextValue]:
        return {"endpoint": self.redact(call.path), "method": call.method, "base_url": self.config.base_url}

    def _tried(self, call: Call, scope: CancelScope | None, tally: Tally, use: Callable[[Answer], T]) -> T:
        """What `use` makes of the first answer that is no refusal, after as many attempts as the rules allow."""
        retries = self.config.max_retries if call.retries is None else call.retries
        while True:
            wanted: float | None = None
            try:
                answer = self._send(call, scope, tally)
                self._inspect(call, answer)
                if 200 <= answer.status < 300:
                    return use(answer)
                wanted = retry_after(answer.headers)
                failure = self._read_refusal(call, answer)
            except errors.LMStudioError as error:
                failure = error
            longest = LONGEST_RETRY_AFTER if call.works else self.config.timeout
            again = tally.attempts <= retries and may_retry(failure, works=call.works, once=call.once)
            again = again and waits_for_it(
                failure, wanted or 0, longest, scope.patience if scope and not call.works else None
            )
            pause = backoff(tally.attempts) if wanted is None else wanted
            if tally.recording is not None:
                tally.recording.failed(failure, pause if again else None)
            if not again:
                raise failure
            self._pause(pause, scope)

    def _inspect(self, call: Call, answer: Answer) -> None:
        """Show the answer to who wants to see it before anything of it is handed on."""
        if self.inspect is None or not call.works:
            return
        try:
            self.inspect(call, answer.status, answer.headers)
        except errors.LMStudioError:
            answer.close()
            raise

    def _pause(self, seconds: float, scope: CancelScope | None) -> None:
        if scope is None:
            time.sleep(seconds)
        else:
            scope.wait(seconds)

    def _guarded(self, action: Callable[[], T], watch: Watch) -> T:
        """Do something with the network, under a watch, and with nothing but our own errors."""
        try:
            with watch:
                watch.left(None)
                return action()
        except _FOREIGN as error:
            failure = _translated(error, self.redact)
        raise failure

    def _send(self, call: Call, scope: CancelScope | None, tally: Tally) -> Answer:
        limit = call.limit(self.config, scope)
        watch = Watch(scope) if limit is None else Watch(scope).within(limit)
        content = None if call.body is None else encoded(call.body)
        tally.begin_attempt(len(content or b""))
        response = self._guarded(lambda: self._exchange(call, content, tally), watch)
        request_id = shortened(self.redact(response.headers.get("x-request-id", "")), 120)
        tally.answered(response.status_code, request_id or None)
        self._heard()
        if scope is not None:
            scope.heard_at = self.heard_at
        if tally.recording is not None:
            tally.recording.answered(response.status_code, response.headers.multi_items())
        return Answer(response, self._guarded, watch, tally, self._heard)

    def _heard(self) -> None:
        self.heard_at = time.monotonic()

    def _exchange(self, call: Call, content: bytes | None, tally: Tally) -> httpx.Response:
        upload, recording = call.upload, tally.recording
        request = self._request(call, content if upload is None else _counted(upload, tally))
        if recording is not None:
            request.extensions["trace"] = recording.trace
            shown, size = (content, None) if upload is None else (upload.beginning, upload.length)
            recording.sending(str(request.url), request.headers.multi_items(), shown, size)
        return self._pool.handle_request(request)

    def _request(self, call: Call, content: bytes | Iterator[bytes] | None) -> httpx.Request:
        timeouts = {"connect": self.config.connect_timeout, "read": None, "write": self.config.timeout, "pool": None}
        return httpx.Request(
            call.method,
            (self.config.origin if call.at_root else self.config.base_url) + call.path,
            params=dict(call.params) or None,
            content=content,
            headers=headers_for(call, self._fixed, has_body=content is not None),
            extensions={"timeout": timeouts},
        )

    def _read_refusal(self, call: Call, answer: Answer) -> LMStudioError:
        """Read the body of an error status and make an error of it."""
        try:
            # A refusal is short and at hand; one that never ends must not hold up the error.
            raw = answer.beginning(_LONGEST_ERROR_BODY, min(self.config.timeout, _LONGEST_ERROR_READ))
        finally:
            answer.close()
        with contextlib.suppress(ValueError):
            return self.refusal(answer.status, document_of(raw), raw.decode("utf-8", "replace"), call)
        return self.refusal(answer.status, error_event(raw), raw.decode("utf-8", "replace"), call)


def _counted(upload: Upload, tally: Tally) -> Iterator[bytes]:
    """The pieces of a form, counted as they are sent."""
    for piece in upload.pieces():
        tally.sent += len(piece)
        yield piece


def _fixed_headers(config: ClientConfig) -> dict[str, bytes]:
    """What every request carries, by lower-case names; the key goes before a header of that name."""
    headers = {"user-agent": f"lmstudio-tui/{__version__}".encode(), "connection": b"keep-alive"}
    headers |= {name.lower(): text.strip().encode("latin-1") for name, text in config.extra_headers.items()}
    if config.api_key is not None:
        headers["authorization"] = f"Bearer {config.api_key.get_secret_value()}".encode()
    return headers
