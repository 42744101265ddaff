"""A sign of life from a server that is known, and whether it still is the same one."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.classify import shortened
from lmstudio_tui.sdk.listing import OPENAI, entries
from lmstudio_tui.sdk.types.kinds import UNKNOWN, ServerKind
from lmstudio_tui.sdk.wire import as_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.traits import Traits
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.health import HealthStatus

_HEALTH = "/health"
_GREETING = "/lmstudio-greeting"
_VERSION_HEADER = "x-lmstudio-version"
_TOLD_BY = {"lms-status": "version", "version": "version", "api/version": "version", "props": "build_info"}
"""Paths that tell a version, and the member that is it. The OpenAPI document of others is too long to be read often."""


class Pinger:
    """Asks for signs of life.

    Args:
        transport: to the server.
        status: what is known of it; None when nothing is.
        traits: what was seen of it, if it is an OpenAI-compatible one.
        scope: cancels the asking.
    """

    def __init__(
        self, transport: Transport, status: HealthStatus | None, traits: Traits | None, scope: CancelScope | None
    ) -> None:
        self._transport = transport
        self._status = status
        self._traits = traits
        self._scope = scope

    def ping(self, kind: ServerKind) -> float:
        """As `LMStudioClient.ping`."""
        status = self._status if self._status is not None and self._status.kind is kind else None
        started = time.monotonic()
        path, params = _cheapest(kind, status)
        if status is not None and self._traits is not None and not status.surfaces:
            return self._answer_of_any_kind(started)
        body, headers = self._get(path, params)
        latency = (time.monotonic() - started) * 1000
        if status is not None and not self._is_same(status, path, body, headers):
            raise errors.ProtocolError(
                "Another server answers there now, or another version of it.",
                hint="Look at it as a whole.",
                context={"endpoint": path},
            )
        return latency

    def _answer_of_any_kind(self, started: float) -> float:
        """A server that lists no models says something all the same, if only that it does not know the path."""
        with contextlib.suppress(errors.FeatureUnavailableError, errors.ProtocolError):
            self._get(_HEALTH)
        return (time.monotonic() - started) * 1000

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> tuple[Any, Mapping[str, str]]:
        return self._transport.json(Call("GET", path, "health", params=params or {}, retries=0), self._scope)

    def _is_same(self, status: HealthStatus, path: str, body: Any, headers: Mapping[str, str]) -> bool:
        """Whether the answer is of the server that is known, and its version the one that is known."""
        known, source = status.version, status.version_source
        if status.kind is ServerKind.LM_STUDIO and as_object(body).get("lmstudio") is not True:
            return False
        if path == OPENAI and not self._lists_as_before(status, body, headers):
            return False
        if source == "health":
            return _version(as_object(body).get("lmstudio_version")) == known
        if source in _TOLD_BY:
            return _version(as_object(self._get(f"/{source}")[0]).get(_TOLD_BY[source])) == known
        return True

    def _lists_as_before(self, status: HealthStatus, body: Any, headers: Mapping[str, str]) -> bool:
        rows = entries(OPENAI, body)
        if rows is None:
            return False
        told = [_version(as_object(row.get("metadata")).get("backend_version")) for row in rows]
        if status.kind is ServerKind.OPENAI:
            server = self._traits.base[0] if self._traits is not None and self._traits.base else None
            classic = _VERSION_HEADER in headers or any(version != UNKNOWN for version in told)
            return not classic and server in {None, headers.get("server", "")}
        if status.version_source == "header":
            return _version(headers.get(_VERSION_HEADER)) == status.version
        return not told or status.version in told


def _cheapest(kind: ServerKind, status: HealthStatus | None) -> tuple[str, Mapping[str, str]]:
    """The request that costs a server of this kind least, and that tells its version if one does."""
    if kind is ServerKind.LM_STUDIO:
        return _GREETING, {}
    if kind is not ServerKind.CLASSIC:
        return OPENAI, {}
    # A classic server need not have /health; then its version came with the list.
    by_list = status is not None and status.version_source in {"header", "backend_version"}
    return (OPENAI, {"limit": "1"}) if by_list else (_HEALTH, {})


def _version(value: object) -> str:
    """A version as the probing notes it."""
    return shortened(value, 60) if isinstance(value, str) and value.strip() else UNKNOWN
