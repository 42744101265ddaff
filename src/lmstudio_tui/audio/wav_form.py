"""WAV: what its head says, where its sound lies when the head lies, and bytes as samples."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from lmstudio_tui.audio.values import AudioFormatError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Encoding = Literal["unsigned", "signed", "float", "alaw", "mulaw", "other"]

MOST_HEAD_BYTES: Final = 16 * 1024 * 1024
"""A head with a picture in it may be long; one that is longer is none."""
UNKNOWN_FROM: Final = 0x7FFF_0000
"""Lengths from here on are what streaming encoders write when they do not know."""
_ENCODINGS: Final[dict[int, Encoding]] = {1: "signed", 3: "float", 6: "alaw", 7: "mulaw"}
_EXTENSIBLE: Final = 0xFFFE
_WIDTHS: Final[dict[Encoding, tuple[int, ...]]] = {
    "unsigned": (1,),
    "signed": (2, 3, 4),
    "float": (4, 8),
    "alaw": (1,),
    "mulaw": (1,),
    "other": (),
}
CHUNKS_AFTER_SOUND: Final = frozenset(
    name.ljust(4).encode()
    for name in [
        "LIST",
        "id3",
        "ID3",
        "fact",
        "cue",
        "bext",
        "JUNK",
        "junk",
        "PAD",
        "smpl",
        "inst",
        "PEAK",
        "plst",
        "afsp",
        "iXML",
        "_PMX",
        "umid",
        "levl",
        "aXML",
        "chna",
        "DISP",
        "FLLR",
    ]
)


@dataclass(frozen=True, slots=True)
class WavForm:
    """How sound is written.

    Attributes:
        encoding: `other` when it takes a decoder.
        width: bytes of a sample of one channel.
        rate: in Hz.
        channels: that alternate.
    """

    encoding: Encoding
    width: int
    rate: int
    channels: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return self.width * self.channels


@dataclass(frozen=True, slots=True)
class WavHead:
    """What comes before the sound.

    Attributes:
        form: of the sound.
        start: where it begins.
        length: in bytes, as it was written; None when it was not known then.
    """

    form: WavForm
    start: int
    length: int | None


def begins_wav(data: bytes | bytearray, at: int = 0) -> bool:
    """Whether the head of a WAV file begins there."""
    return data[at : at + 4] in (b"RIFF", b"RF64", b"BW64") and data[at + 8 : at + 12] == b"WAVE"


def wav_head(data: bytes | bytearray) -> WavHead | None:
    """Read the head that begins there; None when it is not all there.

    Raises:
        AudioFormatError: when it is none.
    """
    form: WavForm | None = None
    long_length: int | None = None
    at = 12
    while at + 8 <= len(data):
        name, size = bytes(data[at : at + 4]), int.from_bytes(data[at + 4 : at + 8], "little")
        body = at + 8
        if name == b"data":
            if form is None:
                raise AudioFormatError("This WAV file does not say how its sound is written.")
            known = long_length if size == 0xFFFF_FFFF and long_length else size
            return WavHead(form, body, known if known and (known == long_length or known < UNKNOWN_FROM) else None)
        if body + size > MOST_HEAD_BYTES:
            raise AudioFormatError("This WAV file has no sound in it, or its head is damaged.")
        if name in (b"fmt ", b"ds64") and len(data) < body + size:
            return None
        if name == b"fmt ":
            form = _form(bytes(data[body : body + size]))
        elif name == b"ds64" and size >= 16:
            long_length = int.from_bytes(data[body + 8 : body + 16], "little")
        at = body + size + (size & 1)
    return None


def _form(body: bytes) -> WavForm:
    if len(body) < 16:
        raise AudioFormatError("This WAV file does not say how its sound is written.")
    code, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", body)
    if code == _EXTENSIBLE and len(body) >= 26:
        code = int.from_bytes(body[24:26], "little")
    if not 1 <= channels <= 64 or not 1000 <= rate <= 768_000:
        raise AudioFormatError(f"This WAV file says that it has {channels} channels at {rate} Hz, which cannot be.")
    width = block // channels if block and block % channels == 0 else (bits + 7) // 8
    encoding = _ENCODINGS.get(code, "other")
    if encoding == "signed" and width == 1:
        encoding = "unsigned"
    if width not in _WIDTHS[encoding]:
        width = (bits + 7) // 8
    return WavForm(encoding if width in _WIDTHS[encoding] else "other", width, rate, channels)


def as_samples(data: bytes | bytearray | memoryview, form: WavForm) -> NDArray[np.float32]:
    """Whole frames of sound as numbers from -1 to 1: a row for each frame, a column for each channel."""
    import numpy as np

    flat: NDArray[np.float32]
    if form.encoding == "unsigned":
        flat = (np.frombuffer(data, np.uint8).astype(np.float32) - np.float32(128)) / np.float32(128)
    elif form.encoding == "float":
        numbers = np.frombuffer(data, "<f4" if form.width == 4 else "<f8")
        flat = np.nan_to_num(numbers, nan=0.0, posinf=1.0, neginf=-1.0).clip(-8, 8).astype(np.float32)
    elif form.encoding in ("alaw", "mulaw"):
        flat = _companded(form.encoding)[np.frombuffer(data, np.uint8)]
    elif form.width == 3:
        parts = np.frombuffer(data, np.uint8).reshape(-1, 3)
        wide = np.zeros((len(parts), 4), np.uint8)
        wide[:, 1:] = parts
        flat = wide.view("<i4").reshape(-1).astype(np.float32) / np.float32(2**31)
    elif form.width == 2:
        flat = np.frombuffer(data, np.dtype("<i2")).astype(np.float32) / np.float32(2**15)
    else:
        flat = np.frombuffer(data, np.dtype("<i4")).astype(np.float32) / np.float32(2**31)
    return flat.reshape(-1, form.channels)


def _companded(law: Literal["alaw", "mulaw"]) -> NDArray[np.float32]:
    """The 256 values of G.711."""
    import numpy as np

    codes = np.arange(256)
    if law == "mulaw":
        turned = ~codes & 0xFF
        size = (((turned & 0x0F) << 3) + 0x84) << (turned >> 4 & 7)
        values = np.where(turned & 0x80, 0x84 - size, size - 0x84)
    else:
        turned = codes ^ 0x55
        step, low = turned >> 4 & 7, (turned & 0x0F) << 4
        size = np.where(step == 0, low + 8, (low + 0x108) << np.maximum(step - 1, 0))
        values = np.where(turned & 0x80, size, -size)
    return (values / 32768).astype(np.float32)
