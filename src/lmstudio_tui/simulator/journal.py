"""What the simulator was asked, for tests to look at from any thread."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

_MOST = 1000
"""How many requests are kept: a simulator may run for days."""
_LONGEST_BODY = 8 * 1024 * 1024
_MOST_BYTES = 64 * 1024 * 1024
"""How much of one body is kept, and of all of them together."""
_HEAD = 64 * 1024
"""How much of a body is kept when there is no room for more."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request as it arrived, and what became of it.

    Attributes:
        method: The HTTP method.
        path: The path, without the query.
        query: The raw query string.
        headers: The headers, their names in lower case.
        body: The whole body; of a very long one the beginning (see `size`).
        disconnected: The client left before the response was complete.
        finished: The response was sent to its end.
        size: How many bytes the body had.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    disconnected: bool = False
    finished: bool = False
    size: int = 0


def kept_length(size: int) -> int:
    """How many bytes of a body of `size` bytes the journal keeps at first."""
    return size if size <= _LONGEST_BODY else _HEAD


class Journal:
    """The list of requests, thread-safe, with a condition to wait on."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: dict[int, RecordedRequest] = {}
        self._next = 0
        self._bytes = 0

    def snapshot(self) -> list[RecordedRequest]:
        """The requests up to now, in the order of their arrival."""
        with self._changed:
            return list(self._requests.values())

    def add(self, request: RecordedRequest) -> int:
        """Record a new request and return the number to refer to it by."""
        with self._changed:
            number = self._next
            self._next += 1
            self._requests[number] = request
            self._bytes += len(request.body)
            oldest = self._requests.pop(number - _MOST, None)
            self._bytes -= len(oldest.body) if oldest is not None else 0
            if self._bytes > _MOST_BYTES:
                self._shorten()
            self._changed.notify_all()
            return number

    def _shorten(self) -> None:
        """Keep the beginnings alone of the oldest long bodies, until there is room again."""
        for number, request in self._requests.items():
            if self._bytes <= _MOST_BYTES // 2:
                return
            self._bytes -= len(request.body)
            self._requests[number] = replace(request, body=request.body[:_HEAD])
            self._bytes += len(self._requests[number].body)

    def mark(self, number: int, *, disconnected: bool = False, finished: bool = False) -> None:
        """Say what became of a request; one that was cleared meanwhile is left alone."""
        with self._changed:
            request = self._requests.get(number)
            if request is not None:
                self._requests[number] = replace(request, disconnected=disconnected, finished=finished)
                self._changed.notify_all()

    def clear(self) -> None:
        """Forget all requests."""
        with self._changed:
            self._requests.clear()
            self._bytes = 0
            self._changed.notify_all()

    def wait_for(self, predicate: Callable[[], bool], timeout: float) -> bool:
        """Wait until `predicate` is true, for at most `timeout` seconds; return whether it is.

        It is looked at whenever a request arrives, ends or is cleared.
        """
        with self._changed:
            return self._changed.wait_for(predicate, timeout)
