"""The keys that work now, in one line at the bottom of a screen. They can be clicked, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from lmstudio_tui.tui.commands import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Click

_APART: Final = "   "


class Key(NamedTuple):
    """Keys, or ids in braces; what they do; the action of the screen that a click runs, empty when there is none."""

    key: str
    words: str
    action: str = ""


class KeyLine(Static):
    """Shows as many keys as there is room for; the first ones matter most."""

    DEFAULT_CSS = """
    KeyLine {
        height: 1;
        padding: 0 1;
        background: $footer-background;
        color: $text-muted;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: Sequence[Key] = ()
        self._places: list[tuple[int, int, str]] = []

    def show(self, keys: Sequence[Key]) -> None:
        """Show other keys."""
        if keys != self._keys:
            self._keys = keys
            self._draw()

    def on_resize(self) -> None:
        """See which have room."""
        self._draw()

    async def on_click(self, event: Click) -> None:
        """Do what the key under the mouse does."""
        offset = event.get_content_offset(self)
        at = offset.x if offset is not None else -1
        for start, end, action in self._places:
            if start <= at < end and action:
                await self.screen.run_action(action)
                return

    def _draw(self) -> None:
        room, at = self.content_size.width, 0
        parts: list[Content] = []
        self._places = []
        for key in self._keys:
            shown = told(key.key)
            width = cell_len(f"{shown} {key.words}")
            if at + width > room:
                continue
            parts.append(Content.assemble((shown, "bold $accent"), f" {key.words}"))
            self._places.append((at, at + width, key.action))
            at += width + len(_APART)
        self.update(Content(_APART).join(parts))
