"""The proxies of the environment: this program passes them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.doctor.checks import Check, Status

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_proxies(environ: Mapping[str, str], *, secure: bool, loopback: bool) -> Check:
    """Whether the environment names a proxy that another program would take on the way to the server.

    Args:
        secure: whether the server is spoken to over TLS.
        loopback: whether it is this very machine.
    """
    wanted = ("https_proxy" if secure else "http_proxy", "all_proxy")
    named = [name for name in environ if name.lower() in wanted and environ[name].strip()]
    if not named:
        return Check("proxies", Status.OK, "the environment names none")
    # Not their values: they may hold a password.
    detail = f"{', '.join(sorted(named))} set, but not used: the server is spoken to directly"
    if loopback:
        return Check("proxies", Status.OK, detail)
    hint = "If the server can be reached by the proxy only, use an address that needs none."
    return Check("proxies", Status.WARNING, detail, hint)
