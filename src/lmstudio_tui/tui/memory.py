"""How the app is left, for the next time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lmstudio_tui.tui.looks.wishes import Wishes

if TYPE_CHECKING:
    from lmstudio_tui.features.settings_desk import Looks
    from lmstudio_tui.store.state import AppState, StateFile
    from lmstudio_tui.tui.services import Services


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

    @property
    def wishes(self) -> Wishes:
        """How the app is to look: what the settings asked for the last time, else what was chosen in the app."""
        state = self.state
        return Wishes(
            theme=state.theme or state.picked_theme,
            density=state.density or state.picked_density,
            ascii=state.ascii,
            animation=state.animation,
        )

    def ask(self, looks: Services | Looks) -> Wishes:
        """How the app is to look now that the settings are read; the next first picture looks like this, too."""
        self.state = replace(
            self.state,
            theme=looks.theme,
            density=looks.density,
            ascii=looks.ascii,
            animation=looks.animation,
        )
        return self.wishes
