"""Reading what is typed, asleep while nothing is."""

from __future__ import annotations

import os
import time
from selectors import EVENT_READ, SelectSelector
from typing import TYPE_CHECKING, Final

from textual.constants import ESCAPE_DELAY

if TYPE_CHECKING:
    from collections.abc import Iterator

TICK: Final = 0.1
"""Seconds between two looks at whether a sequence that has begun goes on."""
CHUNK: Final = 4096
_AWAKE: Final = ESCAPE_DELAY + 2 * TICK
"""Seconds after the last byte in which a lone Escape may still be told from the beginning of a sequence."""


def resting_reads(source: int, ended: int) -> Iterator[bytes]:
    """What can be read, as it comes; nothing (`b""`) when a while has gone by, in which a sequence may have ended.

    Args:
        source: the file descriptor that is read. When it is at its end, nothing comes any more.
        ended: another, at which something can be read when reading is to end. It is not read.
    """
    with SelectSelector() as selector:
        selector.register(source, EVENT_READ)
        selector.register(ended, EVENT_READ)
        awake_until = 0.0
        while True:
            ready = {key.fd for key, _ in selector.select(TICK if time.monotonic() < awake_until else None)}
            if ended in ready:
                return
            raw = b""
            if ready:
                awake_until = time.monotonic() + _AWAKE
                raw = os.read(source, CHUNK)
                if not raw:
                    selector.unregister(source)
            yield raw
