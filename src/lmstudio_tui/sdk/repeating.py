"""Answers that say the same as the last time, byte for byte: a server that is watched says little else."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk.calls import Call

    Place = tuple[str, bool, tuple[tuple[str, str], ...]]

_MOST = 8
"""Answers that are remembered: signs of life, the lists of models, and some pages of one that comes in pieces."""
_LONGEST = 4 * 1024 * 1024
"""Bytes of an answer that is remembered."""


class LastAnswers:
    """The JSON of the last answers to what is asked again and again. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Place, tuple[bytes, Any]] = {}

    def document(self, call: Call, raw: bytes, read: Callable[[bytes], Any]) -> Any:
        """The JSON of an answer; what was made of the same bytes the last time, the very same, which nobody changes.

        Args:
            call: what was asked.
            raw: the whole body.
            read: makes JSON of it; it may raise.
        """
        if call.method != "GET" or len(raw) > _LONGEST:
            return read(raw)
        place = (call.path, call.at_root, tuple(call.params.items()))
        with self._lock:
            before = self._known.get(place)
        if before is not None and before[0] == raw:
            return before[1]
        body = read(raw)
        with self._lock:
            self._known[place] = (raw, body)
            if len(self._known) > _MOST:
                del self._known[next(iter(self._known))]
        return body
