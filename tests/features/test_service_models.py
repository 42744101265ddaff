"""Which model is asked when nobody has named one."""

from __future__ import annotations

import pytest

from lmstudio_tui.features.service_models import Doing, can, model_for, models_for
from lmstudio_tui.sdk import ModelSummary


def model(id: str, type: str | None = None, *, loaded: bool = False) -> ModelSummary:
    return ModelSummary(id=id, type=type, state="loaded" if loaded else "unknown")


@pytest.mark.parametrize(
    ("doing", "id"),
    [
        ("transcription", "Systran/faster-whisper-small"),
        ("transcription", "nvidia/parakeet-tdt-0.6b"),
        ("translation", "openai/whisper-large-v3"),
        ("transcription", "mistralai/Voxtral-Mini"),
        ("transcription", "gpt-4o-mini-transcribe"),
        ("speech", "kokoro"),
        ("speech", "speaches-ai/piper-en_US-amy-low"),
        ("speech", "tts-1-hd"),
        ("images", "stabilityai/sdxl-turbo"),
        ("images", "black-forest-labs/FLUX.1-schnell"),
        ("images", "gpt-image-1"),
    ],
)
def test_names_tell_what_a_model_does(doing: Doing, id: str) -> None:
    others = [model("qwen3-8b"), model("nomic-embed"), model("gemma-3n-e4b")]
    assert model_for(doing, [*others, model(id)]) == id
    assert model_for(doing, others) is None


def test_what_a_server_says_of_its_sort_counts_for_more() -> None:
    heard = model("speech-one", "automatic-speech-recognition")
    spoken = model("whisper-voice", "text-to-speech")
    drawn = model("sim", "text-to-image")
    found = [heard, spoken, drawn]
    assert [model_for(doing, found) for doing in ("transcription", "speech", "images")] == [
        "speech-one",
        "whisper-voice",
        "sim",
    ]


def test_a_loaded_one_comes_first_and_the_only_one_is_meant() -> None:
    found = [model("whisper-a"), model("whisper-b", loaded=True)]
    assert [one.id for one in models_for("transcription", found)] == ["whisper-b", "whisper-a"]
    assert model_for("speech", [model("anything")]) == "anything"
    assert model_for("speech", []) is None


@pytest.mark.parametrize(
    ("model", "kind", "does"),
    [
        ("kokoro-82m", None, True),
        ("tts-1-hd", None, True),
        ("speaches-ai/piper-en_US-amy", None, True),
        ("x", "text-to-speech", True),
        ("x", "tts", True),
        ("whisper-large-v3", None, False),
        ("whisper-1", "automatic-speech-recognition", False),
        ("speech-to-text", None, False),
        ("qwen3-8b", "llm", False),
        ("attstts", None, False),
        ("x", "speech_to_text", False),
        ("x", "Automatic Speech Recognition", False),
        ("x", "text_to_audio", True),
        ("facebook/mms-tts-eng", None, True),
        ("wav2vec2-base", None, False),
        ("FunAudioLLM/SenseVoiceSmall", None, False),
    ],
)
def test_which_models_speak(model: str, kind: str | None, does: bool) -> None:
    assert can("speech", ModelSummary(id=model, type=kind)) is does
