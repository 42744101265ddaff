"""The simulated models: plausible names and numbers, and an owner that says they are simulated."""

from dataclasses import dataclass
from typing import Literal

from lmstudio_tui.simulator.config import OWNER, Flavour
from lmstudio_tui.simulator.embedding_faults import EMBEDDING_FAULTS
from lmstudio_tui.simulator.faults import FAULT_PREFIX, FAULTS

ModelType = Literal["llm", "vlm", "embeddings"]
Thinking = Literal["no", "field", "tags"]

_GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class SimModel:
    """One model as the lists show it (server contract, sections 2.3 and 2.4).

    Attributes:
        key: The identifier to ask for it by.
        thinking: How it shows its reasoning: not at all, in ``reasoning_content``, or in ``<think>`` tags.
        dimensions: The length of its vectors; 0 for a model that makes none.
        shortens: Whether its vectors can be cut to fewer dimensions.
        initial: The flavours in which it is loaded at the start.
        variants: The names of its quantizations, the one that is used first; empty when there is only this one.
        refuses: Why it cannot be downloaded or loaded; empty for a sound one.
        pauses: Whether its download stops before its end, and goes on no more.
    """

    key: str
    display_name: str
    description: str
    type: ModelType = "llm"
    architecture: str
    params: str | None
    quantization: str | None
    bits: float | None
    format: Literal["gguf", "mlx"] | None = "gguf"
    size_bytes: int
    max_context: int
    default_context: int
    thinking: Thinking = "no"
    efforts: tuple[str, ...] = ()
    tools: bool = False
    dimensions: int = 0
    shortens: bool = False
    initial: frozenset[Flavour] = frozenset()
    variants: tuple[str, ...] = ()
    refuses: str = ""
    pauses: bool = False
    publisher: str = OWNER

    @property
    def is_embedding(self) -> bool:
        """Whether it embeds, and cannot chat."""
        return self.type == "embeddings"


_EVERYWHERE: frozenset[Flavour] = frozenset({"lmstudio", "classic", "openai"})
_OPENAI: frozenset[Flavour] = frozenset({"openai"})
_CLASSIC: frozenset[Flavour] = frozenset({"classic", "openai"})

MODELS: tuple[SimModel, ...] = (
    SimModel(
        key="sim-llama-3.1-8b",
        display_name="Llama 3.1 8B Instruct (simulated)",
        description="A plain chat model that uses tools.",
        architecture="llama",
        params="8B",
        quantization="Q4_K_M",
        bits=4.0,
        size_bytes=4_920_739_232,
        max_context=131072,
        default_context=8192,
        tools=True,
        initial=_EVERYWHERE,
    ),
    SimModel(
        key="sim-qwen3-8b",
        display_name="Qwen3 8B (simulated)",
        description="A reasoning model: its thoughts come apart from its answer, in reasoning_content.",
        architecture="qwen3",
        params="8B",
        quantization="Q6_K",
        bits=6.0,
        size_bytes=6_725_899_168,
        max_context=40960,
        default_context=16384,
        thinking="field",
        efforts=("off", "on"),
        tools=True,
        initial=_CLASSIC,
    ),
    SimModel(
        key="sim-deepseek-r1-7b",
        display_name="DeepSeek R1 Distill 7B (simulated)",
        description="A reasoning model that thinks inside its answer, between <think> tags.",
        architecture="qwen2",
        params="7B",
        quantization="Q8_0",
        bits=8.0,
        size_bytes=8_098_525_696,
        max_context=131072,
        default_context=4096,
        thinking="tags",
        efforts=("on",),
        initial=_OPENAI,
    ),
    SimModel(
        key="sim-gemma-3n-e4b",
        display_name="Gemma 3n E4B (simulated)",
        description="A small model that also takes images, in MLX format.",
        type="vlm",
        architecture="gemma3n",
        params="4B",
        quantization="4bit",
        bits=4.0,
        format="mlx",
        size_bytes=5_862_000_640,
        max_context=32768,
        default_context=4096,
        tools=True,
        initial=_OPENAI,
    ),
    SimModel(
        key="sim-gpt-oss-20b",
        display_name="gpt-oss 20B (simulated)",
        description="A larger reasoning model whose effort can be chosen.",
        architecture="gpt-oss",
        params="20B",
        quantization="MXFP4",
        bits=4.0,
        size_bytes=12_109_566_560,
        max_context=131072,
        default_context=8192,
        thinking="field",
        efforts=("low", "medium", "high"),
        tools=True,
        variants=("sim-gpt-oss-20b@mxfp4", "sim-gpt-oss-20b@q8_0"),
        initial=_OPENAI,
    ),
    SimModel(
        key="sim-nomic-embed-v1.5",
        display_name="Nomic Embed Text v1.5 (simulated)",
        description="Embeds texts in 256 dimensions.",
        type="embeddings",
        architecture="nomic-bert",
        params="137M",
        quantization="Q8_0",
        bits=8.0,
        size_bytes=146_146_432,
        max_context=2048,
        default_context=2048,
        dimensions=256,
        shortens=True,
        initial=_EVERYWHERE,
    ),
    SimModel(
        key="sim-bge-m3",
        display_name="BGE M3 (simulated)",
        description="Embeds texts in 384 dimensions, and differs from the other one.",
        type="embeddings",
        architecture="bert",
        params="567M",
        quantization="F16",
        bits=16.0,
        size_bytes=1_157_671_200,
        max_context=8192,
        default_context=8192,
        dimensions=384,
        initial=_OPENAI,
    ),
)
"""What is on disk at the start."""

