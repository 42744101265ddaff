"""What a message asks for, told from a few words in it."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from lmstudio_tui.simulator.engine.ask import Ask
from lmstudio_tui.simulator.engine.code import language_in
from lmstudio_tui.simulator.engine.topic import shortened


class Intent(Enum):
    """The kinds of answer there are."""

    EXPLAIN = auto()
    GREET = auto()
    CODE = auto()
    COMPARE = auto()
    LIST = auto()
    POEM = auto()
    IMAGE = auto()


@dataclass(frozen=True, slots=True)
class Wish:
    """An intent and its details; `length` is the number of tokens of a long answer, otherwise 0."""

    intent: Intent
    language: str = ""
    compared: tuple[str, str] = ("", "")
    count: int = 5
    length: int = 0


_LENGTH = re.compile(r"\b(\d{1,6})[ -]*(?:words?|tokens?)\b", re.IGNORECASE)
_LONG = re.compile(r"\b(?:long|lengthy|very detailed|essay)\b", re.IGNORECASE)
_CODE = re.compile(r"\b(?:code|function|program|script|snippet|implement|regex|class|query)\b", re.IGNORECASE)
_VERSUS = re.compile(r"([\w.+#-]+(?: [\w.+#-]+)?)\s+(?:vs\.?|versus|or)\s+([\w.+#-]+)", re.IGNORECASE)
_COMPARE = re.compile(
    r"\b(?:compare|comparison of|difference between)\s+(.+?)\s+(?:and|with|to|vs\.?|versus)\s+([^?.,!\n]+)",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"\b(?:list|enumerate|ideas|suggestions|(\d{1,2}) (?:ways|reasons|things|names|tips|examples))\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\b(\d{1,2})\b")
_POEM = re.compile(r"\b(?:haiku|poem|verse|rhyme|limerick|sonnet)\b", re.IGNORECASE)
_GREETING = re.compile(r"^\s*(?:hi|hello|hey|good (?:morning|evening|day)|who are you)\b.{0,24}$", re.IGNORECASE)
_LONG_TOKENS = 1200
_MOST_TOKENS = 100_000
_MOST_ITEMS = 30


def wish_of(ask: Ask) -> Wish:
    """What the last message of `ask` asks for."""
    text = ask.gist
    if found := _LENGTH.search(text):
        return Wish(Intent.EXPLAIN, length=min(int(found.group(1)), _MOST_TOKENS))
    if any(message.images for message in ask.messages):
        return Wish(Intent.IMAGE)
    if found := _COMPARE.search(text) or (None if _CODE.search(text) else _VERSUS.search(text)):
        return Wish(Intent.COMPARE, compared=(shortened(found.group(1), 24), shortened(found.group(2), 24)))
    if _CODE.search(text):
        return Wish(Intent.CODE, language=language_in(text) or "python")
    if _POEM.search(text):
        return Wish(Intent.POEM)
    if _LIST.search(text):
        number = _NUMBER.search(text)
        return Wish(Intent.LIST, count=min(max(int(number.group(1)), 1), _MOST_ITEMS) if number else 5)
    if _LONG.search(text):
        return Wish(Intent.EXPLAIN, length=_LONG_TOKENS)
    return Wish(Intent.GREET if _GREETING.search(text) else Intent.EXPLAIN)
