"""The prompt: a box that grows with what is typed, and sends on Enter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.app import SuspendNotSupported
from textual.binding import Binding
from textual.widgets import TextArea

from lmstudio_tui.features.chat.context import in_words
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, key_of, told
from lmstudio_tui.tui.timers import once
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.composer import messages
from lmstudio_tui.tui.widgets.composer.commanding import CommandingTextArea
from lmstudio_tui.tui.widgets.composer.folding import MOST_SHOWN
from lmstudio_tui.tui.widgets.composer.recall import Recall
from lmstudio_tui.tui.widgets.first_prompt import HINT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Unpack

    from textual.binding import BindingType
    from textual.events import Paste
    from textual.timer import Timer

    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.tui.widgets.composer.pastes import Pastes

_QUIET: Final = 0.5
"""Seconds between two sayings that the draft has changed."""

_WORTH_SAYING: Final = 200
"""Tokens of a prompt."""

_SHORT: Final = 16
"""Characters of a word that is no command."""

_REMEMBERED: Final = 20
"""Prompts of which the placeholders are known still."""


def _editing() -> list[Binding]:
    """The text area's own keys, but for those that mean something else here."""
    ours = {"up", "down", "pageup", "pagedown", "ctrl+y", "ctrl+e", "f6", "f7"}
    found: list[Binding] = []
    for binding in TextArea.BINDINGS:
        if isinstance(binding, Binding):
            keys = [key for key in binding.key.split(",") if key not in ours]
            found += [replace(binding, key=",".join(keys))] if keys else []
    return found


