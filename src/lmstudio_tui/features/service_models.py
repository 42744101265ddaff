"""Which model is asked to listen, to speak or to draw when nobody has named one.

A server says of what sort a model is, or its id does. Where neither tells, there is no guess but one: a server with a
single model means that one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.sdk import ModelSummary

Doing = Literal["transcription", "translation", "speech", "images"]

_HEARING: Final = re.compile(
    r"automatic-speech-recognition|speech-to-text|transcri|(?<![a-z])(?:asr|stt)(?![a-z])|whisper|parakeet|canary"
    r"|moonshine|voxtral|wav2vec|sensevoice|hearing"
)
_SPEAKING: Final = re.compile(
    r"text-to-speech|(?<![a-z])tts(?![a-z])|kokoro|piper|(?<![a-z])(?:bark|orpheus|chatterbox|xtts|parler|vits)(?![a-z])"
    r"|speech"
)
_DRAWING: Final = re.compile(
    r"text-to-image|image-generation|(?<![a-z])(?:sd|sdxl|flux|dall-e|imagen|gpt-image|diffusion)(?![a-z])|images?(?![a-z])"
)
_WORDS: Final = {"transcription": _HEARING, "translation": _HEARING, "speech": _SPEAKING, "images": _DRAWING}


def models_for(doing: Doing, models: Sequence[ModelSummary]) -> list[ModelSummary]:
    """The models that can do it, as far as their sorts and their ids tell; loaded ones first.

    Args:
        doing: what is to be done.
        models: of the server.
    """
    found = [model for model in models if _can(doing, model)]
    return sorted(found, key=lambda model: model.state != "loaded")


def model_for(doing: Doing, models: Sequence[ModelSummary]) -> str | None:
    """The id of the model to ask; None leaves it to the server."""
    found = models_for(doing, models)
    if not found and len(models) == 1:
        return models[0].id
    return found[0].id if found else None


def _can(doing: Doing, model: ModelSummary) -> bool:
    words = _WORDS[doing]
    if model.type is not None and any(one.search(model.type.lower()) for one in _WORDS.values()):
        # What is told counts for more than what a name sounds like: "speech" is in the names of both sorts.
        told = model.type.lower()
        return words.search(told) is not None and not (words is _SPEAKING and _HEARING.search(told))
    name = model.id.lower()
    return words.search(name) is not None and not (words is _SPEAKING and _HEARING.search(name) is not None)
