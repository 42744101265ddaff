"""Make text that a model or a server sent harmless to a terminal.

What comes over the wire is data. `clean` removes everything a terminal could act on (control characters, escape
sequences, direction overrides, invisible format characters) and leaves the text itself, so that what is shown, copied
and saved is what a person can read. `StreamCleaner` does the same for text that arrives in pieces.
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

_STRING_START: Final = r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"
_STRING_BODY: Final = rf"[^\x07\x1b\x9c\r\n\u2028\u2029]{{0,{_PAYLOAD_LIMIT}}}"
_CSI_BODY: Final = r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}"

_SUSPECT: Final = re.compile(f"[{_LONE}\r{_INVISIBLE}\u2028\u2029\ud800-\udfff]")
_ACTIVE: Final = re.compile(
    rf"{_CSI_BODY}[@-~]"
    rf"|{_STRING_START}{_STRING_BODY}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]{0,8}[0-~]"
    rf"|[{_LONE}{_INVISIBLE}]"
)
_NEWLINE: Final = re.compile("\r\n?|[\u2028\u2029]")
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_OPEN: Final = re.compile(rf"(?:{_CSI_BODY}|{_STRING_START}{_STRING_BODY}\x1b?|\x1b[ -/]{{0,8}}|\r|[\ud800-\udbff])\Z")
"""The end of a text that the next piece may complete into a sequence, a line end or a character."""

_BLANKS: Final = re.compile(r"[\n\t ]+")


def clean(text: str) -> str:
    """Return `text` without anything that could act on a terminal.

    Newlines and tabs stay; `\\r\\n`, `\\r`, U+2028 and U+2029 become newlines; lone surrogates become U+FFFD.
    """
    if _SUSPECT.search(text) is None:
        return text
    text = _PAIR.sub(_join_pair, _NEWLINE.sub("\n", text))
    return _SURROGATE.sub("\ufffd", _ACTIVE.sub("", text))


def clean_line(text: str) -> str:
    """Return `clean(text)` as one line: runs of newlines, tabs and spaces become one space, the ends are bare."""
    return _BLANKS.sub(" ", clean(text)).strip(" ")


class StreamCleaner:
    """Clean a text that arrives in pieces, with the same result as cleaning it whole.

    A sequence that is cut by the end of a piece is kept back until the next one, or until `flush`.
    """

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = ""

    def feed(self, delta: str) -> str:
        """Return what is safe and complete so far of the text that goes on with `delta`."""
        if not self._held and _SUSPECT.search(delta) is None:
            return delta
        text = self._held + delta
        cut = _OPEN.search(text)
        self._held = "" if cut is None else text[cut.start() :]
        return clean(text if cut is None else text[: cut.start()])

    def flush(self) -> str:
        """Return the cleaned rest, at the end of the text."""
        held, self._held = self._held, ""
        return clean(held)


def _join_pair(match: re.Match[str]) -> str:
    high, low = match[0]
    return chr(0x10000 + ((ord(high) - 0xD800) << 10) + (ord(low) - 0xDC00))
