"""How somebody wants a text to be spoken, on each server; and what can be chosen from. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.service_models import can
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.speech.picking import Choice
from lmstudio_tui.tui.panes.speech.words import speed_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lmstudio_tui.sdk import ModelSummary
    from lmstudio_tui.sdk.types.audio import Voice
    from lmstudio_tui.store.media.records import UtteranceRecord
    from lmstudio_tui.tui.panes.speech.settings import SettingName

FORMATS: Final = {
    "mp3": "small",
    "wav": "as it is, quickly heard",
    "flac": "as it is, packed",
    "opus": "very small, in Ogg",
    "pcm": "bare samples; kept as wav",
    "aac": "cannot be played here; it is kept",
}
SPEEDS: Final = (0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)

_FASTEST: Final = 10.0
_FORMAT: Final = re.compile(r"[a-z0-9_]{1,20}")
_OWN: Final = Choice("", "the server's own choice")


class Wishes:
    """What was chosen, by server and by setting. What was not chosen is not there; empty is the server's own choice."""

    def __init__(self) -> None:
        self._chosen: dict[str, dict[SettingName, str]] = {}

    def of(self, server: str) -> dict[SettingName, str]:
        """What was chosen on a server, given by its base URL."""
        return dict(self._chosen.get(server, {}))

    def choose(self, server: str, name: SettingName, value: str | None) -> None:
        """Choose something; None takes it back."""
        chosen = self._chosen.setdefault(server, {})
        if value is None:
            chosen.pop(name, None)
        else:
            chosen[name] = value

    @property
    def all(self) -> dict[str, dict[SettingName, str]]:
        """Everything that was chosen, for whoever keeps it."""
        return {server: dict(chosen) for server, chosen in self._chosen.items() if chosen}

    def recall(self, chosen: dict[str, dict[SettingName, str]]) -> None:
        """Take what was chosen at another time."""
        self._chosen = {server: dict(values) for server, values in chosen.items()}


def first_that_speaks(models: Iterable[ModelSummary]) -> str:
    """The id of the model to ask when none was chosen; empty when none is known to speak."""
    return next((model.id for model in models if can("speech", model)), "")


def first_voice(voices: Sequence[Voice], model: str) -> str:
    """The voice to ask for when none was chosen: the first of the model, else the first; empty without a list."""
    own = (voice.id for voice in voices if model and voice.model == model)
    return next(own, voices[0].id if voices else "")


def model_choices(models: Sequence[ModelSummary], used: Sequence[UtteranceRecord]) -> list[Choice]:
    """The models of a server, those that speak first; then those that were asked before."""
    ordered = sorted(models, key=lambda model: not can("speech", model))
    found = [Choice(model.id, model.id, clean_line(model.type or "")) for model in ordered]
    return [*found, *_used((record.model for record in used), found)]


def voice_choices(voices: Sequence[Voice], model: str, used: Sequence[UtteranceRecord]) -> list[Choice]:
    """The voices of a server, those of the model first; then those that were used before."""
    ordered = sorted(voices, key=lambda voice: bool(model) and voice.model not in {None, model})
    found = [_voice_choice(voice) for voice in ordered]
    return [_OWN, *found, *_used((record.voice for record in used), found)]


def _voice_choice(voice: Voice) -> Choice:
    name = clean_line(voice.name)
    parts = (name if name != voice.id else "", clean_line(voice.language or ""), clean_line(voice.model or ""))
    return Choice(voice.id, voice.id, " · ".join(part for part in parts if part))


def _used(names: Iterable[str | None], known: Sequence[Choice]) -> list[Choice]:
    there = {choice.id for choice in known}
    return [Choice(name, name, "used before") for name in dict.fromkeys(names) if name and name not in there]


def format_choices() -> list[Choice]:
    """The formats that servers usually make."""
    return [_OWN, *(Choice(name, name, remark) for name, remark in FORMATS.items())]


def speed_choices() -> list[Choice]:
    """Some speeds."""
    return [
        _OWN,
        *(Choice(f"{speed:g}", speed_in_words(speed), "as the voice speaks" * (speed == 1)) for speed in SPEEDS),
    ]


def refusal(name: SettingName, typed: str) -> str:
    """Why what was typed cannot be asked for; empty when it can."""
    if name == "format" and _FORMAT.fullmatch(typed) is None:
        return "A format is a short word, such as mp3 or wav."
    if name == "speed" and speed_of(typed) is None:
        return f"A speed is a number, such as 1.25; {_FASTEST:g} is the most."
    return ""


def speed_of(typed: str) -> float | None:
    """`1.25`, `1,25`, `1.25x` as a number; None when it is none, or out of bounds."""
    plain = typed.strip().rstrip("×xX ").replace(",", ".")
    if re.fullmatch(r"\d{0,3}\.?\d{1,4}|\d{1,3}\.", plain) is None:
        return None
    speed = float(plain)
    return speed if 0.1 <= speed <= _FASTEST else None
