"""Server-sent events from bytes, as they come.

The same bytes give the same events however they are split over packets: lines are found before anything is decoded. It
works on bytes rather than on lines of text because other line separators of Unicode are content here, because a broken
character must cost no more than itself, and because it is the hottest loop of a stream.
"""

from __future__ import annotations

from typing import NamedTuple

from lmstudio_tui.sdk.errors import ProtocolError


class ServerEvent(NamedTuple):
    """One event. `name` is empty unless the server named it; `data` are its data lines, joined by line feeds."""

    name: str
    data: bytes


class StrayLine(NamedTuple):
    """A line that is no part of the format."""

    line: bytes


_KNOWN = (b"data", b"event", b"id", b"retry")
_DONE = b"[DONE]"


class EventReader:
    """Turns packets into events.

    Servers that leave out the empty line between two events are understood, too: a JSON object that is followed by
    another one on the next data line is complete, because no JSON text goes on that way.

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
            ProtocolError: when a single event is larger than the limit.
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
            raise ProtocolError(f"The stream cannot be read: an event is larger than {self._limit:,} bytes.")
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
            self._rest[:] = [start]
            return b""
        self._at_start = False
        self._rest.clear()
        return start.removeprefix(mark)

    def _read(self, lines: list[bytes]) -> list[ServerEvent | StrayLine]:
        found: list[ServerEvent | StrayLine] = []
        data = self._data
        for line in lines:
            if line.startswith(b"data:"):
                value = line[6:] if line[5:6] == b" " else line[5:]
                if data and _is_complete(data, value):
                    self._give(found)
                data.append(value)
            elif not line:
                self._give(found)
            elif not line.startswith(b":"):
                self._field(line, found)
        return found

    def _give(self, found: list[ServerEvent | StrayLine]) -> None:
        """The event is complete."""
        if self._data or self._name:
            found.append(ServerEvent(self._name, b"\n".join(self._data)))
            self._data.clear()
            self._name = ""
        self._size = len(self._rest[0]) if self._rest else 0

    def _field(self, line: bytes, found: list[ServerEvent | StrayLine]) -> None:
        name, colon, value = line.partition(b":")
        if name not in _KNOWN or (not colon and name != b"data"):
            found.append(StrayLine(line))
        elif name == b"event":
            if self._data and _is_complete(self._data, b"{"):
                self._give(found)
            self._name = value.removeprefix(b" ").decode("utf-8", "replace")
        elif name == b"data":
            self._data.append(b"")


def _is_complete(data: list[bytes], following: bytes) -> bool:
    """Whether these lines are a whole event, although no empty line comes before the next data line."""
    ended = data[0].startswith(b"{") and data[-1].rstrip().endswith(b"}")
    return ended and (following.startswith(b"{") or following.strip() == _DONE)
