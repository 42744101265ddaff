"""The keys that work now, in one line at the bottom of a screen. They can be clicked, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Sequence

_APART: Final = "   "


class Key(NamedTuple):
    """A key, what it does, and the action of the screen that a click on it runs; empty when there is none."""

    key: str
    words: str
    action: str = ""


class KeyLine(Static):
    """Shows as many keys as there is room for; the first ones matter most."""

    DEFAULT_CSS = """
    KeyLine {
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $text-muted;
        link-style: none;
        link-color: $text-muted;
        link-background: transparent;
        link-style-hover: underline;
        link-color-hover: $foreground;
        link-background-hover: transparent;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: Sequence[Key] = ()

    def show(self, keys: Sequence[Key]) -> None:
        """Show other keys."""
        if keys != self._keys:
            self._keys = keys
            self._draw()

    def on_resize(self) -> None:
        """See which have room."""
        self._draw()

    def _draw(self) -> None:
        room = self.content_size.width
        parts: list[Content] = []
        for key in self._keys:
            needed = cell_len(f"{key.key} {key.words}") + (len(_APART) if parts else 0)
            if needed > room:
                continue
            room -= needed
            words = Content.assemble((key.key, "bold $accent"), f" {key.words}")
            parts.append(words.stylize(f"@click=screen.{key.action}") if key.action else words)
        self.update(Content(_APART).join(parts))
