"""Audio is decoded while it arrives: what came is there as samples a moment later."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from lmstudio_tui.audio.cutting import cutter_for
from lmstudio_tui.audio.mp3_frames import id3_length
from lmstudio_tui.audio.readers import as_channels, no_samples
from lmstudio_tui.audio.resampling import Resampler
from lmstudio_tui.audio.sniffing import ACCEPTED, described, kind_of
from lmstudio_tui.audio.stream_parts import Part, Parts
from lmstudio_tui.audio.values import AudioFormatError
from lmstudio_tui.audio.wav_form import WavForm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

PCM_FORMATS: Final = frozenset({"pcm", "raw", "l16", "s16le", "pcm16", "pcm_s16le"})
_MAGIC_BYTES: Final = 12
_TELLING_BYTES: Final = 4096
"""So many bytes are waited for where the first few do not tell the format."""


class ByteQueue:
    """Bytes on their way from one thread to another."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._ended = False
        self.closed = False

    def put(self, data: bytes) -> None:
        """Add some."""
        with self._changed:
            if data and not self._ended:
                self._waiting.append(data)
                self._changed.notify_all()

    def end(self) -> None:
        """Nothing more comes."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody wants any more of it: whoever waits is told that this is the end."""
        with self._changed:
            self._ended = self.closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def get(self) -> bytes:
        """All that is there; waits for some. Nothing at the end."""
        with self._changed:
            while not self._waiting and not self._ended:
                self._changed.wait()
            data = b"".join(self._waiting)
            self._waiting.clear()
            return data


class StreamDecoder:
    """Decodes WAV, FLAC, Ogg (Vorbis, Opus), MP3 and bare PCM while it arrives.

    What the bytes are is found out by the bytes. Several files one after the other are one sound. One thread feeds,
    another reads; `close` may be called by any.

    Args:
        said: what it is said to be. It decides only where the bytes leave it open, as those of `pcm` do: signed
            16-bit integers, the low byte first, one channel.
        pcm_rate: of bare PCM, in Hz.

    Attributes:
        sample_rate: in Hz, of what `read` gives; 0 before the first samples.
        channels: as `sample_rate`.
        kind: what the bytes are; empty before that is known.
    """

    def __init__(self, said: str, pcm_rate: int = 24_000) -> None:
        self.sample_rate = 0
        self.channels = 0
        self.kind = ""
        self._said = said.lower().lstrip(".")
        self._pcm = WavForm("signed", 2, pcm_rate, 1)
        self._queue = ByteQueue()
        self._head = b""
        self._parts: Parts | None = None
        self._part: Part | None = None
        self._resampler: Resampler | None = None
        self._problem: AudioFormatError | None = None

    def feed(self, data: bytes) -> None:
        """Add what came. Never waits."""
        self._queue.put(bytes(data))

    def end(self) -> None:
        """Nothing more comes."""
        self._queue.end()

    def close(self) -> None:
        """Nobody wants more: whoever waits in `read` is told that this is the end."""
        self._queue.close()

    def read(self) -> Samples | None:
        """The next samples, about a fiftieth of a second; waits for them. None at the end.

        Raises:
            AudioFormatError: when these bytes are no sound that can be decoded, and nothing of them was.
            SoundError: when the decoder is not there.
        """
        try:
            samples = self._next()
        except AudioFormatError as error:
            self._problem, samples = self._problem or error, None
        if samples is None and not self.sample_rate and not self._queue.closed:
            raise self._problem or AudioFormatError("The server sent no sound.")
        return samples

    def _next(self) -> Samples | None:
        if self._parts is None:
            self._parts = self._begin()
        while True:
            if self._part is None:
                self._part = self._parts.next()
                if self._part is None:
                    return None
            samples = self._of_part(self._part)
            if samples is not None:
                return samples
            self._part.close()
            self._part, rest = None, self._flushed()
            if len(rest):
                return rest

    def _of_part(self, part: Part) -> Samples | None:
        """More of it, as the others are. One that cannot be decoded is passed over."""
        try:
            samples = part.read()
        except AudioFormatError as error:
            self._problem = self._problem or error
            return None
        return None if samples is None else self._alike(samples, part.rate)

    def _alike(self, samples: Samples, rate: int) -> Samples:
        """As the first part was: at its rate, with its channels."""
        if not self.sample_rate:
            self.channels, self.sample_rate = samples.shape[1], rate
        samples = as_channels(samples, self.channels)
        if rate == self.sample_rate:
            return samples
        if self._resampler is None:
            self._resampler = Resampler(rate, self.sample_rate, self.channels)
        return self._resampler.feed(samples)

    def _flushed(self) -> Samples:
        resampler, self._resampler = self._resampler, None
        return no_samples(self.channels) if resampler is None else resampler.end()

    def _begin(self) -> Parts:
        """Wait until the bytes tell what they are."""
        head = bytearray()
        while True:
            data = self._queue.get()
            head += data
            tag = id3_length(head)
            start = bytes(head[tag:])
            told = not data or len(start) >= _TELLING_BYTES
            kind = kind_of(start)
            if kind == "mp3" and not tag and (self._said in PCM_FORMATS or not (told or self._said == "mp3")):
                # Bytes of PCM may look like the beginning of a frame.
                kind = None
            if kind is None and self._said in PCM_FORMATS and (len(start) >= _MAGIC_BYTES or not data):
                self.kind, self._head = "pcm", bytes(head)
                return Parts(self._pull, "pcm", None, self._pcm)
            if kind is not None:
                self.kind, self._head = kind, bytes(head)
                return Parts(self._pull, kind, cutter_for(kind), self._pcm)
            if told:
                raise not_playable(start, self._said)

    def _pull(self) -> bytes:
        """What was looked at already, and then what comes."""
        head, self._head = self._head, b""
        return head or self._queue.get()


def not_playable(head: bytes, said: str) -> AudioFormatError:
    """Why this cannot be played, by its first bytes and by what it was said to be."""
    what = described(head)
    if what == "empty":
        return AudioFormatError("The server sent no sound.")
    named = what or f"no audio that is known here (it was to be {said})"
    return AudioFormatError(f"This is {named}, which cannot be played here.", f"{ACCEPTED} can be played, and PCM.")
