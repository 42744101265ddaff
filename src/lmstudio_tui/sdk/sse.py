"""Server-sent events from bytes, as they come.

The same bytes give the same events however they are split over packets: lines are found before anything is decoded. It
works on bytes rather than on lines of text because other line separators of Unicode are content here, because a broken
character must cost no more than itself, and because it is the hottest loop of a stream.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event. `name` is empty unless the server named it; `data` are its data lines."""

    name: str
    data: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class StrayLine:
    """A line that is no part of the format."""

    line: bytes


class EventTooLargeError(ValueError):
    """A single event is larger than the limit."""


_KNOWN = (b"data", b"event", b"id", b"retry")


class EventReader:
    """Turns packets into events.

    Args:
        limit: the largest event, in bytes.
    """

    def __init__(self, limit: int = 64 * 1024 * 1024) -> None:
        self._limit = limit
        self._rest: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._at_start = True
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, packet: bytes) -> list[ServerEvent | StrayLine]:
        """The events that this packet completes.

        Raises:
            EventTooLargeError
        """
        if self._at_start:
            packet = self._without_mark(packet)
        if self._after_cr and packet:
            packet = packet.removeprefix(b"\n")
            self._after_cr = False
        if b"\r" in packet:
            self._after_cr = packet.endswith(b"\r")
            packet = packet.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = packet.split(b"\n")
        self._size += len(packet)
        if self._size > self._limit:
            raise EventTooLargeError(f"an event is larger than {self._limit:,} bytes")
        if len(lines) == 1:
            self._rest.append(packet)
            return []
        if self._rest:
            lines[0] = b"".join([*self._rest, lines[0]])
            self._rest.clear()
        if lines[-1]:
            self._rest.append(lines[-1])
        del lines[-1]
        return self._read(lines)

    def flush(self) -> list[ServerEvent | StrayLine]:
        """The end: what a server left without a last empty line counts, too."""
        lines = [b"".join(self._rest), b""]
        self._rest.clear()
        return self._read(lines)

    def _without_mark(self, packet: bytes) -> bytes:
        """Pass over a byte order mark, which may itself be split."""
        mark = b"\xef\xbb\xbf"
        start = b"".join(self._rest) + packet
        if len(start) < len(mark) and mark.startswith(start):
            self._rest.clear()
            self._rest.append(start)
            return b""
        self._at_start = False
        self._rest.clear()
        return start.removeprefix(mark)

    def _read(self, lines: list[bytes]) -> list[ServerEvent | StrayLine]:
        found: list[ServerEvent | StrayLine] = []
        for line in lines:
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif not line:
                if self._data or self._name:
                    found.append(ServerEvent(self._name, tuple(self._data)))
                    self._data.clear()
                    self._name = ""
                self._size = sum(map(len, self._rest))
            elif not line.startswith(b":"):
                self._field(line, found)
        return found

    def _field(self, line: bytes, found: list[ServerEvent | StrayLine]) -> None:
        name, colon, value = line.partition(b":")
        if name not in _KNOWN or (not colon and name != b"data"):
            found.append(StrayLine(line))
        elif name == b"event":
            self._name = value.removeprefix(b" ").decode("utf-8", "replace")
        elif name == b"data":
            self._data.append(b"")
