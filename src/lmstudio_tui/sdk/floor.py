"""The oldest version that works, for callers who have not asked who answers (server contract, section 1).

A classic server tells its version at `/health` and in a header of every answer; whichever is seen is remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.capabilities import refuse_classic
from lmstudio_tui.sdk.types.kinds import ServerKind
from lmstudio_tui.sdk.wire import as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.health import HealthStatus

_HEADER = "x-lmstudio-version"
_PATIENCE = 2.0
"""Seconds for the one look: whoever asks wants something else, and does not want to wait for this."""


class VersionFloor:
    """Refuses what a classic server is too old for.

    Args:
        transport: to the server; its answers are looked at from now on.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._kind = ServerKind.UNKNOWN
        self._classic = ""
        self._looked = False
        transport.inspect = self._inspect

    @property
    def classic(self) -> str:
        """The version of a classic server, as far as one has told it; otherwise empty."""
        return self._classic

    def learn(self, status: HealthStatus) -> None:
        """Take over what a whole look at the server has found."""
        self._kind = status.kind
        self._classic = status.version if status.kind is ServerKind.CLASSIC else ""
        self._looked = True

    def check(self, feature: str) -> None:
        """Look at what is known; nothing is sent.

        Raises:
            UnsupportedVersionError: when it is too old.
        """
        refuse_classic(self._classic, feature)

    def look(self, scope: CancelScope | None) -> None:
        """As `LMStudioClient.check_supported`."""
        if not self._looked:
            self._classic = self._asked(scope) or self._classic
        self.check("chat")

    def _asked(self, scope: CancelScope | None) -> str:
        """The version at `/health`; empty when there is none to be had."""
        limit = min(_PATIENCE, self._transport.config.timeout)
        call = Call("GET", "/health", "health", retries=0, time_limit=limit)
        body: object = None
        headers: Mapping[str, str] = {}
        try:
            body, headers = self._transport.json(call, scope)
        except errors.RequestCancelledError:
            raise
        except errors.AuthenticationError as error:
            if error.status != 403:
                raise
            # Otherwise: that this path is not for everyone says nothing of the others.
        except errors.ServerConnectionError:
            return ""
        except errors.LMStudioError:
            pass  # it has no such path, which is an answer, too
        self._looked = True
        return as_text(as_object(body).get("lmstudio_version")) or headers.get(_HEADER, "")

    def _inspect(self, call: Call, status: int, headers: Mapping[str, str]) -> None:
        """Look at the version in the headers of an answer.

        Raises:
            UnsupportedVersionError: when it is too old.
        """
        version = headers.get(_HEADER)
        # A key comes first; and LM Studio as it is today counts in another way.
        if version is None or status in {401, 403} or self._kind is ServerKind.LM_STUDIO:
            return
        self._classic = version
        refuse_classic(version, call.feature)
