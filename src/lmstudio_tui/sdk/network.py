"""Sockets that can be left: the network backend below the connection pool.

Closing a response or a client from another thread does not wake a blocked read. So everything here that waits does so
in ticks, and looks between two of them at the `Watch` of the call that this thread is in: at its cancel scope and its
deadline. That works on every platform, over TLS, and before the headers have arrived.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import socket
import ssl
import threading
import time
from functools import partial
from ipaddress import ip_address
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from typing import TYPE_CHECKING, Any, TypeVar

import httpcore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lmstudio_tui.sdk.cancellation import CancelScope

T = TypeVar("T")

TICK = 0.02
"""Seconds between two looks. A cancelled call notices within one of them."""

_PEEKED = 64 * 1024
"""Bytes of an answer that are looked at before its time."""
_INTERIM = (b"HTTP/1.1 1", b"HTTP/1.0 1")
_Glance: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""For one look: the usual selector is a file of its own, which has to be opened and closed."""


class NameResolutionFailed(httpcore.ConnectError):
    """The host name has no address."""


class NameResolutionTimeout(httpcore.ConnectTimeout):
    """The resolver took too long."""


class TLSFailed(httpcore.ConnectError):
    """The TLS handshake failed."""


class TLSTimeout(httpcore.ConnectTimeout):
    """The TLS handshake took too long."""


class Watch:
    """What a waiting call looks at: whether it was cancelled, and when its time is over (`time.monotonic`)."""

    __slots__ = ("deadline", "scope")

    def __init__(self, scope: CancelScope | None = None, deadline: float | None = None) -> None:
        self.scope = scope
        self.deadline = deadline

    def left(self, until: float | None) -> float:
        """Seconds until the earlier of `until` and the deadline; infinite without either.

        Raises:
            RequestCancelledError: when the scope was cancelled.
        """
        if self.scope is not None:
            self.scope.raise_if_cancelled()
        ends = [end for end in (until, self.deadline) if end is not None]
        return min(ends) - time.monotonic() if ends else float("inf")

    def within(self, seconds: float) -> Watch:
        """The same watch, but with at most that many seconds from now."""
        until = time.monotonic() + seconds
        return Watch(self.scope, until if self.deadline is None else min(until, self.deadline))

    def __enter__(self) -> None:
        """Whatever waits in this thread within the block looks at this watch."""
        _current.watch = self

    def __exit__(self, *_: object) -> None:
        _current.watch = _NOBODY


class _Current(threading.local):
    """The watch of the call that a thread is in."""

    watch: Watch


_NOBODY = Watch()
_Current.watch = _NOBODY
_current = _Current()


def _watch() -> Watch:
    return _current.watch


def silence_httpcore() -> None:
    """Keep httpcore's debug lines about our calls out of every log: they quote headers, and with them keys."""
    for name in ("connection", "http11"):
        logging.getLogger(f"httpcore.{name}").addFilter(_is_not_ours)


def _is_not_ours(_: logging.LogRecord) -> bool:
    return _current.watch is _NOBODY


