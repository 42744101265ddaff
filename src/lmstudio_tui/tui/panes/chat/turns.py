"""A branch of a conversation as the turns of a transcript. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from lmstudio_tui.features.chat.answers import another_model, figures_of, phases_of, thought_label
from lmstudio_tui.features.chat.attaching import line_of
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.widgets.transcript import Role, ToolView, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.chat.thread import Thread
    from lmstudio_tui.store.library.records import Message, Status
    from lmstudio_tui.tui.widgets.transcript import ToolState

_STATES: dict[Status, ToolState] = {"failed": "failed", "stopped": "refused"}
"""How far a call has come whose answer is so; all others are done."""


def turns_of(thread: Thread, now: datetime, ours: str | None = None) -> list[Turn]:
    """The turns of the branch that is shown. Answers of tools are part of the turn that asked for them."""
    return [turn_of(thread, message, now, ours) for message in thread.path if message.role != "tool"]


def turn_of(thread: Thread, message: Message, now: datetime, ours: str | None = None) -> Turn:
    """One message as a turn.

    Args:
        thread: the conversation.
        message: which one.
        now: the time of day.
        ours: the answer that this window is writing.
    """
    position = thread.position(message.id)
    branch = position if position[1] > 1 else None
    if message.role == "user":
        return Turn(
            id=message.id,
            role=Role.USER,
            text=message.text,
            time=time_of(message.created_at, now),
            attachments=tuple(line_of(attachment) for attachment in message.attachments),
            branch=branch,
        )
    return Turn(
        id=message.id,
        role=Role.ASSISTANT,
        text=message.text,
        reasoning=message.reasoning,
        model=clean_line(message.model) or None,
        status=message.status,
        footer=figures_of(message),
        note="" if message.id == ours else note_of(message),
        reasoning_label=thought_label(message),
        tools=tools_of(message, thread.path),
        phases=phases_of(message),
        # The stream says so itself, where it can tell.
        caution="" if "was asked for" in message.note else clean_line(another_model(message)),
        branch=branch,
    )


def note_of(message: Message) -> str:
    """What is said under an answer."""
    if message.status == "interrupted" and not message.note:
        return told(
            "Interrupted when the app ended. What arrived is kept; {chat.continue} goes on with it, "
            "{chat.retry} asks again."
        )
    if message.status == "streaming":
        return "Another window is writing this answer."
    return message.note


def tools_of(message: Message, path: Sequence[Message]) -> tuple[ToolView, ...]:
    """The calls of an answer, with what was answered to them."""
    if not message.tool_calls:
        return ()
    results = {one.tool_call_id: one for one in path if one.role == "tool"}
    views: list[ToolView] = []
    for call in message.tool_calls:
        result = results.get(call.id)
        views.append(
            ToolView(
                name=call.name,
                arguments=call.arguments,
                result=None if result is None else result.text,
                state="waiting" if result is None else _STATES.get(result.status, "done"),
            )
        )
    return tuple(views)


def time_of(created_at: float, now: datetime) -> str:
    """When it was said: `09:41`, `20 Nov 09:41`, `2025-11-20`."""
    try:
        moment = datetime.fromtimestamp(created_at, tz=now.tzinfo)
    except (OverflowError, OSError, ValueError):
        return ""
    if moment.date() == now.date():
        return f"{moment:%H:%M}"
    return f"{moment:%d %b %H:%M}" if moment.year == now.year else f"{moment:%Y-%m-%d}"
