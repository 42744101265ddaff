"""Keeping keys out of every text.

LM Studio quotes the first ten characters of a wrong key in its 401 answer (server contract, 2.5), and other servers
quote other parts. So not only the whole key is taken out of a text, but any run of it that is long enough to mean
something.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PLACEHOLDER = "[key]"
_RUN = 8
"""A part of a key at least this long is taken out. Shorter ones would hit ordinary words; keys are often words."""

_TOKEN = re.compile(r"(?<![A-Za-z0-9])sk-[A-Za-z0-9][A-Za-z0-9_\-:*.…]{5,}")
_BEARER = re.compile(r"(?i)\b(bearer\s+)(?!token\b|\[key\])[^\s\"',;]{4,}")
_QUOTED = re.compile(r"(?i)\b((?:key|token) provided\s*[:=]\s*[\"'`]?)(?!\[key\])([^\s\"'`,;]{4,})")


class Redactor:
    """Takes secrets out of texts.

    Args:
        secrets: the keys in use. Empty ones are passed over.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        self._runs = {
            secret[start : start + _RUN] for secret in self._secrets for start in range(len(secret) - _RUN + 1)
        }

    def __call__(self, text: str) -> str:
        """The text without the keys, the parts of them, and whatever else looks like one."""
        if not text:
            return text
        for secret in self._secrets:
            if len(secret) >= _RUN:
                text = text.replace(secret, PLACEHOLDER)
            else:
                text = re.sub(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", PLACEHOLDER, text)
        # To look for a plain word first is ten times as quick, and a stream has many texts.
        lowered = text.lower()
        if "sk-" in lowered:
            text = _TOKEN.sub(PLACEHOLDER, text)
        if "bearer" in lowered:
            text = _BEARER.sub(rf"\1{PLACEHOLDER}", text)
        if "provided" in lowered:
            text = _QUOTED.sub(rf"\1{PLACEHOLDER}", text)
        # What stands on both sides of a placeholder may make a part of a key with it.
        while (shorter := self._without_runs(text)) != text:
            text = shorter
        return text

    def _without_runs(self, text: str) -> str:
        """Replace every maximal stretch of the text that is made of parts of a key."""
        if not any(run in text for run in self._runs):
            return text
        kept: list[str] = []
        position = start = 0
        while position <= len(text) - _RUN:
            if text[position : position + _RUN] not in self._runs:
                position += 1
                continue
            end = position + _RUN
            while end < len(text) and text[end - _RUN + 1 : end + 1] in self._runs:
                end += 1
            kept += [text[start:position], PLACEHOLDER]
            start = position = end
        return "".join([*kept, text[start:]])
