"""Recordings, utterances and images as descriptions, and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from lmstudio_tui.store.media import values
from lmstudio_tui.store.media.records import ImageRecord, RecordingRecord, UtteranceRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

SOUNDS: Final = frozenset(
    (
        ".wav",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".mp3",
        ".aac",
        ".m4a",
        ".mp4",
        ".webm",
        ".wma",
        ".aiff",
        ".pcm",
        ".audio",
    )
)
"""What names of audio files end with. A format that nobody knows is kept as `.audio`."""
PICTURES: Final = frozenset((".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".image"))

R = TypeVar("R", RecordingRecord, UtteranceRecord, ImageRecord)


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a file without its description.

    Attributes:
        id: of it.
        path: of it; it need not be there.
        made_at: when it was last written; long ago when it is gone.
        size: in bytes; None when it is gone.
        problem: what is the matter with it, in a sentence; empty when nothing is.
    """

    id: str
    path: Path
    made_at: datetime
    size: int | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """One kind of record.

    Attributes:
        folder: the name of where it is kept.
        called: for sentences, such as `The recording`.
        suffixes: what the names of its files end with.
        elsewhere: whether it may describe a file that lies outside of our folder.
        read: makes a record of a description; what is of no use gets its default.
    """

    folder: str
    called: str
    suffixes: frozenset[str]
    elsewhere: bool
    read: Callable[[Mapping[str, Any], Found], R]


def members_of(record: RecordingRecord | UtteranceRecord | ImageRecord) -> dict[str, Any]:
    """A record as the members of its description, without its path. Moments are still moments: see `spelled`."""
    return {name: value for name, value in asdict(record).items() if name != "path"}


def spelled(value: object) -> str:
    """What JSON has no way to say: a moment.

    Raises:
        TypeError: it is none.
    """
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be described")


def _recording(members: Mapping[str, Any], found: Found) -> RecordingRecord:
    made_at = values.moment_of(members.get("made_at")) or found.made_at
    source = members.get("source")
    return RecordingRecord(
        id=found.id,
        path=found.path,
        made_at=made_at,
        name=values.name_of(members.get("name")) or found.path.name,
        source=source if source in ("file", "speech") else "microphone",
        duration_s=values.number_of(members.get("duration_s")),
        size_bytes=found.size or 0,
        transcripts=values.transcripts_of(members.get("transcripts"), made_at),
        problem=found.problem or values.text_of(members.get("problem")),
    )


def _utterance(members: Mapping[str, Any], found: Found) -> UtteranceRecord:
    return UtteranceRecord(
        id=found.id,
        path=found.path,
        made_at=values.moment_of(members.get("made_at")) or found.made_at,
        text=values.text_of(members.get("text")),
        model=values.name_or_none(members.get("model")),
        voice=values.name_or_none(members.get("voice")),
        format=values.name_of(members.get("format", found.path.suffix.removeprefix("."))),
        speed=values.number_of(members.get("speed")),
        server=values.name_of(members.get("server")),
        duration_s=values.number_of(members.get("duration_s")),
        size_bytes=found.size or 0,
        first_audio_ms=values.number_of(members.get("first_audio_ms")),
        problem=found.problem or values.text_of(members.get("problem")),
        note=values.text_of(members.get("note")),
    )


def _image(members: Mapping[str, Any], found: Found) -> ImageRecord:
    return ImageRecord(
        id=found.id,
        path=found.path,
        made_at=values.moment_of(members.get("made_at")) or found.made_at,
        prompt=values.text_of(members.get("prompt")),
        revised_prompt=values.text_of(members.get("revised_prompt")),
        model=values.name_or_none(members.get("model")),
        size=values.name_or_none(members.get("size")),
        width=max(0, values.whole_number_of(members.get("width"), 10**6) or 0),
        height=max(0, values.whole_number_of(members.get("height"), 10**6) or 0),
        seed=values.whole_number_of(members.get("seed")),
        server=values.name_of(members.get("server")),
        took_s=values.number_of(members.get("took_s")) or 0.0,
        size_bytes=found.size or 0,
        problem=found.problem or values.text_of(members.get("problem")),
    )


RECORDINGS: Final = Kind("recordings", "The recording", SOUNDS, True, _recording)
UTTERANCES: Final = Kind("speech", "The speech", SOUNDS, False, _utterance)
IMAGES: Final = Kind("images", "The image", PICTURES, False, _image)
