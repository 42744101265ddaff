"""The settings screen."""

from lmstudio_tui.tui.screens.settings.screen import SettingsScreen

__all__ = ["SettingsScreen"]
