"""What a stream's speed was, measured in the client (server contract, 2.4: the OpenAI surface does not tell)."""

from __future__ import annotations

import time

from lmstudio_tui.sdk.types.chat import Timings

_SHORTEST_SPAN = 0.001


class Stopwatch:
    """Notes when what happened. Written by one thread, read from any."""

    def __init__(self) -> None:
        self._sent: float | None = None
        self._first: float | None = None
        self._last: float | None = None
        self._ended: float | None = None

    def start(self) -> None:
        """The request is sent."""
        self._sent = time.monotonic()

    def output(self) -> None:
        """Some of the answer has arrived."""
        self._last = time.monotonic()
        if self._first is None:
            self._first = self._last

    def stop(self) -> None:
        """It is over, one way or another."""
        if self._ended is None:
            self._ended = time.monotonic()

    def timings(self, tokens: int, *, streamed: bool) -> Timings:
        """The figures so far.

        Args:
            tokens: how many tokens were made.
            streamed: whether they came one by one; otherwise neither the first token's time nor the rate is known.
        """
        now = time.monotonic() if self._ended is None else self._ended
        sent, first, last = self._sent, self._first, self._last
        duration = 0.0 if sent is None else max(0.0, now - sent) * 1000
        if sent is None or first is None or last is None or not streamed:
            return Timings(duration_ms=duration)
        # The first token ends the wait; the rate is that of the ones after it.
        span = last - first
        rate = (tokens - 1) / span if tokens > 1 and span > _SHORTEST_SPAN else None
        return Timings(duration_ms=duration, time_to_first_token_ms=(first - sent) * 1000, tokens_per_second=rate)
