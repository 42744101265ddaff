"""What the exports say about a conversation, in words."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from lmstudio_tui.features.models import size_in_words
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.store.library.records import Attachment, Conversation, Loaded

_LONGEST_NAME = 60


def untitled(conversation: Conversation) -> str:
    """What stands in the place of a title that there is not."""
    return clean_line(conversation.title) or "Untitled conversation"


def model_of(loaded: Loaded) -> str:
    """The model that a conversation is held with: the one chosen for it, else the one that answered last."""
    answers = (message.model or message.requested_model or "" for message in reversed(loaded.messages))
    return loaded.conversation.model or next((model for model in answers if model), "")


def attachment_words(attachment: Attachment) -> str:
    """`photo.png (image/png, 640×480, 12 kB)`."""
    about = [clean_line(attachment.media_type)]
    if attachment.width and attachment.height:
        about.append(f"{attachment.width}×{attachment.height}")
    about.append(size_in_words(attachment.size or None))
    return f"{clean_line(attachment.name) or 'unnamed'} ({', '.join(part for part in about if part)})"


def file_name(conversation: Conversation, suffix: str) -> str:
    """A name for a file with this conversation, on every platform: `why-is-the-sky-blue.md`.

    Args:
        conversation: gives the title.
        suffix: such as `md`.
    """
    plain = unicodedata.normalize("NFKC", clean_line(conversation.title)).lower()
    name = re.sub(r"[^\w]+", "-", plain).strip("-_")[:_LONGEST_NAME].rstrip("-_")
    return f"{name or f'conversation-{conversation.id[:8]}'}.{suffix}"
