"""A conversation as Markdown, for people, and such that `markdown_reading` understands it."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

from lmstudio_tui.features.history.branches import branches
from lmstudio_tui.features.history.fences import (
    ANOTHER,
    ATTACHED,
    REASONING,
    TOOL_CALL,
    escaped,
    escaped_words,
    fenced,
    heading,
    hidden_closing,
)
from lmstudio_tui.features.history.times import exact_time, shown_time
from lmstudio_tui.features.history.words import attachment_words, model_of, untitled
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lmstudio_tui.store.library.records import Attachment, Conversation, Loaded, Message

_NAMED_ENDS = {"stopped", "interrupted", "failed"}


def as_markdown(loaded: Loaded, *, whole_tree: bool = False, blob: Callable[[str], bytes | None] | None = None) -> str:
    """A conversation, a heading for each message.

    Args:
        loaded: the conversation.
        whole_tree: whether the branches that are not shown follow, too.
        blob: gives the bytes of an attachment by its SHA-256, for the texts among them; None leaves them out.
    """
    parts = list(_top(loaded))
    for at, branch in enumerate(branches(loaded, whole_tree=whole_tree)):
        if at:
            first = clean_line(branch.after.text[:400])[:80] if branch.after else ""
            parts.append(f"{ANOTHER}, after: {escaped_words(first)}" if first else f"{ANOTHER}, from the beginning")
        for message in branch.messages:
            parts.extend(_message(message, blob))
    return "\n\n".join(parts) + "\n"


def _top(loaded: Loaded) -> Iterator[str]:
    conversation = loaded.conversation
    yield _facts(conversation)
    yield f"# {escaped_words(clean_line(conversation.title)) or untitled(conversation)}"
    about = [clean_line(model_of(loaded)), shown_time(conversation.created_at) if conversation.created_at else ""]
    if any(about):
        yield f"*{escaped_words(' · '.join(part for part in about if part))}*"
    system = conversation.parameters.get("system")
    if isinstance(system, str) and system:
        yield heading("system", "")
        yield escaped(system)


def _facts(conversation: Conversation) -> str:
    """What a machine wants to know, where nobody sees it."""
    facts = {
        "version": 1,
        "id": conversation.id,
        "created_at": exact_time(conversation.created_at),
        "updated_at": exact_time(conversation.updated_at),
    }
    # No `--` may stand in a comment.
    return f"<!-- lmstudio-tui {json.dumps(facts).replace('--', '-' + chr(92) + 'u002d')} -->"


def _message(message: Message, blob: Callable[[str], bytes | None] | None) -> Iterator[str]:
    about = [message.tool_call_id or ""] if message.role == "tool" else [message.model or message.requested_model or ""]
    about += [message.status if message.status in _NAMED_ENDS else ""]
    shown = ", ".join(clean_line(part) for part in about if part)
    yield heading(message.role, escaped_words(shown[:200]))
    for attachment in message.attachments:
        yield _attachment(attachment, blob)
    if message.reasoning:
        yield f"<details>\n{REASONING}\n\n{hidden_closing(escaped(message.reasoning))}\n\n</details>"
    if message.role == "tool":
        yield fenced(message.text)
    elif message.text:
        yield escaped(message.text)
    for call in message.tool_calls:
        yield f"{TOOL_CALL} {_code(call.name)} {_code(call.id)}".rstrip()
        yield fenced(call.arguments, "json")


def _attachment(attachment: Attachment, blob: Callable[[str], bytes | None] | None) -> str:
    words = attachment_words(attachment)
    data = blob(attachment.sha256) if blob is not None and attachment.kind == "text" else None
    if data is None:
        return f"*{ATTACHED}{escaped_words(words)}*"
    text = fenced(data.decode("utf-8", "replace"))
    return f"<details>\n<summary>{ATTACHED}{html.escape(words)}</summary>\n\n{text}\n\n</details>"


def _code(text: str) -> str:
    """A name as code; what would end it is replaced."""
    return f"`{clean_line(text).replace('`', chr(39))}`" if text else ""
