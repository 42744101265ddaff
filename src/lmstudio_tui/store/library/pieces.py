"""The pieces of answers that are still written: only ever added, so a long answer costs no more than a short one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.library.base import placeholders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.store.library.base import Base

TEXT: Final = 0
REASONING: Final = 1
CALLS: Final = 2
"""Kinds of pieces. There is one of tool calls at most: all of them, as JSON."""

_AT_ONCE: Final = 500


def joined(base: Base, ids: Sequence[str]) -> dict[str, tuple[str, str, str | None]]:
    """What has come of these answers, where there is something: text, reasoning, tool calls."""
    found: dict[str, tuple[list[str], list[str], list[str]]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        listed = placeholders(len(some))
        query = f"SELECT message_id, kind, text FROM pieces WHERE message_id IN ({listed}) ORDER BY number"  # noqa: S608
        for message_id, kind, text in base.rows(query, some):
            texts, thoughts, calls = found.setdefault(message_id, ([], [], []))
            (texts if kind == TEXT else thoughts if kind == REASONING else calls).append(text)
    return {
        message_id: ("".join(texts), "".join(thoughts), calls[-1] if calls else None)
        for message_id, (texts, thoughts, calls) in found.items()
    }


def drop(base: Base, message_id: str) -> None:
    """The answer is whole, or begins again."""
    base.run("DELETE FROM pieces WHERE message_id = ?", (message_id,))
