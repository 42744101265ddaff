"""Taking the long lists of numbers out of an answer before it is read as JSON.

A batch of embeddings is megabytes of digits. Read at once they would be as many Python numbers, and nothing could stop
that or run beside it; so each list is read by itself and kept compactly, and what is left is small.
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from lmstudio_tui.sdk.embedding_numbers import of_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk.embedding_numbers import Found

_LONG = re.compile(
    rb'"(?P<base64>[A-Za-z0-9+/=_\\-]{256,}+)"'  # as long as no word is; a slash may be escaped
    rb'|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)'  # any other text: what it holds is passed over
    rb'|(?P<numbers>\[[^\[\]{}"]{64,}+\])',
    re.DOTALL,
)


class Lifted:
    """An answer without its long lists and texts.

    Args:
        raw: the body of the answer.
        check: is called between two lists; it may raise.

    Attributes:
        rest: the body with a short text in the place of each of them.
    """

    def __init__(self, raw: bytes, check: Callable[[], None]) -> None:
        # No server can have written this: so nothing else is ever taken for it.
        self._mark = uuid.uuid4().hex
        self._found: dict[str, Found | bytes] = {}
        pieces: list[bytes] = []
        end = 0
        for match in _LONG.finditer(raw):
            kind = match.lastgroup
            if kind is None:
                continue
            check()
            name = f"{self._mark}{len(self._found)}"
            self._found[name] = of_numbers(match[kind]) if kind == "numbers" else _unescaped(match[kind])
            pieces += (raw[end : match.start()], f'"{name}"'.encode())
            end = match.end()
        pieces.append(raw[end:])
        self.rest = b"".join(pieces)

    def found(self, name: str) -> Found | bytes | None:
        """What stood where this text stands now: the numbers, or a text in base64; None when nothing was taken out."""
        return self._found.get(name)


def _unescaped(text: bytes) -> bytes:
    return text.replace(b"\\/", b"/").replace(b"\\n", b"").replace(b"\\r", b"")
