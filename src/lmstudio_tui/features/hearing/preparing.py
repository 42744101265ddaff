"""A file as it is sent to a server."""

from __future__ import annotations

import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lmstudio_tui.audio.values import SoundError
from lmstudio_tui.store.media.errors import failed

if TYPE_CHECKING:
    from contextlib import ExitStack

    from lmstudio_tui.audio.files import AudioFacts
    from lmstudio_tui.sdk import CancelScope

RATE: Final = 16_000
"""Hz: what models of speech listen to; more is thrown away by them."""
_HEADER: Final = 44


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent.

    Attributes:
        path: of the file.
        filename: what the server is told; servers go by its suffix, so it is that of what the file really is.
        size: in bytes.
    """

    path: Path
    filename: str
    size: int


def sent_as_is(path: Path, facts: AudioFacts) -> Sent:
    """The file itself."""
    return Sent(path, _name(path, facts.kind), facts.size_bytes)


def sent_as_wav(path: Path, scope: CancelScope, cleanup: ExitStack) -> Sent:
    """The file as WAV, 16 kHz, mono, in a temporary file.

    Args:
        path: of the file.
        scope: ends the converting.
        cleanup: takes the temporary file away.

    Raises:
        AudioFormatError: it cannot be decoded here.
        RequestCancelledError: the scope was cancelled.
        StoreError: there is no room for it.
    """
    from lmstudio_tui.audio.files import to_wav

    temporary = tempfile.TemporaryDirectory(prefix="lmstudio-tui-", ignore_cleanup_errors=True)
    try:
        target = Path(cleanup.enter_context(temporary)) / "audio.wav"
        to_wav(path, target, rate=RATE, channels=1, check=scope.raise_if_cancelled)
        return Sent(target, _name(path, "wav"), target.stat().st_size)
    except OSError as error:
        raise failed("The file cannot be converted", error) from error
    except SoundError as error:
        if isinstance(error.__cause__, OSError):
            raise failed("The file cannot be converted", error.__cause__) from error
        raise


def is_plain_wav(path: Path, facts: AudioFacts) -> bool:
    """Whether a file is already what `sent_as_wav` would make of it."""
    if (facts.kind, facts.sample_rate, facts.channels) != ("wav", RATE, 1):
        return False
    try:
        with wave.open(str(path), "rb") as file:
            return file.getsampwidth() == 2
    except (wave.Error, EOFError, OSError):
        return False


def size_as_wav(facts: AudioFacts) -> int | None:
    """Bytes that it would have as WAV, 16 kHz, mono; None when its length is not known."""
    return None if facts.duration_s is None else _HEADER + round(facts.duration_s * RATE) * 2


def _name(path: Path, kind: str) -> str:
    return f"{path.stem or 'audio'}.{kind}"
