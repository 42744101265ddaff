"""Where texts are typed or pasted, one a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from lmstudio_tui.features.chat.browsing import pasted_paths
from lmstudio_tui.tui.widgets.submit_text_area import SubmitTextArea

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Unpack

    from textual import events

    from lmstudio_tui.tui.typed import WidgetOptions


class EntryBox(SubmitTextArea):
    """Enter adds what is typed. What is pasted in several lines is added at once, a text for each line."""

    class Entered(Message):
        """What was typed is to be added."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Pasted(Message):
        """Several lines were pasted: they are texts."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class FilesDropped(Message):
        """Files were dropped on the terminal: what is in them is to be read."""

        def __init__(self, paths: list[Path]) -> None:
            super().__init__()
            self.paths = paths

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options, placeholder="Add texts, one a line", show_line_numbers=False)

    def action_submit(self) -> None:
        """Hand on what stands there now: what is typed next, in the same burst of keys, is another text."""
        if self.text.strip():
            self.post_message(self.Entered(self.text))
        self.clear()

    def on_paste(self, event: events.Paste) -> None:
        """Keep long pastes out of the box: a text area of 50,000 lines is slow, and nobody edits it."""
        if self._hand_on(event.text):
            event.stop()
            event.prevent_default()

    def take(self, text: str) -> None:
        """Take what was pasted elsewhere."""
        if not self._hand_on(text):
            self.insert(text)

    def _hand_on(self, text: str) -> bool:
        """Hand on files, and several lines; one line is for the box."""
        if paths := pasted_paths(text):
            self.post_message(self.FilesDropped(list(paths)))
        elif "\n" in text.strip("\r\n") or "\r" in text.strip("\r\n"):
            self.post_message(self.Pasted(text))
        else:
            return False
        return True
