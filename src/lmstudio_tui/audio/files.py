"""Audio files: what they are, how they look, and as WAV. Names decide nothing, contents do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.audio.file_readers import OpenedFile
from lmstudio_tui.audio.readers import Converted
from lmstudio_tui.audio.resampling import to_int16
from lmstudio_tui.audio.sniffing import ACCEPTED, AudioKind, described, head_of, kind_of
from lmstudio_tui.audio.values import AudioFormatError, SoundError
from lmstudio_tui.audio.wavfile import WavWriter
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_BLOCK: Final = 65_536
_LOOKED_AT_S: Final = 0.5
"""So much of each column of a long file is looked at."""
_HINT: Final = f"Accepted are {ACCEPTED}."


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What an audio file is.

    Attributes:
        kind: its format, by its content.
        duration_s: None when it cannot be told.
        sample_rate: in Hz.
        channels: how many.
        size_bytes: of the file.
    """

    kind: AudioKind
    duration_s: float | None
    sample_rate: int
    channels: int
    size_bytes: int


def inspect(path: Path) -> AudioFacts:
    """What a file is, found out by its content. Reads the beginning, and of MP3 all; decodes next to nothing.

    Raises:
        AudioFormatError: when it is no audio of the accepted formats; says what it is when that can be told.
        SoundError: when it cannot be read.
    """
    opened = _opened(path)
    try:
        if opened.read(1) is None:
            raise AudioFormatError(f"There is no sound in {_name(path)}.", _HINT)
        return AudioFacts(opened.kind, opened.frames / opened.rate, opened.rate, opened.channels, path.stat().st_size)
    except OSError as error:
        raise file_problem(path, error) from error
    finally:
        opened.close()


def to_wav(
    path: Path,
    target: Path,
    rate: int = 16_000,
    channels: int = 1,
    *,
    check: Callable[[], None] | None = None,
    tell: Callable[[float], None] | None = None,
) -> None:
    """Write it as 16-bit WAV, piece by piece: a long file needs no more memory than a short one.

    Args:
        path: of a file of one of the accepted formats.
        target: made anew; removed again when it does not get done.
        rate: in Hz, wanted.
        channels: wanted.
        check: is called often, and raises to cancel, such as `CancelScope.raise_if_cancelled`.
        tell: is told how many seconds are done.

    Raises:
        AudioFormatError: when it is no audio of the accepted formats.
        SoundError: when it cannot be read, or the target not be written.
    """
    converted = Converted(_opened(path), rate, channels)
    done = False
    try:
        writer = WavWriter(target, rate, channels)
        try:
            while (block := converted.read(_BLOCK)) is not None:
                if check is not None:
                    check()
                writer.write(to_int16(block).tobytes())
                if tell is not None:
                    tell(writer.frames / rate)
            done = True
        finally:
            writer.close()
    except OSError as error:
        done = False
        raise SoundError(f"{_name(target)} cannot be written: {error.strerror or error}.") from error
    finally:
        converted.close()
        if not done:
            with suppress(OSError):
                target.unlink(missing_ok=True)


def waveform_of(path: Path, columns: int, *, check: Callable[[], None] | None = None) -> tuple[float, ...]:
    """How loud it is over its whole length: a peak from 0 to 1 for each column.

    Of a long file only a part of each column is looked at.

    Args:
        path: of a file of one of the accepted formats.
        columns: how many are wanted; a very short file gives fewer.
        check: as for `to_wav`.

    Raises:
        AudioFormatError: when it is no audio of the accepted formats.
        SoundError: when it cannot be read.
    """
    opened = _opened(path)
    try:
        columns = max(1, min(columns, opened.frames))
        width = opened.frames / columns
        looked_at = min(round(width) or 1, round(_LOOKED_AT_S * opened.rate))
        peaks: list[float] = []
        for column in range(columns):
            if check is not None:
                check()
            start = round(column * width)
            if looked_at < width - 1 or column == 0:
                opened.seek(start)
            peaks.append(_peak(opened, max(1, min(looked_at, round((column + 1) * width) - start))))
        return tuple(peaks)
    except OSError as error:
        raise file_problem(path, error) from error
    finally:
        opened.close()


def file_problem(path: Path, error: OSError | SoundError) -> SoundError:
    """Why a file cannot be used, in words; for one that is no audio, what it is."""
    if isinstance(error, OSError):
        return SoundError(f"{_name(path)} cannot be read: {error.strerror or error}.")
    if not isinstance(error, AudioFormatError):
        return error
    if path.exists() and not path.is_file():
        return AudioFormatError(f"{_name(path)} is not a file.", _HINT)
    try:
        with path.open("rb") as file:
            _, head = head_of(file)
    except OSError as unreadable:
        return SoundError(f"{_name(path)} cannot be read: {unreadable.strerror or unreadable}.")
    if kind_of(head) is not None:
        return AudioFormatError(f"{_name(path)}: {error.message}", _HINT)
    what = described(head)
    if what:
        return AudioFormatError(f"{_name(path)} is {what}.", _HINT)
    return AudioFormatError(f"{_name(path)} is no audio that is known here.", _HINT)


def _opened(path: Path) -> OpenedFile:
    try:
        return OpenedFile(path)
    except (OSError, SoundError) as error:
        raise file_problem(path, error) from error


def _peak(opened: OpenedFile, count: int) -> float:
    import numpy as np

    peak, rest = 0.0, count
    while rest > 0 and (block := opened.read(min(rest, _BLOCK))) is not None:
        rest -= len(block)
        peak = max(peak, float(np.abs(block).max(initial=0.0)))
    return min(peak, 1.0)


def _name(path: Path) -> str:
    return clean_line(path.name)
