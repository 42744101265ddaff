"""What a player plays: a file, or a stream that still arrives."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from lmstudio_tui.audio.decoding import StreamDecoder
from lmstudio_tui.audio.file_readers import OpenedFile
from lmstudio_tui.audio.files import file_problem
from lmstudio_tui.audio.spool import Spool
from lmstudio_tui.audio.values import SoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lmstudio_tui.audio.readers import Reader


class Track(Protocol):
    """Something to play."""

    problem: SoundError | None

    @property
    def complete(self) -> bool:
        """Whether all of it is there."""
        ...

    def reader(self) -> Reader | None:
        """What it is read by; None before that is known. Takes a moment at first.

        Raises:
            SoundError: when it cannot be played.
        """
        ...

    def leave(self) -> None:
        """Nobody waits for it any longer: stop looking what it is. Never waits; safe in any thread."""
        ...

    def close(self) -> None:
        """Let go of it. Never waits."""
        ...


class FileTrack:
    """A file, read from the disk as it is played.

    Args:
        path: of the file.
    """

    complete = True

    def __init__(self, path: Path) -> None:
        self.problem: SoundError | None = None
        self._path = path
        self._opened: OpenedFile | None = None
        self._left = False

    def reader(self) -> Reader | None:
        """See `Track`."""
        if self._opened is None and not self._left:
            try:
                self._opened = OpenedFile(self._path, lambda: not self._left)
            except (OSError, SoundError) as error:
                if not self._left:
                    raise file_problem(self._path, error) from error
        return self._opened

    def leave(self) -> None:
        """See `Track`."""
        self._left = True

    def close(self) -> None:
        """See `Track`."""
        if self._opened is not None:
            self._opened.close()


class StreamTrack:
    """A stream, decoded in a thread of its own while it arrives; what was decoded is kept.

    Args:
        said: what it is said to be.
        pcm_rate: in Hz, of bare PCM.
        wake: is called when more is there.
    """

    def __init__(self, said: str, pcm_rate: int, wake: Callable[[], None]) -> None:
        self.problem: SoundError | None = None
        self._decoder = StreamDecoder(said, pcm_rate)
        self._wake = wake
        self._spool: Spool | None = None
        self._failure: SoundError | None = None
        self._begun = False
        self._closed = False

    @property
    def complete(self) -> bool:
        """See `Track`."""
        return self._spool is not None and self._spool.ended

    def reader(self) -> Reader | None:
        """See `Track`."""
        if self._spool is None and self._failure is not None:
            raise self.problem or self._failure
        return self._spool

    def feed(self, data: bytes) -> None:
        """Add what came. Never waits."""
        if self._closed:
            return
        self._decoder.feed(data)
        self._begin()

    def end(self, problem: str) -> None:
        """Nothing more comes."""
        if problem:
            self.problem = SoundError(problem)
        self._decoder.end()
        self._begin()

    def leave(self) -> None:
        """See `Track`: what it is shows by itself."""

    def close(self) -> None:
        """See `Track`."""
        self._closed = True
        self._decoder.close()
        if self._spool is not None:
            self._spool.close()

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            threading.Thread(target=self._decode, name="decoding", daemon=True).start()

    def _decode(self) -> None:
        try:
            while not self._closed and (samples := self._decoder.read()) is not None:
                if self._spool is None:
                    self._spool = Spool(self._decoder.sample_rate, self._decoder.channels)
                self._spool.add(samples)
                self._wake()
        except SoundError as error:
            self._failure = error
            self.problem = self.problem or error
        if self._spool is not None:
            self._spool.ended = True
            if self._closed:
                self._spool.close()
        self._wake()
