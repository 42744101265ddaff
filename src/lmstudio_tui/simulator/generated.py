"""As many models as are wanted: plausible, different from each other, and always the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lmstudio_tui.simulator.catalogue import MODELS, ModelType, SimModel

if TYPE_CHECKING:
    from collections.abc import Iterator

_FAMILIES: tuple[tuple[str, str, ModelType], ...] = (
    ("llama-3.3", "llama", "llm"),
    ("qwen3", "qwen3", "llm"),
    ("mistral-small", "mistral3", "vlm"),
    ("gemma-3", "gemma3", "vlm"),
    ("phi-4", "phi3", "llm"),
    ("nomic-embed", "nomic-bert", "embeddings"),
    ("deepseek-r1", "deepseek2", "llm"),
    ("granite-4", "granitehybrid", "llm"),
)
_BILLIONS = (0.6, 1.7, 3.8, 7, 8, 12, 14, 24, 32, 70, 120)
_QUANTIZATIONS: tuple[tuple[str, float, Literal["gguf", "mlx"]], ...] = (
    ("Q4_K_M", 4.0, "gguf"),
    ("Q8_0", 8.0, "gguf"),
    ("4bit", 4.0, "mlx"),
    ("Q6_K", 6.0, "gguf"),
    ("F16", 16.0, "gguf"),
)
_CONTEXTS = (4096, 8192, 32768, 40960, 131072, 262144, 1048576)


def models_on_disk(count: int | None) -> tuple[SimModel, ...]:
    """The usual models, then as many generated ones as there have to be; None is the usual ones."""
    if count is None:
        return MODELS
    return (*MODELS[:count], *_generated(count - len(MODELS)))


def _generated(count: int) -> Iterator[SimModel]:
    for number in range(count):
        family, architecture, kind = _FAMILIES[number % len(_FAMILIES)]
        billions = _BILLIONS[number % len(_BILLIONS)]
        quantization, bits, form = _QUANTIZATIONS[number % len(_QUANTIZATIONS)]
        embeds = kind == "embeddings"
        reasons = architecture in {"qwen3", "deepseek2"}
        yield SimModel(
            key=f"sim-{family}-{billions:g}b-{quantization.lower()}-{number + 1:04}",
            display_name=f"{family.replace('-', ' ').title()} {billions:g}B no. {number + 1} (simulated)",
            description=f"A generated model: {quantization}, in {form} format.",
            type=kind,
            architecture=architecture,
            params=f"{billions:g}B",
            quantization=quantization,
            bits=bits,
            format=form,
            size_bytes=int(billions * 1e9 * bits / 8 * 1.1),
            max_context=_CONTEXTS[number % len(_CONTEXTS)],
            default_context=4096,
            thinking="field" if reasons else "no",
            efforts=("off", "on") if reasons else (),
            tools=not embeds and number % 3 != 0,
            dimensions=256 if embeds else 0,
        )
