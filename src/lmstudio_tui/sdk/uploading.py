"""Audio on its way to a server: a form (`multipart/form-data`), read from disk while it is sent.

However long the file is, no more than a piece of it is in memory. The file is the last part of the form, so that the
beginning of what is sent tells everything else.
"""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, BytesIO, FileIO
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING, Any, BinaryIO, TypedDict

from lmstudio_tui.sdk.errors import ValidationError
from lmstudio_tui.sdk.network import TICK
from lmstudio_tui.sdk.sniffing import AUDIO_TYPES, ENOUGH, audio_format
from lmstudio_tui.sdk.wire import whole_text

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from lmstudio_tui.sdk.cancellation import CancelScope

AudioSource = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""A file's path, its bytes, or an open binary file, which is read from where it stands."""

UploadListener = Callable[[int, int | None], None]
"""Is told how many bytes of the file were sent, and of how many; None when the length is not known."""


class Sending(TypedDict, total=False):
    """How a file is sent.

    Attributes:
        filename: what the server is told that it is called; None takes its own name.
        progress: is told how much of it was sent, in the thread that sends.
        scope: cancels it.
    """

    filename: str | None
    progress: UploadListener | None
    scope: CancelScope | None


PIECE = 64 * 1024
"""Bytes that are read and sent at once."""
SHOWN = 1024 * 1024
"""Bytes at the beginning of a form that a recorder is told."""


class AudioFile:
    """An open file that is to be sent; made by `opened`.

    Args:
        file: stands at the beginning of what is to be sent.
        name: what the server is told that it is called; empty when nobody knows.
        size: bytes; None when that is not known, as of a pipe: then it can be sent once only.

    Attributes:
        name: never empty.
        size: as above.
        format: by its first bytes; empty when they do not tell.
        consumed: whether some of it is gone that cannot be had again.
    """

    def __init__(self, file: BinaryIO, name: str, size: int | None) -> None:
        self.size = size
        self.consumed = False
        self._file = file
        self._start = 0 if size is None else file.tell()
        self._head = self._read(SHOWN if size is not None else ENOUGH)
        self.format = audio_format(self._head)
        self.name = _plain(name) or f"audio.{self.format or 'wav'}"

    @property
    def repeatable(self) -> bool:
        """Whether it can be sent from its beginning."""
        return self.size is not None or not self.consumed

    @property
    def beginning(self) -> bytes:
        """The first bytes of it; of a pipe hardly any."""
        return self._head

    def pieces(self) -> Iterator[bytes]:
        """All of it, from the beginning.

        Raises:
            ValidationError: when it cannot be read, or is shorter than it was.
        """
        if self.size is None:
            self.consumed = True
            piece = self._head
            while piece:
                yield piece
                piece = self._read(PIECE)
            return
        self._rewind()
        left = self.size
        while left:
            piece = self._read(min(PIECE, left))
            if not piece:
                raise ValidationError(
                    f"{self.name} became shorter while it was sent.",
                    field="audio",
                    hint="Nothing was transcribed; send it again once nothing changes it any more.",
                )
            left -= len(piece)
            yield piece

    def _rewind(self) -> None:
        try:
            self._file.seek(self._start)
        except (OSError, ValueError) as error:
            raise _unreadable(error) from None

    def _read(self, size: int) -> bytes:
        try:
            piece: Any = self._file.read(size)
        except (OSError, ValueError) as error:
            raise _unreadable(error) from None
        if not isinstance(piece, bytes):
            raise ValidationError("The audio must be opened as a binary file.", field="audio")
        return piece


@contextmanager
def opened(
    audio: AudioSource, filename: str | None = None, check: Callable[[], None] = lambda: None
) -> Generator[AudioFile]:
    """Open what is to be sent; a file of the caller's stays open.

    Args:
        filename: what the server is told that it is called; None takes the file's own name.
        check: is called now and then while a named pipe is waited for; it may raise.

    Raises:
        ValidationError: there is no such file, it cannot be read, or it is empty.
    """
    if isinstance(audio, bytes | bytearray | memoryview):
        data = bytes(audio)
        yield _not_empty(AudioFile(BytesIO(data), filename or "", len(data)))
        return
    if isinstance(audio, str | os.PathLike):
        path = Path(audio)
        try:
            raw = BufferedReader(_Pipe(path, check)) if path.is_fifo() else path.open("rb")
        except (OSError, ValueError) as error:
            raise _unreadable(error, path.name) from None
        with raw:
            facts = os.fstat(raw.fileno())
            size = facts.st_size if stat.S_ISREG(facts.st_mode) else None
            yield _not_empty(AudioFile(raw, filename or path.name, size))
        return
    yield _not_empty(AudioFile(audio, filename or _own_name(audio), _rest(audio)))


