"""What the pictures of the panes of sound and images show: a server beside the main one, and what was made before."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from app_parts import NOW, FakeServer
from picture_parts import URL

from lmstudio_tui.features.service_view import Service
from lmstudio_tui.sdk import (
    CancelScope,
    Capability,
    ClientConfig,
    HealthStatus,
    LMStudioSDK,
    ModelSummary,
    ServerKind,
    Voice,
)
from lmstudio_tui.sdk.types.kinds import CAPABILITIES
from lmstudio_tui.store.media.records import (
    ImageRecord,
    RecordingRecord,
    SegmentRecord,
    TranscriptRecord,
    UtteranceRecord,
)
from lmstudio_tui.store.media.shelf import MediaShelf

SOUNDS, DRAWINGS = "http://127.0.0.1:8000", "http://127.0.0.1:8080"
HEARD = (
    (0.0, 4.2, "Good morning. Let us begin with what was left open the last time."),
    (4.2, 9.8, "The cache grows without a bound when the server is restarted, so we limit it to a day."),
    (9.8, 13.1, "Anna writes the migration, and I look at it on Thursday."),
    (13.1, 18.4, "The second item is the release: two tests still depend on how quick the machine is."),
    (18.4, 21.0, "We mend those first, then we tag it."),
)
SPOKEN = (
    "The build is green again, and the release notes are in the usual place.",
    "Rust returns a value that must be looked at; Go returns one that should be.",
    "Local inference is online.",
)
DRAWN = ("A red house by the sea at night, with a moon", "Snowy mountains at sunrise", "A cat in a garden")


class _Beside(FakeServer):
    """A server that speaks, listens or draws, and nothing else."""

    def health(self, *, scope: CancelScope | None = None) -> HealthStatus:
        status = super().health(scope=scope)
        can = Capability(available=True, reason="It has the endpoint; whether a model serves it turns out when used.")
        able = {name: can for name in CAPABILITIES if name in {"transcription", "translation", "speech", "images"}}
        return status.model_copy(
            update={"kind": ServerKind.OPENAI, "software": "speaches", "version": "0.8.3", "capabilities": able}
        )

    def list_voices(self, model: str | None = None, *, scope: CancelScope | None = None) -> list[Voice]:
        return [Voice(id="af_heart", name="Heart"), Voice(id="bm_george", name="George")]


_MODELS = (
    ModelSummary(id="Systran/faster-whisper-large-v3", type="stt", state="loaded"),
    ModelSummary(id="speaches-ai/Kokoro-82M-v1.0-ONNX", type="tts", state="loaded"),
)


def connect(server: FakeServer) -> Callable[[ClientConfig], LMStudioSDK]:
    """Makes clients for the main server, and for those beside it."""

    def make(config: ClientConfig) -> LMStudioSDK:
        return (server if config.base_url == URL else _Beside(models=_MODELS)).connect(config)

    return make


def service_config(service: Service, main: ClientConfig, profile: str | None) -> ClientConfig:
    """Audio and images have servers of their own."""
    return ClientConfig(base_url=SOUNDS if service == "audio" else DRAWINGS, enable_audio=True, enable_images=True)


def fill_media(folder: Path) -> None:
    """Put on the shelf what was recorded, spoken and drawn before."""
    moments = iter(NOW - timedelta(minutes=minutes) for minutes in (2, 31, 47, 64, 90, 200, 215, 260, 300, 340))
    shelf = MediaShelf(folder / "media", now=lambda: NOW)
    names = ("Weekly, 20 November", "Interview, second part", "Note to myself")
    for number, (name, seconds) in enumerate(zip(names, (21.0, 7.0, 3.0), strict=True)):
        id_, path = shelf.recordings.new_file(".wav")
        path.write_bytes(_wav(seconds))
        record = RecordingRecord(id_, path, next(moments), name, duration_s=seconds, size_bytes=path.stat().st_size)
        shelf.recordings.keep(_with_transcript(record) if not number else record)
    for text in SPOKEN:
        id_, path = shelf.utterances.new_file(".wav")
        path.write_bytes(_wav(len(text) / 16))
        shelf.utterances.keep(
            UtteranceRecord(
                id_,
                path,
                next(moments),
                text,
                _MODELS[1].id,
                "af_heart",
                "wav",
                server=SOUNDS,
                duration_s=len(text) / 16,
                size_bytes=path.stat().st_size,
                first_audio_ms=212.0,
            )
        )
    for seed, prompt in enumerate(DRAWN, 41):
        id_, path = shelf.images.new_file(".png")
        path.write_bytes(_drawing(prompt, seed))
        shelf.images.keep(
            ImageRecord(
                id_,
                path,
                next(moments),
                prompt,
                model="flux.1-schnell",
                size="512x512",
                width=512,
                height=512,
                seed=seed,
                server=DRAWINGS,
                took_s=6.4,
                size_bytes=path.stat().st_size,
            )
        )
    shelf.close()


def _with_transcript(record: RecordingRecord) -> RecordingRecord:
    segments = tuple(SegmentRecord(*one) for one in HEARD)
    text = " ".join(one.text for one in segments)
    heard = TranscriptRecord(
        "1", NOW, "transcribe", text, segments, _MODELS[0].id, SOUNDS, "en", record.duration_s, took_s=1.7
    )
    return replace(record, transcripts=(heard,))


def _wav(seconds: float) -> bytes:
    """A tone that comes and goes."""
    rate, file = 8000, io.BytesIO()
    loud = (math.sin(at * 0.3) * 9000 * (0.2 + abs(math.sin(at / rate * 2.2))) for at in range(int(seconds * rate)))
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"".join(struct.pack("<h", int(value)) for value in loud))
    return file.getvalue()


def _drawing(prompt: str, seed: int) -> bytes:
    from lmstudio_tui.simulator.engine.drawing import draw

    drawn: Any = draw(prompt, 512, 512, seed, "png")
    return bytes(drawn)
