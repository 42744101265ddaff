"""Who may ask the web server: pages that it has served itself, by a name that is its own. Pure.

A browser lets every page open websockets to every address, this machine's too, and sends the page's origin along. And a
name that somebody else has made to lead here (DNS rebinding) makes their page one of the same origin: what gives it
away is the name, which the browser sends as `Host`.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Guard:
    """Tells whether a request may be answered.

    Args:
        names: by which this server may be called, besides `localhost`; in small letters.
        everywhere: whether it listens on more than loopback; then it may be called by any number, too: a number is no
            name that could lead elsewhere tomorrow.
        public: scheme, name and port under which it is published, as an origin; None when it is not.
    """

    names: frozenset[str]
    everywhere: bool = False
    public: str | None = None

    def refusal(self, host: str | None, origin: str | None, *, needs_origin: bool) -> str:
        """Why a request is refused, in one sentence; empty when it is not.

        Args:
            host: what it says whom it asks (`Host`).
            origin: what it says where its page is from (`Origin`).
            needs_origin: whether every browser says so for a request of this kind, as for a websocket.
        """
        asked = _split(f"http://{host or ''}")
        if asked is None or not self._known(asked.hostname or ""):
            return "This server is not known by that name; open the address that `lmstudio-tui web` has printed."
        if origin is None:
            return "Only a page of this server may do that." if needs_origin else ""
        if self.public is not None and origin.lower() == self.public:
            return ""
        page = _split(origin)
        # Behind a proxy that speaks TLS the page's scheme is another than the one that is spoken here.
        same = page is not None and (page.hostname, _port(page)) in {
            (asked.hostname, asked.port or _PORTS[scheme]) for scheme in _PORTS if scheme == page.scheme
        }
        return "" if same else "A page from elsewhere may not use the app."

    def _known(self, name: str) -> bool:
        try:
            number = ip_address(name)
        except ValueError:
            return name == "localhost" or name in self.names
        return self.everywhere or number.is_loopback


def origin_of(url: str) -> str:
    """Scheme, name and port of an address, as a browser writes an origin.

    Raises:
        ValueError: when it is no address of the web.
    """
    parts = _split(url)
    if parts is None or not parts.hostname:
        raise ValueError(url)
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = _port(parts)
    return f"{parts.scheme}://{name}" + ("" if port == _PORTS[parts.scheme] else f":{port}")


def _split(url: str) -> SplitResult | None:
    """An address in parts; None when it is none of the web, or names somebody."""
    try:
        parts = urlsplit(url.strip().lower())
        usable = parts.scheme in _PORTS and (parts.port is None or parts.port >= 0) and parts.username is None
    except ValueError:
        return None
    return parts if usable else None


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]
