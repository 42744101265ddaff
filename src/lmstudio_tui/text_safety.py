"""Make text that a model or a server sent harmless to a terminal.

What comes over the wire or out of a file is data. `clean` takes out what a terminal could act on (control characters,
escape sequences, direction overrides, invisible format characters) and floods of marks on one character, and leaves the
text itself, so that what is shown, copied and saved is what a person can read. `StreamCleaner` does the same for text
that arrives in pieces.
"""

from __future__ import annotations

import re
from typing import Final

_PAYLOAD_LIMIT: Final = 1000
"""Longest control string, in characters, that is taken out as a whole; longer ones lose only what makes them act."""

_LONE: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""C0 but for tab, newline and carriage return; DEL; C1."""

_INVISIBLE: Final = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
"""Format characters that reorder or hide text; the joiners U+200C and U+200D and the variation selectors stay."""

_MARKS: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u06d6-\u06dc\u0730-\u074a\u0e34-\u0e3a\u0e47-\u0e4e\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u0f71-\u0f84\u0f8d-\u0fbc\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f"
    "\U000e0100-\U000e01ef"
)
"""Characters without a width, of which any number can be piled on one before them."""
_MOST_MARKS: Final = 10
"""More than any writing puts on one character; terminals slow down and paint over other lines long before."""

_STRING_START: Final = r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"
_STRING_BODY: Final = rf"[^\x07\x1b\x9c\r\n\u2028\u2029]{{0,{_PAYLOAD_LIMIT}}}"
_CSI_BODY: Final = r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}"

_SUSPECT: Final = re.compile(f"[{_LONE}\r{_INVISIBLE}{_MARKS}\u2028\u2029\ud800-\udfff]")
_ACTIVE: Final = re.compile(
    rf"{_CSI_BODY}[@-~]"
    rf"|{_STRING_START}{_STRING_BODY}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]{0,8}[0-~]"
    rf"|[{_LONE}{_INVISIBLE}]"
)
_NEWLINE: Final = re.compile("\r\n?|[\u2028\u2029]")
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_FLOOD: Final = re.compile(f"([{_MARKS}]{{{_MOST_MARKS}}})[{_MARKS}]+")
_PILE: Final = re.compile(f"[{_MARKS}]*\\Z")
_OPEN: Final = re.compile(rf"(?:{_CSI_BODY}|{_STRING_START}{_STRING_BODY}\x1b?|\x1b[ -/]{{0,8}}|\r|[\ud800-\udbff])\Z")
"""The end of a text that the next piece may complete into a sequence, a line end or a character."""

_BLANKS: Final = re.compile(r"[\n\t ]+")


def clean(text: str) -> str:
    """Return `text` without anything that could act on a terminal.

    Newlines and tabs stay; `\\r\\n`, `\\r`, U+2028 and U+2029 become newlines; lone surrogates become U+FFFD; of marks
    on one character no more than ten stay.
    """
    if _SUSPECT.search(text) is None:
        return text
    text = _PAIR.sub(_join_pair, _NEWLINE.sub("\n", text))
    return _FLOOD.sub(r"\1", _SURROGATE.sub("\ufffd", _ACTIVE.sub("", text)))


def clean_line(text: str) -> str:
    """Return `clean(text)` as one line: runs of newlines, tabs and spaces become one space, the ends are bare."""
    return _BLANKS.sub(" ", clean(text)).strip(" ")


class StreamCleaner:
    """Clean a text that arrives in pieces, with the same result as cleaning it whole.

    A sequence that is cut by the end of a piece is kept back until the next one, or until `flush`.
    """

    __slots__ = ("_held", "_pile")

    def __init__(self) -> None:
        self._held = ""
        self._pile = ""

    def feed(self, delta: str) -> str:
        """Return what is safe and complete so far of the text that goes on with `delta`."""
        if not self._held and _SUSPECT.search(delta) is None:
            self._pile = "" if delta else self._pile
            return delta
        text = self._held + delta
        cut = _OPEN.search(text)
        self._held = "" if cut is None else text[cut.start() :]
        return self._without_flood(clean(text if cut is None else text[: cut.start()]))

    def flush(self) -> str:
        """Return the cleaned rest, at the end of the text."""
        held, self._held = self._held, ""
        return self._without_flood(clean(held))

    def _without_flood(self, text: str) -> str:
        """Count marks that a piece begins with together with those that the last one ended with."""
        before = len(self._pile)
        whole = _FLOOD.sub(r"\1", self._pile + text)
        pile = _PILE.search(whole)
        self._pile = "" if pile is None else pile[0]
        return whole[before:]


def _join_pair(match: re.Match[str]) -> str:
    high, low = match[0]
    return chr(0x10000 + ((ord(high) - 0xD800) << 10) + (ord(low) - 0xDC00))
