"""What is drawn, in letters that a terminal has: stand-ins of the same width for all others."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

_PAIRS: Final = {
    "─╌┄┈╴╶╸╺⎯–—−‐‑": "-", "━═╍┅┉": "=", "│╎┆┊╵╷╹╻": "|", "┃║": "#", "┏┓┗┛╔╗╚╝": "#",
    "▏▎▍▌❚": "|", "▋▊▉▐▕": "|", "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "█▓": "#",
    "▀": '"', "▔": "-", "▒": ":", "░": ".", "◥◤◢◣╱": "/", "╲": "\\", "╳": "x",
    "→▸▶►›»≫⇒": ">", "←◂◀‹«⇐": "<", "↑▴": "^", "↓▾": "v", "↵⏎": "<", "↻⟳": "@", "↗": "/", "↘": "\\",
    "●": "*", "◆": "#", "▲": "^", "■▣▪": "@", "○◌◦": "o", "◇": "%", "△": "A", "□": "D", "★": "&", "▼": "v",
    "☆": "x", "•": "-", "◐◑": "~", "◉": "@", "✓✔": "+", "✗✘×": "x", "☑": "X", "☐": "_", "✎": "/", "♪": "*",
    "…": "~", "⋯⋮": ".", "·": "-", "“”„": '"', "‘’‚ʼ": "'", "∞": "~", "±≈": "~", "≥": ">", "≤": "<", "\xa0": " ",
}  # fmt: skip
_STAND_INS: Final = str.maketrans({letter: plain for letters, plain in _PAIRS.items() for letter in letters})
_FRAMES: Final = range(0x2500, 0x2580)
_BRAILLE: Final = range(0x2800, 0x2900)
_UNKNOWN: Final = "?"


class PlainText(LineFilter):
    """Puts stand-ins in the place of what a terminal cannot show; no line gets longer or shorter.

    Args:
        encoding: what it can show.
    """

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line."""
        del background
        return [
            one if one.control or one.text.isascii() else Segment(plain_text(one.text, self._encoding), one.style)
            for one in segments
        ]


@lru_cache(maxsize=4096)
def plain_text(text: str, encoding: str = "ascii") -> str:
    """A text of the same width, with stand-ins for what is not in the encoding."""
    if _has(text, encoding):
        return text
    width = cell_len(text)
    found = "".join(letter if _has(letter, encoding) else _stand_in(letter, encoding) for letter in text)
    # Several characters may have shared a cell; a flag has two.
    while cell_len(found) > width:
        found = found[: found.index(_UNKNOWN)] + found[found.index(_UNKNOWN) + 1 :] if _UNKNOWN in found else found[:-1]
    return found + _UNKNOWN * (width - cell_len(found))


def _stand_in(letter: str, encoding: str) -> str:
    known = letter.translate(_STAND_INS)
    if known != letter:
        return known
    code = ord(letter)
    if code in _FRAMES:
        return "+"
    if code in _BRAILLE:
        dots = (code - _BRAILLE.start).bit_count()
        return " .:#"[(dots + 2) // 3]
    # An accent is left out: é → e.
    bare = unicodedata.normalize("NFKD", letter)[:1]
    if bare != letter and cell_len(bare) == cell_len(letter) and _has(bare, encoding) and bare.isprintable():
        return bare
    return _UNKNOWN * cell_len(letter)


def _has(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