DOWNLOADABLE: tuple[SimModel, ...] = (
    SimModel(
        key="sim-phi-4-mini",
        display_name="Phi 4 mini (simulated)",
        description="A small model that has to be downloaded first.",
        architecture="phi3",
        params="3.8B",
        quantization="Q4_K_M",
        bits=4.0,
        size_bytes=2_491_874_272,
        max_context=131072,
        default_context=4096,
        tools=True,
    ),
    SimModel(
        key="sim-broken-download",
        display_name="Broken download (simulated)",
        description="A model whose download fails before it is half done.",
        architecture="llama",
        params="1B",
        quantization="Q4_0",
        bits=4.0,
        size_bytes=_GIB,
        max_context=8192,
        default_context=4096,
        refuses="the connection to the download server was lost",
    ),
    SimModel(
        key="sim-smollm2-1.7b",
        display_name="SmolLM2 1.7B (simulated)",
        description="A model that is downloaded quickly.",
        architecture="llama",
        params="1.7B",
        quantization="Q8_0",
        bits=8.0,
        size_bytes=1_820_414_944,
        max_context=8192,
        default_context=4096,
        tools=True,
    ),
    SimModel(
        key="sim-mistral-small-24b",
        display_name="Mistral Small 24B (simulated)",
        description="A large model, whose download takes a while.",
        type="vlm",
        architecture="mistral3",
        params="24B",
        quantization="Q4_K_M",
        bits=4.0,
        size_bytes=15_209_373_024,
        max_context=131072,
        default_context=8192,
        tools=True,
    ),
    SimModel(
        key="sim-paused-download",
        display_name="Paused download (simulated)",
        description="A model whose download pauses when a third of it is there.",
        architecture="llama",
        params="1B",
        quantization="Q4_0",
        bits=4.0,
        size_bytes=_GIB,
        max_context=8192,
        default_context=4096,
        pauses=True,
    ),
)
"""What can be downloaded."""


def fault_model(name: str) -> SimModel:
    """The model that shows the fault `name`."""
    embeds = name in EMBEDDING_FAULTS
    return SimModel(
        key=FAULT_PREFIX + name,
        display_name=f"Fault: {name} (simulated)",
        description=EMBEDDING_FAULTS[name] if embeds else FAULTS[name],
        type="embeddings" if embeds else "llm",
        dimensions=256 if embeds else 0,
        shortens=embeds,
        architecture="fault",
        params=None,
        quantization=None,
        bits=None,
        format=None,
        size_bytes=0,
        max_context=32768,
        default_context=32768,
        tools=name.startswith("tool-call"),
        refuses="insufficient system resources" if name == "load-failed" else "",
    )


def fault_name(model: str) -> str | None:
    """The fault that `model` asks for, or None; the number of an instance (``:2``) does not matter."""
    name = model.removeprefix(FAULT_PREFIX).partition(":")[0]
    return name if model.startswith(FAULT_PREFIX) and (name in FAULTS or name in EMBEDDING_FAULTS) else None
