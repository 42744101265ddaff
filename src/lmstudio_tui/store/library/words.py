"""Words: how a text is cut for searching, and where in a text they are.

Case and diacritics make no difference. Scripts that put no spaces between words, and symbols such as emoji, are cut
into single characters; as a run of them must be found in order, any part of a sentence is found.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from lmstudio_tui.text_safety import clean_line

_SINGLE: Final = (
    "\u00a9\u00ae\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2190-\u2bff\u3005-\u3007\u3040-\u30ff\u3105-\u312f"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U0001f000-\U0001fbff\U00020000-\U0003ffff"
)
_MARKS: Final = "\u0300-\u036f"
_IS_SINGLE: Final = re.compile(f"[{_SINGLE}]")
# A word of thousands of letters, as in base64, is cut; its parts follow each other, so it is found all the same.
_TOKEN: Final = re.compile(rf"[{_SINGLE}]|(?:(?![{_SINGLE}])[^\W_]){{1,64}}")
_ASCII_TOKEN: Final = re.compile(r"[a-z0-9]{1,64}")
_COMBINING: Final = re.compile(f"[{_MARKS}]+")
_ENDS_IN_SIGN: Final = re.compile(rf"[^\w{_SINGLE}{_MARKS}]\Z")
_QUERY_PART: Final = re.compile(r'"([^"]*)("|\Z)|([^\s"]+)')

_MOST_TERMS: Final = 12
_BEFORE: Final = 40
_AFTER: Final = 140
"""Characters of a snippet before and after the beginning of the first hit."""


def folded(text: str) -> str:
    """The text without the differences that a search makes nothing of."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _COMBINING.sub("", apart)).casefold()


def tokens(text: str) -> list[str]:
    """The words of a text, in order."""
    plain = folded(text)
    return (_ASCII_TOKEN if plain.isascii() else _TOKEN).findall(plain)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for, all of whose words must follow each other.

    Args:
        literal: as it was typed.
        words: its words; none where there are only signs.
        prefix: whether the last word may go on.
        plain: finds it in a lower-case text of ASCII.
        pattern: finds it in any text.
    """

    literal: str
    words: tuple[str, ...]
    prefix: bool
    plain: re.Pattern[str]
    pattern: re.Pattern[str]

    @property
    def match(self) -> str:
        """What FTS5 looks for. Its words hold nothing that FTS5 takes for more than letters."""
        star = " *" if self.prefix and not _IS_SINGLE.match(self.words[-1]) else ""
        return f'"{" ".join(self.words)}"{star}'

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it is in a text."""
        return [
            each.span() for each in self._pattern_for(text).finditer(self._searched(text)) if each.end() > each.start()
        ]

    def first(self, text: str) -> int:
        """Where it is in a text first; -1 where it is not."""
        found = self._pattern_for(text).search(self._searched(text))
        return -1 if found is None else found.start()

    def _pattern_for(self, text: str) -> re.Pattern[str]:
        return self.plain if text.isascii() else self.pattern

    def _searched(self, text: str) -> str:
        # Lower case has the same length in ASCII, and is much faster to search than regardless of case.
        return text.lower() if text.isascii() else text


def terms_of(query: str, *, loose: bool = False) -> tuple[Term, ...]:
    """What a person wants to find: all of the words; words in quotes as they follow each other.

    Args:
        query: as it is typed; the last word may not be finished.
        loose: also within words.
    """
    found: list[Term] = []
    for part in _QUERY_PART.finditer(query):
        literal = part[3] if part[1] is None else part[1].strip()
        unfinished = part.end() == len(query) and part[2] != '"'
        if literal:
            # After a sign, as in C++, a word is finished.
            goes_on = unfinished and _ENDS_IN_SIGN.search(literal) is None
            found.append(_term(literal, prefix=goes_on, loose=loose))
    return tuple(found[:_MOST_TERMS])


def marks_in(text: str, terms: tuple[Term, ...]) -> tuple[tuple[int, int], ...]:
    """Where any of the terms is in a text, in order and without overlaps."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for term in terms for span in term.spans(text)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def snippet_of(text: str, terms: tuple[Term, ...]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text around the first hit on one safe line, and where the hits are in it."""
    places = [place for term in terms if (place := term.first(text)) >= 0]
    at = min(places, default=0)
    start, end = max(0, at - _BEFORE), min(len(text), at + _AFTER)
    if start:
        # Not from the middle of a word, if that is near.
        start += next((i for i, character in enumerate(text[start : start + 15], 1) if character.isspace()), 0)
    line = clean_line(text[start:end])
    snippet = f"{'…' if start else ''}{line}{'…' if end < len(text) else ''}"
    return snippet, marks_in(snippet, terms)


def _term(literal: str, *, prefix: bool, loose: bool) -> Term:
    words = tuple(tokens(literal))
    if not words:
        exact = re.compile(re.escape(literal))
        return Term(literal, (), prefix, re.compile(re.escape(literal.lower())), exact)
    before = "" if loose or _IS_SINGLE.match(words[0]) else r"(?<![^\W_])"
    after = "" if loose or prefix or _IS_SINGLE.match(words[-1]) else r"(?![^\W_])"
    plain = any_case = ""
    for index, word in enumerate(words):
        if index:
            # Between the parts of a cut word, and around single characters, there need be nothing.
            near = len(words[index - 1]) == 64 or _IS_SINGLE.match(word) or _IS_SINGLE.match(words[index - 1])
            gap = r"[\W_]*" if near else r"[\W_]+"
            plain += gap
            any_case += gap
        plain += re.escape(word)
        any_case += "(?:ss|ß)".join("".join(map(_with_variants, part)) for part in word.split("ss"))
    return Term(
        literal,
        words,
        prefix,
        re.compile(f"{before}{plain}{after}", re.ASCII),
        re.compile(f"{before}{any_case}{after}", re.IGNORECASE),
    )


def _with_variants(character: str) -> str:
    """A pattern for a character of a word, with all that is the same for a search."""
    if _IS_SINGLE.match(character):
        return re.escape(character)
    others = _variants().get(character, "")
    one = f"[{re.escape(character + others)}]" if others else re.escape(character)
    return f"{one}[{_MARKS}]*"


@cache
def _variants() -> dict[str, str]:
    """The letters that are another one for a search, by that one: Latin, Greek, Cyrillic, and full-width."""
    found: dict[str, str] = {}
    for start, end in ((0xAA, 0x250), (0x370, 0x530), (0x1E00, 0x2000), (0xFF10, 0xFF5B)):
        for code in range(start, end):
            one = chr(code)
            plain = folded(one)
            if len(plain) == 1 and plain != one:
                found[plain] = found.get(plain, "") + one
    return found
