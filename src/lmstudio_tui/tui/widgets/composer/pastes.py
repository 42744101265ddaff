"""Long pastes, shown as a few words in place of their text. Pure."""

from __future__ import annotations

import re
from typing import Final

from lmstudio_tui.features.chat.context import estimated_tokens

_LABEL: Final = re.compile(r"\[pasted text #(\d{1,9}), [\d,]{1,12} (?:lines?|characters)\]")
_MANY_LINES: Final = 8
_MANY_CHARACTERS: Final = 800
_ESTIMATED: Final = 100_000


def is_long(text: str) -> bool:
    """Whether a paste is rather shown as a placeholder."""
    return len(text) > _MANY_CHARACTERS or line_count(text) > _MANY_LINES


def line_count(text: str) -> int:
    """How many lines a text has; a line end at its very end begins none."""
    return text.count("\n") + (not text.endswith("\n"))


class Pastes:
    """The texts behind placeholders, by number. Those deleted from the prompt stay, for they may be brought back."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}
        self._tokens: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self._texts)

    def add(self, text: str, shown: str = "") -> str:
        """Keep a text.

        Args:
            text: what was pasted.
            shown: the prompt, in which the placeholder must not occur already.

        Returns:
            the placeholder for it.
        """
        number = max(self._texts, default=0) + 1
        while f"[pasted text #{number}," in shown:
            number += 1
        self._texts[number] = text
        # What is very long is estimated by its beginning.
        begin = text[:_ESTIMATED]
        self._tokens[number] = estimated_tokens(begin) * len(text) // max(1, len(begin))
        return self._label(number)

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Where placeholders are in a line: start and end of each."""
        return [match.span() for match in self._found(line)] if self._texts else []

    def text_of(self, label: str) -> str:
        """The text behind a placeholder."""
        return next((self._texts[int(match[1])] for match in self._found(label)), label)

    def expanded(self, shown: str) -> str:
        """A text with the pastes in it in place of their placeholders."""
        if not self._texts:
            return shown
        return _LABEL.sub(lambda match: self._texts[int(match[1])] if self._is_ours(match) else match[0], shown)

    def folded(self, text: str) -> str:
        """A text with placeholders for the pastes that it has unchanged."""
        for number, paste in self._texts.items():
            if paste in text:
                text = text.replace(paste, self._label(number), 1)
        return text

    def tokens(self, shown: str) -> int:
        """About how many tokens `expanded` would have, without putting it together."""
        return estimated_tokens(shown) + sum(self._tokens[int(match[1])] for match in self._found(shown))

    def _found(self, text: str) -> list[re.Match[str]]:
        return [match for match in _LABEL.finditer(text) if self._is_ours(match)]

    def _is_ours(self, match: re.Match[str]) -> bool:
        number = int(match[1])
        return number in self._texts and match[0] == self._label(number)

    def _label(self, number: int) -> str:
        text = self._texts[number]
        lines = line_count(text)
        # Where it is one endless line, that would say little.
        size = f"{lines:,} lines" if lines > 1 else f"{len(text):,} characters"
        return f"[pasted text #{number}, {size}]"
