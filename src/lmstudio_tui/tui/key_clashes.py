"""What is wrong with the keys that somebody has chosen: two commands for one key, and keys that never arrive."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal

from lmstudio_tui.tui.catalogue.command import readable_key
from lmstudio_tui.tui.commands import COMMANDS
from lmstudio_tui.tui.key_names import fate_of, is_typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lmstudio_tui.tui.commands import Command, Where

Kind = Literal["clash", "lost", "typed", "taken", "none"]

_AT_ONCE: Final[tuple[tuple[Where, ...], ...]] = (
    ("prompt", "chat", "everywhere"),
    ("transcript", "moving", "chat", "everywhere"),
    ("parameters", "moving", "chat", "everywhere"),
    ("no server", "chat", "everywhere"),
    ("models", "moving", "everywhere"),
    ("embeddings", "moving", "everywhere"),
    ("transcribe", "moving", "everywhere"),
    ("speech", "moving", "everywhere"),
    ("images", "moving", "everywhere"),
    ("inspector", "moving", "everywhere"),
    ("player", "moving", "transcribe", "everywhere"),
    ("fields", "everywhere"),
)
"""Places whose commands work at the same time, for somebody who is in the first of them."""
_ABOVE: Final[tuple[tuple[Where, ...], ...]] = (
    ("dialog", "moving"),
    ("dialog", "fields"),
    ("conversations", "moving", "dialog"),
    ("servers", "moving", "dialog"),
    ("compare", "moving", "dialog"),
)
"""The same above the panes, where of the app's own commands only those work that go before everything."""
_FIXED: Final = {"tab": "goes on to the next thing", "shift+tab": "goes back", "ctrl+c": "copies what is marked"}
"""Keys of Textual itself."""
_EDITING: Final = frozenset(
    {"left", "right", "home", "end", "backspace", "delete", "shift+left", "shift+right", "shift+home", "shift+end"}
    | {"ctrl+left", "ctrl+right", "ctrl+a", "ctrl+d", "ctrl+e", "ctrl+f", "ctrl+k", "ctrl+u", "ctrl+v", "ctrl+w"}
    | {"ctrl+x", "ctrl+z", "up", "down", "enter"}
)
"""Keys with which a text is edited."""

_WITH_FIELDS: Final[frozenset[Where]] = frozenset(
    {"conversations", "embeddings", "images", "speech", "transcribe", "parameters", "compare"}
)
"""Places with fields of text, in which some commands work while one types."""


@dataclass(frozen=True)
class KeyProblem:
    """Something about a key that somebody wants to know.

    Args:
        kind: `clash`: two commands have it where both work; `lost`: terminals do not send it; `typed`: it is a letter
            where one types; `taken`: it has another meaning there, or everywhere;
            `none`: there is no way to it.
        key: Textual's name; empty for none.
        ids: the commands.
        sentence: what is to be said of it.
    """

    kind: Kind
    key: str
    ids: tuple[str, ...]
    sentence: str


def problems(changed: Mapping[str, tuple[str, ...]]) -> list[KeyProblem]:
    """What is wrong with these keys; nothing with those of the catalogue.

    Args:
        changed: the keys that are not those of the catalogue, Textual's names, by the ids of commands.
    """
    if not changed:
        return []
    return [*_clashes(changed), *(one for id_ in changed for one in _alone(id_, changed[id_]))]


def together() -> Iterator[tuple[str, tuple[Command, ...]]]:
    """The commands that work at the same time, by the name of the place where somebody is."""
    for places in (*_AT_ONCE, *_ABOVE):
        found = tuple(one for one in COMMANDS if one.where in places)
        if places in _ABOVE:
            if places[0] != "dialog":
                # What is only in single dialogs is not in these.
                found = tuple(one for one in found if one.where != "dialog" or not one.parts)
            found += tuple(one for one in COMMANDS if one.where == "everywhere" and one.priority)
        yield places[0], found


def meet(one: Command, other: Command) -> bool:
    """Whether two commands of a place work in the same part of it."""
    return one.where != other.where or not one.parts or not other.parts or not set(one.parts).isdisjoint(other.parts)


def _clashes(changed: Mapping[str, tuple[str, ...]]) -> Iterator[KeyProblem]:
    told: set[tuple[str, str, str]] = set()
    for place, found in together():
        by_key: dict[str, list[Command]] = defaultdict(list)
        for one in found:
            for key in changed.get(one.id, one.usual_keys):
                by_key[key].append(one)
        for key, sharing in by_key.items():
            for one, other in combinations(sharing, 2):
                # Those that have a key in common anyway take turns: stopping, and going back where nothing is to stop.
                wanted = one.id in changed or other.id in changed
                usual = not set(one.usual_keys).isdisjoint(other.usual_keys)
                if wanted and not usual and meet(one, other) and (key, one.id, other.id) not in told:
                    told.add((key, one.id, other.id))
                    yield _clash(place, key, one, other)


def _clash(place: str, key: str, one: Command, other: Command) -> KeyProblem:
    where = {"prompt": "in the prompt", "everywhere": "everywhere", "moving": "in a list"}.get(place, f"in: {place}")
    said = f"{readable_key(key)} is the key of {one.id} and of {other.id} {where}; only one of them is done."
    return KeyProblem("clash", key, (one.id, other.id), said)


def _alone(id_: str, keys: tuple[str, ...]) -> Iterator[KeyProblem]:
    one = next(each for each in COMMANDS if each.id == id_)
    for key in keys:
        if key in one.usual_keys:
            continue
        shown = readable_key(key)
        fate = fate_of(key)
        if fate is not None and fate[0] == "lost":
            yield KeyProblem("lost", key, (id_,), f"{shown} ({id_}) may never arrive: {fate[1]}.")
        elif key in _FIXED:
            yield KeyProblem("taken", key, (id_,), f"{shown} ({id_}) {_FIXED[key]}; that is lost where it works.")
        elif one.where in {"prompt", "fields"} and is_typed(key):
            yield KeyProblem("typed", key, (id_,), f"{shown} ({id_}) is typed into the text there.")
        elif one.where in {"everywhere", "chat"} and is_typed(key):
            yield KeyProblem("typed", key, (id_,), f"{shown} ({id_}) is typed in the prompt; elsewhere it works.")
        elif one.priority and key in _EDITING:
            said = f"{shown} ({id_}) edits a text; in fields that is lost where the command works."
            yield KeyProblem("taken", key, (id_,), said)
        elif one.where in {"everywhere", "chat"} and key in _EDITING:
            yield KeyProblem("taken", key, (id_,), f"{shown} ({id_}) edits the text in the prompt; elsewhere it works.")
        elif _works_while_typing(one) and is_typed(key):
            yield KeyProblem("typed", key, (id_,), f"{shown} ({id_}) is typed in a field; elsewhere it works.")
        elif _works_while_typing(one) and key in _EDITING:
            yield KeyProblem("taken", key, (id_,), f"{shown} ({id_}) edits the text in a field; elsewhere it works.")
    if not keys and not one.palette:
        yield KeyProblem("none", "", (id_,), f"{id_} has no key, and is not in the palette: nothing does it.")


def _works_while_typing(one: Command) -> bool:
    """Whether a command has only keys that come through a field of text, until they are changed."""
    return one.where in _WITH_FIELDS and all(not is_typed(key) and key not in _EDITING for key in one.usual_keys)
