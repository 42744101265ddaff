"""Which models embed a set, and on which server its vectors are looked for. Pure, but for the look into the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.features.embeddings.model_choice import model_to_embed
from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.server_view import ServerView
    from lmstudio_tui.store.embeddings import VectorKey

SIMULATOR = "simulator"
"""What the simulator is called in the store: its address is another each time."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a set is embedded by.

    Attributes:
        models: one, two, or none when there is none to be had.
        server: whose vectors they are.
        note: what is to be known of it, in a sentence; empty for nothing.
    """

    models: tuple[str, ...] = ()
    server: str = ""
    note: str = ""


def server_key(view: ServerView) -> str:
    """What a server is called in the store."""
    return SIMULATOR if view.status is not None and view.status.simulator else view.base_url


def choice_of(view: ServerView, wanted: Sequence[str], default: str | None) -> Choice:
    """What a set is embedded by, on a server that is there.

    Args:
        view: of the server.
        wanted: the models that were chosen for the set, none to two.
        default: the model that is used for embeddings on this server.
    """
    listed = {model.id for model in view.models}
    there = [name for name in wanted if name in listed or not listed]
    preferred = [*there[:1], *([default] if default and (default in listed or not listed) else [])]
    first = model_to_embed(view.models, *preferred)
    if first is None:
        return Choice((), server_key(view))
    models = (first, *(name for name in there[1:2] if name != first))
    gone = [name for name in wanted if name not in models]
    note = f"{clean_line(gone[0])} is not on this server." if gone and listed else ""
    return Choice(models, server_key(view), note)


def choice_in_store(
    view: ServerView, wanted: Sequence[str], default: str | None, kept: Sequence[tuple[VectorKey, int]]
) -> Choice:
    """What a set can be shown by while there is no server: by what another one has made, too, once it is known so.

    Args:
        view: of the server that is looked for.
        wanted: the models that were chosen for the set.
        default: the model that is used for embeddings on this server.
        kept: how many vectors there are in the store, by whose they are.
    """
    here = server_key(view)
    if view.presence is Presence.CONNECTING:
        kept = [one for one in kept if one[0].server == here]
    # Those of the server in use first, then of the model that has the most.
    ranked = sorted(kept, key=lambda one: (one[0].server != here, -one[1]))
    names = [name for name in (*wanted, *([default] if default and not wanted else [])) if name]
    for name in names:
        server = next((key.server for key, _ in ranked if key.model == name and not key.dimensions), None)
        if server is not None:
            models = tuple(
                one for one in names[:2] if any(key.model == one and key.server == server for key, _ in ranked)
            )
            return Choice(models, server)
    if ranked:
        return Choice((ranked[0][0].model,), ranked[0][0].server)
    return Choice(tuple(names[:2]), here)
