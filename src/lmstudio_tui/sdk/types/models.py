"""The models of a server, as far as it tells about them (server contract: 1, 2.2, 2.3, 2.4)."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic needs it
from typing import Annotated, Literal

from pydantic import Field

from lmstudio_tui.sdk.types.base import RequestModel, WireModel

ModelType = Literal["llm", "vlm", "embedding"]
ModelState = Literal["loaded", "not-loaded", "unknown"]


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
        return model.loaded == (self.status in {"ready", "loaded"})


class ModelInstance(WireModel):
    """A model in memory. One model may be loaded more than once."""

    id: str
    context_length: int | None = None


class ModelSummary(WireModel):
    """One model. What the server does not tell is None; `state` is then `unknown`.

    `capabilities` are the ones it declares: `vision`, `tools`, `reasoning`.
    """

    id: str
    display_name: str | None = None
    type: ModelType | None = None
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
        """Whether to offer it for a chat: everything but an embedding model."""
        return self.type != "embedding"


class ModelListing(RequestModel):
    """All models, and which endpoints told of them."""

    models: tuple[ModelSummary, ...]
    sources: tuple[str, ...]
    fetched_at: datetime