def _until(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout


def _in_ticks(
    sock: socket.socket,
    action: Callable[[], T],
    timeout: float | None,
    too_slow: type[Exception],
    waiting: Callable[[], None] | None = None,
) -> T:
    """Repeat a blocking socket call in ticks until it succeeds, the time is over, or the call was cancelled.

    Args:
        waiting: called after a tick in which nothing happened; it may raise.
    """
    watch, until = _watch(), _until(timeout)
    while True:
        left = watch.left(until)
        if left <= 0:
            raise too_slow("timed out")
        sock.settimeout(min(TICK, left))
        try:
            return action()
        except TimeoutError as error:
            # A tick has none; with one it is the operating system that has given the connection up.
            if error.errno:
                raise
            if waiting is not None:
                waiting()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            continue


class TickingStream(httpcore.NetworkStream):
    """A connected socket, plain or TLS."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return _in_ticks(self._sock, lambda: self._sock.recv(max_bytes), timeout, httpcore.ReadTimeout)
        except OSError as error:
            raise httpcore.ReadError(_reason(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        try:
            while view:
                rest = view
                send = partial(self._sock.send, rest)
                sent = _in_ticks(self._sock, send, timeout, httpcore.WriteTimeout, self._stop_if_answered)
                view = view[sent:]
        except OSError as error:
            raise httpcore.WriteError(_reason(error)) from error

    def _stop_if_answered(self) -> None:
        """A server that takes no more of a request and has answered has said what it has to say: too large, often.

        Raises:
            httpcore.WriteError: the pool then reads the answer. Over TLS, what is there to read may be no answer.
        """
        if isinstance(self._sock, ssl.SSLSocket) or not self._is_readable():
            return
        if not _is_interim(self._sock.recv(_PEEKED, socket.MSG_PEEK)):
            raise httpcore.WriteError("the server takes no more, and has answered")

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            self._sock.settimeout(None)
            wrapped = ssl_context.wrap_socket(
                self._sock, server_hostname=server_hostname, do_handshake_on_connect=False
            )
        except (OSError, ValueError) as error:
            self.close()
            raise TLSFailed(str(error)) from error
        with contextlib.ExitStack() as failing:
            failing.callback(wrapped.close)
            try:
                _in_ticks(wrapped, wrapped.do_handshake, timeout, TLSTimeout)
            except (OSError, ssl.CertificateError) as error:
                raise TLSFailed(_tls_reason(error)) from error
            failing.pop_all()
        return TickingStream(wrapped)

    def get_extra_info(self, info: str) -> Any:
        match info:
            case "ssl_object":
                return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
            case "client_addr":
                return self._sock.getsockname()
            case "server_addr":
                return self._sock.getpeername()
            case "socket":
                return self._sock
            case "is_readable":
                return self._is_readable()
            case _:
                return None

    def _is_readable(self) -> bool:
        """Whether an idle connection has something to read: then the server has closed it."""
        try:
            with _Glance() as selector:
                selector.register(self._sock, EVENT_READ)
                return bool(selector.select(0))
        except (OSError, ValueError):
            return True


def _is_interim(answer: bytes) -> bool:
    """Whether it is nothing but interim ones (1xx), which end nothing; the last may not have come whole."""
    begun = bool(answer)
    while answer:
        head, _, answer = answer.partition(b"\r\n\r\n")
        if not any(mark.startswith(head[: len(mark)]) for mark in _INTERIM):
            return False
    return begun


def _tls_reason(error: Exception) -> str:
    """OpenSSL's reason in words, without its file names and line numbers."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate was not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return str(error) or "the connection was closed during the handshake"


class TickingBackend(httpcore.NetworkBackend):
    """Makes `TickingStream`s."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - part of the interface, as the next one
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Connect to a host, in ticks: its addresses one after the other."""
        until = _until(timeout)
        addresses = _resolve(host, port, until)
        failure: Exception | None = None
        for number, (family, address) in enumerate(addresses):
            left = _watch().left(until)
            # A dead first address (an IPv6 one, often) must not eat the time of the others.
            share = None if left == float("inf") else time.monotonic() + left / (len(addresses) - number)
            try:
                return TickingStream(_connected(family, address, share))
            except (OSError, httpcore.ConnectTimeout) as error:
                failure = error
        if isinstance(failure, httpcore.ConnectTimeout):
            raise failure
        raise httpcore.ConnectError(_reason(failure)) from failure

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def _reason(failure: Exception | None) -> str:
    return (getattr(failure, "strerror", None) or str(failure) or "no address could be reached").lower()


_Address = tuple[socket.AddressFamily, Any]


def _resolve(host: str, port: int, until: float | None) -> list[_Address]:
    """The addresses of a host. The resolver cannot be interrupted, so a name is asked in a thread that can be left."""
    with contextlib.suppress(ValueError):
        literal = ip_address(host)
        return [(socket.AF_INET6, (host, port, 0, 0)) if literal.version == 6 else (socket.AF_INET, (host, port))]
    found: list[_Address] = []
    failed: list[OSError] = []
    done = threading.Event()

    def ask() -> None:
        try:
            for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append((family, address))
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else OSError(str(error)))
        finally:
            done.set()

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    watch = _watch()
    while not done.wait(TICK):
        if watch.left(until) <= 0:
            raise NameResolutionTimeout("the host name could not be resolved in time")
    watch.left(until)
    if failed or not found:
        raise NameResolutionFailed(_reason(failed[0]) if failed else "the name has no address")
    return found


def _connected(family: socket.AddressFamily, address: Any, until: float | None) -> socket.socket:
    """Connect in ticks: a blocking connect to a silent address could not be left."""
    with contextlib.ExitStack() as failing:
        sock = failing.enter_context(socket.socket(family, socket.SOCK_STREAM))
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(BlockingIOError):
            sock.connect(address)
        _wait_until_connected(sock, until)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        failing.pop_all()
    return sock


def _wait_until_connected(sock: socket.socket, until: float | None) -> None:
    """Wait until a socket is connected, or has failed to be.

    Raises:
        httpcore.ConnectTimeout: when the time is over.
    """
    watch = _watch()
    with DefaultSelector() as selector:
        selector.register(sock, EVENT_WRITE)
        while True:
            left = watch.left(until)
            if left <= 0:
                raise httpcore.ConnectTimeout("no connection in time")
            if selector.select(min(TICK, left)):
                return
