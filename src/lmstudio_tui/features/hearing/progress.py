"""What is told while a file is made into text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from lmstudio_tui.store.media.records import SegmentRecord


@dataclass(frozen=True, slots=True)
class Preparing:
    """The file is converted before it is sent.

    Attributes:
        reason: why, in a sentence.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Uploading:
    """The file is on its way.

    Attributes:
        sent: bytes so far.
        total: bytes in all; None when that is not known.
    """

    sent: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Listening:
    """All of it was sent, and the server works. Told once: who shows a clock brings it.

    Attributes:
        seconds: since the beginning of the upload.
        duration_s: of the audio that it listens to; None when that is not known.
    """

    seconds: float
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The server tells what it hears while it listens.

    Attributes:
        text: all of it so far.
        segments: those that came so far, with times.
    """

    text: str
    segments: tuple[SegmentRecord, ...] = ()


Progress: TypeAlias = Preparing | Uploading | Listening | Heard
