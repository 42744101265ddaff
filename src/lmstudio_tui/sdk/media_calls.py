"""The calls for sound and images, which need a version, a flag, and often a server of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from lmstudio_tui.sdk.gates import Gate
from lmstudio_tui.sdk.hearing import WhereToAsk

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.floor import VersionFloor
    from lmstudio_tui.sdk.speaking import SpeechStream
    from lmstudio_tui.sdk.transcribing import Task, TranscriptionStream
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.audio import SpeechRequest, Transcription, TranscriptionRequest, Voice
    from lmstudio_tui.sdk.types.health import HealthStatus
    from lmstudio_tui.sdk.types.images import ImageRequest, ImageResult
    from lmstudio_tui.sdk.uploading import AudioSource, Sending


class MediaCalls:
    """One method for each endpoint of sound and images. What carries it out is imported when it is asked for.

    Args:
        transport: to the server.
        floor: knows the version of a classic server.
        status: what was found by the last whole look at the server; None before the first.
    """

    def __init__(self, transport: Transport, floor: VersionFloor, status: Callable[[], HealthStatus | None]) -> None:
        self._media = transport
        self._gate = Gate(transport.config, floor, status)
        self._hearing = WhereToAsk()

    def create_transcription(
        self, audio: AudioSource, request: TranscriptionRequest | None = None, **sending: Unpack[Sending]
    ) -> Transcription:
        """What is said in some audio (`POST /v1/audio/transcriptions`, or whisper.cpp's `POST /inference`).

        The audio is read from disk while it is sent, whatever its length. A pipe cannot be sent again, and the reads
        of an open one cannot be cancelled.

        Args:
            audio: a path, also of a named pipe; the bytes; or an open binary file.
            request: how it is to be heard.
            sending: how it is sent: `filename`, `progress` and `scope`.

        Raises:
            ValidationError: the file cannot be read; nothing was sent.
            FeatureUnavailableError: the server does not do that, or it is switched off.
            BadRequestError: the file is too large, or of a format that the server does not know: see the hint.
            LMStudioError: connection, authentication and protocol errors; `RequestCancelledError`.
        """
        return self._listen("transcription", audio, request, sending, stream=False).run()

    def create_translation(
        self, audio: AudioSource, request: TranscriptionRequest | None = None, **sending: Unpack[Sending]
    ) -> Transcription:
        """What is said in some audio, in English (`POST /v1/audio/translations`). As `create_transcription`."""
        return self._listen("translation", audio, request, sending, stream=False).run()

    def stream_transcription(
        self,
        audio: AudioSource,
        request: TranscriptionRequest | None = None,
        *,
        task: Task = "transcription",
        **sending: Unpack[Sending],
    ) -> TranscriptionStream:
        """What is said in some audio, while it is heard, where the server offers that; otherwise in one piece.

        Nothing is sent before the first event is asked for; errors are raised while iterating.

        Args:
            task: `translation` puts it into English.
        """
        streams = self._media.config.enable_streaming
        return self._listen(task, audio, request, sending, stream=streams)

    def _listen(
        self,
        task: Task,
        audio: AudioSource,
        request: TranscriptionRequest | None,
        sending: Sending,
        *,
        stream: bool,
    ) -> TranscriptionStream:
        from lmstudio_tui.sdk.transcribing import TranscriptionStream
        from lmstudio_tui.sdk.types.audio import TranscriptionRequest

        return TranscriptionStream(
            self._media,
            audio,
            request or TranscriptionRequest(),
            task,
            gate=self._gate,
            where=self._hearing,
            stream=stream,
            **sending,
        )

    def create_speech(self, request: SpeechRequest, *, scope: CancelScope | None = None) -> SpeechStream:
        """A text as speech, while it is made (`POST /v1/audio/speech`).

        Nothing is sent before the first bytes are asked for. Iterating raises:

        Raises:
            StreamInterruptedError: it was broken off in the middle; what was given before is the caller's.
            ProtocolError: what came is no audio.
            FeatureUnavailableError: the server does not do that, or it is switched off.
            LMStudioError: connection, authentication and status errors; `RequestCancelledError`.
        """
        from lmstudio_tui.sdk.speaking import SpeechStream

        return SpeechStream(self._media, request, gate=self._gate, scope=scope)

    def list_voices(self, model: str | None = None, *, scope: CancelScope | None = None) -> list[Voice]:
        """The voices that the server speaks with (`GET /v1/audio/voices`); none where it has no such list.

        Args:
            model: leaves out those that belong to another one.

        Raises:
            FeatureUnavailableError: the server does not speak, or it is switched off.
            LMStudioError: connection, authentication and status errors; `RequestCancelledError`.
        """
        from lmstudio_tui.sdk.voices import fetch_voices

        self._gate.check("speech")
        return fetch_voices(self._media, model, scope)

    def create_image(
        self, request: ImageRequest, *, fetch_elsewhere: bool = False, scope: CancelScope | None = None
    ) -> ImageResult:
        """Images (`POST /v1/images/generations`). Those that could not be had are among the result's `problems`.

        Args:
            fetch_elsewhere: whether an image may be fetched from another server than this one, without the key.

        Raises:
            FeatureUnavailableError: the server does not do that, it has no backend for it, or it is switched off.
            LMStudioError: connection, authentication, status and protocol errors; `RequestCancelledError`.
        """
        from lmstudio_tui.sdk.imaging import Painter

        return Painter(self._media, self._gate, fetch_elsewhere=fetch_elsewhere, scope=scope).make(request)
