"""The prompt: a box that grows with what is typed, and sends on Enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea

from lmstudio_tui.features.chat.conversation import estimated_tokens
from lmstudio_tui.tui.commands import bindings

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.events import Key


_EDITING = [
    binding
    for binding in TextArea.BINDINGS
    if isinstance(binding, Binding)
    and not {"up", "down", "pageup", "pagedown", "ctrl+y", "f6"} & set(binding.key.split(","))
]
"""The text area's own keys, but for those that mean something else here."""


class Composer(TextArea, inherit_bindings=False):
    """Where the prompt is typed. Knows the prompts sent before, for the up and down keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("chat.send", "chat.newline", "chat.previous_prompt", "chat.next_prompt"),
        *_EDITING,
        Binding("ctrl+shift+z", "redo", "Redo", show=False),
    ]

    DEFAULT_CSS = """
    Composer {
        height: auto;
        min-height: 3;
        min-width: 12;
        max-height: 10;
        border: round $border-blurred;
        background: transparent;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        &:focus {
            border: round $border;
            border-title-color: $accent;
            border-title-style: bold;
        }
        & .text-area--cursor-line { background: transparent; }
    }
    """

    @dataclass
    class Submitted(Message):
        """A prompt is to be sent. The box keeps it until it is told to `accept`."""

        composer: Composer
        text: str

        @property
        def control(self) -> Composer:
            """Where it was typed."""
            return self.composer

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder="Ask anything. Enter sends, Ctrl+J starts a new line.",
        )
        self._sent: list[str] = []
        self._position = 0
        self._draft = ""

    def on_mount(self) -> None:
        """Show an empty prompt's title."""
        self.show_model(None)

    def show_model(self, model: str | None) -> None:
        """Say in the title who is asked."""
        self.border_title = f"Ask {model}" if model else "Ask"

    def accept(self) -> None:
        """The prompt was sent: remember it and empty the box."""
        if self.text.strip():
            self._sent = [text for text in self._sent if text != self.text] + [self.text]
        self._position = len(self._sent)
        self._draft = ""
        self.text = ""

    def give_back(self, text: str) -> None:
        """Put a prompt back that could not be sent, unless another was begun."""
        if not self.text.strip():
            self.text = text
            self.move_cursor(self.document.end)

    def on_text_area_changed(self) -> None:
        """Keep the estimate of its size."""
        text = self.text
        self.border_subtitle = f"~{estimated_tokens(text):,} tokens" if len(text) > 200 else ""

    def on_key(self, event: Key) -> None:
        """Enter sends, before the text area makes a new line of it.

        Not a priority binding: that would be served before the keys that were typed just before it.
        """
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.action_submit()

    def action_submit(self) -> None:
        """Send it."""
        if self.text.strip():
            self.post_message(self.Submitted(self, self.text))

    def action_newline(self) -> None:
        """A new line, where Enter would send."""
        self.insert("\n")

    def action_recall(self, step: int) -> None:
        """An earlier or later prompt, when the cursor cannot go further that way; else move it."""
        offset = self.wrapped_document.location_to_offset(self.cursor_location)
        at_edge = offset.y == 0 if step < 0 else offset.y == self.wrapped_document.height - 1
        wanted = self._position + step
        if not at_edge or not 0 <= wanted <= len(self._sent):
            (self.action_cursor_up if step < 0 else self.action_cursor_down)()
            return
        if self._position == len(self._sent):
            self._draft = self.text
        self._position = wanted
        self.text = self._sent[wanted] if wanted < len(self._sent) else self._draft
        self.move_cursor(self.document.end)
