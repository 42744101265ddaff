"""What sort of model one is, from whatever a server calls it (server contract: 2.3, 2.4, 4).

LM Studio says `llm`, `vlm`, `embedding` or `embeddings`; others name a task, as Hugging Face does. What is none of
these is kept as it is said.
"""

from __future__ import annotations

import re

from lmstudio_tui.sdk.classify import shortened
from lmstudio_tui.text_safety import clean_line

_LONGEST = 60
_SPELLINGS = {
    **dict.fromkeys(("llm", "chat", "language", "text-generation"), "llm"),
    **dict.fromkeys(("vlm", "image-text-to-text"), "vlm"),
    **dict.fromkeys(
        ("embedding", "embeddings", "text-embedding", "feature-extraction", "sentence-similarity"), "embedding"
    ),
}
_NO_CHAT = re.compile(
    r"(?<![a-z])(?:embed(?:ding)?s?|speech|voice|speaker|asr|stt|tts|transcri(?:be|ption)s?|rerank(?:er|ing)?"
    r"|moderation|(?:text-to|to|unconditional)-(?:image|audio|video|music)|image-generation|diffusion)(?![a-z])"
)
"""Words in the names of tasks that are no chat: what only embeds, listens, speaks, ranks or draws."""


def type_of(said: object) -> str | None:
    """`llm`, `vlm` or `embedding` where that is meant, otherwise what is said, as one short harmless line.

    `model` is what some servers call every entry, and tells nothing.
    """
    text = shortened(clean_line(said), _LONGEST) if isinstance(said, str) else ""
    kind = _SPELLINGS.get(_plain(text), text)
    return None if kind.lower() in {"", "model"} else kind


def chats(kind: str | None) -> bool:
    """Whether a model of that type may be offered for a chat. What nobody has heard of may."""
    return kind is None or _NO_CHAT.search(_plain(kind)) is None


def _plain(text: str) -> str:
    return re.sub(r"[\s_]+", "-", text.lower())
