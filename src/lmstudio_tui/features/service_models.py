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
    r"(?<![a-z])(?:asr|stt|transcri[a-z]*|speech-recognition|speech-to-text|speech2text|hearing|wav2vec[0-9]*"
    r"|sensevoice[a-z]*|[a-z-]*whisper|parakeet|canary|moonshine|voxtral)(?![a-z])"
)
_SPEAKING: Final = re.compile(
    r"(?<![a-z])(?:x?tts|text-to-(?:speech|audio)|speech|kokoro|piper(?:line)?|bark|orpheus|chatterbox|parler|vits)(?![a-z])"
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
    found = [model for model in models if can(doing, model)]
    return sorted(found, key=lambda model: model.state != "loaded")


def model_for(doing: Doing, models: Sequence[ModelSummary]) -> str | None:
    """The id of the model to ask; None leaves it to the server."""
    found = models_for(doing, models)
    if not found and len(models) == 1:
        return models[0].id
    return found[0].id if found else None


def can(doing: Doing, model: ModelSummary) -> bool:
    """Whether a model is one that does it, by its sort or else by its id."""
    # What is told counts for more than what a name sounds like.
    told = _plain(model.type or "")
    said = told if any(words.search(told) for words in _WORDS.values()) else _plain(model.id)
    # "speech" is in the names of both sorts.
    return _WORDS[doing].search(said) is not None and not (doing == "speech" and _HEARING.search(said) is not None)


def _plain(text: str) -> str:
    return re.sub(r"[\s_]+", "-", text.lower())
