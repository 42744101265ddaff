"""How many words a model heard wrongly, and which: the word error rate.

Both texts are made alike first: Unicode's compatibility form (NFKC), small letters, no punctuation. So `Don’t stop!`
and `don't stop` are the same, and `ﬁle` is `file`. An apostrophe inside a word stays, and so does a point or comma
between digits; a hyphen parts words. Numbers stay as they are: `2` and `two` are different words. Chinese and Japanese
have no spaces: each of their characters counts as a word, so that the rate is one of characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.hearing.alignment import aligned

if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNS: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD: Final = re.compile(
    rf"[{_SIGNS}][\u3099\u309a]*"
    rf"|(?:(?![{_SIGNS}])[\w\u0300-\u036f])+(?:['’ʼ](?:(?![{_SIGNS}])[\w\u0300-\u036f])+|(?<=\d)[.,](?=\d)\d+)*"
)
_APOSTROPHES: Final = str.maketrans("’ʼ", "''")


@dataclass(frozen=True, slots=True)
class WordPair:
    """A word of the reference beside the one that was heard in its place.

    Attributes:
        reference: None for a word that was heard and never said.
        heard: None for a word that was said and not heard.
        same: whether they are the same word.
    """

    reference: str | None
    heard: str | None
    same: bool = False


@dataclass(frozen=True, slots=True)
class WordErrors:
    """How two texts differ.

    Attributes:
        rate: errors for a word of the reference; more than 1 when much was heard that was never said. For a reference
            without words it is 0 when nothing was heard, and 1 otherwise.
        words: of the reference.
        substitutions: words heard as others.
        insertions: words heard that were never said.
        deletions: words not heard.
        pairs: all words of both, in order.
    """

    rate: float
    words: int
    substitutions: int
    insertions: int
    deletions: int
    pairs: tuple[WordPair, ...]


def word_errors(reference: str, heard: str, check: Callable[[], None] = lambda: None) -> WordErrors:
    """Compare what was heard with what was said. Long texts take a moment: for a worker thread.

    Args:
        reference: what was said.
        heard: what was heard.
        check: is called now and then; what it raises ends the work.
    """
    said, got = words(reference), words(heard)
    pairs = tuple(
        WordPair(
            None if here is None else said[here][0],
            None if there is None else got[there][0],
            here is not None and there is not None and said[here][1] == got[there][1],
        )
        for here, there in aligned([key for _, key in said], [key for _, key in got], check)
    )
    insertions = sum(pair.reference is None for pair in pairs)
    deletions = sum(pair.heard is None for pair in pairs)
    substitutions = sum(not pair.same for pair in pairs) - insertions - deletions
    errors = substitutions + insertions + deletions
    rate = errors / len(said) if said else float(bool(got))
    return WordErrors(rate, len(said), substitutions, insertions, deletions, pairs)


def words(text: str) -> list[tuple[str, str]]:
    """The words of a text, each as it is shown and as it is compared."""
    return [(found[0], _key(found[0])) for found in _WORD.finditer(unicodedata.normalize("NFKC", text))]


def _key(word: str) -> str:
    # Folding can undo the form (`İ`), so it is made once more.
    return unicodedata.normalize("NFKC", word.translate(_APOSTROPHES).casefold())
