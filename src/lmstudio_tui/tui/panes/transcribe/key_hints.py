"""Keys and what they do, in one line; they can be clicked, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from lmstudio_tui.tui.commands import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from textual import events

    from lmstudio_tui.tui.typed import WidgetOptions

_APART = "   "


class Hint(NamedTuple):
    """The id of a command, what it does in a word, and the action that a click on it asks for."""

    id: str
    words: str
    action: str


class KeyHints(Static):
    """Shows as many keys as there is room for; the first ones matter most."""

    DEFAULT_CSS = """
    KeyHints { height: 1; color: $text-muted; }
    """

    class Pressed(Message):
        """A key was clicked.

        Args:
            action: what it is for.
        """

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._hints: tuple[Hint, ...] = ()
        self._places: list[tuple[int, int, str]] = []

    def show(self, hints: Sequence[Hint]) -> None:
        """Show other keys."""
        if (found := tuple(hints)) != self._hints:
            self._hints = found
            self._draw()

    def on_resize(self) -> None:
        """See which have room."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Say what the key under the mouse is for."""
        offset = event.get_content_offset(self)
        at = offset.x if offset is not None else -1
        for start, end, action in self._places:
            if start <= at < end:
                event.stop()
                self.post_message(self.Pressed(action))

    def _draw(self) -> None:
        room, at = self.content_size.width, 0
        parts: list[Content] = []
        self._places = []
        for hint in self._hints:
            key = key_of(hint.id)
            width = cell_len(f"{key} {hint.words}")
            if at + width > room:
                continue
            parts.append(Content.assemble((key, "bold $accent"), f" {hint.words}"))
            self._places.append((at, at + width, hint.action))
            at += width + len(_APART)
        self.update(Content(_APART).join(parts), layout=False)
