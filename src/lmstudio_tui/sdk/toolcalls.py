"""Tool calls out of their pieces (server contract, 2.2).

Ids may be numbers, empty or repeated, names empty on later pieces, arguments in pieces or all at once, and the index
absent or the same for every call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk.types.chat import FunctionCall, ToolCall
from lmstudio_tui.sdk.types.events import ToolCallDelta
from lmstudio_tui.sdk.wire import as_object, as_text, dumped, is_list, is_object, whole_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_INDEX = re.compile(r"[0-9]{1,6}")


@dataclass(slots=True)
class _Growing:
    """One call so far."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])


class ToolCallGatherer:
    """Folds pieces of tool calls into whole ones."""

    def __init__(self) -> None:
        self._calls: dict[int, _Growing] = {}
        self.size = 0
        """How many characters of arguments there are."""

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The calls so far; their arguments may be incomplete."""
        return tuple(
            ToolCall(id=call.id, function=FunctionCall(name=call.name, arguments="".join(call.arguments)))
            for _, call in sorted(self._calls.items())
        )

    @property
    def count(self) -> int:
        """How many calls there are."""
        return len(self._calls)

    def add(self, piece: Mapping[str, Any], position: int | None = None) -> ToolCallDelta:
        """One piece of a call.

        Args:
            position: for a call that comes whole, its place among the others.
        """
        function = as_object(piece.get("function"))
        given: Any = piece.get("id")
        id_ = str(given) if isinstance(given, int) else whole_text(as_text(given))
        name = whole_text(as_text(function.get("name")))
        arguments = _as_json_text(function.get("arguments"))
        index = self._index_of(piece.get("index"), id_, name) if position is None else position
        call = self._calls.setdefault(index, _Growing())
        call.id = call.id or id_
        call.name = call.name or name
        call.arguments.append(arguments)
        self.size += len(arguments)
        return ToolCallDelta(index, call.id, call.name, arguments)

    def _index_of(self, given: object, id_: str, name: str) -> int:
        last = max(self._calls, default=-1)
        if isinstance(given, str) and _INDEX.fullmatch(given):
            given = int(given)
        if isinstance(given, int):
            known = self._calls.get(given)
            # A server that gives every call the same index is found out by a new id with a new name.
            if known is None or not id_ or not name or not known.id or known.id == id_:
                return given
            return next((at for at, call in self._calls.items() if call.id == id_), last + 1)
        for at, call in self._calls.items():
            if id_ and call.id == id_:
                return at
        return last + 1 if name or last < 0 else last


def _as_json_text(arguments: object) -> str:
    if is_object(arguments) or is_list(arguments):
        arguments = dumped(arguments)
    return whole_text(as_text(arguments))
