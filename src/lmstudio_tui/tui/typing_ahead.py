"""What is typed quickly goes where it was meant to: nothing is lost at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.events import Key, MouseEvent, Paste

from lmstudio_tui.tui.keys_in_turn import KeysInTurnApp
from lmstudio_tui.tui.typed import is_seen

if TYPE_CHECKING:
    from textual.events import Event
    from textual.widget import Widget

_LATEST: Final = 1.0
"""Seconds after the start of the screen: from then on keys count even if nothing has the focus."""


class TypingAheadApp(KeysInTurnApp):
    """An app that loses nothing of what was typed while it started.

    What was typed before the start the terminal has kept until it was read. As long as the app is being opened there is
    nothing to take a key, nor a click.
    """

    def __init__(self) -> None:
        super().__init__()
        self._typed_ahead: list[Key | Paste] | None = []
        self._blind: list[Key | Paste] = []
        """What of it has not come to its turn yet."""

    @property
    def opening(self) -> bool:
        """Whether there is nothing yet that could take keys."""
        return False

    def on_mount(self) -> None:
        """From now on something may get the focus."""
        self.watch(self.screen, "focused", self._heed_focus)
        if not self.opening:
            self.opened()

    def opened(self) -> None:
        """What takes keys is there, or will be soon."""
        self.set_timer(_LATEST, self._hand_over)

    @property
    def typed(self) -> str:
        """The text that was typed and that nothing has taken yet."""
        text = ""
        for event in self._typed_ahead or ():
            if isinstance(event, Paste):
                text += event.text
            elif event.is_printable and event.character is not None:
                text += event.character
            elif event.key in {"ctrl+j", "enter"}:
                text += "\n"
            elif event.key == "backspace":
                text = text[:-1]
        return text.rstrip("\n")

    def type_first(self, text: str) -> None:
        """Have this typed before everything else."""
        if self._typed_ahead is not None:
            self._typed_ahead.insert(0, Paste(text))

    def preview(self, event: Key | Paste) -> None:
        """Show what was typed before there is anything to take it."""

    async def on_event(self, event: Event) -> None:
        """Keep keys and pasted text back as long as nothing has had the focus."""
        if self._typed_ahead is not None and isinstance(event, Key | Paste) and not event.is_forwarded:
            self._typed_ahead.append(event)
            if self.opening:
                self.preview(event)
        elif self.opening and isinstance(event, MouseEvent):
            event.stop()
        else:
            await super().on_event(event)

    def _heed_focus(self, focused: Widget | None) -> None:
        # The chat is there behind every pane, and may be the first to have the focus.
        if self._typed_ahead is not None and focused is not None and is_seen(focused):
            self.call_next(self._hand_over)

    async def _hand_over(self) -> None:
        """Give what was kept to what has the focus now, in the same order."""
        typed, self._typed_ahead = self._typed_ahead or [], None
        self._blind = list(typed)
        for event in typed:
            await super().on_event(event)

    async def give(self, event: Key | Paste) -> None:
        """Letters typed blindly are text; they are no commands to a list."""
        from textual.widgets import Input, TextArea

        if self._blind and event is self._blind[0]:
            del self._blind[0]
            is_text = isinstance(event, Paste) or event.is_printable
            if is_text and not isinstance(self.focused, Input | TextArea):
                return
            if not is_text:
                # What it does may concern what the letters before it have made.
                await self.caught_up()
        await super().give(event)
