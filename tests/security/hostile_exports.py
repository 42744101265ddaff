"""Conversations that somebody else has written, as other programs export them."""

from __future__ import annotations

from typing import Any

from hostile_strings import OPEN


def chatgpt(number: int, text: str) -> dict[str, object]:
    """A conversation as ChatGPT exports it."""
    said = f"{OPEN}{text}"
    asked = {
        "author": {"role": "user"},
        "content": {"content_type": "text", "parts": [said]},
        "create_time": 1.0 + number,
    }
    given = {
        "author": {"role": "assistant", "name": said},
        "content": {"content_type": "text", "parts": [said]},
        "metadata": {"model_slug": said},
    }
    mapping: dict[str, Any] = {
        "a": {"id": "a", "parent": None, "children": ["b"], "message": {"id": "a", **asked}},
        "b": {"id": "b", "parent": "a", "children": [], "message": {"id": "b", **given}},
    }
    return {
        "title": said,
        "create_time": 1.0 + number,
        "mapping": mapping,
        "current_node": "b",
        "conversation_id": str(number),
    }
