"""An edited text, laid over the times of the one that was heard."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.hearing.alignment import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.store.media.records import SegmentRecord

_WORD: Final = re.compile(r"\S+\s*")


def retimed(segments: Sequence[SegmentRecord], text: str) -> tuple[SegmentRecord, ...]:
    """The segments with the words of another text. A new word goes where its neighbours are.

    Args:
        segments: with their times.
        text: as it was edited.

    Returns:
        the segments that still have words; together they say the text.
    """
    if not segments:
        return ()
    owners = [number for number, one in enumerate(segments) for _ in one.text.split()]
    heard = [_key(word) for one in segments for word in one.text.split()]
    edited = [found[0] for found in _WORD.finditer(text)]
    words: list[list[str]] = [[] for _ in segments]
    owner = 0
    for here, there in aligned(heard, [_key(word) for word in edited]):
        if here is not None:
            owner = owners[here]
        if there is not None:
            words[owner].append(edited[there])
    found = [replace(one, text="".join(said).strip()) for one, said in zip(segments, words, strict=True)]
    return tuple(one for one in found if one.text)


def _key(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum()) or word.strip()
