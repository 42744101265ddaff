"""One prompt, two to four answers, side by side."""

from lmstudio_tui.tui.screens.compare.screen import CompareResult, CompareScreen

__all__ = ["CompareResult", "CompareScreen"]
