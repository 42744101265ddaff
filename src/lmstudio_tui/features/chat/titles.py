"""A title for a conversation, from the prompt that it began with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST: Final = 60
"""Characters."""

_LOOKED_AT: Final = 4000
_LINE: Final = 300
_FENCED: Final = re.compile(r"(?ms)^[ \t]*(`{3,}|~{3,}).*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)")
_MARK: Final = re.compile(r"^(?:[#>*+-]+|\d{1,3}[.)])[ \t]+")
_EMPHASIS: Final = re.compile(r"(\*\*|__|`)(\S(?:.*?\S)?)\1")
_LINK: Final = re.compile(r"!?\[([^\]]+)\]\([^)]*\)")
_WORDY: Final = re.compile(r"\w")


def title_of(prompt: str, attachments: Sequence[str] = ()) -> str:
    """The first line that says something, without Markdown, and shortened at a word.

    Args:
        prompt: the first one.
        attachments: the names of what was sent along; the first stands in for a prompt that says nothing.
    """
    beginning = prompt[:_LOOKED_AT]
    for text in (_FENCED.sub("\n", beginning), beginning):
        for line in text.splitlines():
            words = _plain(line)
            if _WORDY.search(words):
                return _shortened(words)
    return _shortened(clean_line(attachments[0]) if attachments else clean_line(beginning))


def _plain(line: str) -> str:
    line = _MARK.sub("", clean_line(line[:_LINE]).lstrip(), count=1)
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", line)).strip()


def _shortened(text: str) -> str:
    text = text.strip()
    if len(text) <= LONGEST:
        return text
    cut = text[: LONGEST - 1]
    word = cut.rfind(" ")
    return (cut[:word] if word > LONGEST // 2 and text[LONGEST - 1] != " " else cut).rstrip(" ,;:.–—-") + "…"
