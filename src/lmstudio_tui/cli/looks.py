"""How the settings want the app to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lmstudio_tui.features.settings_desk import Looks
    from lmstudio_tui.settings import Settings


def looks_of(settings: Settings) -> Looks:
    """How the app is to look."""
    from lmstudio_tui.features.settings_desk import Looks

    return Looks(
        settings.theme,
        settings.density,
        ascii=None if settings.ascii == "auto" else settings.ascii,
        animation=None if settings.animation == "auto" else settings.animation == "on",
    )
