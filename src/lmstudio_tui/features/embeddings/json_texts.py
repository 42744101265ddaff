"""Texts out of JSON: strings, or a member of objects; in one piece, or a value a line."""

from __future__ import annotations

import json
from itertools import chain, islice
from statistics import fmean
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from lmstudio_tui.features.embeddings.gathering import SAMPLE, ReadingError, is_known, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lmstudio_tui.features.embeddings.gathering import Gathering

    Entry: TypeAlias = tuple[int, object]
    """A value with its place, from 1."""

    Path: TypeAlias = tuple[str, ...]
    """The names that lead to a member of a member."""

_LARGEST: Final = 500_000_000
"""Characters of a file that has to be read in one piece."""

_DEEPEST: Final = 3
"""Objects within objects whose members are looked at."""

_LISTS: Final = ("data", "texts", "input", "inputs", "documents", "items", "rows", "records", "examples", "results")
_UNREADABLE: Final = object()
_MISTAKES: Final = (ValueError, RecursionError)


def read_json(lines: Iterator[str], gathering: Gathering) -> None:
    """Read the texts of a file that is one JSON value: a list, or an object with one. A value a line will do as well.

    Raises:
        ReadingError: when it is no JSON, or far too large.
    """
    kept = _all_of(lines, gathering)
    try:
        value = json.loads("".join(kept))
    except _MISTAKES as error:
        _take(_numbered(kept), gathering)
        if not gathering.texts:
            raise ReadingError(f"{gathering.called} is no JSON: {error}.") from error
    else:
        _take_whole(value, gathering)


def read_json_lines(lines: Iterator[str], gathering: Gathering) -> None:
    """Read the texts of a file that has a JSON value in each line. One that is a single value will do as well.

    Raises:
        ReadingError: when its first line is no JSON, and it is far too large to be looked at as a whole.
    """
    head: list[str] = []
    filled: list[str] = []
    for line in lines:
        head.append(line)
        if line.strip():
            filled.append(line)
            if len(filled) > 1:
                break
    if len(filled) > 1 and _value(filled[0]) is not _UNREADABLE:
        _take(_numbered(chain(head, lines)), gathering)
        return
    kept = [*head, *_all_of(lines, gathering)]
    try:
        value = json.loads("".join(kept))
    except _MISTAKES:
        _take(_numbered(kept), gathering)
    else:
        _take_whole(value, gathering)


def _all_of(lines: Iterator[str], gathering: Gathering) -> list[str]:
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line)
        if size > _LARGEST:
            raise ReadingError(f"{gathering.called} is too large to be read in one piece.", "Write it as JSON Lines.")
        kept.append(line)
    return kept


def _numbered(lines: Iterable[str]) -> Iterator[Entry]:
    return ((number, _value(line)) for number, line in enumerate(lines, 1) if line.strip())


def _value(line: str) -> object:
    try:
        return json.loads(line)
    except _MISTAKES:
        return _UNREADABLE


def _take_whole(value: object, gathering: Gathering) -> None:
    gathering.unit = ("entry", "entries")
    _take(enumerate(_entries(value), 1), gathering)


def _entries(value: object) -> list[object]:
    """What a JSON value has texts in."""
    if isinstance(value, list):
        return cast("list[object]", value)
    if not isinstance(value, dict):
        return [value]
    members = cast("dict[str, object]", value)
    lists = {name: found for name, member in members.items() if (found := _list_of_entries(member))}
    for name in _LISTS:
        if name in lists:
            return lists[name]
    if any(is_known(name) and isinstance(member, str) for name, member in members.items()):
        return [value]
    return max(lists.values(), key=len, default=[value])


def _list_of_entries(member: object) -> list[object]:
    if not isinstance(member, list):
        return []
    entries = cast("list[object]", member)
    return entries if all(isinstance(entry, str | dict) for entry in entries) else []


def _take(entries: Iterator[Entry], gathering: Gathering) -> None:
    """Take the texts. What the first objects have decides which of their members is read."""
    sample = list(islice(entries, SAMPLE))
    path = _chosen(sample, gathering)
    for number, value in chain(sample, entries):
        if value is _UNREADABLE:
            gathering.leave_out(number, "that cannot be read as JSON")
            continue
        texts = _texts_in(_at(value, path))
        if not texts:
            named = quoted(gathering.column) if gathering.column is not None else "a text"
            gathering.leave_out(number, f"without {named}")
        elif not all(map(gathering.take, texts)):
            return


def _chosen(sample: Iterable[Entry], gathering: Gathering) -> Path:
    """The way to the member that is read; empty when there are no objects."""
    found: dict[Path, list[str]] = {}
    for _, value in sample:
        if isinstance(value, dict):
            for path, texts in _members(cast("dict[str, object]", value)):
                found.setdefault(path, []).extend(texts)
    names = {".".join(path): path for path in found}
    if not names:
        return ()
    values = {name: found[path] for name, path in names.items()}
    lengths = {name: fmean(map(len, texts)) for name, texts in values.items()}
    return names[gathering.choose(list(names), lengths, values)]


def _members(value: dict[str, object], before: Path = ()) -> Iterator[tuple[Path, list[str]]]:
    """The members that have texts, also those of members."""
    for name, member in value.items():
        path = (*before, name)
        if isinstance(member, dict):
            if len(path) < _DEEPEST:
                yield from _members(cast("dict[str, object]", member), path)
        elif texts := _texts_in(member):
            yield path, texts


def _texts_in(value: object) -> list[str]:
    """One text, or a list of nothing but texts."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        members = cast("list[object]", value)
        texts = [member for member in members if isinstance(member, str)]
        return texts if len(texts) == len(members) else []
    return []


def _at(value: object, path: Path) -> object:
    """What is at the end of a path; a value that is no object is it itself."""
    for name in path if isinstance(value, dict) else ():
        value = cast("dict[str, object]", value).get(name) if isinstance(value, dict) else None
    return cast("object", value)
