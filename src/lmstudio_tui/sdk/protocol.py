"""What callers are typed against, so that a fake can stand in for the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.raw import RawAnswer
    from lmstudio_tui.sdk.speaking import SpeechStream
    from lmstudio_tui.sdk.streaming import ChatStream, TextStream
    from lmstudio_tui.sdk.transcribing import Task, TranscriptionStream
    from lmstudio_tui.sdk.types.audio import SpeechRequest, Transcription, TranscriptionRequest, Voice
    from lmstudio_tui.sdk.types.chat import (
        ChatCompletionRequest,
        ChatCompletionResponse,
        CompletionRequest,
        CompletionResponse,
    )
    from lmstudio_tui.sdk.types.embeddings import EmbeddingBatch, EmbeddingRequest, EmbeddingResult
    from lmstudio_tui.sdk.types.health import HealthStatus
    from lmstudio_tui.sdk.types.images import ImageRequest, ImageResult
    from lmstudio_tui.sdk.types.kinds import ServerKind
    from lmstudio_tui.sdk.types.management import DownloadStatus, LoadedModel, LoadModelRequest
    from lmstudio_tui.sdk.types.models import ModelFilter, ModelListing, ModelSummary
    from lmstudio_tui.sdk.uploading import AudioSource, Sending


class LMStudioSDK(Protocol):
    """One method for each thing that a server can be asked. `LMStudioClient` documents them."""

    @property
    def config(self) -> ClientConfig:
        """The settings in use."""
        ...

    @property
    def heard_at(self) -> float:
        """When the server last said anything, by `time.monotonic`."""
        ...

    def health(self, *, scope: CancelScope | None = None) -> HealthStatus:
        """Who answers, and what it can do."""
        ...

    def ping(self, kind: ServerKind, *, scope: CancelScope | None = None) -> float:
        """A sign of life; its latency in milliseconds."""
        ...

    def check_supported(self, *, scope: CancelScope | None = None) -> None:
        """Make sure that the server is not known to be too old."""
        ...

    def list_models(
        self,
        filter: ModelFilter | None = None,  # noqa: A002 - the contract's name
        *,
        scope: CancelScope | None = None,
    ) -> list[ModelSummary]:
        """The models."""
        ...

    def fetch_models(
        self,
        filter: ModelFilter | None = None,  # noqa: A002 - the contract's name
        *,
        scope: CancelScope | None = None,
    ) -> ModelListing:
        """The models, with where they were listed."""
        ...

    def load_model(self, request: LoadModelRequest, *, scope: CancelScope | None = None) -> LoadedModel:
        """Load a model, always as a new instance."""
        ...

    def unload_model(self, instance_id: str, *, scope: CancelScope | None = None) -> str:
        """Unload one instance; its id."""
        ...

    def download_model(
        self, model: str, quantization: str | None = None, *, scope: CancelScope | None = None
    ) -> DownloadStatus:
        """Begin a download."""
        ...

    def download_status(self, job_id: str, *, scope: CancelScope | None = None) -> DownloadStatus:
        """How far a download is."""
        ...

    def create_chat_completion(
        self, request: ChatCompletionRequest, *, scope: CancelScope | None = None
    ) -> ChatCompletionResponse:
        """An answer in one piece."""
        ...

    def stream_chat_completion(self, request: ChatCompletionRequest, *, scope: CancelScope | None = None) -> ChatStream:
        """An answer while it is made."""
        ...

    def stream_native_chat(self, request: ChatCompletionRequest, *, scope: CancelScope | None = None) -> ChatStream:
        """An answer while it is made, with what the server is busy with."""
        ...

    def create_completion(self, request: CompletionRequest, *, scope: CancelScope | None = None) -> CompletionResponse:
        """A legacy completion in one piece."""
        ...

    def stream_completion(self, request: CompletionRequest, *, scope: CancelScope | None = None) -> TextStream:
        """A legacy completion while it is made."""
        ...

    def create_transcription(
        self, audio: AudioSource, request: TranscriptionRequest | None = None, **sending: Unpack[Sending]
    ) -> Transcription:
        """What is said in some audio."""
        ...

    def create_translation(
        self, audio: AudioSource, request: TranscriptionRequest | None = None, **sending: Unpack[Sending]
    ) -> Transcription:
        """What is said in some audio, in English."""
        ...

    def stream_transcription(
        self,
        audio: AudioSource,
        request: TranscriptionRequest | None = None,
        *,
        task: Task = "transcription",
        **sending: Unpack[Sending],
    ) -> TranscriptionStream:
        """What is said in some audio, while it is heard."""
        ...

    def create_speech(self, request: SpeechRequest, *, scope: CancelScope | None = None) -> SpeechStream:
        """A text as speech, while it is made."""
        ...

    def list_voices(self, model: str | None = None, *, scope: CancelScope | None = None) -> list[Voice]:
        """The voices that the server speaks with."""
        ...

    def create_image(
        self, request: ImageRequest, *, fetch_elsewhere: bool = False, scope: CancelScope | None = None
    ) -> ImageResult:
        """Images."""
        ...

    def create_embedding(
        self,
        request: EmbeddingRequest,
        *,
        batch_size: int | None = None,
        on_batch: Callable[[EmbeddingBatch, int, int], None] | None = None,
        skip_refused: bool = False,
        scope: CancelScope | None = None,
    ) -> EmbeddingResult:
        """Embeddings of some texts."""
        ...

    def stream_embedding(
        self,
        request: EmbeddingRequest,
        *,
        batch_size: int | None = None,
        skip_refused: bool = False,
        scope: CancelScope | None = None,
    ) -> Iterator[EmbeddingBatch]:
        """Embeddings of some texts, batch by batch."""
        ...

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        content_type: str = "application/json",
        scope: CancelScope | None = None,
    ) -> RawAnswer:
        """Bytes as they are, and whatever comes back."""
        ...

    def close(self) -> None:
        """Let go of the connections."""
        ...
