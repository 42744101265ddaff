"""Whether a text is an address at all, before anything is said of the host that could be read out of it."""

from __future__ import annotations

import re

_EXAMPLE = "An example: http://127.0.0.1:1234"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(:/|//)")
_HTTP = re.compile(r"https?://", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*(%.+)?", re.IGNORECASE)


def refuse_nonsense(address: str) -> None:
    """`htp:/x` would be read as a host called htp, and then refused for a reason that leads astray.

    Raises:
        ConfigurationError: when it is no http or https address.
    """
    from lmstudio_tui.sdk.config import host_of, normalise_base_url
    from lmstudio_tui.sdk.errors import ConfigurationError

    text = address.strip()
    shown = repr(text if len(text) <= 60 else f"{text[:60]}…")
    if _SCHEME.match(text) and not _HTTP.match(text):
        message = f"{shown} is no address: it must begin with http:// or https://."
        raise ConfigurationError(message, key="base_url", hint=_EXAMPLE)
    if not _HOST.fullmatch(host_of(normalise_base_url(text))):
        raise ConfigurationError(f"{shown} is no address: it names no host.", key="base_url", hint=_EXAMPLE)
