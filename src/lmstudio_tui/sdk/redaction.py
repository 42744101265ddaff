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
_QUOTED = re.compile(r"(?i)\b((?:key|token) provided\s*[:=]\s*[\"'`]?)(?!\[key\])([^\s\"'`,;]{4,})")

_NAME = r"(?:[a-z]{1,20}[ _-]){0,5}(?:api)?(?:key|token|secret)(?:[ _-][a-z]{1,20}){0,3}"
"""What examples call a key: words of letters, one of which says what it is. No key made at random is like it."""
_VARIABLE = _NAME.replace(" ", "")
_EXAMPLES = (
    rf"\$\{{?{_VARIABLE}\}}?",
    rf"\$env:{_VARIABLE}",
    rf"%{_VARIABLE}%",
    rf"<{_NAME}>",
    rf"\[{_NAME}\]",
    rf"\{{{{1,2}} ?{_NAME} ?\}}{{1,2}}",
    r"your[_-]?(?:[a-z]{1,20}[_-]){0,4}(?:api)?(?:key|token|secret)(?:[_-]here)?",
    r"(?:(?:lm|lms|lmstudio|studio|openai|api|auth|access)[_-]){1,4}(?:key|token)",
)
_WORDS = (
    r"tokens?|auth|authentication|authorization|scheme|schema|header|format|prefix|type|method|credentials?|keys?"
    r"|must|should|which|that|with|from|required|missing|invalid|expected"
)
_STARTS = "`([{<*"
_ENDS = "`.:!?)]}>*\\"
"""What stands behind a quoted key and is no part of it: an escaped quotation mark of JSON ends with a backslash."""
_BEARER = re.compile(
    rf"(?i)\b(bearer\s+)(?!\[key\]|(?:realm|scope|error|error_description|error_uri)=\\?[\"']"
    rf"|(?:{'|'.join(_EXAMPLES)}|{_WORDS})[{re.escape(_ENDS)}]*(?:[\s\"',;]|\Z))([^\s\"',;]{{4,}})"
)
"""What follows the word may be a key, unless it is plainly an example or goes on with the sentence."""


def _hide(match: re.Match[str]) -> str:
    """The placeholder, with the punctuation that was around the key."""
    said = match[2].lstrip(_STARTS)
    before = match[2][: len(match[2]) - len(said)]
    core = said.rstrip(_ENDS)
    return f"{match[1]}{before}{PLACEHOLDER}{said[len(core) :]}" if core else match[0]


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
            text = _BEARER.sub(_hide, text)
        if "provided" in lowered:
            text = _QUOTED.sub(_hide, text)
        # What stands on both sides of a placeholder may make a part of a key with it.
        while (shorter := self._without_runs(text)) != text:
            text = shorter
        return text

    def knows(self, text: str) -> bool:
        """Whether a text holds one of the keys, or a part of one."""
        return bool(self._starts(text)) or any(secret in text for secret in self._secrets)

    def _without_runs(self, text: str) -> str:
        """Replace every maximal stretch of the text that is made of parts of a key."""
        starts = self._starts(text)
        if not starts:
            return text
        kept: list[str] = []
        position = 0
        for start in sorted(starts):
            if start < position:
                continue
            kept += [text[position:start], PLACEHOLDER]
            position = start + _RUN
            while position - _RUN + 1 in starts:
                position += 1
        return "".join([*kept, text[position:]])

    def _starts(self, text: str) -> set[int]:
        """Where in the text a part of a key begins."""
        starts: set[int] = set()
        for run in self._runs:
            at = text.find(run)
            while at >= 0:
                starts.add(at)
                at = text.find(run, at + 1)
        return starts
