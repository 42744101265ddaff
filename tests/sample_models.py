"""Three models as LM Studio lists them, for tests of every part; a test that wants one otherwise copies it."""

from __future__ import annotations

from lmstudio_tui.sdk import ModelInstance, ModelSummary

QWEN = ModelSummary(
    id="qwen/qwen3-8b",
    display_name="Qwen3 8B",
    type="llm",
    publisher="qwen",
    architecture="qwen3",
    quantization="Q4_K_M",
    bits_per_weight=4.8,
    parameters="8B",
    format="gguf",
    size_bytes=4_920_739_232,
    max_context_length=32768,
    state="loaded",
    instances=(ModelInstance(id="qwen/qwen3-8b", context_length=8192, parallel=4, flash_attention=True),),
    capabilities=("tools", "reasoning"),
    reasoning_options=("off", "on"),
    sources=("/api/v1/models", "/api/v0/models", "/v1/models"),
)
GEMMA = ModelSummary(
    id="google/gemma-4-26b",
    type="vlm",
    publisher="google",
    architecture="gemma4",
    quantization="Q4_K_M",
    parameters="26B-A4B",
    format="gguf",
    size_bytes=17_900_000_000,
    max_context_length=262144,
    state="not-loaded",
    capabilities=("vision", "tools"),
)
NOMIC = ModelSummary(
    id="text-embedding-nomic-embed-text-v1.5",
    type="embedding",
    quantization="F16",
    parameters="137M",
    format="gguf",
    size_bytes=84_106_624,
    max_context_length=2048,
    state="loaded",
    instances=(ModelInstance(id="text-embedding-nomic-embed-text-v1.5", context_length=2048),),
)
