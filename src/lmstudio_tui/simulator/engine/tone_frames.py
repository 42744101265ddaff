"""From text to frames of bytes and back: what the tone code says, before it is heard.

A sentence is one frame, or several when it is long. A frame is a header, from which a listener learns voice, speed and
length, and a payload: some UTF-8 and a checksum. Both carry Reed-Solomon parity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

from lmstudio_tui.simulator.engine.reed_solomon import TooManyErrorsError, decode, encode

HEADER_BYTES = 8
MOST_DATA = 64
"""Bytes of text in a frame: short enough for what one loss costs, long enough for its header."""
SPEED_UNIT = 32
SLOWEST, FASTEST = 0.25, 4.0
"""Between these a speed can be: 1 is some twenty characters a second."""

_HEADER_PARITY = 4
_CHECKSUM_BYTES = 2
_VERSION = 2
_SCRAMBLE = bytes((place * place * 7 + place * 29 + 0x5A) & 0xFF for place in range(256))
"""Makes a run of equal letters into a tune."""
_SENTENCE = re.compile(r".*?(?:[.!?…]+[\"'”’»)\]]*\s+|[。！？]+[」』）]*\s*|\n+\s*|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Header:
    """What a frame says of itself.

    Attributes:
        voice: The number of the voice that the payload is in.
        speed: In units of a thirty-second.
        number: Its place in the utterance, modulo 256.
        length: Bytes of text in it.
        begins: Whether an utterance begins with it.
        ends: Whether the utterance ends with it.
        new_sentence: Whether a sentence begins with it.
    """

    voice: int
    speed: int
    number: int
    length: int
    begins: bool
    ends: bool
    new_sentence: bool

    @property
    def rate(self) -> float:
        """How many times as fast as usual it is."""
        return self.speed / SPEED_UNIT

    @property
    def payload_bytes(self) -> int:
        """The length of the payload with checksum and parity."""
        return self.length + _CHECKSUM_BYTES + self._parity

    @property
    def _parity(self) -> int:
        return 2 * -(-(self.length + _CHECKSUM_BYTES) // 8) + 4

    def pack(self) -> bytes:
        """The header as it is sent."""
        flags = _VERSION << 6 | self.ends << 5 | self.new_sentence << 4 | self.begins << 3 | self.voice
        return _scrambled(encode(bytes((flags, self.length, self.speed, self.number)), _HEADER_PARITY))

    def pack_payload(self, data: bytes) -> bytes:
        """The payload with `data` as it is sent."""
        return _scrambled(encode(data + self._checksum(data), self._parity))

    def unpack_payload(self, word: bytes) -> bytes | None:
        """The data of a payload that was received, or None when too much of it is wrong."""
        try:
            plain = decode(_scrambled(word), self._parity)
        except TooManyErrorsError:
            return None
        data = plain[: self.length]
        return data if plain[self.length :] == self._checksum(data) else None

    def _checksum(self, data: bytes) -> bytes:
        return (crc32(data, crc32(self.pack())) & 0xFFFF).to_bytes(_CHECKSUM_BYTES, "big")


@dataclass(frozen=True, slots=True)
class Frame:
    """A header with its data."""

    header: Header
    data: bytes

    @property
    def text(self) -> str:
        """The text in it."""
        return self.data.decode("utf-8", "replace")


def unpack_header(word: bytes, voices: int) -> Header | None:
    """The header in what was received, or None when it is none."""
    try:
        flags, length, speed, number = decode(_scrambled(word), _HEADER_PARITY)
    except TooManyErrorsError:
        return None
    header = Header(
        flags & 7, speed, number, length, begins=bool(flags & 8), ends=bool(flags & 32), new_sentence=bool(flags & 16)
    )
    sound = flags >> 6 == _VERSION and 1 <= length <= MOST_DATA and SLOWEST <= header.rate <= FASTEST
    return header if sound and header.voice < voices else None


def frames_of(text: str, voice: int, speed: float) -> list[Frame]:
    """The frames that say `text`.

    Args:
        text: Any text; a half of a surrogate pair, which is no character, becomes a question mark.
        voice: The number of a voice.
        speed: From `SLOWEST` to `FASTEST`.
    """
    parts = [(part, first) for sentence in sentences(text) for part, first in _parts(sentence)]
    last = len(parts) - 1
    return [
        Frame(
            Header(
                voice,
                round(speed * SPEED_UNIT),
                place & 0xFF,
                len(data),
                begins=place == 0,
                ends=place == last,
                new_sentence=first,
            ),
            data,
        )
        for place, (data, first) in enumerate(parts)
    ]


def sentences(text: str) -> list[str]:
    """`text` cut into its sentences, each with the blanks after it: joined again they are `text`."""
    found = [match.group() for match in _SENTENCE.finditer(text) if match.group()]
    joined: list[str] = []
    for piece in found:
        # Blanks alone are no sentence.
        if joined and not (piece.strip() and joined[-1].strip()):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _parts(sentence: str) -> list[tuple[bytes, bool]]:
    """A sentence in pieces that fit a frame, about equally long, cut between words where that is possible."""
    data = sentence.encode("utf-8", "replace")
    count = -(-len(data) // MOST_DATA)
    wanted = -(-len(data) // count)
    parts: list[tuple[bytes, bool]] = []
    start = 0
    while start < len(data):
        end = _cut(data, start, wanted)
        parts.append((data[start:end], not parts))
        start = end
    return parts


def _cut(data: bytes, start: int, wanted: int) -> int:
    """Where a piece that begins at `start` ends: after a blank, or else between two characters."""
    furthest = min(start + MOST_DATA, len(data))
    if furthest == len(data) and furthest - start <= wanted + 8:
        return furthest
    blank = data.rfind(b" ", start + wanted // 2, min(start + wanted + 8, furthest)) + 1
    if blank:
        return blank
    end = min(start + wanted, furthest)
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end -= 1
    return end


def _scrambled(word: bytes) -> bytes:
    """`word` mixed with a fixed sequence; doing it twice undoes it."""
    return bytes(byte ^ mask for byte, mask in zip(word, _SCRAMBLE, strict=False))
