"""The models of a server, as far as it tells about them (server contract: 1, 2.2, 2.3, 2.4)."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic needs it
from typing import Annotated, Any, Literal

from pydantic import Field

from lmstudio_tui.sdk.modeltypes import chats
from lmstudio_tui.sdk.types.base import RequestModel, WireModel

ModelState = Literal["loaded", "loading", "not-loaded", "unknown"]


class ModelFilter(RequestModel):
    """Which models are wanted. Sent to the server (classic ones heed it), and applied to what comes back."""

    owned_by: str | None = None
    status: str | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    cursor: str | None = None

    def params(self) -> dict[str, str]:
        """As a query string's parameters."""
        return {name: str(value) for name, value in self.model_dump(exclude_none=True).items()}

    def keeps(self, model: ModelSummary) -> bool:
        """Whether a model passes; what the server does not tell passes."""
        owned = self.owned_by is None or model.owned_by in {self.owned_by, None}
        return owned and (self.status is None or self._has_status(model))

    def _has_status(self, model: ModelSummary) -> bool:
        """By its status, or by its state where only that is told (LM Studio)."""
        if model.status is not None or model.state == "unknown":
            return model.status in {self.status, None}
        if self.status == "loading":
            return model.state == "loading"
        return model.loaded == (self.status in {"ready", "loaded"})


class ModelInstance(WireModel):
    """A model in memory. One model may be loaded more than once. What the server does not tell is None.

    Attributes:
        id: what to ask for, and what to unload.
        context_length: tokens.
        eval_batch_size: tokens that are evaluated at once.
        parallel: requests that are worked on at once.
        flash_attention: whether attention is computed the economical way.
        num_experts: how many experts of a mixture work on a token.
        offload_kv_cache_to_gpu: whether the key and value cache lies in the GPU's memory.
        config: what else it was loaded with, by the server's own names.
    """

    id: str
    context_length: int | None = None
    eval_batch_size: int | None = None
    parallel: int | None = None
    flash_attention: bool | None = None
    num_experts: int | None = None
    offload_kv_cache_to_gpu: bool | None = None
    config: dict[str, Any] = Field(default_factory=dict[str, Any])

    def __hash__(self) -> int:
        return hash((self.id, self.context_length))


class ModelSummary(WireModel):
    """One model. What the server does not tell is None; `state` is then `unknown`.

    Attributes:
        type: `llm`, `vlm` or `embedding`; what is none of these, as the server calls it.
        bits_per_weight: of the quantization.
        max_context_length: the most tokens that the model can take.
        state: `loading` only where a list says so.
        capabilities: the ones it declares: `vision`, `tools`, `reasoning`.
        reasoning_options: what `reasoning` may be set to.
        reasoning_default: what it is when it is not set.
        variants: the names of its quantizations, where one model has several.
        selected_variant: the one of them that is loaded when the model is asked for.
        sources: the endpoints whose lists told of it.
    """

    id: str
    display_name: str | None = None
    type: str | None = None
    publisher: str | None = None
    architecture: str | None = None
    quantization: str | None = None
    bits_per_weight: float | None = None
    format: str | None = None
    parameters: str | None = None
    size_bytes: int | None = None
    max_context_length: int | None = None
    state: ModelState = "unknown"
    instances: tuple[ModelInstance, ...] = ()
    capabilities: tuple[str, ...] = ()
    owned_by: str | None = None
    status: str | None = None
    created: int | None = None
    description: str | None = None
    reasoning_options: tuple[str, ...] = ()
    reasoning_default: str | None = None
    variants: tuple[str, ...] = ()
    selected_variant: str | None = None
    sources: tuple[str, ...] = ()

    @property
    def loaded(self) -> bool:
        """Whether an instance is in memory, as far as is known."""
        return self.state == "loaded"

    @property
    def context_length(self) -> int | None:
        """The context a prompt has to fit: of the first loaded instance, else the most the model can."""
        lengths = [instance.context_length for instance in self.instances if instance.context_length]
        return lengths[0] if lengths else self.max_context_length

    @property
    def can_chat(self) -> bool:
        """Whether to offer it for a chat: everything but a model that only embeds, listens, speaks, ranks or draws."""
        return chats(self.type)


class ModelListing(RequestModel):
    """All models, and which endpoints told of them."""

    models: tuple[ModelSummary, ...]
    sources: tuple[str, ...]
    fetched_at: datetime
