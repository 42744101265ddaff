"""A stream is cut where another file begins in it: some servers send a file for each sentence, one after the other.

On the way, what says how long a stream is gets taken out: it was written before anybody knew, and decoders believe it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from lmstudio_tui.audio.mp3_frames import Mp3Frames, id3_length
from lmstudio_tui.audio.values import AudioFormatError
from lmstudio_tui.audio.wav_form import CHUNKS_AFTER_SOUND, WavForm, begins_wav, wav_head

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.audio.sniffing import AudioKind

FLAC_MARK: Final = b"fLaC"
FLAC_HEAD_BYTES: Final = 42
_FLAC_INFO: Final = (b"\x00\x00\x00\x22", b"\x80\x00\x00\x22")
_FLAC_MARK_BYTES: Final = 8
_OGG_MARK: Final = b"OggS"
_OGG_HEAD_BYTES: Final = 27
_OGG_FIRST: Final = 2
_WAV_MARK: Final = b"WAVEfmt "
_WAV_MARK_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a stream.

    Attributes:
        data: for WAV only sound; otherwise what the decoder needs.
        begins: whether another file begins with it.
        skip: samples at its beginning that are no sound.
        form: of WAV: how the sound is written.
    """

    data: bytes
    begins: bool = False
    skip: int = 0
    form: WavForm | None = None


class Cutter(Protocol):
    """Cuts a stream of one format."""

    def push(self, data: bytes, *, ended: bool = False) -> list[Piece]:
        """Take what came, and whether that was all; give what can be decoded now.

        Raises:
            AudioFormatError: when it is not of this format.
        """
        ...


def cutter_for(kind: AudioKind) -> Cutter:
    """The one for a format."""
    makers: dict[AudioKind, Callable[[], Cutter]] = {
        "wav": WavCutter,
        "flac": FlacCutter,
        "ogg": OggCutter,
        "mp3": Mp3Cutter,
    }
    return makers[kind]()


class _Held:
    """What came and was not given on yet."""

    def __init__(self) -> None:
        self.held = bytearray()
        self._unwanted = 0

    def take(self, data: bytes) -> None:
        """Add what came."""
        cut = min(self._unwanted, len(data))
        self._unwanted -= cut
        self.held += data[cut:] if cut else data

    def drop(self, count: int) -> None:
        """Leave out so many bytes, whether they are there yet or not."""
        self._unwanted += max(0, count - len(self.held))
        del self.held[:count]


class WavCutter(_Held):
    """WAV: only the sound is given on, in whole frames; what takes a decoder is given on as it is."""

    def __init__(self) -> None:
        super().__init__()
        self._form: WavForm | None = None
        self._left: int | None = 0
        self._begins = True

    def push(self, data: bytes, *, ended: bool = False) -> list[Piece]:
        """See `Cutter`."""
        self.take(data)
        pieces: list[Piece] = []
        while self.held:
            if self._form is None:
                went_on = self._read_head()
            elif self._form.encoding == "other":
                went_on = self._all(self._form, pieces)
            elif self._left == 0:
                went_on = self._behind(ended=ended)
            else:
                went_on = self._sound(self._form, pieces, ended=ended)
            if not went_on:
                break
        return pieces

    def _read_head(self) -> bool:
        if len(self.held) < 12:
            return False
        if not begins_wav(self.held):
            raise AudioFormatError("This is not a WAV file.")
        head = wav_head(self.held)
        if head is None:
            return False
        if head.form.encoding != "other":
            self.drop(head.start)
        self._form, self._left, self._begins = head.form, head.length, True
        return True

    def _all(self, form: WavForm, pieces: list[Piece]) -> bool:
        """What takes a decoder is given on with its head, and not cut."""
        pieces.append(Piece(bytes(self.held), begins=self._begins, form=form))
        self._begins = False
        self.drop(len(self.held))
        return True

    def _sound(self, form: WavForm, pieces: list[Piece], *, ended: bool) -> bool:
        """Give the sound up to its end, to the next file, or to where the next one may begin."""
        mark = self.held.find(_WAV_MARK)
        next_file = mark >= 8 and begins_wav(self.held, mark - 8)
        # As much is held back as may be the beginning of the next file's head.
        sure = mark - 8 if next_file else len(self.held) if ended else max(0, len(self.held) - _WAV_MARK_BYTES)
        at_end = next_file or ended
        if self._left is not None and self._left <= sure:
            sure, at_end = self._left, True
        whole = sure - sure % max(form.frame_bytes, 1)
        if whole:
            pieces.append(Piece(bytes(self.held[:whole]), begins=self._begins, form=form))
            self._begins = False
        gone = sure if at_end else whole
        self.drop(gone)
        if self._left is not None:
            self._left -= gone
        if next_file and begins_wav(self.held):
            self._form = None
        return gone > 0 or self._form is None

    def _behind(self, *, ended: bool) -> bool:
        """Behind the sound that was promised come another file, or notes; or more sound, and the promise was wrong."""
        held = self.held
        if len(held) < 13 and not ended:
            return False
        pad = 1 if held[0] == 0 and (begins_wav(held, 1) or bytes(held[1:5]) in CHUNKS_AFTER_SOUND) else 0
        if begins_wav(held, pad):
            self.drop(pad)
            self._form = None
        elif bytes(held[pad : pad + 4]) in CHUNKS_AFTER_SOUND:
            size = int.from_bytes(held[pad + 4 : pad + 8], "little")
            self.drop(pad + 8 + size + (size & 1))
        elif len(held) < 8:
            self.drop(len(held))
        else:
            self._left = None
        return True


