"""How the app is left, for the next time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lmstudio_tui.store.state import AppState, StateFile


class Memory:
    """What is remembered, as it is now; whatever changes is written at once.

    Args:
        file: where it outlives the app.
    """

    def __init__(self, file: StateFile) -> None:
        self.state = file.load()
        self._file = file

    def keep(self, state: AppState) -> None:
        """Remember this from now on."""
        self.state = state
        self._file.save(state)