class Composer(CommandingTextArea, inherit_bindings=False):
    """Where the prompt is typed. Knows the prompts sent before, for the up and down keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("chat.send", "chat.newline", "chat.previous_prompt", "chat.next_prompt"),
        *bindings("chat.editor", "chat.complete", "chat.expand", "chat.redo"),
        *_editing(),
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
        & .composer--paste { color: $accent; background: $panel; }
    }
    """

    Submitted = messages.Submitted
    CommandGiven = messages.CommandGiven
    Unknown = messages.Unknown
    FilesPasted = messages.FilesPasted
    DraftChanged = messages.DraftChanged

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options, placeholder=told(HINT))
        self._recall = Recall()
        self._draft: tuple[str, Pastes] | None = None
        self._recalled = ""
        self._folded: dict[str, tuple[str, Pastes]] = {}
        self._asked = ""
        self._handed = ""
        self._model: str | None = None
        self._remark = ""
        self._editing_sent = False
        self._attachments = ""
        self._told = ""
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        """Show an empty prompt's title."""
        self._entitle()

    # What it is told

    def show_model(self, model: str | None) -> None:
        """Say in the title who is asked."""
        self._model = model
        self._entitle()

    def show_editing(self, editing: bool) -> None:
        """Say in the title that a prompt which was sent already is being edited, or no longer."""
        self._editing_sent = editing
        self._entitle()

    def show_attachments(self, words: str) -> None:
        """Say what goes along with the prompt, such as `2 images · 1 file`; empty for nothing."""
        self._attachments = words
        self._measure()

    def set_history(self, prompts: Iterable[str]) -> None:
        """Take the prompts that the up key brings back, the oldest first."""
        self._recall.set_prompts(prompts)

    def accept(self) -> None:
        """The prompt was sent, or the command done: remember it and empty the box.

        What was typed since then stays, and so does another text that was put there.
        """
        handed, self._handed = self._handed or self.text, ""
        text = self._pastes.expanded(handed)
        if self._pastes:
            self._folded[text] = (handed, self._pastes)
            while len(self._folded) > _REMEMBERED:
                del self._folded[next(iter(self._folded))]
        self._recall.add(text)
        self._draft = None
        if self.text.startswith(handed):
            self.restore(self.text.removeprefix(handed), self._pastes)

    def put(self, text: str) -> None:
        """Show another text, to be gone on with."""
        self._recall.end()
        self._draft = None
        self._show(text)

    def give_back(self, text: str) -> None:
        """Put a prompt back that could not be sent, unless another was begun."""
        if not self.text.strip():
            self.put(text)

    def _show(self, text: str) -> None:
        """Show a text, with its placeholders where they are known."""
        if text in self._folded:
            self.restore(*self._folded[text])
        else:
            self.text = text

    # Looks

    def _entitle(self) -> None:
        if self._remark:
            title = self._remark
        elif self._editing_sent:
            title = told("Edit and send again ─ {chat.stop} leaves it as it was")
        else:
            title = f"Ask {self._model}" if self._model else "Ask"
        self.border_title = Text(clean_line(title))

    def _measure(self) -> None:
        tokens = self.tokens_to_keep
        size = f"~{in_words(tokens)} tok" if tokens >= _WORTH_SAYING else ""
        self.border_subtitle = Text(" · ".join(part for part in (clean_line(self._attachments), size) if part))

    def on_text_area_changed(self) -> None:
        """Keep up with what is typed."""
        self._measure()
        self.suggest()
        if self._asked and self._asked != self.text:
            self._asked = self._remark = ""
            self._entitle()
        if self._timer is None and self.text != self._told:
            self._timer = once(self, _QUIET, self._tell)

    def _tell(self) -> None:
        """Tell of the draft, once for all that was typed meanwhile."""
        self._timer = None
        if self.text != self._told:
            self._told = self.text
            self.post_message(self.DraftChanged(self))

    # Sending

    def action_submit(self) -> None:
        """Send it, or do it where it is a command."""
        if not self.text.strip():
            return
        if self.complete_for_enter():
            return
        given = self.command_given()
        self._handed = self.text
        if given is not None and given[0].name == "editor":
            self.accept()
            self.action_open_editor()
        elif given is not None:
            self.hush()
            self.post_message(self.CommandGiven(self, *given))
        elif (nearest := self.unknown_command()) is not None and self._asked != self.text:
            self._ask(nearest)
        else:
            self.post_message(self.Submitted(self, self.prompt_to_send))

    def _ask(self, nearest: str) -> None:
        self._asked = self.text
        word = self.text.split(maxsplit=1)[0]
        word = word if len(word) <= _SHORT else f"{word[:_SHORT]}…"
        meant = f" Did you mean /{nearest}?" if nearest else ""
        self._remark = f"No command {word}.{meant} {key_of('chat.send')} again sends it as it is"
        self._entitle()
        self.post_message(self.Unknown(self, self.text, nearest))

    def action_newline(self) -> None:
        """A new line, where Enter would send."""
        self.insert("\n")

    # Pasting

    def on_paste(self, event: Paste) -> None:
        """Files are told of, a long text becomes a placeholder, everything else is inserted."""
        event.stop()
        event.prevent_default()
        self.paste(event.text)
        self.focus()

    def action_paste(self) -> None:
        """Paste what was copied last in this app."""
        self.paste(app_of(self).clipboard)

    def paste(self, text: str) -> None:
        """Take a text that was pasted."""
        paths = () if self.is_command else _files_in(text)
        if paths:
            self.post_message(self.FilesPasted(self, paths, text))
        else:
            self.put_in(text)

    def action_expand_paste(self) -> None:
        """Show the text behind the placeholder at the cursor; elsewhere, go to the end of the line."""
        done = self.expand_here()
        if done is None:
            self.action_cursor_line_end()
        elif not done:
            self.notify(
                f"It has more than {MOST_SHOWN:,} characters: {key_of('chat.editor')} opens it in your editor.",
                timeout=5,
            )

    # Earlier prompts

    def action_recall(self, step: int) -> None:
        """An earlier or later prompt, when the cursor cannot go further that way; else move it."""
        if self.move_suggestion(step):
            return
        found = self._recall.step(step, self.text) if self._at_edge(step) else None
        if found is None:
            (self.action_cursor_up if step < 0 else self.action_cursor_down)()
            return
        if self._recall.walking:
            if self._draft is None:
                self._draft = (self.text, self._pastes)
            self._show(found)
            self._recalled = self.text
            self.hush()
        elif self._draft is not None:
            draft, self._draft = self._draft, None
            self.restore(*draft)

    def _at_edge(self, step: int) -> bool:
        """Whether the cursor is in the first or last row, or where the walk has left it."""
        if self._recall.walking and self.text != self._recalled:
            # It was changed: from now on that is what is being typed.
            self._recall.end()
            self._draft = None
        elif self._recall.walking and self.cursor_at_end_of_text:
            return True
        row = self.wrapped_document.location_to_offset(self.cursor_location).y
        return row == (0 if step < 0 else self.wrapped_document.height - 1)

    # The editor

    def action_open_editor(self) -> None:
        """Write the prompt in an editor; it is kept, whatever happens."""
        from lmstudio_tui.tui.widgets.composer.editor import NO_EDITOR, NO_TERMINAL, edit, editor_command

        if app_of(self).is_web:
            self.notify(NO_TERMINAL, severity="warning")
            return
        command = editor_command()
        if not command:
            self.notify(NO_EDITOR, severity="warning")
            return
        app = app_of(self)
        try:
            with app.suspend():
                found = edit(self.text_to_keep, command)
        except SuspendNotSupported:
            self.notify("This terminal cannot be lent to an editor: the prompt is as it was.", severity="warning")
            return
        app.refresh()
        if found.text is not None:
            self.replace_all(found.text)
        if found.remark:
            self.notify(found.remark, severity="warning")
        self.focus()


def _files_in(text: str) -> tuple[Path, ...]:
    """The files that a paste names, if it has nothing else."""
    if not text.lstrip().startswith(("/", "~", "'", '"', "file:")) and text.lstrip()[1:2] != ":":
        return ()
    from lmstudio_tui.features.chat.browsing import pasted_paths

    return pasted_paths(text)
