"""The language of the filter over models: `qwen type:vlm loaded size<8gb -mlx`.

Words that stand apart all have to hold. A bare word is looked for everywhere, `column:word` in one column; `loaded` and
`unloaded` are states; amounts compare (`size>4gb`, `params>=7b`, `context>=32k`); a `-` in front turns a word round;
quotes keep words together. What is no such thing is a plain word, and what is not finished yet asks for nothing: there
are no errors while it is typed.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.models.columns import BY_NAME, Column, Entry
from lmstudio_tui.features.models.words import parameters_from_words, size_from_words, tokens_from_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lmstudio_tui.sdk import ModelSummary

_WORD: Final = re.compile(r'(?:[^\s"]|"[^"]*(?:"|\Z))+')
_ON_COLUMN: Final = re.compile(r"([\w-]+?)(:[<>]=?|:=?|[<>]=?|=)(.*)", re.DOTALL)
_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_READERS: Final[dict[str, Callable[[str], float | None]]] = {
    "size": size_from_words,
    "params": parameters_from_words,
    "context": tokens_from_words,
}
_CLOSE: Final = 0.03
"""Amounts are equal when they differ by no more than rounding in words does: `4.9 GB` may be 4,920,739,232 bytes."""


@dataclass(frozen=True)
class Query:
    """A filter, read.

    Attributes:
        tests: what has to hold, each.
        marks: the words to be highlighted in a model's name, in small letters.
    """

    tests: tuple[Callable[[Entry], bool], ...] = ()
    marks: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Query:
        """Read what was typed. Any text is a filter."""
        tests: list[Callable[[Entry], bool]] = []
        marks: list[str] = []
        for raw in _WORD.findall(text):
            negated = raw.startswith("-")
            test, mark = _test(raw[1:] if negated else raw)
            if test is None:
                continue
            tests.append(_not(test) if negated else test)
            if mark and not negated:
                marks.append(mark)
        return cls(tuple(tests), tuple(dict.fromkeys(marks)))

    def keeps(self, entry: Entry) -> bool:
        """Whether a model passes."""
        return all(test(entry) for test in self.tests)


def matching(models: Iterable[ModelSummary], query: str) -> list[ModelSummary]:
    """The models that pass a filter, in the order of the list."""
    read = Query.read(query)
    return [model for model in models if read.keeps(Entry(model))]


def _test(raw: str) -> tuple[Callable[[Entry], bool] | None, str]:
    """What one word asks for, None when nothing yet; and what of it is to be highlighted in names."""
    on_column = _ON_COLUMN.fullmatch(raw) if not raw.startswith('"') else None
    column = BY_NAME.get(on_column[1].lower()) if on_column else None
    if on_column is not None and column is not None:
        sign = on_column[2].removeprefix(":") or ":"
        value = _bare(on_column[3])
        if sign in {":", "="} or column.amount is not None:
            return _column_test(column, sign, value), value if column.id == "name" else ""
    word = _bare(raw)
    if raw.lower() in {"loaded", "unloaded"}:
        wanted = "loaded" if raw.lower() == "loaded" else "not-loaded"
        return (lambda entry: entry.model.state == wanted), ""
    return ((lambda entry: word in entry.haystack) if word else None), word


def _column_test(column: Column, sign: str, value: str) -> Callable[[Entry], bool] | None:
    if not value:
        return None
    amount = column.amount
    number = _READERS.get(column.id, _plain_number)(value) if amount is not None else None
    if sign in _COMPARISONS:
        if amount is None or number is None:
            return None
        compare, against = _COMPARISONS[sign], number
        return lambda entry: (have := amount(entry.model)) is not None and compare(have, against)
    if column.whole_words:
        return lambda entry: any(text.startswith(value) for text in entry.searched(column))
    if amount is None:
        return lambda entry: any(value in text for text in entry.searched(column))
    packed = value.replace(" ", "")

    def holds(entry: Entry) -> bool:
        have = amount(entry.model)
        if have is not None and number is not None and abs(have - number) <= _CLOSE * abs(number):
            return True
        return sign == ":" and any(packed in text.replace(" ", "") for text in entry.searched(column))

    return holds


def _plain_number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _not(test: Callable[[Entry], bool]) -> Callable[[Entry], bool]:
    return lambda entry: not test(entry)


def _bare(raw: str) -> str:
    """Without its quotes, in small letters."""
    return raw.replace('"', "").lower()
