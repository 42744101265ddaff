"""The client: one method for each endpoint of the server contract."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.capabilities import refuse_unsupported
from lmstudio_tui.sdk.listing import NATIVE_V0, NATIVE_V1, OPENAI, entries, merged
from lmstudio_tui.sdk.management import ModelManager
from lmstudio_tui.sdk.probing import Prober
from lmstudio_tui.sdk.streaming import ChatStream, TextStream
from lmstudio_tui.sdk.transport import Transport
from lmstudio_tui.sdk.types.health import ServerKind
from lmstudio_tui.sdk.types.models import ModelFilter, ModelListing, ModelSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.recording import Recorder
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


class LMStudioClient:
    """Talks to one server: LM Studio, a classic one, or any OpenAI-compatible one.

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
        self._transport = Transport(config, transport=transport, listener=listener, recorder=recorder)
        self._lock = threading.Lock()
        self._absent: set[str] = set()
        self._present: set[str] = set()
        self._status: HealthStatus | None = None
        self._traits: Traits | None = None

    @property
    def config(self) -> ClientConfig:
        """The settings in use."""
        return self._config

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
            # Another server, or another version of it, may be there by now.
            self._present = set(status.surfaces)
            self._absent = {NATIVE_V1, NATIVE_V0} - self._present - prober.unsettled
        return status

    def ping(self, kind: ServerKind, *, scope: CancelScope | None = None) -> float:
        """A sign of life from a server of a known kind, by the cheapest request that it answers.

        Args:
            kind: as `health` found it.

        Returns:
            how long the answer took, in milliseconds.

        Raises:
            LMStudioError: when nothing answers, or not as before; then `health` tells more.
        """
        paths = {ServerKind.CLASSIC: "/health", ServerKind.LM_STUDIO: "/lmstudio-greeting"}
        started = time.monotonic()
        try:
            self._transport.json(Call("GET", paths.get(kind, OPENAI), "health", retries=0), scope)
        except errors.LMStudioError:
            # It may be another server when it comes back.
            self._traits = None
            raise
        return (time.monotonic() - started) * 1000

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
        wanted = filter or ModelFilter()
        bodies: dict[str, list[Mapping[str, Any]]] = {}
        failure: errors.LMStudioError | None = None
        for path in (OPENAI, NATIVE_V1, NATIVE_V0):
            if path in self._absent:
                continue
            try:
                rows = self._entries(path, wanted, scope)
            except (errors.AuthenticationError, errors.RequestCancelledError):
                raise
            except errors.LMStudioError as error:
                if isinstance(error, errors.ServerConnectionError) and not bodies:
                    raise
                failure = failure or error
                continue
            if rows is not None:
                bodies[path] = rows
        if not bodies:
            raise failure or errors.ProtocolError("The list of models is no list.", context={"endpoint": OPENAI})
        kept = [model for model in merged(bodies) if wanted.keeps(model)]
        return ModelListing(models=tuple(kept[: wanted.limit]), sources=tuple(bodies), fetched_at=datetime.now(UTC))

    def _entries(self, path: str, wanted: ModelFilter, scope: CancelScope | None) -> list[Mapping[str, Any]] | None:
        """The entries of one list, None when the server has no such list; a native one is then not asked for again."""
        params = wanted.params() if path == OPENAI else {}
        try:
            body, _ = self._transport.json(Call("GET", path, "models", params=params), scope)
            rows = entries(path, body)
        except (errors.FeatureUnavailableError, errors.BadRequestError, errors.ProtocolError):
            if path == OPENAI:
                raise
            rows = None
        with self._lock:
            if rows is not None:
                self._present = self._present | {path}
            elif path != OPENAI:
                self._absent = self._absent | {path}
        return rows

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
        self._check(feature)()
        with self._lock:
            status, present, absent = self._status, NATIVE_V1 in self._present, NATIVE_V1 in self._absent
        native = False if absent else (present or None)
        return ModelManager(self._transport, ServerKind.UNKNOWN if status is None else status.kind, native=native)

    def _check(self, feature: str) -> Callable[[], None]:
        """What to look at before a model is set to work: whether the server is known to be too old."""

        def check() -> None:
            status = self._status
            if status is not None:
                refuse_unsupported(status, feature)

        return check

    def create_chat_completion(
        self, request: ChatCompletionRequest, *, scope: CancelScope | None = None
    ) -> ChatCompletionResponse:
        """An answer in one piece (`POST /v1/chat/completions`).

        Raises:
            LMStudioError: connection, authentication, status, feature, protocol errors; `RequestCancelledError`.
        """
        with ChatStream(self._transport, request, scope=scope, stream=False, check=self._check("chat")) as stream:
            return stream.run()

    def stream_chat_completion(self, request: ChatCompletionRequest, *, scope: CancelScope | None = None) -> ChatStream:
        """An answer while it is made (`POST /v1/chat/completions` with `stream`).

        Nothing is sent before the first event is asked for; errors are raised while iterating. With
        `enable_streaming` off it comes in one piece.
        """
        streams = self._config.enable_streaming
        return ChatStream(self._transport, request, scope=scope, stream=streams, check=self._check("chat"))

    def create_completion(self, request: CompletionRequest, *, scope: CancelScope | None = None) -> CompletionResponse:
        """A legacy completion in one piece (`POST /v1/completions`). Raises as `create_chat_completion`."""
        with TextStream(
            self._transport, request, scope=scope, stream=False, check=self._check("completions")
        ) as stream:
            return stream.run()

    def stream_completion(self, request: CompletionRequest, *, scope: CancelScope | None = None) -> TextStream:
        """A legacy completion while it is made. As `stream_chat_completion`."""
        streams = self._config.enable_streaming
        return TextStream(self._transport, request, scope=scope, stream=streams, check=self._check("completions"))
