"""How much memory a model will need, estimated from what a list of models tells.

No API tells it before the model is loaded. The estimate is the sum of

* the weights: the size of the file, which is read into memory as it is, and 5 % for what is worked out beside it;
* the cache of keys and values: so many bytes for each token of the context, in 16 bits. That depends on the layers and
  heads of the architecture, which are not told; so it is taken from a table by the number of parameters.

The table is what published configurations come to: 2 (keys and values) x layers x heads for these x size of a head
x 2 bytes. Llama 3.2 1B 32 KiB, Llama 3.2 3B 112, Llama 3.1 8B 128, Qwen3 8B 144, Qwen3 14B 160, Qwen3 32B 256,
Llama 3.3 70B 320, Llama 3.1 405B 504; of mixtures gpt-oss 20B 48, Qwen3 30B-A3B 96, gpt-oss 120B 72, Mixtral 8x7B 128,
Qwen3 235B-A22B 188. Architectures with a sliding window need less, those without grouped heads (Llama 2 7B: 512) more:
the cache may well be half or twice as large. It is shown as what it is: a rule of thumb.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.models.words import parameters_from_words, size_in_words

if TYPE_CHECKING:
    from lmstudio_tui.sdk import ModelSummary

_KIB: Final = 1024
_BESIDE: Final = 1.05
"""What stands in memory for each byte of weights: buffers and tables are about a twentieth."""
_DENSE: Final = ((1.5e9, 32), (4.5e9, 112), (10e9, 144), (16e9, 168), (36e9, 256), (90e9, 320))
_DENSE_BEYOND: Final = 512
_MIXTURES: Final = ((25e9, 48), (60e9, 112), (150e9, 128))
_MIXTURES_BEYOND: Final = 192
_ACTIVE: Final = re.compile(r"\d\s*[x×]\s*\d|(?:^|[^a-z])a\d+(?:\.\d+)?b(?![a-z0-9])")
_MIXED: Final = re.compile(r"moe|mixtral|gpt[-_]?oss|dbrx|deepseek[-_]?(?:v[23]|2|3)")


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """What loading a model is expected to take.

    Attributes:
        weights: bytes; None when nothing tells of them.
        cache_per_token: bytes for each token of the context; 0 for an embedding model, None when unknown.
        context: tokens; None when the server will choose.
        reckoned: whether the weights follow from parameters and bits, since no size is told.
    """

    weights: int | None
    cache_per_token: int | None
    context: int | None
    reckoned: bool = False

    @property
    def cache(self) -> int | None:
        """Bytes of the cache of keys and values; None when unknown."""
        if self.cache_per_token == 0:
            return 0
        if self.cache_per_token is None or self.context is None:
            return None
        return self.cache_per_token * self.context

    @property
    def total(self) -> int | None:
        """Bytes in all; None when a part is unknown."""
        return None if self.weights is None or self.cache is None else self.weights + self.cache

    @property
    def in_words(self) -> str:
        """One or two sentences that say how much, of what, and that it is an estimate."""
        if self.weights is None:
            return "No estimate of the memory: the server does not tell the size of this model."
        source = " (reckoned from parameters and bits)" if self.reckoned else ""
        weights = f"{size_in_words(self.weights)} of weights{source}"
        if self.cache_per_token == 0:
            return f"Estimated memory: about {weights}; an embedding model keeps no cache."
        if self.cache_per_token is None:
            return (
                f"Estimated memory: about {weights}, and a cache that cannot be estimated: its parameters are unknown."
            )
        if self.total is None:
            each = size_in_words(self.cache_per_token * 1024)
            return f"Estimated memory: about {weights}, and {each} for each 1,024 tokens of context (rule of thumb)."
        cache = f"{size_in_words(self.cache)} for {self.context:,} tokens (rule of thumb)"
        return f"Estimated memory: about {size_in_words(self.total)}: {weights} + {cache}."


def memory_needed(model: ModelSummary, context: int | None) -> MemoryEstimate:
    """Estimate what loading a model takes.

    Args:
        model: as a list of models tells of it.
        context: tokens; None when the server will choose.
    """
    parameters = parameters_from_words(model.parameters)
    weights, reckoned = model.size_bytes or None, False
    if weights is None and parameters and model.bits_per_weight:
        weights, reckoned = int(parameters * model.bits_per_weight / 8), True
    return MemoryEstimate(
        weights=None if weights is None else int(weights * _BESIDE),
        cache_per_token=_cache_per_token(model, parameters),
        context=context,
        reckoned=reckoned,
    )


def is_mixture(model: ModelSummary) -> bool:
    """Whether it is a mixture of experts, as far as its name, its parameters and its architecture tell."""
    if any(one.num_experts for one in model.instances):
        return True
    told = f"{model.parameters or ''} {model.id.rpartition('/')[2]}".lower()
    return bool(_ACTIVE.search(told) or _MIXED.search(f"{model.architecture or ''} {told}".lower()))


def _cache_per_token(model: ModelSummary, parameters: float | None) -> int | None:
    if model.type == "embedding":
        return 0
    if not parameters:
        return None
    mixture = is_mixture(model)
    table, beyond = (_MIXTURES, _MIXTURES_BEYOND) if mixture else (_DENSE, _DENSE_BEYOND)
    return _KIB * next((each for most, each in table if parameters <= most), beyond)
