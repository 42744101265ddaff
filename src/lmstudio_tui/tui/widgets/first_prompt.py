"""What stands in the place of the chat while that is being made."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.events import Key, Paste
from textual.widget import Widget

from lmstudio_tui.text_safety import clean
from lmstudio_tui.tui.commands import told

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import RenderResult

    from lmstudio_tui.tui.typed import WidgetOptions

HINT: Final = "Ask anything. {chat.send} sends, {chat.newline} starts a new line."
_MOST_LINES: Final = 8
_MOST: Final = 2_000
"""Characters of a pasted text that are looked at."""


class FirstPrompt(Widget):
    """Shows what is typed until the first key that does more than that. It keeps nothing: the app has the keys."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"first-prompt--cursor", "first-prompt--hint"}
    DEFAULT_CSS = """
    FirstPrompt {
        dock: bottom;
        height: auto;
        min-height: 3;
        max-height: 10;
        border: round $border;
        border-title-color: $accent;
        border-title-style: bold;
        padding: 0 1;
        & > .first-prompt--cursor { color: $input-cursor-foreground; background: $input-cursor-background; }
        & > .first-prompt--hint { color: $text-disabled; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self.border_title = "Ask"
        self._typed = ""
        self._clear = True

    def take(self, event: Key | Paste) -> None:
        """Show what a key or a paste does to the text, as long as that can be said without the real prompt."""
        if not self._clear:
            return
        if isinstance(event, Paste):
            self._typed += clean(event.text)[:_MOST]
        elif event.is_printable and event.character is not None:
            self._typed += event.character
        elif event.key == "backspace":
            self._typed = self._typed[:-1]
        else:
            self._clear = False
        self.refresh(layout=True)

    def render(self) -> RenderResult:
        cursor, hint = (self.get_component_rich_style(f"first-prompt--{one}") for one in ("cursor", "hint"))
        if not self._typed:
            said = told(HINT)
            return Text.assemble((said[0], cursor), (said[1:], hint), no_wrap=True, overflow="ellipsis")
        return Text.assemble("\n".join(self._typed.split("\n")[-_MOST_LINES:]), (" ", cursor), overflow="fold")