class _Pipe(FileIO):
    """A named pipe, opened without waiting for who writes into it; a read waits, and can be left.

    Args:
        path: where it is.
        check: is called now and then while nothing comes; it may raise.
    """

    def __init__(self, path: Path, check: Callable[[], None]) -> None:
        super().__init__(path, opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))
        self._check = check

    def readinto(self, buffer: Any, /) -> int:
        """What has come, at least a byte, unless it has ended."""
        with DefaultSelector() as selector:
            selector.register(self, EVENT_READ)
            while not selector.select(TICK):
                self._check()
        return super().readinto(buffer)


def _not_empty(file: AudioFile) -> AudioFile:
    if not file.beginning:
        raise ValidationError(f"{file.name} is empty: there is nothing to send.", field="audio")
    return file


def _own_name(file: BinaryIO) -> str:
    name: object = getattr(file, "name", "")
    return Path(name).name if isinstance(name, str) and not name.startswith("<") else ""


def _rest(file: BinaryIO) -> int | None:
    """The bytes of an open file from where it stands; None when it cannot be gone back in."""
    try:
        if not file.seekable():
            return None
        here = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(here)
    except (OSError, ValueError) as error:
        raise _unreadable(error) from None
    return max(0, end - here)


def _unreadable(error: Exception, name: str = "") -> ValidationError:
    reason = getattr(error, "strerror", None) or str(error)
    what = f"The audio file {_plain(name)}" if name else "The audio"
    return ValidationError(f"{what} cannot be read: {reason.lower()}.", field="audio", hint="Nothing was transcribed.")


def _plain(name: str) -> str:
    """A file's name as one line that has a form in UTF-8."""
    name = whole_text(name).replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in name if char.isprintable())[:200]


class Upload:
    """A form with a file.

    Args:
        fields: names and values, in order.
        file: the last part of the form.
        progress: is told how far it is.

    Attributes:
        content_type: of the form.
        length: of the form, in bytes; None when it is not known.
    """

    def __init__(self, fields: Sequence[tuple[str, str]], file: AudioFile, progress: UploadListener | None) -> None:
        boundary = uuid.uuid4().hex
        kind = AUDIO_TYPES.get(file.format, "application/octet-stream")
        parts = [f"--{boundary}\r\n{_disposition(name)}\r\n\r\n{whole_text(value)}\r\n" for name, value in fields]
        parts.append(f"--{boundary}\r\n{_disposition('file', file.name)}\r\nContent-Type: {kind}\r\n\r\n")
        self._before = "".join(parts).encode()
        self._after = f"\r\n--{boundary}--\r\n".encode()
        self._file = file
        self._progress = progress
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self.length = None if file.size is None else len(self._before) + file.size + len(self._after)

    @property
    def file(self) -> AudioFile:
        """What is sent with it."""
        return self._file

    def pieces(self) -> Iterator[bytes]:
        """The form from its beginning, piece by piece.

        Raises:
            ValidationError: when the file cannot be read.
        """
        sent = 0
        self._tell(sent)
        yield self._before
        for piece in self._file.pieces():
            yield piece
            sent += len(piece)
            self._tell(sent)
        yield self._after

    def _tell(self, sent: int) -> None:
        if self._progress is not None:
            self._progress(sent, self._file.size)

    @property
    def beginning(self) -> bytes:
        """The first bytes of the form, for a recorder; all of them when they are not many."""
        head = self._before + self._file.beginning
        if self.length is None:
            return self._before
        return head + self._after if len(head) + len(self._after) == self.length else head


def _disposition(name: str, filename: str | None = None) -> str:
    """The header of a part; what would end a name is written as browsers do it."""
    said = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    return said if filename is None else f'{said}; filename="{_quoted(filename)}"'


def _quoted(text: str) -> str:
    return whole_text(text).replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
