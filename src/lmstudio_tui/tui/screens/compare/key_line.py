"""The keys that work now, in one line at the bottom of a screen. They can be clicked, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from lmstudio_tui.tui.commands import key_of, keys_of
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Click


class Key(NamedTuple):
    """A key as it is shown, or the id of a command; what it does; the action that a click runs, or none."""

    key: str
    words: str
    action: str = ""


class KeyLine(Static):
    """Shows as many keys as there is room for, as the footer does; the first ones matter most."""

    DEFAULT_CSS = """
    KeyLine {
        height: 1;
        background: $footer-background;
        color: $footer-description-foreground;
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
            shown = self._shown(key.key)
            words = f"{key.words[:1].upper()}{key.words[1:]} "
            width = cell_len(f" {shown} {words}")
            if at + width > room:
                continue
            parts.append(Content.assemble((f" {shown} ", "bold $footer-key-foreground"), words))
            self._places.append((at, at + width, key.action))
            at += width
        self.update(Content("").join(parts))

    def _shown(self, key: str) -> str:
        """A key as the footer shows it."""
        if "." not in key:
            return key
        keys = keys_of(key)
        return app_of(self).get_key_display(Binding(keys[0], "")) if keys else key_of(key)
