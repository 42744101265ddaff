"""Conversations for people and for scripts."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size

from lmstudio_tui.features.history.branches import branches
from lmstudio_tui.features.history.times import plain_time
from lmstudio_tui.features.history.words import attachment_words, model_of, untitled
from lmstudio_tui.text_safety import clean, clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lmstudio_tui.store.library.records import Conversation, Hit, Loaded, Message

_LEAST_ID = 8
_LEAST_TITLE = 12
_BOLD = ("\x1b[1m", "\x1b[0m")
_WIDE = 60
"""Columns of a terminal with room for how many messages there are."""
_NAMES = {"user": "You", "assistant": "Assistant", "tool": "Tool"}


def conversation_as_json(conversation: Conversation) -> dict[str, Any]:
    """A conversation in a list, in the shape that scripts can rely on."""
    return {
        "id": conversation.id,
        "title": conversation.title,
        "created_at": plain_time(conversation.created_at),
        "updated_at": plain_time(conversation.updated_at),
        "messages": conversation.messages,
        "model": conversation.model or None,
        "pinned": conversation.pinned,
    }


def hit_as_json(hit: Hit, *, searched: bool) -> dict[str, Any]:
    """A conversation in a list; of a search with what was found: nothing when only the title has the words."""
    found = {"snippet": hit.snippet, "message_id": hit.message_id} if searched else {}
    return {**conversation_as_json(hit.conversation), **found}


def loaded_as_json(loaded: Loaded) -> dict[str, Any]:
    """A conversation with all of its messages, on all branches."""
    shown = {message.id for message in branches(loaded, whole_tree=False)[0].messages}
    conversation = loaded.conversation
    return {
        "id": conversation.id,
        "title": conversation.title,
        "created_at": plain_time(conversation.created_at),
        "updated_at": plain_time(conversation.updated_at),
        "model": conversation.model or None,
        "pinned": conversation.pinned,
        "parameters": conversation.parameters,
        "head": conversation.head,
        "messages": [_message_as_json(message, shown=message.id in shown) for message in loaded.messages],
    }


def _message_as_json(message: Message, *, shown: bool) -> dict[str, Any]:
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role,
        "text": message.text,
        "reasoning": message.reasoning,
        "status": message.status,
        "model": message.model or None,
        "requested_model": message.requested_model,
        "usage": message.usage,
        "stats": message.stats,
        "created_at": plain_time(message.created_at),
        "shown": shown,
        "finish_reason": message.finish_reason,
        "note": message.note,
        "parameters": message.parameters,
        "tool_calls": [{"id": one.id, "name": one.name, "arguments": one.arguments} for one in message.tool_calls],
        "tool_call_id": message.tool_call_id,
        "attachments": [
            {
                "kind": one.kind,
                "name": one.name,
                "media_type": one.media_type,
                "size": one.size,
                "sha256": one.sha256,
                "width": one.width or None,
                "height": one.height or None,
            }
            for one in message.attachments
        ],
    }


def short_ids(conversations: Sequence[Conversation]) -> dict[str, str]:
    """The beginning of each id that tells it from the others, and is not shorter than it looks well."""
    ids = sorted(conversation.id for conversation in conversations)
    found: dict[str, str] = {}
    for before, one, after in zip(["", *ids], ids, [*ids[1:], ""], strict=False):
        found[one] = one[: max(_LEAST_ID, 1 + _alike(one, before), 1 + _alike(one, after))]
    return found


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((at for at, (mine, its) in enumerate(zip(one, other, strict=False)) if mine != its), len(other))


def table(hits: Sequence[Hit], ids: dict[str, str], width: int | None) -> str:
    """A line for each conversation, the id first, and below it what a search has found in it.

    Args:
        hits: the conversations.
        ids: what is shown of each id.
        width: columns of the terminal; None cuts nothing.
    """
    roomy = width is None or width >= _WIDE
    wide = max((len(ids[hit.conversation.id]) for hit in hits), default=0)
    counted = max((len(_counted(hit.conversation)) for hit in hits), default=0)
    lines: list[str] = []
    for hit in hits:
        conversation = hit.conversation
        start = f"{ids[conversation.id]:{wide}}  {_local(conversation.updated_at)}  "
        start += f"{_counted(conversation):>{counted}}  " if roomy else ""
        title = f"{'* ' if conversation.pinned else ''}{untitled(conversation)}"
        lines.append(f"{start}{_cut(title, width, len(start))}")
        if hit.snippet:
            indent = " " * (wide + 2)
            lines.append(f"{indent}{_marked(hit, None if width is None else width - len(indent))}")
    return "".join(f"{line}\n" for line in lines)


def shown_text(loaded: Loaded, *, whole_tree: bool, reasoning: bool) -> str:
    """A conversation to be read: cleaned for a terminal, exactly as it was said for a pipe."""
    bold = ("", "") if _is_plain() else _BOLD
    return "\n".join([*_lines(loaded, whole_tree=whole_tree, reasoning=reasoning, bold=bold), ""])


def _lines(loaded: Loaded, *, whole_tree: bool, reasoning: bool, bold: tuple[str, str]) -> Iterator[str]:
    conversation = loaded.conversation
    exact = not sys.stdout.isatty()
    on, off = bold
    yield f"{on}{untitled(conversation)}{off}"
    about = [clean_line(model_of(loaded)), _local(conversation.updated_at), _counted(conversation), conversation.id]
    yield " · ".join(part for part in about if part)
    for at, branch in enumerate(branches(loaded, whole_tree=whole_tree)):
        if at:
            yield f"\n--- another branch, after {_beginning(branch.after)} ---"
        for message in branch.messages:
            yield f"\n{on}{_speaker(message)}{off}"
            yield from (f"[attached: {attachment_words(one)}]" for one in message.attachments)
            if reasoning and message.reasoning:
                yield f"[thought]\n{message.reasoning if exact else clean(message.reasoning)}\n[/thought]"
            if message.text:
                yield message.text if exact else clean(message.text)
            for call in message.tool_calls:
                yield f"[calls {clean_line(call.name)} {call.arguments if exact else clean(call.arguments)}]"
            if message.note:
                yield f"[{clean_line(message.note)}]"


def _speaker(message: Message) -> str:
    about = [_NAMES[message.role]]
    if message.role == "assistant":
        about.append(clean_line(message.model or message.requested_model or ""))
    about.append("" if message.status == "complete" else message.status)
    return " · ".join(part for part in about if part)


def _beginning(message: Message | None) -> str:
    return f"“{clean_line(message.text[:200])[:50]}”" if message is not None else "the beginning"


def _counted(conversation: Conversation) -> str:
    return "1 message" if conversation.messages == 1 else f"{conversation.messages} messages"


def _local(seconds: float) -> str:
    return datetime.fromtimestamp(min(max(seconds, 0.0), 4e9), UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def _marked(hit: Hit, room: int | None) -> str:
    """What a search has found; on a terminal, for which it has to fit, with the hits in bold."""
    text = _cut(clean_line(hit.snippet), room, 0)
    if room is None or _is_plain():
        return text
    parts, last = list[str](), 0
    for start, end in hit.marks if text.rstrip("…") in hit.snippet else ():
        if last <= start < end <= len(text):
            parts += [text[last:start], _BOLD[0], text[start:end], _BOLD[1]]
            last = end
    return "".join([*parts, text[last:]])


def _is_plain() -> bool:
    """Whether what is printed has no colours."""
    return not sys.stdout.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"


def _cut(text: str, width: int | None, used: int) -> str:
    """What fits into the rest of a line."""
    room = None if width is None else max(width - used, _LEAST_TITLE)
    if room is None or cell_len(text) <= room:
        return text
    return f"{set_cell_size(text, room - 1).rstrip()}…"
