"""How the chat records, transcribes and speaks: as it was chosen for the panes that do nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.hearing.model_choice import model_that_listens, model_that_speaks
from lmstudio_tui.features.hearing.settings import SettingsFile
from lmstudio_tui.features.hearing.transcribing import TranscribeOptions
from lmstudio_tui.features.speaking import SpeakOptions
from lmstudio_tui.sdk import LMStudioError

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.audio.values import RecordingOptions
    from lmstudio_tui.features.service_view import ServiceView
    from lmstudio_tui.sdk import LMStudioSDK


def _file(folder: Path) -> SettingsFile:
    return SettingsFile(folder / "transcribe.json")


def recording_options(folder: Path) -> RecordingOptions:
    """The microphone, and when a recording ends by itself. Reads a file.

    Args:
        folder: where recordings, speech and images are kept.
    """
    return _file(folder).load().recording


def transcribe_options(folder: Path, audio: ServiceView | None) -> TranscribeOptions:
    """The model that listens, and what it is told. Reads a file.

    Args:
        folder: as above.
        audio: who serves audio.
    """
    settings = _file(folder).load()
    url = audio.base_url if audio is not None else ""
    models = audio.view.models if audio is not None else ()
    return TranscribeOptions(
        model=model_that_listens(models, settings.models.get(url, "")),
        language=settings.language or None,
        prompt=settings.prompt or None,
        temperature=settings.temperature,
        wav_only=audio is not None and audio.wav_only,
    )


def speak_options(folder: Path, client: LMStudioSDK, audio: ServiceView | None) -> SpeakOptions:
    """The model that speaks, and its voice: the first, where none was chosen. Reads a file, and asks the server.

    Args:
        folder: as above.
        client: of the server for audio.
        audio: who it is.
    """
    settings = _file(folder).load()
    url = audio.base_url if audio is not None else ""
    model = model_that_speaks(audio.view.models if audio is not None else (), settings.speech_models.get(url, ""))
    return SpeakOptions(model=model, voice=settings.voice or _first_voice(client, model))


def _first_voice(client: LMStudioSDK, model: str | None) -> str | None:
    """The voice to ask for; None leaves it to the server, where it does not tell which it has."""
    try:
        voices = client.list_voices(model)
    except LMStudioError:
        return None
    own = [voice for voice in voices if model and voice.model == model]
    return next((voice.id for voice in (*own, *voices)), None)
