"""Speech: into text, into English, and out of text (server contract: 1 and 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from lmstudio_tui.sdk.types.base import JSONObject, Lenient, RequestModel, Text, WireModel

TranscriptFormat = Literal["json", "verbose_json", "text", "srt", "vtt"]
Granularity = Literal["segment", "word"]

Seconds = Annotated[float, Field(ge=0)]


class TranscriptionRequest(RequestModel):
    """How speech is to be made into text. None is not sent: the server's default holds.

    Attributes:
        model: None asks for the configured one; a server with a single model wants none.
        language: an ISO-639-1 code, such as `en`. It is not sent with a translation.
        prompt: what the speech is about, or how it is to be written.
        temperature: 0 to 1.
        response_format: what the server is to answer.
        timestamp_granularities: with `verbose_json`: times of segments, of words, or of both.
        duration: of the audio, in seconds, where that is known. It is not sent: it tells in what unit a server counts.
        extra: parameters that this server knows and we do not; sent as they are, in place of ours of the same name.
    """

    model: Text | None = None
    language: Annotated[Text, Field(min_length=1)] | None = None
    prompt: Text | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    response_format: TranscriptFormat = "verbose_json"
    timestamp_granularities: tuple[Granularity, ...] = ()
    duration: Annotated[float, Field(gt=0)] | None = None
    extra: JSONObject = Field(default_factory=dict[str, Any])


class TranscriptSegment(WireModel):
    """A piece of what was said.

    Attributes:
        start: seconds from the beginning of the audio.
        end: as `start`.
        text: what was said, without blanks around it.
    """

    start: Seconds = 0.0
    end: Seconds = 0.0
    text: str = ""


class TranscriptWord(WireModel):
    """A word of what was said; times as those of a segment."""

    word: str = ""
    start: Seconds = 0.0
    end: Seconds = 0.0


class Transcription(WireModel):
    """What was said in an audio file.

    Attributes:
        text: all of it.
        language: as the server calls it; None when it does not say.
        duration: of the audio, in seconds; None when the server does not say.
        segments: with times; empty when the server gives none. Those of `srt` and `vtt` are read out of them.
        words: with times; empty when the server gives none.
        model: the one that answered; None when the server does not say.
        body: the answer as it came, for `text`, `srt` and `vtt`; empty otherwise.
    """

    text: str = ""
    language: str | None = None
    duration: Seconds | None = None
    segments: Lenient[TranscriptSegment] = ()
    words: Lenient[TranscriptWord] = ()
    model: str | None = None
    body: str = ""


class SpeechRequest(RequestModel):
    """What is to be said, and how. None is not sent: the server's default holds.

    Attributes:
        input: the text.
        model: None asks for the configured one.
        voice: one of those that `list_voices` gives.
        response_format: `mp3`, `wav`, `flac`, `opus`, `aac`, `pcm`, or what else the server makes. Sent as
            `response_format` and, to a classic server, as `format` too.
        speed: 1 is as the voice speaks by itself.
        extra: as in `TranscriptionRequest`.
    """

    input: Annotated[Text, Field(min_length=1)]
    model: Text | None = None
    voice: Text | None = None
    response_format: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,20}$")] | None = None
    speed: Annotated[float, Field(gt=0, le=10)] | None = None
    extra: JSONObject = Field(default_factory=dict[str, Any])


class Voice(WireModel):
    """A voice that a server speaks with.

    Attributes:
        id: what to ask for.
        name: for people; the id when the server gives none.
        language: as the server calls it; None when it does not say.
        model: the model that it belongs to; None when the server does not say.
    """

    id: Annotated[str, Field(min_length=1)]
    name: str = ""
    language: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class TranscriptDelta:
    """More of the text."""

    text: str


@dataclass(frozen=True, slots=True)
class TranscriptSegmentCame:
    """One more piece of what was said, with its times. Its text comes as `TranscriptDelta`, too."""

    segment: TranscriptSegment


TranscriptEvent = TranscriptDelta | TranscriptSegmentCame
