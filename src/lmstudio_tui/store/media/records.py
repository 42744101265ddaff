"""What is kept of recordings, utterances and images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

Task = Literal["transcribe", "translate"]


def first_name(made_at: datetime) -> str:
    """What a recording is called before anything is known of it."""
    return f"Recording {made_at:%d %b %H:%M}"


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A piece of what was said: times in seconds from the beginning of the audio."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class TranscriptRecord:
    """What a model heard.

    Attributes:
        id: unique within its recording.
        made_at: when it was there, with time zone.
        task: whether it is in the language that was spoken, or in English.
        text: all of it; when it was edited, as it was edited.
        segments: with times; empty when the server gave none.
        model: the one that answered, as far as that is known.
        server: the base URL of who answered.
        language: as the server called it; None when it did not say.
        duration_s: of the audio; None when nobody could tell.
        took_s: from the beginning of the upload to the end of the answer.
        edited: whether somebody has changed the text since.
        prompt: what was sent along.
        problem: why it is not whole, in a sentence; empty when it is.
    """

    id: str
    made_at: datetime
    task: Task
    text: str
    segments: tuple[SegmentRecord, ...] = ()
    model: str | None = None
    server: str = ""
    language: str | None = None
    duration_s: float | None = None
    took_s: float = 0.0
    edited: bool = False
    prompt: str = ""
    problem: str = ""

    @property
    def real_time_factor(self) -> float | None:
        """Seconds of work for a second of audio; None when its length is not known."""
        return self.took_s / self.duration_s if self.duration_s else None


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """Audio that was recorded here, or a file that was transcribed.

    Attributes:
        id: unique among the recordings.
        path: of the audio. That of a file of the user's own lies outside of our folder, and is never touched.
        made_at: when it was recorded or first opened, with time zone.
        name: for people: its title, or the file's name.
        source: where it comes from.
        duration_s: None when nobody could tell.
        size_bytes: of the file.
        transcripts: the newest first.
        problem: why it is not whole, in a sentence, such as a device that was pulled out; empty when it is.
    """

    id: str
    path: Path
    made_at: datetime
    name: str
    source: Literal["microphone", "file", "speech"] = "microphone"
    duration_s: float | None = None
    size_bytes: int = 0
    transcripts: tuple[TranscriptRecord, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class UtteranceRecord:
    """A text that was spoken.

    Attributes:
        id: unique among the utterances.
        path: of the audio.
        made_at: with time zone.
        text: all of it.
        model: the one that was asked; None for the server's own choice.
        voice: as `model`.
        format: of the file, by its bytes: `mp3`, `wav`, …; `pcm` is kept as `wav`.
        speed: None for the server's own choice.
        server: the base URL of who spoke.
        duration_s: None for a format that cannot be decoded here.
        size_bytes: of the file.
        first_audio_ms: from sending the request to the first bytes of audio.
        problem: why it is not whole, in a sentence; empty when it is.
        note: what else is to be known, in a sentence, such as that it cannot be played here.
    """

    id: str
    path: Path
    made_at: datetime
    text: str
    model: str | None = None
    voice: str | None = None
    format: str = ""
    speed: float | None = None
    server: str = ""
    duration_s: float | None = None
    size_bytes: int = 0
    first_audio_ms: float | None = None
    problem: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """An image that was made.

    Attributes:
        id: unique among the images.
        path: of the file.
        made_at: with time zone.
        prompt: as it was asked for.
        revised_prompt: what the server made of it; empty when it did not say.
        model: as that of an utterance.
        size: as it was asked for; None for the server's own choice.
        width: in pixels, as it came; so is the height.
        seed: None when none was given or told.
        server: the base URL of who drew it.
        took_s: for the whole request that it came with.
        size_bytes: of the file.
        problem: what is the matter with the file, in a sentence, such as that it is damaged; empty when nothing is.
    """

    id: str
    path: Path
    made_at: datetime
    prompt: str
    revised_prompt: str = ""
    model: str | None = None
    size: str | None = None
    width: int = 0
    height: int = 0
    seed: int | None = None
    server: str = ""
    took_s: float = 0.0
    size_bytes: int = 0
    problem: str = ""
