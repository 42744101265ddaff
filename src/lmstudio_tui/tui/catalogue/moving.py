"""Going through lists, tables, texts and forms, which works alike wherever the cursor is not in a field of text."""

from __future__ import annotations

from lmstudio_tui.tui.catalogue.command import Command


def _way(name: str, keys: str, title: str, text: str) -> Command:
    # Each widget has an action of its own for it: see `commands.moves`.
    return Command(f"move.{name}", keys, name, title, text, "moving", palette=False)


MOVING: tuple[Command, ...] = (
    _way("up", "up,k", "Up", "A line up, or the one above."),
    _way("down", "down,j", "Down", "A line down, or the one below."),
    _way("left", "left,h", "Left", "To the left, or the one before; fold."),
    _way("right", "right,l", "Right", "To the right, or the one after; unfold."),
    _way("page_up", "pageup", "Page up", "A page up."),
    _way("page_down", "pagedown", "Page down", "A page down."),
    _way("half_up", "ctrl+u", "Half up", "Half a page up."),
    _way("half_down", "ctrl+d", "Half down", "Half a page down."),
    _way("first", "home,g", "First", "To the start."),
    _way("last", "end,G", "Last", "To the end."),
)
