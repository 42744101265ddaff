"""Text into speech: what comes is kept in a file and handed on to be played, piece by piece.

What came is never lost: speech that broke off, or was stopped, is kept with its problem. The format is that of the
bytes, whatever was asked for, and so is the suffix of the file. Samples without a header (`pcm`) are kept as WAV.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from lmstudio_tui.audio.values import AudioFormatError, SoundError
from lmstudio_tui.sdk import LMStudioError, ProtocolError, RequestCancelledError, ValidationError
from lmstudio_tui.sdk.types.audio import SpeechRequest
from lmstudio_tui.store.media.errors import StoreError, failed
from lmstudio_tui.store.media.records import UtteranceRecord
from lmstudio_tui.store.private import make_private, privately

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from lmstudio_tui.sdk import CancelScope, LMStudioSDK, SpeechStream

__all__ = ["MOST_BYTES", "PCM_RATE", "SpeakOptions", "speak", "suffix_of"]

PCM_RATE: Final = 24_000
"""Hz: what OpenAI's `pcm` has, and so most servers', when they do not say."""

MOST_BYTES: Final = 512 * 1024 * 1024
"""More than that is no speech: three hours of WAV at 24,000 Hz, and days of MP3."""

_UNSAFE: Final = ".audio"
"""What the name of a file ends with whose format nobody knows."""


@dataclass(frozen=True, slots=True)
class SpeakOptions:
    """How a text is to be spoken. None leaves it to the server.

    Attributes:
        model: which one speaks.
        voice: as `list_voices` names it.
        format: `mp3`, `wav`, `flac`, `opus`, `aac`, `pcm`, or what else the server makes.
        speed: 1 is as the voice speaks by itself.
    """

    model: str | None = None
    voice: str | None = None
    format: str | None = None
    speed: float | None = None


class _Writer(Protocol):
    def write(self, data: bytes, /) -> object: ...

    def close(self) -> None: ...


def suffix_of(format: str) -> str:  # noqa: A002 - the field's own name
    """What the name of a file of that format ends with: `.mp3`; `pcm` is kept as `.wav`."""
    plain = format.lower()
    if plain == "pcm":
        return ".wav"
    return f".{plain}" if plain.isascii() and plain.isalnum() and len(plain) <= 8 else _UNSAFE


def speak(
    client: LMStudioSDK,
    text: str,
    options: SpeakOptions,
    *,
    path_for: Callable[[str], Path],
    sink: Callable[[bytes], None] | None = None,
    began: Callable[[str, int | None], None] | None = None,
    scope: CancelScope | None = None,
    now: Callable[[], datetime],
) -> UtteranceRecord:
    """Have a server speak a text. It blocks; it ends soon after the scope is cancelled.

    Args:
        client: of the server for audio.
        text: what is said.
        options: how.
        path_for: gives the path of the file to write, for a suffix such as `.mp3`; called once, when the format is
            known. `Shelf.new_file` does that.
        sink: is given the bytes as they come, as the server sends them. When the disk is full it still gets the rest.
        began: is told the format, and for `pcm` the samples in a second, before the first bytes.
        scope: ends it. What came until then is kept.
        now: tells the time, with its zone.

    Returns:
        what to keep; its `problem` says when it is not whole.

    Raises:
        LMStudioError: the server cannot do it, or failed before any sound.
        RequestCancelledError: the scope was cancelled before any sound.
        StoreError: the file cannot be written at all.
        ValidationError: there is nothing to say.
    """
    if not text.strip():
        raise ValidationError("There is no text to speak.", field="input", hint="Type one, or choose a file.")
    request = SpeechRequest(
        input=text,
        model=options.model or None,
        voice=options.voice or None,
        response_format=options.format or None,
        speed=options.speed,
    )
    made_at = now()
    kept = _Kept(path_for)
    problem = ""
    stream = client.create_speech(request, scope=scope)
    try:
        with stream:
            for piece in stream:
                if not kept.size:
                    kept.begin(stream)
                    if began is not None:
                        began(kept.format, kept.rate)
                kept.write(piece)
                if sink is not None:
                    sink(piece)
                elif kept.problem:  # Nobody wants the rest.
                    break
                if kept.size >= MOST_BYTES:
                    problem = f"It did not end, and was stopped after {MOST_BYTES >> 20} MB."
                    break
    except LMStudioError as error:
        if not kept.size:
            raise
        cancelled = isinstance(error, RequestCancelledError)
        problem = "It was stopped before its end." if cancelled else error.message
    finally:
        kept.close()
    if not kept.size:
        raise ProtocolError(
            "The server sent no sound at all.", hint="Try another voice, format or model; look at the server's log."
        )
    path, note, duration = kept.finished()
    return UtteranceRecord(
        id=path.stem,
        path=path,
        made_at=made_at,
        text=text,
        model=options.model or None,
        voice=options.voice or None,
        format="wav" if kept.format == "pcm" else kept.format,
        speed=options.speed,
        server=client.config.base_url,
        duration_s=duration,
        size_bytes=path.stat().st_size,
        first_audio_ms=stream.first_audio_ms,
        problem=" ".join(filter(None, (problem, kept.problem))),
        note=note,
    )


class _Kept:
    """The file that is written while sound comes.

    Args:
        path_for: gives its path for a suffix.
    """

    def __init__(self, path_for: Callable[[str], Path]) -> None:
        self._path_for = path_for
        self._path: Path | None = None
        self._writer: _Writer | None = None
        self._error: StoreError | None = None
        self._written = 0
        self.size = 0
        self.format = ""
        self.rate: int | None = None

    @property
    def problem(self) -> str:
        """Why not all of it is in the file; empty when it is."""
        return "" if self._error is None else f"The file is not whole: {self._error.message}"

    def begin(self, stream: SpeechStream) -> None:
        """Open the file, now that the format is known."""
        self.format = stream.format
        if self.format == "pcm":
            self.rate = stream.sample_rate or PCM_RATE
        try:
            self._path = self._path_for(suffix_of(self.format))
            self._writer = _opened(self._path, self.rate)
        except OSError as error:
            self._error = failed("The speech cannot be kept", error)
        except StoreError as error:
            self._error = error

    def write(self, piece: bytes) -> None:
        """Append what came, as long as that is possible."""
        self.size += len(piece)
        if self._writer is not None:
            try:
                self._writer.write(piece)
                self._written += len(piece)
            except OSError as error:
                self._error = failed("The speech cannot be kept", error)
                self.close()

    def close(self) -> None:
        """No more comes."""
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
            except OSError as error:
                self._error = self._error or failed("The speech cannot be kept", error)

    def finished(self) -> tuple[Path, str, float | None]:
        """The path of the file, what is to be known of it, and its length in seconds, if that can be told.

        Raises:
            StoreError: there is no file.
        """
        if self._path is None or not self._written:
            raise self._error or StoreError("The speech was not kept.")
        note, duration = _measured(self._path, self.format)
        return self._path, note, duration


def _opened(path: Path, rate: int | None) -> _Writer:
    make_private(path.parent)
    if rate is None:
        file: BinaryIO = open(path, "wb", buffering=0, opener=privately)  # noqa: SIM115 - kept open
        return file
    from lmstudio_tui.audio.wavfile import WavWriter

    return WavWriter(path, rate, 1)


def _measured(path: Path, format: str) -> tuple[str, float | None]:  # noqa: A002 - the field's own name
    """What is to be known of a file, and its length."""
    from lmstudio_tui.audio import files, wavfile

    if format == "wav":
        # A WAV that is sent while it is made says that it is endless, or empty.
        with suppress(SoundError, OSError):
            wavfile.mend(path)
    try:
        return "", files.inspect(path).duration_s
    except AudioFormatError as error:
        # The file's name is our own, and tells nobody anything.
        what = error.message.removeprefix(f"{path.name}: ").replace(f"{path.name} is", "it is", 1)
        return f"It is kept, and cannot be played here: {what}", None
    except (SoundError, OSError):
        return "", None
