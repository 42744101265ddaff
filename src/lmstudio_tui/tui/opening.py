"""Opening the app before what it needs is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.store.state import StateFile
    from lmstudio_tui.tui.services import Services


@dataclass(frozen=True)
class Opening:
    """What the first picture needs, and how to come by the rest.

    The frame and the prompt are painted at once. Settings, client and panes take several times as long to import as
    that; it is done behind the picture, and what is typed meanwhile is shown, kept, and typed again into the real
    prompt.

    Args:
        state: how the app was left.
        pane: the pane asked for on the command line.
        load: gives everything the app needs from outside. Blocks, in a thread.
        failed: is called when that has raised. The app leaves; whoever opened it knows what to say.
    """

    state: StateFile
    pane: str | None
    load: Callable[[], Services]
    failed: Callable[[], None]
