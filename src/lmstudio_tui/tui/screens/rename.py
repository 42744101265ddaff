"""Asking for one line of text, such as another title."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Input, Static

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, key_of
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType


class LineEntry(Dialog[str | None]):
    """Gives the line that was typed, harmless and without blanks around it, or None.

    Args:
        title: of the frame: what is to be done.
        label: says what the line is, in a sentence or two; empty for nothing.
        text: what stands there at first. It is selected: typing replaces it, the cursor keys keep it.
        validate: a sentence that says what is wrong with a line, or None for one that may be taken.
        take: the word for Enter.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.leave")]
    AUTO_FOCUS = "Input"

    DEFAULT_CSS = """
    LineEntry {
        & > .frame { max-width: 72; padding: 1 2; }
        & Input, & Input:focus { background: $panel; padding: 0 1; margin: 0; }
        & Static { color: $text-muted; height: auto; margin-top: 1; }
        & Static.-none { display: none; }
        & Static.-bad { color: $text-error; }
    }
    """

    def __init__(
        self,
        title: str,
        label: str,
        text: str = "",
        *,
        validate: Callable[[str], str | None] | None = None,
        take: str = "save",
    ) -> None:
        super().__init__()
        self._asked = clean_line(title)
        self._label = clean_line(label)
        self._text = clean_line(text)
        self._validate = validate
        self._take = take

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = Text(self._asked)
            frame.border_subtitle = f"Enter {self._take}   {key_of('dialog.leave')} back"
            yield LineInput(self._text)
            yield Static(Text(self._label), classes="" if self._label else "-none")

    def on_input_changed(self) -> None:
        """Another line: what was wrong with the one before counts no more."""
        self._say("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take it, or say why not."""
        line = clean_line(event.value)
        wrong = self._validate(line) if self._validate is not None else None
        if wrong:
            self._say(wrong)
        else:
            self.dismiss(line)

    def _say(self, wrong: str) -> None:
        said = clean_line(wrong) or self._label
        line = self.query_one(Static)
        line.update(Text(said))
        line.set_class(not said, "-none")
        line.set_class(bool(wrong), "-bad")

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)


def title_entry(title: str) -> LineEntry:
    """The dialog for another title of a conversation.

    Args:
        title: the one that it has.
    """
    return LineEntry(
        "Rename the conversation",
        "",
        title,
        validate=lambda line: None if line else "A title needs a letter at least.",
        take="rename",
    )
