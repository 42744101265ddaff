"""How to record and how to transcribe, as it was chosen last: kept from one run to the next."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Final, cast

from lmstudio_tui.audio.values import RecordingOptions
from lmstudio_tui.store.atomic import write_atomic
from lmstudio_tui.store.json_file import is_text, read_object

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_LIMIT_S: Final = 24 * 3600.0
LONGEST_SILENCE_S: Final = 600.0
_SERVERS: Final = 32
"""Each run of the simulator has a port of its own, so the list would grow for ever."""


@dataclass(frozen=True)
class TranscribeSettings:
    """What was chosen.

    Attributes:
        models: which model listens, by the base URL of its server; none where the server chooses.
        language: an ISO-639-1 code; empty where the model is to find out.
        prompt: what the speech is about, or how it is to be written.
        temperature: None for the server's own.
        device: the key of the microphone; empty for the default one.
        trim_silence: whether silence at both ends is cut off.
        stop_after_silence_s: after how much silence a recording ends by itself; None never.
        limit_s: after how long it does.
        at_once: whether it is transcribed as soon as it ends.
        speech_models: which model speaks in a check, by the base URL of its server.
        voice: the voice of a check; empty for the server's own choice.
    """

    models: dict[str, str] = field(default_factory=dict[str, str])
    language: str = ""
    prompt: str = ""
    temperature: float | None = None
    device: str = ""
    trim_silence: bool = False
    stop_after_silence_s: float | None = None
    limit_s: float = 7200.0
    at_once: bool = False
    speech_models: dict[str, str] = field(default_factory=dict[str, str])
    voice: str = ""

    def with_model(self, base_url: str, model: str) -> TranscribeSettings:
        """The same, with another model on that server; an empty one lets the server choose."""
        return replace(self, models=_with(self.models, base_url, model))

    def with_speech_model(self, base_url: str, model: str) -> TranscribeSettings:
        """The same, with another model that speaks on that server."""
        return replace(self, speech_models=_with(self.speech_models, base_url, model))

    @property
    def recording(self) -> RecordingOptions:
        """As the recorder wants it."""
        return RecordingOptions(
            device=self.device,
            limit_s=self.limit_s,
            stop_after_silence_s=self.stop_after_silence_s,
            trim_silence=self.trim_silence,
        )


class SettingsFile:
    """The file in which they outlive the app. Nothing is created before something is saved.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> TranscribeSettings:
        """What was saved; the default for what is missing or of no use."""
        members = read_object(self.path) or {}
        temperature = _number(members.get("temperature"), 2.0)
        return TranscribeSettings(
            models=_names(members.get("models")),
            language=_text(members.get("language")),
            prompt=_text(members.get("prompt")),
            temperature=temperature,
            device=_text(members.get("device")),
            trim_silence=members.get("trim_silence") is True,
            stop_after_silence_s=_number(members.get("stop_after_silence_s"), LONGEST_SILENCE_S) or None,
            limit_s=_number(members.get("limit_s"), LONGEST_LIMIT_S) or TranscribeSettings.limit_s,
            at_once=members.get("at_once") is True,
            speech_models=_names(members.get("speech_models")),
            voice=_text(members.get("voice")),
        )

    def save(self, settings: TranscribeSettings) -> bool:
        """Write them, in one step. False when that is impossible, as in a read-only home."""
        try:
            write_atomic(self.path, json.dumps(asdict(settings), indent=2) + "\n")
        except OSError:
            return False
        return True


def _with(models: dict[str, str], base_url: str, model: str) -> dict[str, str]:
    others = {url: name for url, name in models.items() if url != base_url}
    return dict(list((others | ({base_url: model} if model else {})).items())[-_SERVERS:])


def _text(value: object) -> str:
    return value if is_text(value) else ""


def _number(value: object, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= most else None


def _names(value: object) -> dict[str, str]:
    pairs = cast("dict[str, object]", value).items() if isinstance(value, dict) else ()
    return {url: name for url, name in pairs if is_text(url) and is_text(name)}
