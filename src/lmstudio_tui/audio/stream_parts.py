"""The parts of a stream: each a file of its own, or all of it bare PCM."""

from __future__ import annotations

import io
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol

from lmstudio_tui.audio.cutting import Cutter, Piece
from lmstudio_tui.audio.values import AudioFormatError
from lmstudio_tui.audio.virtual_file import StreamFile, read_samples, sound_file
from lmstudio_tui.audio.wav_form import WavForm, as_samples

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_MOST_SEARCHED: Final = 1024 * 1024
"""After so many bytes without any sound it is none."""
_BLOCKS_PER_S: Final = 50


class Part(Protocol):
    """A file within a stream."""

    rate: int

    def read(self) -> Samples | None:
        """The next samples; waits for them. None at the end.

        Raises:
            AudioFormatError: when this file cannot be decoded.
        """
        ...

    def close(self) -> None:
        """Let go of the decoder."""
        ...


class Parts:
    """The files of which a stream consists, in order.

    Args:
        source: waits for the next bytes; gives none at the end.
        kind: `wav`, `flac`, `ogg`, `mp3` or `pcm`.
        cutter: cuts it; None for bare PCM.
        pcm: how bare PCM is written.
    """

    def __init__(self, source: Callable[[], bytes], kind: str, cutter: Cutter | None, pcm: WavForm) -> None:
        self._source = source
        self._kind = kind
        self._cutter = cutter
        self._pcm = pcm
        self._pieces: deque[Piece] = deque()
        self._carry = b""
        self._ended = False
        self._searched = 0
        self._found = False

    def next(self) -> Part | None:
        """The next file; what is left of the one before is passed over. None at the end.

        Raises:
            AudioFormatError: when there is nothing that can be decoded.
        """
        piece = self._peek()
        while piece is not None and not piece.begins:
            self._pieces.popleft()
            piece = self._peek()
        if piece is None:
            return None
        self._pieces.popleft()
        pull = _Pull(piece.data, self)
        if piece.form is None:
            return _DecodedPart(pull, self._kind, piece.skip)
        return _WholePart(pull) if piece.form.encoding == "other" else _PcmPart(pull, piece.form)

    def take(self) -> bytes:
        """The next bytes of the same file; waits for them. None of them at its end."""
        piece = self._peek()
        if piece is None or piece.begins:
            return b""
        return self._pieces.popleft().data

    def _peek(self) -> Piece | None:
        while not self._pieces and not self._ended:
            data = self._source()
            self._ended = not data
            self._pieces.extend(self._cut(data))
            self._found = self._found or bool(self._pieces)
            self._searched += len(data)
            if not self._found and self._searched > _MOST_SEARCHED:
                raise AudioFormatError("There is no sound in what the server sent.")
        return self._pieces[0] if self._pieces else None

    def _cut(self, data: bytes) -> list[Piece]:
        if self._cutter is not None:
            return self._cutter.push(data, ended=self._ended)
        data = self._carry + data
        whole = len(data) - len(data) % self._pcm.frame_bytes
        self._carry = data[whole:]
        return [Piece(data[:whole], begins=not self._found, form=self._pcm)] if whole else []


class _Pull:
    """The bytes of one file: those that are there, then those that come. An error is kept, and is an end."""

    def __init__(self, first: bytes, parts: Parts) -> None:
        self._first = first
        self._parts = parts

    def __call__(self) -> bytes:
        first, self._first = self._first, b""
        if first:
            return first
        try:
            return self._parts.take()
        except AudioFormatError:
            return b""


class _PcmPart:
    """Sound that is there as it is."""

    def __init__(self, pull: _Pull, form: WavForm) -> None:
        self.rate = form.rate
        self._pull = pull
        self._form = form

    def read(self) -> Samples | None:
        """See `Part`."""
        data = self._pull()
        return as_samples(data, self._form) if data else None

    def close(self) -> None:
        """See `Part`."""


class _DecodedPart:
    """Sound that libsndfile decodes while it arrives."""

    def __init__(self, pull: _Pull, kind: str, skip: int) -> None:
        self.rate = 0
        self._source = StreamFile(pull, kind)
        self._skip = skip
        self._opened: Any = None

    def read(self) -> Samples | None:
        """See `Part`."""
        if self._opened is None:
            self._opened = sound_file(self._source)
            self._source.opened()
            self.rate = int(self._opened.samplerate)
        while True:
            samples = read_samples(self._opened, max(1, self.rate // _BLOCKS_PER_S))
            if samples is None or not self._skip:
                return samples
            skipped = min(self._skip, len(samples))
            self._skip -= skipped
            if skipped < len(samples):
                return samples[skipped:]

    def close(self) -> None:
        """See `Part`."""
        if self._opened is not None:
            self._opened.close()


class _WholePart:
    """Sound that can be decoded when all of it is there."""

    def __init__(self, pull: _Pull) -> None:
        self.rate = 0
        self._pull = pull
        self._opened: Any = None

    def read(self) -> Samples | None:
        """See `Part`."""
        if self._opened is None:
            whole = bytearray()
            while data := self._pull():
                whole += data
            self._opened = sound_file(io.BytesIO(bytes(whole)))
            self.rate = int(self._opened.samplerate)
        return read_samples(self._opened, self.rate)

    def close(self) -> None:
        """See `Part`."""
        if self._opened is not None:
            self._opened.close()