class Mp3Cutter(_Held):
    """MP3: whole frames of sound; tags, notes and junk are left out."""

    def __init__(self) -> None:
        super().__init__()
        self._kind: tuple[int, int] | None = None
        self._skip = 0
        self._begins = True

    def push(self, data: bytes, *, ended: bool = False) -> list[Piece]:
        """See `Cutter`."""
        self.take(data)
        frames = Mp3Frames(self.held, 0, self._kind, ended)
        pieces: list[Piece] = []
        gathered = bytearray()
        for frame in frames:
            kind = (frame.head.rate, frame.head.channels)
            if frame.note or kind != self._kind:
                self._give(gathered, pieces)
                self._begins, self._kind, self._skip = True, kind, frame.delay
            if not frame.note:
                gathered += self.held[frame.offset : frame.offset + frame.head.length]
        self._give(gathered, pieces)
        self.drop(frames.position)
        return pieces

    def _give(self, gathered: bytearray, pieces: list[Piece]) -> None:
        if gathered:
            pieces.append(Piece(bytes(gathered), begins=self._begins, skip=self._skip))
            gathered.clear()
            self._begins, self._skip = False, 0


class FlacCutter(_Held):
    """FLAC: the number of samples is taken out of its head."""

    def __init__(self) -> None:
        super().__init__()
        self._begins = False

    def push(self, data: bytes, *, ended: bool = False) -> list[Piece]:
        """See `Cutter`."""
        self.take(data)
        self._drop_tag()
        pieces: list[Piece] = []
        while self.held:
            if self._begins:
                if len(self.held) < FLAC_HEAD_BYTES:
                    break
                pieces.append(Piece(flac_head(bytes(self.held[:FLAC_HEAD_BYTES]), 0), begins=True))
                self.drop(FLAC_HEAD_BYTES)
                self._begins = False
            at = next_flac(self.held)
            sure = at if at >= 0 else len(self.held) if ended else max(0, len(self.held) - _FLAC_MARK_BYTES + 1)
            if sure:
                pieces.append(Piece(bytes(self.held[:sure])))
                self.drop(sure)
            if at < 0:
                break
            self._begins = True
        return pieces

    def _drop_tag(self) -> None:
        tag = id3_length(self.held)
        if tag:
            self.drop(tag)


def next_flac(data: bytes | bytearray, start: int = 0) -> int:
    """Where the next FLAC file begins; -1 when none does."""
    at = data.find(FLAC_MARK, start)
    while at >= 0 and data[at + 4 : at + _FLAC_MARK_BYTES] not in _FLAC_INFO:
        at = data.find(FLAC_MARK, at + 1)
    return at


def flac_head(head: bytes, samples: int) -> bytes:
    """The first bytes of a FLAC file, with another number of samples; 0 means that it is not known."""
    known = (head[21] & 0xF0) << 32 | samples & 0xF_FFFF_FFFF
    return head[:21] + known.to_bytes(5, "big") + head[26:]


class OggCutter(_Held):
    """Ogg: whole pages; junk between them is left out."""

    def __init__(self) -> None:
        super().__init__()
        self._in_head = False

    def push(self, data: bytes, *, ended: bool = False) -> list[Piece]:
        """See `Cutter`."""
        self.take(data)
        pieces: list[Piece] = []
        while True:
            at = self.held.find(_OGG_MARK)
            self.drop(at if at >= 0 else max(0, len(self.held) - len(_OGG_MARK) + 1))
            length = ogg_page_length(self.held)
            if length is None or (len(self.held) < length and not ended):
                return pieces
            first = bool(self.held[5] & _OGG_FIRST)
            pieces.append(Piece(bytes(self.held[:length]), begins=first and not self._in_head))
            self._in_head = first
            self.drop(min(length, len(self.held)))


def ogg_page_length(data: bytes | bytearray) -> int | None:
    """How long the page that begins there is; None when its head is not all there."""
    if len(data) < _OGG_HEAD_BYTES or len(data) < _OGG_HEAD_BYTES + data[26]:
        return None
    return _OGG_HEAD_BYTES + data[26] + sum(data[_OGG_HEAD_BYTES : _OGG_HEAD_BYTES + data[26]])
