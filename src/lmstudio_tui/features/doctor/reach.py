"""The way to the server, step by step: its name, its port, its certificate."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lmstudio_tui.features.doctor.checks import LIMIT, Check, Status, TooSlowError, within

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

_SOON = 14
"""Days before its end from which a certificate is worth a warning."""
_START = "Start the server (LM Studio: Developer → Start server, or `lms server start`), or check the port."


@dataclass(frozen=True, slots=True)
class Target:
    """Where the server is.

    Args:
        host: its name or address.
        port: its port.
        secure: whether it is spoken to over TLS.
        verified: whether its certificate is to be judged.
    """

    host: str
    port: int
    secure: bool
    verified: bool = True

    @classmethod
    def of(cls, base_url: str, *, verified: bool) -> Target:
        """The target of a normalised base URL."""
        parts = urlsplit(base_url)
        secure = parts.scheme == "https"
        return cls(parts.hostname or "", parts.port or (443 if secure else 80), secure, verified)


def check_way(target: Target, limit: float = LIMIT) -> Generator[Check]:
    """Look for the host, its port and its certificate. What follows a failure is skipped.

    Args:
        limit: seconds that each step may take.
    """
    dns, addresses = _dns(target, limit)
    yield dns
    if not addresses:
        yield Check("tcp", Status.SKIPPED, "The host has no address.")
        yield Check("tls", Status.SKIPPED, "The host has no address.")
        return
    tcp, sock = _tcp(addresses, limit)
    yield tcp
    if sock is None:
        yield Check("tls", Status.SKIPPED, "There is no connection.")
        return
    with sock:
        yield _tls(target, sock, limit)


_Address = tuple[socket.AddressFamily, Any]


def _dns(target: Target, limit: float) -> tuple[Check, list[_Address]]:
    try:
        literal = ipaddress.ip_address(target.host)
    except ValueError:
        pass
    else:
        family = socket.AF_INET6 if literal.version == 6 else socket.AF_INET
        return Check("dns", Status.OK, f"{target.host} is an address"), [(family, (target.host, target.port))]
    hint = "Check the spelling of the host in the base URL, and the network."
    started = time.monotonic()
    try:
        found = within(limit, lambda: socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
    except TooSlowError:
        return Check("dns", Status.FAILED, f"{target.host} was not resolved within {limit:g} s", hint), []
    except (OSError, UnicodeError) as error:
        return Check("dns", Status.FAILED, f"{target.host}: {_reason(error)}", hint), []
    addresses: list[_Address] = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
    names = ", ".join(str(address[0]) for _, address in addresses[:4])
    return Check("dns", Status.OK, f"{target.host} is {names} ({_since(started)})"), addresses


def _tcp(addresses: list[_Address], limit: float) -> tuple[Check, socket.socket | None]:
    """Connect to the first address that answers; all of them together have the limit."""
    until = time.monotonic() + limit
    failures: list[str] = []
    for number, (family, address) in enumerate(addresses):
        place = f"[{address[0]}]:{address[1]}" if family == socket.AF_INET6 else f"{address[0]}:{address[1]}"
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(max(0.1, (until - time.monotonic()) / (len(addresses) - number)))
        started = time.monotonic()
        try:
            sock.connect(address)
        except TimeoutError:
            failures.append(f"{place} does not answer")
        except OSError as error:
            failures.append(f"{place}: {_reason(error)}")
        else:
            return Check("tcp", Status.OK, f"{place} accepts connections ({_since(started)})"), sock
        sock.close()
    return Check("tcp", Status.FAILED, "; ".join(failures), _START), None


def _tls(target: Target, sock: socket.socket, limit: float) -> Check:
    if not target.secure:
        return Check("tls", Status.SKIPPED, "The address is http://: the connection is not encrypted.")
    context = ssl.create_default_context()
    if not context.get_ca_certs() and not ssl.get_default_verify_paths().capath:
        return Check("tls", Status.SKIPPED, "This system has no authorities; the certificate is judged by the request.")
    sock.settimeout(limit)
    try:
        certificate, protocol = within(limit, lambda: _handshake(context, sock, target.host))
    except ssl.SSLCertVerificationError as error:
        said = f"the certificate is not accepted: {error.verify_message}"
        if not target.verified:
            return Check("tls", Status.WARNING, f"{said}; verify_tls is off, so it is not judged", _authority())
        return Check("tls", Status.FAILED, said, _authority())
    except (TooSlowError, TimeoutError):
        return Check("tls", Status.FAILED, f"no handshake within {limit:g} s", "Is it http:// rather than https://?")
    except (OSError, ValueError) as error:
        return Check("tls", Status.FAILED, _reason(error), "Is it http:// rather than https://?")
    days = _days_left(certificate)
    detail = f"{protocol}, the certificate is good" + ("" if days is None else f" for {days} days")
    if days is not None and days < _SOON:
        return Check("tls", Status.WARNING, detail, "Renew the server's certificate.")
    return Check("tls", Status.OK, detail)


def _handshake(context: ssl.SSLContext, sock: socket.socket, host: str) -> tuple[Mapping[str, Any], str]:
    with context.wrap_socket(sock, server_hostname=host) as wrapped:
        return wrapped.getpeercert() or {}, wrapped.version() or "TLS"


def _days_left(certificate: Mapping[str, Any]) -> int | None:
    end = certificate.get("notAfter")
    return int((ssl.cert_time_to_seconds(end) - time.time()) // 86_400) if isinstance(end, str) else None


def _authority() -> str:
    return "For a certificate of your own, set SSL_CERT_FILE to its authority; else renew the server's certificate."


def _reason(error: Exception) -> str:
    """OpenSSL's and the system's reasons in words."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


def _since(started: float) -> str:
    return f"{(time.monotonic() - started) * 1000:.0f} ms"
