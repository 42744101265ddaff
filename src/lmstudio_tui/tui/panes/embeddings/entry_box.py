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

    def on_paste(self, event: events.Paste) -> None:
        """Keep long pastes out of the box: a text area of 50,000 lines is slow, and nobody edits it."""
        if paths := pasted_paths(event.text):
            self.post_message(self.FilesDropped(list(paths)))
        elif "\n" in event.text.strip("\r\n") or "\r" in event.text.strip("\r\n"):
            self.post_message(self.Pasted(event.text))
        else:
            return
        event.stop()
        event.prevent_default()
