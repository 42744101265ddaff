"""The models for speech, hearing and images, and the faults that their servers were seen to have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

MediaKind: TypeAlias = Literal["speech", "hearing", "voices", "images"]

FAULT_PREFIX = "fault-"


@dataclass(frozen=True, slots=True)
class MediaModel:
    """A model that speaks, listens or draws.

    Attributes:
        key: The identifier to ask for it by.
        kind: What it does.
        task: The same as Hugging Face calls it.
        architecture: What family it is said to be of.
    """

    key: str
    kind: MediaKind
    task: str
    architecture: str


_TASKS: dict[MediaKind, tuple[str, str]] = {
    "speech": ("text-to-speech", "tone-code"),
    "voices": ("text-to-speech", "tone-code"),
    "hearing": ("automatic-speech-recognition", "tone-code"),
    "images": ("text-to-image", "drawing"),
}

MEDIA_MODELS: tuple[MediaModel, ...] = (
    MediaModel("sim-hearing", "hearing", *_TASKS["hearing"]),
    MediaModel("sim-speech", "speech", *_TASKS["speech"]),
    MediaModel("sim-images", "images", *_TASKS["images"]),
)
"""Those that work."""

_SPEECH = {
    "json-200": "Status 200 with a JSON error in place of the audio.",
    "json-as-audio": "Status 200 with a JSON error that is said to be audio.",
    "html": "Status 200 with a web page in place of the audio.",
    "html-as-audio": "Status 200 with a web page that is said to be audio.",
    "empty": "Status 200 with an audio content type and not a single byte.",
    "detail-string": "Status 400 with the reason as a string in detail.",
    "detail-object": "Status 400 with the reason as an object in detail, as Kokoro-FastAPI has it.",
    "detail-list": "Status 422 with the reasons as a list in detail, as FastAPI has it.",
    "never": "The request is accepted and never answered, not even with headers.",
    "cut": "The connection is reset in the middle of the audio.",
    "close": "The connection is closed in order in the middle of the audio, without an end of the response.",
    "stall": "Half of the audio, then silence for ever.",
    "gap": "The audio with a silence of the network of two seconds in its middle.",
    "slow": "The audio at half the pace at which it plays.",
    "byte": "The audio, one byte at a time.",
    "odd-pieces": "The audio in pieces of odd lengths, so that samples are torn.",
    "other-format": "WAV, or MP3 where WAV was asked for, with the content type of what was asked.",
    "other-type": "The audio that was asked for, with the content type application/octet-stream.",
    "json-type": "The audio that was asked for, with the content type application/json.",
    "endless-wav": "WAV whose header says that it is as long as can be, whatever was asked for.",
    "long-wav": "WAV whose header says that it is twice as long as it is, whatever was asked for.",
    "bare-pcm": "Samples without a header, and a content type that tells nothing of them, whatever was asked for.",
    "junk": "Bytes that are no audio, with an audio content type.",
    "wav-only": "Status 400 for every format but WAV.",
    "unavailable-once": "Status 503 the first time, then sound audio.",
}
_HEARING = {
    "json-200": "Status 200 with a JSON error in place of the transcript.",
    "html": "Status 200 with a web page in place of the transcript.",
    "empty": "Status 200 and not a single byte.",
    "never": "The request is accepted and never answered, not even with headers.",
    "slow": "A sound answer after three seconds.",
    "cut": "The connection is reset in the middle of the transcript.",
    "sse-cut": "A stream that is reset after its first piece; in one piece: cut in its middle.",
    "sse-stall": "A stream that says nothing more after its first piece; in one piece: half of it, then silence.",
    "sse-error": "A stream that ends with an error event; in one piece: status 500.",
    "sse-unnamed": "A stream of the segments alone, each an object with text, as older speaches has it.",
    "sse-lines": "A stream of the bare text of each segment, without JSON.",
    "no-stream": "The transcript in one piece, though a stream was asked for.",
    "detail-string": "Status 400 with the reason as a string in detail.",
    "detail-object": "Status 400 with the reason as an object in detail.",
    "detail-list": "Status 422 with the reasons as a list in detail.",
    "too-large": "Status 413: the file is too large.",
    "wav-only": "Status 400 for every file but WAV, as whisper.cpp has it.",
    "text": "Plain text, whatever was asked for.",
    "srt-in-json": "JSON whose text is the SRT or VTT that was asked for; SRT otherwise.",
    "json-string": "A JSON string, in place of an object.",
    "no-segments": "JSON with the text alone, though segments were asked for.",
    "odd-segments": "Segments with times as strings, without times, null, and out of order.",
    "centiseconds": "Segments with start and end as text, such as 00:00:01.500, and words as strings.",
    "nothing": "A transcript without any text.",
    "unavailable-once": "Status 503 the first time, then a sound transcript.",
}
_VOICES = {
    "strings": "The voices as strings.",
    "list": "The voices as a list of strings, without an object around it.",
    "names": "The voices as objects with a name and no id.",
    "voice-ids": "The voices as objects with voice_id, as speaches has it.",
    "data": "The voices as objects in data.",
    "absent": "Status 404: the server has no list of voices.",
    "empty": "A list without voices.",
    "junk": "Voices among numbers, nulls, empty names and the same one twice.",
    "html": "Status 200 with a web page in place of the list.",
    "many": "A thousand voices, some with long names.",
}
_IMAGES = {
    "json-200": "Status 200 with a JSON error in place of the images.",
    "html": "Status 200 with a web page in place of the images.",
    "never": "The request is accepted and never answered, not even with headers.",
    "cut": "The connection is reset in the middle of the answer.",
    "detail-string": "Status 400 with the reason as a string in detail.",
    "detail-object": "Status 400 with the reason as an object in detail.",
    "detail-list": "Status 422 with the reasons as a list in detail.",
    "elsewhere": "URLs of another host, whatever was asked for.",
    "gone": "URLs of this host at which there is nothing.",
    "relative": "URLs without a host.",
    "data-url": "Images as data URLs.",
    "data-in-b64": "Images as data URLs where base64 should be.",
    "junk-b64": "Text that is no base64, in place of the first image.",
    "not-an-image": "The base64 of something that is no image, in place of the first image.",
    "truncated": "The first half of each image's file.",
    "fewer": "One image less than was asked for.",
    "none": "A list without images.",
    "jpeg": "JPEG in place of PNG.",
    "webp": "WebP in place of PNG.",
    "unavailable-once": "Status 503 the first time, then sound images.",
}

_BY_KIND: dict[MediaKind, dict[str, str]] = {
    "speech": _SPEECH,
    "hearing": _HEARING,
    "voices": _VOICES,
    "images": _IMAGES,
}

MEDIA_FAULTS: dict[str, str] = {
    f"{kind}-{name}": sentence for kind, faults in _BY_KIND.items() for name, sentence in faults.items()
}
"""The name of each fault, such as ``speech-cut``, and one sentence about it."""


def media_fault(model: str, kind: MediaKind) -> str | None:
    """The fault of that kind that `model` asks for, without its kind (``cut``), or None."""
    name = model.removeprefix(f"{FAULT_PREFIX}{kind}-")
    return name if name != model and name in _BY_KIND[kind] else None


def media_model(key: str) -> MediaModel | None:
    """The model with that key (fault models included), or None."""
    for kind in get_args(MediaKind):
        if media_fault(key, kind) is not None:
            return MediaModel(key, kind, _TASKS[kind][0], "fault")
    return next((model for model in MEDIA_MODELS if model.key == key), None)
