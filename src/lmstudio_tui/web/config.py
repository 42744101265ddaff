"""What the web server is told: where it listens, who may ask it, and what it starts for each page."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PORT = 8642
"""Not one of those at which servers of models are usually found."""
SECRET_BYTES = 24
"""Of the part of the address that nobody can guess."""


class WebError(Exception):
    """The app cannot be served: one sentence that says why and what to do."""


def new_secret() -> str:
    """What makes the address unknown to everybody who has not been told."""
    return secrets.token_urlsafe(SECRET_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """How the app is served.

    Args:
        arguments: the command that starts the app for a page; it holds no key.
        environ: of that command.
        host: the address to listen on.
        port: 0 takes any free one.
        public_url: the address by which browsers come when it is not that of `host`, behind a proxy.
        secret: the first part of every path; empty: there is none, and whoever reaches the port can use the app.
        exposed: whether other machines can reach it, which the page then says.
    """

    arguments: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    public_url: str | None = None
    secret: str = field(default_factory=new_secret, repr=False)
    exposed: bool = False
