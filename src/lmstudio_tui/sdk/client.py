"""The client: one method for each endpoint of the server contract."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Self

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.embedding_calls import EmbeddingCalls
from lmstudio_tui.sdk.floor import VersionFloor
from lmstudio_tui.sdk.lists import ModelLists
from lmstudio_tui.sdk.pinging import Pinger
from lmstudio_tui.sdk.probing import Prober
from lmstudio_tui.sdk.raw import RawTransport, raw_call
from lmstudio_tui.sdk.types.kinds import ServerKind
from lmstudio_tui.sdk.types.models import ModelFilter

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.management import ModelManager
    from lmstudio_tui.sdk.raw import RawAnswer
    from lmstudio_tui.sdk.recording import Recorder
    from lmstudio_tui.sdk.streaming import ChatStream, TextStream
    from lmstudio_tui.sdk.telemetry import CallListener
    from lmstudio_tui.sdk.traits import Traits
    from lmstudio_tui.sdk.types.chat import (
        ChatCompletionRequest,
        ChatCompletionResponse,
        CompletionRequest,
        CompletionResponse,
    )
    from lmstudio_tui.sdk.types.health import HealthStatus
    from lmstudio_tui.sdk.types.management import DownloadStatus, LoadedModel, LoadModelRequest
    from lmstudio_tui.sdk.types.models import ModelListing, ModelSummary


class LMStudioClient(EmbeddingCalls):
    """Talks to one server: LM Studio, a classic one, or any OpenAI-compatible one.

    What carries a call out is imported when it is asked for: a look at the server does without streams and sounds.

    Thread-safe, with one pool of connections; calls do not disturb each other. Every call takes a `scope`, which ends
    it from another thread within 100 ms, and raises nothing but `LMStudioError`s::

        with LMStudioClient(ClientConfig()) as client:
            request = ChatCompletionRequest(messages=[ChatMessage(role="user", content="Hello")])
            with client.stream_chat_completion(request) as stream:
                for event in stream:
                    if isinstance(event, TextDelta):
                        print(event.text, end="")

    Args:
        config: where the server is, with which key, how patiently.
        transport: an httpx transport in place of the network, for tests.
        listener: is told of every call when it has ended, in the thread that made it.
        recorder: is told of everything that goes over the wire, without the keys, in the thread that makes the call.
    """

    def __init__(
        self,
        config: ClientConfig,
        *,
        transport: httpx.BaseTransport | None = None,
        listener: CallListener | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self._config = config
        self._transport = RawTransport(config, transport=transport, listener=listener, recorder=recorder)
        self._lists = ModelLists(self._transport)
        self._transport.native = lambda: self._lists.native
        self._floor = VersionFloor(self._transport)
        super().__init__(self._transport, self._floor, lambda: self._status)
        self._no_native_chat = threading.Event()
        self._lock = threading.Lock()
        self._status: HealthStatus | None = None
        self._traits: Traits | None = None

    @property
    def config(self) -> ClientConfig:
        """The settings in use."""
        return self._config

    @property
    def heard_at(self) -> float:
        """When the server last said anything, to whatever call, by `time.monotonic`; minus infinity if it never did."""
        return self._transport.heard_at

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the idle connections. Calls under way are ended by their scopes."""
        self._transport.close()

    def health(self, *, scope: CancelScope | None = None) -> HealthStatus:
        """Who answers, which version, what it can do (server contract: 1 "Health and version", and 2.1).

        Raises:
            ServerConnectionError: when nothing answers.
            AuthenticationError: when a key is wanted.
            ProtocolError: when what answers is no model server.
        """
        with self._lock:
            prober = Prober(self._transport, scope, traits=self._traits)
            # When this look fails, the next one takes nothing for granted.
            self._traits = None
        status = prober.probe()
        with self._lock:
            self._status, self._traits = status, prober.traits
        self._lists.settle(status.surfaces, prober.unsettled)
        self._no_native_chat.clear()
        self._floor.learn(status)
        self._hearing.learn(status.software)
        return status

    def check_supported(self, *, scope: CancelScope | None = None) -> None:
        """Make sure that the server is not known to be too old, by one short look if nothing is known of it.

        What cannot be found out, for whatever reason, counts as supported.

        Raises:
            UnsupportedVersionError: it is a classic server below 0.2.18.
            AuthenticationError: a key is wanted.
            RequestCancelledError: by the scope.
        """
        self._floor.look(scope)

    def ping(self, kind: ServerKind, *, scope: CancelScope | None = None) -> float:
        """A sign of life from a server of a known kind, by the cheapest request that it answers.

        Where the server's version can be read as cheaply, it is compared with the one that `health` found.

        Args:
            kind: as `health` found it.

        Returns:
            how long the answer took, in milliseconds.

        Raises:
            LMStudioError: when nothing answers, or not as before; then `health` tells more.
        """
        try:
            return Pinger(self._transport, self._status, self._traits, scope).ping(kind)
        except errors.LMStudioError:
            # It may be another server when it comes back.
            self._traits = None
            raise

    def list_models(
        self,
        filter: ModelFilter | None = None,  # noqa: A002 - the contract's name
        *,
        scope: CancelScope | None = None,
    ) -> list[ModelSummary]:
        """The models, with everything that any of the server's lists tells.

        Raises:
            LMStudioError: when no list can be had.
        """
        return list(self.fetch_models(filter, scope=scope).models)

    def fetch_models(
        self,
        filter: ModelFilter | None = None,  # noqa: A002 - the contract's name
        *,
        scope: CancelScope | None = None,
    ) -> ModelListing:
        """The models, and which of the server's lists told of them.

        LM Studio's native lists (`/api/v1/models`, `/api/v0/models`) and `/v1/models` are merged (server contract,
        2.3 and 2.4); a server without the native ones is asked for them once.

        Raises:
            LMStudioError: when no list can be had.
        """
        return self._lists.fetch(filter or ModelFilter(), scope)

    def load_model(self, request: LoadModelRequest, *, scope: CancelScope | None = None) -> LoadedModel:
        """Load a model, always as a new instance (`POST /api/v1/models/load`, LM Studio 0.4.0 or later).

        It returns when the model is in memory, which takes seconds to minutes: it has 15 minutes, whatever the
        configured time-outs are. It is sent once only: a second one would load a second instance. One that is
        cancelled or cut off may go on in the server all the same.

        Raises:
            FeatureUnavailableError: the server cannot; it is not even asked when that is known.
            ModelLoadError: it does not fit into memory, or is broken.
            ModelNotFoundError: there is no such model.
            BadRequestError: names the parameters that the server does not know.
            LMStudioError: connection, authentication and protocol errors; `RequestCancelledError`.
        """
        return self._manager("model_load").load(request, scope)

    def unload_model(self, instance_id: str, *, scope: CancelScope | None = None) -> str:
        """Unload one instance (`POST /api/v1/models/unload`, LM Studio 0.4.0 or later).

        Returns:
            the id of the instance that is gone.

        Raises:
            FeatureUnavailableError: the server cannot.
            ModelNotFoundError: no such instance is loaded.
            LMStudioError: as `load_model`.
        """
        return self._manager("model_load").unload(instance_id, scope)

    def download_model(
        self, model: str, quantization: str | None = None, *, scope: CancelScope | None = None
    ) -> DownloadStatus:
        """Begin a download, which the server goes on with by itself (`POST /api/v1/models/download`).

        Args:
            model: a name of LM Studio's catalogue, or the address of a model on huggingface.co.
            quantization: such as `Q4_K_M`; None lets the server choose.

        Raises:
            FeatureUnavailableError: the server cannot.
            ModelNotFoundError: there is no such model.
            LMStudioError: as `load_model`.
        """
        return self._manager("download").download(model, quantization, scope)

    def download_status(self, job_id: str, *, scope: CancelScope | None = None) -> DownloadStatus:
        """How far a download is (`GET /api/v1/models/download/status/{job_id}`). One that has failed is no error.

        Raises:
            DownloadNotFoundError: the server knows no such download, perhaps no longer.
            FeatureUnavailableError: the server cannot.
            LMStudioError: as `load_model`.
        """
        return self._manager("download").download_status(job_id, scope)

    def _manager(self, feature: str) -> ModelManager:
        from lmstudio_tui.sdk.management import ModelManager

        self._check(feature)()
        kind = ServerKind.UNKNOWN if self._status is None else self._status.kind
        return ModelManager(self._transport, kind, native=self._lists.native)

    def _check(self, feature: str) -> Callable[[], None]:
        """What to look at before a model is set to work: whether the server is known to be too old."""
        return partial(self._floor.check, feature)

    def create_chat_completion(
        self, request: ChatCompletionRequest, *, scope: CancelScope | None = None
    ) -> ChatCompletionResponse:
        """An answer in one piece (`POST /v1/chat/completions`).

        Raises:
            LMStudioError: connection, authentication, status, feature, protocol errors; `RequestCancelledError`.
        """
        from lmstudio_tui.sdk.streaming import ChatStream

        with ChatStream(self._transport, request, scope=scope, stream=False, check=self._check("chat")) as stream:
            return stream.run()

    def stream_chat_completion(self, request: ChatCompletionRequest, *, scope: CancelScope | None = None) -> ChatStream:
        """An answer while it is made (`POST /v1/chat/completions` with `stream`).

        Nothing is sent before the first event is asked for; errors are raised while iterating. With
        `enable_streaming` off it comes in one piece.
        """
        from lmstudio_tui.sdk.streaming import ChatStream

        streams = self._config.enable_streaming
        return ChatStream(self._transport, request, scope=scope, stream=streams, check=self._check("chat"))

    def stream_native_chat(self, request: ChatCompletionRequest, *, scope: CancelScope | None = None) -> ChatStream:
        """An answer while it is made, and what the server is busy with (`POST /api/v1/chat`, LM Studio 0.4.0 or later).

        It adds `PhaseChanged` to the events. Where the request cannot be put that way (`native_can`), or the server
        does not serve it (`native_chat_offered`), it is asked as `stream_chat_completion` asks; raises as that does.
        """
        from lmstudio_tui.sdk.native_chat import NativeChatStream

        return NativeChatStream(
            self._transport,
            request,
            scope=scope,
            stream=self._config.enable_streaming,
            check=self._check("chat"),
            known=self._lists.native is not False,
            missing=self._no_native_chat,
        )

    def create_completion(self, request: CompletionRequest, *, scope: CancelScope | None = None) -> CompletionResponse:
        """A legacy completion in one piece (`POST /v1/completions`). Raises as `create_chat_completion`."""
        from lmstudio_tui.sdk.streaming import TextStream

        with TextStream(
            self._transport, request, scope=scope, stream=False, check=self._check("completions")
        ) as stream:
            return stream.run()

    def stream_completion(self, request: CompletionRequest, *, scope: CancelScope | None = None) -> TextStream:
        """A legacy completion while it is made. As `stream_chat_completion`."""
        from lmstudio_tui.sdk.streaming import TextStream

        streams = self._config.enable_streaming
        return TextStream(self._transport, request, scope=scope, stream=streams, check=self._check("completions"))

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        content_type: str = "application/json",
        scope: CancelScope | None = None,
    ) -> RawAnswer:
        """Send bytes as they are, with the key and within the limits of every other call, and read what comes back.

        It is sent once only. An error status is a result, not an exception. A recorder is told of it all, of a stream
        event by event.

        Args:
            method: `GET` or `POST`.
            path: below the base URL, with its query, such as `/v1/models?limit=5`.
            body: sent as it is.
            content_type: of the body.

        Raises:
            ValidationError: for another method, or what is no path.
            ServerConnectionError: when there is no answer, or it breaks off.
            RequestCancelledError: by the scope.
            ProtocolError: when the answer cannot be read at all.
        """
        return self._transport.send(raw_call(method, path, body, content_type), scope)
