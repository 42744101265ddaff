"""Where it is typed what is to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.widgets.composer.recall import Recall
from lmstudio_tui.tui.widgets.submit_text_area import SubmitTextArea

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions


class PromptBox(SubmitTextArea):
    """Several lines. Enter takes it, Ctrl+J begins a line; ↑ in the first line brings back earlier prompts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("chat.previous_prompt", "chat.next_prompt"),
    ]

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(
            **options,
            placeholder=told("What is to be seen? {field.submit} makes it, {field.newline} starts a new line."),
        )
        self._recall = Recall()
        self._recalled = ""
        self._draft = ""

    def set_history(self, prompts: Iterable[str]) -> None:
        """Take the prompts that the up key brings back, the oldest first."""
        self._recall.set_prompts(prompts)

    def put(self, text: str) -> None:
        """Show another text; Ctrl+Z brings back what was there."""
        self._recall.end()
        self._replace(text)

    def _replace(self, text: str) -> None:
        self.replace(text, self.document.start, self.document.end)
        self.move_cursor(self.document.end)

    def action_submit(self) -> None:
        """Take it."""
        self._recall.end()
        super().action_submit()

    def action_recall(self, step: int) -> None:
        """An earlier or later prompt, when the cursor cannot go further that way; else move it."""
        if self._recall.walking and self.text != self._recalled:
            self._recall.end()
        on_edge = self._recall.walking or self._at_edge(step)
        walked = self._recall.walking
        found = self._recall.step(step, self.text) if on_edge else None
        if found is None:
            (self.action_cursor_up if step < 0 else self.action_cursor_down)()
            return
        if not walked:
            self._draft = self.text
        self._recalled = found if self._recall.walking else self._draft
        self._replace(self._recalled)

    def _at_edge(self, step: int) -> bool:
        row = self.wrapped_document.location_to_offset(self.cursor_location).y
        return row == (0 if step < 0 else self.wrapped_document.height - 1)
