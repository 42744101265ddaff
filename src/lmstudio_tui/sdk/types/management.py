"""Loading, unloading and downloading models: LM Studio's native v1 surface (server contract, 2.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field, field_validator

from lmstudio_tui.sdk.types.base import Count, JSONObject, RequestModel, Text, WireModel
from lmstudio_tui.sdk.wire import as_object, is_object

_SUCCEEDED = frozenset({"completed", "already_downloaded"})
_ENDED = _SUCCEEDED | {"failed", "cancelled", "canceled"}

Positive = Annotated[int, Field(ge=1)]
Amount = Annotated[float, Field(ge=0)]


class LoadModelRequest(RequestModel):
    """Which model to load, and how. None is not sent: the server's default holds, and strict servers take no more.

    Attributes:
        model: its key, as the list of models names it.
        context_length: tokens.
        eval_batch_size: tokens that are evaluated at once.
        flash_attention: whether attention is computed the economical way.
        num_experts: how many experts of a mixture work on a token.
        offload_kv_cache_to_gpu: whether the key and value cache lies in the GPU's memory.
        extra: parameters that this server knows and we do not; sent as they are, in place of ours of the same name.
    """

    model: Annotated[Text, Field(min_length=1)]
    context_length: Positive | None = None
    eval_batch_size: Positive | None = None
    flash_attention: bool | None = None
    num_experts: Positive | None = None
    offload_kv_cache_to_gpu: bool | None = None
    extra: JSONObject = Field(default_factory=dict[str, Any])

    def payload(self) -> dict[str, Any]:
        """The JSON to send. The configuration that the server arrives at is always asked for."""
        chosen = self.model_dump(exclude={"extra"}, exclude_none=True)
        return {**chosen, "echo_load_config": True, **self.extra}


class LoadedModel(WireModel):
    """A model that was just loaded: a new instance of it.

    Attributes:
        instance_id: what to ask for, and what to unload.
        model: the key that was asked for.
        type: `llm` or `embedding`, or what the server calls it.
        load_time_seconds: as the server measured it; None when it does not say.
        context_length: tokens, as the server says; None when it does not.
        load_config: everything that it was loaded with, as the server says.
    """

    instance_id: Annotated[str, Field(min_length=1)]
    model: str
    type: str | None = None
    status: str | None = None
    load_time_seconds: Amount | None = None
    context_length: Count | None = None
    load_config: dict[str, Any] = Field(default_factory=dict[str, Any])

    @classmethod
    def from_answer(cls, body: object, model: str) -> LoadedModel:
        """What the server answers to a load.

        Raises:
            ProtocolError: when it names no instance.
        """
        said = as_object(body)
        length: object = as_object(said.get("load_config")).get("context_length")
        return cls.read({"context_length": length, **said, "model": model})


class DownloadStatus(WireModel):
    """How far a download is. What the server does not tell is None.

    Attributes:
        job_id: what to ask for; None when there is nothing to download.
        status: `downloading`, `paused`, `completed`, `failed`, `already_downloaded`, or what a newer server says.
        total_size_bytes: of the whole download.
        downloaded_bytes: so far.
        bytes_per_second: at present.
        estimated_completion: when it will be done, by the server's reckoning.
        error: why it failed, in words.
    """

    job_id: str | None = None
    status: str = "unknown"
    total_size_bytes: Count | None = None
    downloaded_bytes: Count | None = None
    bytes_per_second: Amount | None = None
    estimated_completion: datetime | None = None
    error: str | None = None

    @field_validator("job_id", "error", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("error", mode="before")
    @classmethod
    def _in_words(cls, value: object) -> object:
        return value.get("message") if is_object(value) else value

    @field_validator("total_size_bytes", "downloaded_bytes", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        """A number that JavaScript has reckoned with may have a fraction."""
        return int(value) if isinstance(value, float) and abs(value) < 2**63 else value

    @field_validator("estimated_completion")
    @classmethod
    def _with_zone(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen, for better or worse."""
        return self.status in _ENDED

    @property
    def succeeded(self) -> bool:
        """Whether the model is there."""
        return self.status in _SUCCEEDED

    @property
    def fraction(self) -> float | None:
        """How much is done, from 0 to 1; None when that cannot be told."""
        if self.succeeded:
            return 1.0
        if self.downloaded_bytes is None or not self.total_size_bytes:
            return None
        return min(1.0, self.downloaded_bytes / self.total_size_bytes)
