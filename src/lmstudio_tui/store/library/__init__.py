"""The library: everything that was said, in one SQLite file that outlives every crash."""

from lmstudio_tui.store.library.library import Library
from lmstudio_tui.store.library.records import (
    Attachment,
    Conversation,
    Hit,
    Loaded,
    Message,
    Preset,
    Role,
    Status,
    ToolCallRecord,
    new_id,
)
from lmstudio_tui.store.library.writer import AnswerWriter

__all__ = [
    "AnswerWriter",
    "Attachment",
    "Conversation",
    "Hit",
    "Library",
    "Loaded",
    "Message",
    "Preset",
    "Role",
    "Status",
    "ToolCallRecord",
    "new_id",
]
