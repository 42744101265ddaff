"""What goes on with conversations, and how that is shown: by a symbol, and in a word where there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lmstudio_tui.store.library.records import Conversation

SYMBOLS: Final = {"answering": "●", "interrupted": "!", "draft": "✎", "open": "○"}
"""By the word. The first that holds is the one that is shown."""

URGENT: Final = frozenset({"answering", "interrupted"})
"""Words that are worth room that a title could have had."""


@dataclass(frozen=True, slots=True)
class States:
    """Which conversations something is to be said about, by their ids.

    Args:
        open: those in tabs.
        streaming: those that are being answered.
        interrupted: those whose last answer was cut off by the end of a program.
        current: the one in front; empty for none.
    """

    open: frozenset[str] = frozenset()
    streaming: frozenset[str] = frozenset()
    interrupted: frozenset[str] = frozenset()
    current: str = ""

    def words(self, conversation: Conversation) -> tuple[str, ...]:
        """What is to be said of a conversation, the most important first."""
        holds = {
            "answering": conversation.id in self.streaming,
            "interrupted": conversation.id in self.interrupted,
            "draft": bool(conversation.draft.strip()),
            "open": conversation.id in self.open | {self.current} and conversation.id not in self.streaming,
        }
        return tuple(word for word in SYMBOLS if holds[word])
