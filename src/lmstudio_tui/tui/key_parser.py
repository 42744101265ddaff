"""What a terminal sends, as keys: with Alt and a sign, too, which Textual's own parser makes the sign alone."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Final

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.events import Key

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIGNS: Final = frozenset(string.punctuation + string.digits)
_SHIFTED: Final = {
    "comma": "less_than_sign",
    "full_stop": "greater_than_sign",
    "less_than_sign": "greater_than_sign",
    "equals_sign": "plus",
    "minus": "underscore",
    "slash": "question_mark",
    "semicolon": "colon",
    "apostrophe": "quotation_mark",
    "left_square_bracket": "left_curly_bracket",
    "right_square_bracket": "right_curly_bracket",
    "backslash": "vertical_line",
    "grave_accent": "tilde",
}
"""Signs with Shift as most keyboards have them: the newer terminals name the key that is held, and not the sign."""


class KeyParser(XTermParser):
    """Textual's parser; Alt+> is that in every terminal, whether it is sent as Esc and > or as Alt, Shift and a dot."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        if sequence[1:] in _SIGNS and isinstance(ANSI_SEQUENCES_KEYS.get(sequence), str):
            # Textual takes a few of them for what a Mac writes with Option.
            sequence, alt = sequence[1:], True
        for event in super()._sequence_to_key_events(sequence, alt):
            *modifiers, name = event.key.split("+")
            if alt and sequence in _SIGNS:
                yield Key(f"alt+{name}", None)
            elif modifiers == ["alt", "shift"] and name in _SHIFTED:
                yield Key(f"alt+{_SHIFTED[name]}", None)
            else:
                yield event
