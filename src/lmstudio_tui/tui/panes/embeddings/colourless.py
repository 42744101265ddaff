"""Whether colours tell anything on this terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.tui.themed import ThemedApp

if TYPE_CHECKING:
    from textual.app import App

_FEW: Final = frozenset({None, "standard", "windows"})
"""What Rich calls terminals with sixteen colours or none."""


def is_colourless(app: App[object]) -> bool:
    """Whether shades and marks have to tell what colours tell elsewhere: none are wanted, or there are too few."""
    real = not (app.is_headless or app.is_web)
    few = isinstance(app, ThemedApp) and app.few_colours
    return few or app.no_color or app.native_ansi_color or (real and app.console.color_system in _FEW)
