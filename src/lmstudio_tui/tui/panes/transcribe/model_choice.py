"""Which models listen and which speak, as far as a list tells. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.sdk import ModelSummary

_LISTENS: Final = re.compile(
    r"(?<![a-z])(?:asr|stt|transcri(?:be|ption|ptions|ber)|speech[-_ ]recognition|speech[-_ ]to[-_ ]text|hearing"
    r"|(?:[a-z]*-)?whisper|parakeet|canary|moonshine|voxtral|sensevoice)(?![a-z])"
)
_SPEAKS: Final = re.compile(
    r"(?<![a-z])(?:tts|text[-_ ]to[-_ ](?:speech|audio)|speech"
    r"|kokoro|piper|bark|xtts|orpheus|chatterbox|parler)(?![a-z])"
)


def listens(model: ModelSummary) -> bool:
    """Whether it makes text of speech, by its type or else by its name."""
    kind = (model.type or "").lower()
    return bool(_LISTENS.search(kind)) or (not _SPEAKS.search(kind) and bool(_LISTENS.search(model.id.lower())))


def speaks(model: ModelSummary) -> bool:
    """Whether it makes speech of text, by its type or else by its name."""
    return not listens(model) and bool(_SPEAKS.search(f"{model.type or ''} {model.id}".lower()))


def listening_first(models: Sequence[ModelSummary]) -> list[ModelSummary]:
    """All of them: those that listen first, of these the loaded ones first."""
    return sorted(models, key=lambda model: (not listens(model), not (listens(model) and model.loaded)))


def model_that_listens(models: Sequence[ModelSummary], chosen: str) -> str | None:
    """The one to ask: what was chosen, else the first that listens; None leaves it to the server."""
    if chosen:
        return chosen
    return next((model.id for model in listening_first(models) if listens(model)), None)


def model_that_speaks(models: Sequence[ModelSummary], chosen: str) -> str | None:
    """As `model_that_listens`, for speaking."""
    if chosen:
        return chosen
    able = sorted((model for model in models if speaks(model)), key=lambda model: not model.loaded)
    return able[0].id if able else None
