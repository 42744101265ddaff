"""How the app was left: conveniences that it can do without, so no fault in this file ever stops it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, cast

from lmstudio_tui.store.atomic import write_atomic
from lmstudio_tui.store.json_file import broken_path, is_text, read_object

if TYPE_CHECKING:
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
    """

    last_pane: str | None = None
    last_model: dict[str, str] = field(default_factory=dict[str, str])
    last_embedding_model: dict[str, str] = field(default_factory=dict[str, str])
    open_chats: tuple[str, ...] = ()
    front_chat: str | None = None

    def with_pane(self, pane: str) -> AppState:
        """The same, with another pane open."""
        return replace(self, last_pane=pane)

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
        pane, front = members.get("last_pane"), members.get("front_chat")
        return AppState(
            last_pane=pane if is_text(pane) else None,
            last_model=_models(members.get("last_model")),
            last_embedding_model=_models(members.get("last_embedding_model")),
            open_chats=_ids(members.get("open_chats")),
            front_chat=front if is_text(front) else None,
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


def _models(value: object) -> dict[str, str]:
    """What is usable of a table of models by base URL."""
    pairs = cast("dict[str, object]", value).items() if isinstance(value, dict) else ()
    return {url: name for url, name in pairs if is_text(url) and is_text(name)}


def _ids(value: object) -> tuple[str, ...]:
    """What is usable of a list of ids, each once."""
    members = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(dict.fromkeys(one for one in members if is_text(one) and one.isalnum()))[-MOST_CHATS:]
