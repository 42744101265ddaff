"""How the app was left: conveniences that it can do without, so no fault in this file ever stops it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, cast

from lmstudio_tui.store.atomic import write_atomic
from lmstudio_tui.store.json_file import broken_path, is_text, read_object

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

REMEMBERED_SERVERS = 32
"""Each run of the built-in simulator has a port of its own, so the list of servers would grow for ever."""

MOST_CHATS = 20
"""Tabs that are opened again."""


@dataclass(frozen=True)
class AppState:
    """What is remembered from one run to the next.

    Args:
        last_pane: the pane that was open.
        last_model: the model chosen last on each server, by base URL; the server used last comes last.
        last_embedding_model: the same for embeddings.
        open_chats: the conversations that were open, in the order of their tabs.
        front_chat: the one in front.
        theme: the one that the settings asked for last, for what is painted before they are read.
        toured: whether the newcomer's tour was shown.
        keys: those that the settings changed last, by the ids of commands, for the same.
        density: what the settings asked for last, for the same.
        ascii: as `density`.
        animation: as `density`.
        picked_theme: the one that was chosen in the app, which counts where the settings name none.
        picked_density: the same.
        columns: the share of the first of two columns, between 0 and 1, by pane; where it was changed by hand.
        unsent: what was typed when the app was left before there was anything to type into.
    """

    last_pane: str | None = None
    last_model: dict[str, str] = field(default_factory=dict[str, str])
    last_embedding_model: dict[str, str] = field(default_factory=dict[str, str])
    open_chats: tuple[str, ...] = ()
    front_chat: str | None = None
    theme: str | None = None
    toured: bool = False
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    density: str | None = None
    ascii: bool | None = None
    animation: bool | None = None
    picked_theme: str | None = None
    picked_density: str | None = None
    unsent: str = ""
    columns: dict[str, float] = field(default_factory=dict[str, float])

    def with_pane(self, pane: str) -> AppState:
        """The same, with another pane open."""
        return replace(self, last_pane=pane)

    def with_picked_theme(self, theme: str) -> AppState:
        """The same, with another theme chosen in the app."""
        return replace(self, picked_theme=theme)

    def with_picked_density(self, density: str) -> AppState:
        """The same, with another density chosen in the app."""
        return replace(self, picked_density=density)

    def with_toured(self) -> AppState:
        """The same, with the tour shown."""
        return replace(self, toured=True)

    def with_keys(self, keys: Mapping[str, Sequence[str]]) -> AppState:
        """The same, with other keys."""
        return replace(self, keys={id_: tuple(names) for id_, names in keys.items()})

    def with_unsent(self, text: str) -> AppState:
        """The same, with another text that nothing has taken."""
        return replace(self, unsent=text)

    def with_columns(self, pane: str, share: float | None) -> AppState:
        """The same, with another share of the room for the first column of a pane; None for none of its own."""
        others = {name: kept for name, kept in self.columns.items() if name != pane}
        return replace(self, columns=others if share is None else others | {pane: round(share, 4)})

    def with_model(self, base_url: str, model: str) -> AppState:
        """The same, with another model chosen on that server."""
        return replace(self, last_model=_with(self.last_model, base_url, model))

    def with_embedding_model(self, base_url: str, model: str) -> AppState:
        """The same, with another model for embeddings on that server."""
        return replace(self, last_embedding_model=_with(self.last_embedding_model, base_url, model))

    def with_chats(self, ids: tuple[str, ...], front: str | None) -> AppState:
        """The same, with other conversations open."""
        return replace(self, open_chats=ids[-MOST_CHATS:], front_chat=front)


class StateFile:
    """The file in which an `AppState` outlives the app. Nothing is created before something is saved."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def broken_path(self) -> Path:
        """Where a file that cannot be understood is put, for whoever wants to look at it."""
        return broken_path(self.path)

    def load(self) -> AppState:
        """What was saved; where that is missing or of no use, the defaults.

        A file that is no JSON object is set aside as `.broken`. Members of an unknown name (a later version's) or of
        the wrong type are passed over, and the others used.
        """
        members = read_object(self.path) or {}
        return AppState(
            last_pane=_text(members.get("last_pane")),
            last_model=_models(members.get("last_model")),
            last_embedding_model=_models(members.get("last_embedding_model")),
            open_chats=_ids(members.get("open_chats")),
            front_chat=_text(members.get("front_chat")),
            unsent=_text(members.get("unsent")) or "",
            theme=_text(members.get("theme")),
            density=_text(members.get("density")),
            ascii=_truth(members.get("ascii")),
            animation=_truth(members.get("animation")),
            picked_theme=_text(members.get("picked_theme")),
            picked_density=_text(members.get("picked_density")),
            toured=members.get("toured") is True,
            keys=_keys(members.get("keys")),
            columns=_shares(members.get("columns")),
        )

    def save(self, state: AppState) -> bool:
        """Write it, in one step. False when that is impossible, as in a read-only home."""
        text = json.dumps(asdict(state), indent=2) + "\n"
        try:
            write_atomic(self.path, text)
        except OSError:
            return False
        return True


def _with(models: dict[str, str], base_url: str, model: str) -> dict[str, str]:
    """The servers longest unused are forgotten."""
    others = {url: name for url, name in models.items() if url != base_url}
    return dict(list((others | {base_url: model}).items())[-REMEMBERED_SERVERS:])


def _text(value: object) -> str | None:
    return value if is_text(value) else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _models(value: object) -> dict[str, str]:
    """What is usable of a table of models by base URL."""
    pairs = cast("dict[str, object]", value).items() if isinstance(value, dict) else ()
    return {url: name for url, name in pairs if is_text(url) and is_text(name)}


def _keys(value: object) -> dict[str, tuple[str, ...]]:
    """What is usable of a table of keys by the ids of commands."""
    pairs = cast("dict[str, object]", value).items() if isinstance(value, dict) else ()
    return {
        id_: tuple(name for name in cast("list[object]", names) if is_text(name))
        for id_, names in pairs
        if isinstance(names, list)
    }


def _shares(value: object) -> dict[str, float]:
    """What is usable of a table of shares by pane."""
    pairs = cast("dict[str, object]", value).items() if isinstance(value, dict) else ()
    return {name: share for name, share in pairs if is_text(name) and isinstance(share, float) and 0 < share < 1}


def _ids(value: object) -> tuple[str, ...]:
    """What is usable of a list of ids, each once."""
    members = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(dict.fromkeys(one for one in members if is_text(one) and one.isalnum()))[-MOST_CHATS:]
