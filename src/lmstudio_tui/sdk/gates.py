"""Whether sounds, images and embeddings may be asked for: version, flag and backend (server contract, section 1).

What is not known blocks nothing; then the server itself says what it lacks, and that is put into words here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.capabilities import ELSEWHERE, gated, refuse_lacking, require

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.floor import VersionFloor
    from lmstudio_tui.sdk.types.health import HealthStatus

_BACKEND = re.compile(r"(?i)\bbackend\b")
_ANOTHER = "Give the server an embedding model, or use one that has this endpoint."
_NO_BACKEND = "Give the server an image backend, or give images a server of their own: set images_base_url."


class Gate:
    """Looks at what is known before something is asked for, and at what came of it.

    Args:
        config: says what is switched off.
        floor: knows the version of a classic server.
        status: what was found by the last whole look at the server; None before the first.
    """

    def __init__(self, config: ClientConfig, floor: VersionFloor, status: Callable[[], HealthStatus | None]) -> None:
        self._config = config
        self._floor = floor
        self._status = status

    @property
    def classic(self) -> bool:
        """Whether the server is known to be a classic one."""
        return bool(self._floor.classic)

    def check(self, feature: str) -> None:
        """Look at what is known; nothing is sent.

        Args:
            feature: a capability.

        Raises:
            UnsupportedVersionError: the server is too old for anything.
            FeatureUnavailableError: the capability is lacking, or switched off.
        """
        self._floor.check(feature)
        status = self._status()
        if status is not None:
            require(status, feature)
            return
        self._check_version(feature)

    def _check_version(self, feature: str) -> None:
        version = self._floor.classic
        found = gated(feature, version, self._config)
        if found is not None:
            refuse_lacking(found, feature, {"kind": "classic", "version": version} if version else {})

    def explain(self, error: errors.LMStudioError, feature: str) -> errors.LMStudioError:
        """What a refusal of the server means: its version, its backend, or that it has no such thing at all."""
        if isinstance(error, errors.UnsupportedVersionError):
            return error
        if isinstance(error, errors.FeatureUnavailableError):
            return self._lacking(error, feature)
        if feature == "images" and isinstance(error, errors.StatusError) and _BACKEND.search(error.message):
            context = {**error.context, "missing": "backend"}
            return errors.FeatureUnavailableError(error.message, feature=feature, hint=_NO_BACKEND, context=context)
        return error

    def _lacking(self, error: errors.FeatureUnavailableError, feature: str) -> errors.LMStudioError:
        if _BACKEND.search(error.message):
            error.hint = _NO_BACKEND if feature == "images" else ELSEWHERE.get(feature, _ANOTHER)
            error.context.setdefault("missing", "backend")
            return error
        try:
            self._check_version(feature)
        except errors.FeatureUnavailableError as better:
            better.context = {**error.context, **better.context}
            return better
        error.hint = ELSEWHERE.get(feature, _ANOTHER)
        error.context.setdefault("missing", "endpoint")
        return error
