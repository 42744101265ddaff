"""Which texts of the set in front are embedded, as marks and in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.text_rows import MARKS
from lmstudio_tui.tui.panes.embeddings.words import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.tui.panes.embeddings.desk import Desk
    from lmstudio_tui.tui.panes.embeddings.text_rows import TextState


class TextStates:
    """How each text stands; with 50,000 of them that takes a while, so that it is kept until something changes.

    Args:
        desk: the texts and their vectors.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._of: tuple[object, ...] = ()
        self._states: tuple[TextState, ...] = ()

    @property
    def all(self) -> tuple[TextState, ...]:
        """Of each text; the same object as long as nothing has changed. Nothing while none is embedded."""
        now = (self._desk.held.texts, self._desk.sides, self._desk.shown)
        if len(now) != len(self._of) or any(one is not other for one, other in zip(now, self._of, strict=True)):
            self._of, self._states = now, _states(self._desk)
        return self._states


def _states(desk: Desk) -> tuple[TextState, ...]:
    known, count = _known(desk), desk.held.count
    rest: list[TextState] = ["new"] * (count - known)
    return (*(_state(desk.sides, index) for index in range(known)), *rest) if known else ()


def state_in_words(desk: Desk, index: int) -> str:
    """How one text stands, with its mark: `◐ not by bge-m3`, `! refused: it is too long`."""
    sides = desk.sides if index < _known(desk) else ()
    state = _state(sides, index) if sides else "new"
    match state:
        case "embedded":
            words = "embedded"
        case "partly":
            absent = next(side for side in sides if side.row(index) is None)
            why = absent.refused.get(index, "")
            words = f"not by {short(absent.key.model)}{f': {clean_line(why)}' if why else ''}"
        case "refused":
            words = f"refused: {next(clean_line(side.refused[index]) for side in sides if index in side.refused)}"
        case "new":
            words = "not embedded yet"
    return f"{MARKS[state][0]} {words}"


def _known(desk: Desk) -> int:
    """Of how many texts, from the first, the vectors are: none where these are of others."""
    shown = desk.shown
    if not desk.sides or shown is None:
        return 0
    known = min(desk.held.count, shown.texts.count)
    same = shown.revision == desk.held.revision or shown.texts.records[:known] == desk.held.texts.records[:known]
    return known if same else 0


def _state(sides: Sequence[Embedded], index: int) -> TextState:
    there = sum(side.row(index) is not None for side in sides)
    if there:
        return "embedded" if there == len(sides) else "partly"
    return "refused" if any(index in side.refused for side in sides) else "new"
