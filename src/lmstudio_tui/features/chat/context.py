"""How much of a model's context a conversation takes, and whether the next prompt still fits."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.chat.parameters import Parameters
    from lmstudio_tui.sdk import ModelSummary
    from lmstudio_tui.store.library.records import Attachment, Message

_WARN: Final = 0.7
_FULL: Final = 0.9

_CHARACTERS_A_TOKEN: Final = 4
_AROUND: Final = 4
"""Tokens that a chat template puts around each message."""

_IMAGE: Final = 800
"""Tokens of an image: models take from 256 to some thousand."""

_DENSE: Final = re.compile(
    "[\u0e00-\u0e7f\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00010000-\U0003ffff]"
)
"""Thai, Chinese, Japanese, Korean, and emoji: about one token for each."""


@dataclass(frozen=True, slots=True)
class ContextUse:
    """How much of the context is taken.

    Args:
        used: tokens.
        limit: tokens there are; None when nobody says.
        estimated: whether some of those used were not counted by the server.
        loaded: whether the limit is that of the model in memory; otherwise it is the most that the model can, and it
            may be loaded with less.
    """

    used: int
    limit: int | None
    estimated: bool = False
    loaded: bool = True

    @property
    def share(self) -> float:
        """How much is taken, from 0 to 1, and beyond if it does not fit; 0 without a limit."""
        return self.used / self.limit if self.limit else 0.0

    @property
    def level(self) -> str:
        """`warn` from 70 %, `full` from 90 %, else empty."""
        return "full" if self.share >= _FULL else "warn" if self.share >= _WARN else ""

    @property
    def words(self) -> str:
        """`2.1k / 8.2k`; `~` before what is estimated, and only what is used when the limit is unknown."""
        used = f"{'~' if self.estimated else ''}{in_words(self.used)}"
        return f"{used} / {in_words(self.limit)}" if self.limit else f"{used} tokens"

    @property
    def sentence(self) -> str:
        """The same for a place where there is room."""
        about = "About " if self.estimated else ""
        if not self.limit:
            return f"{about}{self.used:,} tokens; how many fit, the server does not say."
        whose = "the context" if self.loaded else "the most that the model can (it is not loaded, and may get less)"
        return f"{about}{self.used:,} tokens of {self.limit:,}, {whose}: {self.share:.0%}."


def context_use(path: Sequence[Message], parameters: Parameters, model: ModelSummary | None) -> ContextUse:
    """How much of the context a branch takes: what the server counted last, and an estimate of what came since.

    Args:
        path: the branch, from its first message.
        parameters: what goes with it.
        model: the one that is asked, as the server lists it; None when it does not.
    """
    limit, loaded = limit_of(model)
    for place in range(len(path) - 1, -1, -1):
        usage = path[place].usage or {}
        counted = _count(usage, "prompt_tokens") + _count(usage, "completion_tokens")
        # What was thought is not sent back; a count without the prompt says nothing of the context.
        if path[place].role == "assistant" and _count(usage, "prompt_tokens"):
            since = sum(_size(message) for message in path[place + 1 :])
            used = max(0, counted - _count(usage, "reasoning_tokens")) + since
            return ContextUse(used, limit, bool(usage.get("estimated")) or since > 0, loaded)
    system = estimated_tokens(parameters.system) + _AROUND if parameters.system else 0
    used = system + sum(_size(message) for message in path)
    return ContextUse(used, limit, used > 0, loaded)


def limit_of(model: ModelSummary | None) -> tuple[int | None, bool]:
    """How many tokens fit, and whether that is of the model in memory rather than the most that it can."""
    if model is None:
        return None, True
    length = next((each.context_length for each in model.instances if each.context_length), None)
    return (length, True) if length else (model.max_context_length or None, False)


def fits(use: ContextUse, prompt: str, attachments: Sequence[Attachment] = ()) -> str:
    """Why a prompt does not fit into what is left, in a sentence; empty when it does, or when nobody can tell."""
    more = estimated_tokens(prompt) + sum(tokens_of(each) for each in attachments) + _AROUND
    if not use.limit or use.used + more <= use.limit:
        return ""
    context = f"the {use.limit:,} of the context" if use.loaded else f"the {use.limit:,} that the model takes at most"
    there = f", with the {in_words(use.used)} that are there," if use.used else ""
    return f"This prompt has about {in_words(more)} tokens; that{there} is more than {context}."


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has: four characters each, and one for each character of denser scripts."""
    if text.isascii():
        return math.ceil(len(text) / _CHARACTERS_A_TOKEN)
    dense = sum(1 for _ in _DENSE.finditer(text))
    return dense + math.ceil((len(text) - dense) / _CHARACTERS_A_TOKEN)


def tokens_of(attachment: Attachment) -> int:
    """About how many tokens an attachment takes."""
    return _IMAGE if attachment.kind == "image" else math.ceil(attachment.size / _CHARACTERS_A_TOKEN)


def in_words(tokens: int) -> str:
    """`812`, `2.1k`, `32k`, `1.1M`: thousands of tokens, not of 1024."""
    if tokens < 1000:
        return str(tokens)
    for size, unit in ((1000, "k"), (1_000_000, "M")):
        amount = tokens / size
        if round(amount, 1) < 1000:
            return f"{amount:.1f}{unit}" if round(amount, 1) < 10 else f"{amount:.0f}{unit}"
    return f"{tokens / 1_000_000_000:.1f}G"


def _size(message: Message) -> int:
    """About how many tokens a message takes when it is sent."""
    calls = sum(estimated_tokens(call.name + call.arguments) + _AROUND for call in message.tool_calls)
    text = estimated_tokens(message.text)
    size = text + calls + sum(tokens_of(attachment) for attachment in message.attachments)
    return size + _AROUND if size else 0


def _count(usage: dict[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) and value > 0 else 0
