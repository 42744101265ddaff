"""An app for the tests of a pane: the pane alone, in the themes and breakpoints of the real one."""

from __future__ import annotations

from textual.app import App

from lmstudio_tui.store.media.shelf import MediaShelf
from lmstudio_tui.tui.messages import CopyWanted
from lmstudio_tui.tui.themes import THEMES


class MediaPaneApp(App[None]):
    """Holds a pane of sound or images, and remembers what was copied. Who inherits composes it.

    Args:
        media: the shelves.
        theme: by name; the first when None.
    """

    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (110, "-wide")]  # noqa: RUF012

    def __init__(self, media: MediaShelf, theme: str | None = None) -> None:
        super().__init__()
        self.media = media
        self.copied: list[str] = []
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme or THEMES[0].name

    def on_copy_wanted(self, event: CopyWanted) -> None:
        self.copied.append(event.text)
