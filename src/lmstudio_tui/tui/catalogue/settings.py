"""What can be done on the settings screen."""

from __future__ import annotations

from lmstudio_tui.tui.catalogue.command import Command

SETTINGS: tuple[Command, ...] = (
    Command(
        "settings.edit",
        "enter,e,space",
        "edit",
        "Change",
        "Change the setting: type, choose, or turn on and off.",
        "settings",
        palette=False,
    ),
    Command(
        "settings.reset",
        "x,delete",
        "reset",
        "Default",
        "Take it out of the file: the default holds again.",
        "settings",
        palette=False,
    ),
    Command("settings.undo", "z,f8", "undo", "Undo", "Undo the last change.", "settings", palette=False),
    Command(
        "settings.place",
        "p",
        "place",
        "Where",
        "Choose where it stands: at the top of the file, or in a profile.",
        "settings",
        palette=False,
    ),
    Command(
        "settings.search", "slash", "search", "Search", "Search names, meanings and values.", "settings", palette=False
    ),
)
