"""The names of what servers are and can do. Apart from the types that use them, which take a while to import."""

from __future__ import annotations

from enum import StrEnum

UNKNOWN = "unknown"
"""A version that cannot be known: a value of its own, and never an error."""

CAPABILITIES = (
    "chat",
    "streaming",
    "completions",
    "embeddings",
    "transcription",
    "translation",
    "speech",
    "images",
    "vision",
    "tools",
    "structured_output",
    "reasoning",
    "model_load",
    "download",
)


class ServerKind(StrEnum):
    """The three kinds of server (server contract, first table)."""

    CLASSIC = "classic"
    LM_STUDIO = "lmstudio"
    OPENAI = "openai"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """For people."""
        return {"classic": "LM Studio (classic)", "lmstudio": "LM Studio", "openai": "OpenAI-compatible"}.get(
            self.value, "unknown server"
        )
