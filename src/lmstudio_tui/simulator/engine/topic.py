"""What a question is about, in a few words."""

import re

_LEAD = re.compile(
    r"^(?:please|can you|could you|would you|hi|hello|hey|then|and|now|what(?:'s| is| are)|who (?:is|was)"
    r"|how (?:do|does|can|to)|why (?:is|are|do|does)|when (?:is|was)|tell me|explain|describe|show me|give me"
    r"|write|make|create|list|name|compare"
    r"|i|we|you|me|us|about|to|a|an|the|some|of|for|in|short|brief|long|table|poem|haiku|story|code|function|program"
    r"|script|list)\b[\s,:]*",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")


def shortened(text: str, length: int) -> str:
    """`text` on one line and at most `length` characters long, cut at a word where possible."""
    line = _SPACES.sub(" ", text).strip()
    if len(line) <= length:
        return line
    head, space, _ = line[: length - 1].rpartition(" ")
    return (head if space else line[: length - 1]) + "…"


def topic_of(text: str) -> str:
    """The subject of `text`, for titles: its first sentence without the words that ask."""
    line = re.split(r"[\n?!]|\.\s", text.strip(), maxsplit=1)[0]
    subject = line
    while (rest := _LEAD.sub("", subject, count=1)) != subject:
        subject = rest
    return shortened(subject.strip(" .,:;\"'`*#") or line or "your message", 60)


def titled(topic: str) -> str:
    """`topic` with a capital at its start."""
    return topic[:1].upper() + topic[1:]
