"""The body of a request: in memory while it is small, in a temporary file when it is not."""

from __future__ import annotations

import io
import threading
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_IN_MEMORY = 4 * 1024 * 1024


class Upload:
    """A body that has arrived, or is arriving.

    It is closed when everybody who held it has released it: a thread may still read after the client has left.
    """

    def __init__(self, data: bytes = b"") -> None:
        """Begin one.

        Args:
            data: What has arrived already.
        """
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by the last `release`
        self._lock = threading.Lock()
        self._holders = 1
        self.size = 0
        self.add(data)

    def add(self, data: bytes) -> None:
        """Write what has arrived to the end."""
        self._file.write(data)
        self.size += len(data)

    def head(self, length: int) -> bytes:
        """The first `length` bytes."""
        return self.read(0, length)

    def whole(self) -> bytes:
        """All bytes, in memory."""
        return self.read(0, self.size)

    def read(self, start: int, length: int) -> bytes:
        """Up to `length` bytes from `start`, from any thread."""
        with self._lock:
            place = self._file.tell()
            self._file.seek(start)
            data = self._file.read(length)
            self._file.seek(place)
            return data

    def hold(self) -> Upload:
        """Keep it open until `release` is called once more."""
        with self._lock:
            self._holders += 1
        return self

    def release(self) -> None:
        """Say that one holder needs it no longer."""
        with self._lock:
            self._holders -= 1
            if not self._holders:
                self._file.close()


class Part(io.RawIOBase):
    """Some bytes of an upload as a file of their own, for reading."""

    def __init__(self, upload: Upload, start: int, end: int) -> None:
        super().__init__()
        self._upload = upload
        self._start = start
        self._end = max(start, end)
        self._place = start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: self._start, io.SEEK_CUR: self._place, io.SEEK_END: self._end}[whence]
        self._place = max(self._start, base + offset)
        return self._place - self._start

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        into = memoryview(buffer)
        data = self._upload.read(self._place, max(0, min(len(into), self._end - self._place)))
        into[: len(data)] = data
        self._place += len(data)
        return len(data)
