"""Loading, unloading and downloading models (server contract, 2.4).

Only LM Studio's native v1 surface does that. A server that is known to lack it is not asked; one that turns out to lack
it says so with status 200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.classify import shortened
from lmstudio_tui.sdk.types.kinds import ServerKind
from lmstudio_tui.sdk.types.management import DownloadStatus, LoadedModel
from lmstudio_tui.sdk.wire import as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.management import LoadModelRequest

LOAD = "/api/v1/models/load"
UNLOAD = "/api/v1/models/unload"
DOWNLOAD = "/api/v1/models/download"
DOWNLOAD_STATUS = f"{DOWNLOAD}/status"

LOAD_LIMIT = 15 * 60.0
"""Seconds. A load blocks until the model is in memory, and reports no progress."""
_OTHER_LIMIT = 120.0
"""Seconds. An unload waits for the model's work to end, a download's beginning for the hub to be asked."""
_UNSURE = "The server may go on all the same: look at the list of models before you load it again."
_TELLING = ("job_id", "total_size_bytes", "downloaded_bytes")


class ModelManager:
    """Sends the calls that manage models.

    Args:
        transport: to the server.
        kind: what is known of the server.
        native: whether it has the native v1 surface; None when that is not known.
    """

    def __init__(self, transport: Transport, kind: ServerKind, *, native: bool | None) -> None:
        self._transport = transport
        self._kind = kind
        self._native = native

    def load(self, request: LoadModelRequest, scope: CancelScope | None) -> LoadedModel:
        """Load a model; as `LMStudioClient.load_model`."""
        call = Call("POST", LOAD, "model_load", request.payload(), works=True, time_limit=LOAD_LIMIT, once=True)
        try:
            body = self._ask(call, scope)
        except (errors.RequestCancelledError, errors.ConnectionLostError, errors.RequestTimeoutError) as error:
            if not isinstance(error, errors.RequestTimeoutError) or error.phase == "read":
                error.hint = _UNSURE
            raise
        try:
            return LoadedModel.from_answer(body, request.model)
        except errors.ProtocolError as error:
            error.hint = _UNSURE
            raise error.with_context(endpoint=LOAD, method="POST") from None

    def unload(self, instance_id: str, scope: CancelScope | None) -> str:
        """Unload an instance; as `LMStudioClient.unload_model`."""
        body = {"instance_id": _named(instance_id, "instance_id")}
        call = Call("POST", UNLOAD, "model_load", body, works=True, time_limit=_OTHER_LIMIT, once=True)
        return as_text(as_object(self._ask(call, scope)).get("instance_id")) or instance_id

    def download(self, model: str, quantization: str | None, scope: CancelScope | None) -> DownloadStatus:
        """Begin a download; as `LMStudioClient.download_model`."""
        body = {"model": _named(model, "model")} | ({"quantization": quantization} if quantization else {})
        call = Call(
            "POST", DOWNLOAD, "download", body, works=True, time_limit=_OTHER_LIMIT, once=True, telling=_TELLING
        )
        try:
            return self._status(self._ask(call, scope))
        except errors.ModelNotFoundError as error:
            error.hint = (
                "Check the identifier: a name from lmstudio.ai/models, or the address of a model on huggingface.co."
            )
            raise

    def download_status(self, job_id: str, scope: CancelScope | None) -> DownloadStatus:
        """Look at a download; as `LMStudioClient.download_status`."""
        path = f"{DOWNLOAD_STATUS}/{quote(_named(job_id, 'job_id'), safe='')}"
        try:
            body = self._ask(Call("GET", path, "download", telling=_TELLING), scope)
        except (errors.ModelNotFoundError, errors.FeatureUnavailableError) as error:
            known = isinstance(error, errors.ModelNotFoundError) or self._native
            if not known or error.context.get("status") != 404:
                raise
            context = error.context
        else:
            return self._status({"job_id": job_id, **as_object(body)})
        raise errors.DownloadNotFoundError(
            f"The server knows no download {shortened(job_id, 80)}.", status=404, context=context
        )

    def _status(self, body: object) -> DownloadStatus:
        said: Mapping[str, Any] = as_object(body)
        status = DownloadStatus.read(said)
        if not isinstance(said.get("status"), str):
            raise errors.ProtocolError("The answer does not say how the download stands.")
        if status.error is None:
            return status
        return status.model_copy(update={"error": shortened(self._transport.redact(status.error))})

    def _ask(self, call: Call, scope: CancelScope | None) -> Any:
        """The JSON that the server answers.

        Raises:
            FeatureUnavailableError: when the server has no native v1 surface.
        """
        if self._native is False:
            raise self._unavailable(call)
        try:
            return self._transport.json(call, scope)[0]
        except errors.FeatureUnavailableError as error:
            if self._native:
                error.hint = "A newer LM Studio may have it."
                raise
            failure = self._unavailable(call, error.context)
        raise failure

    def _unavailable(
        self, call: Call, context: Mapping[str, errors.ContextValue] | None = None
    ) -> errors.FeatureUnavailableError:
        what = "download models" if call.feature == "download" else "load or unload models"
        who, hint = _LACKING.get(self._kind, _LACKING[ServerKind.UNKNOWN])
        return errors.FeatureUnavailableError(
            f"{who} cannot {what} on request: it has no native v1 API.",
            feature=call.feature,
            hint=hint,
            context={**(context or {}), "endpoint": call.path, "method": call.method},
        )


_LACKING = {
    ServerKind.LM_STUDIO: (
        "This LM Studio",
        "Upgrade LM Studio to 0.4.0 or later, or use its own window or `lms`.",
    ),
    ServerKind.CLASSIC: (
        "This classic server",
        "LM Studio 0.4.0 or later can; here use the server's own window or `lms`.",
    ),
    ServerKind.OPENAI: (
        "This OpenAI-compatible server",
        "LM Studio 0.4.0 or later can; here use the server's own command or configuration.",
    ),
    ServerKind.UNKNOWN: (
        "This server",
        "LM Studio 0.4.0 or later can; with another server use its own command or configuration.",
    ),
}


def _named(value: str, field: str) -> str:
    """A name that can be sent.

    Raises:
        ValidationError: when it is empty.
    """
    if not value.strip():
        raise errors.ValidationError(f"{field}: it is empty.", field=field)
    return value
