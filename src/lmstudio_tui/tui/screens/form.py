"""A dialog that is filled in, and taken or left."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.widgets import Button

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.screens.dialog import Dialog, Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.binding import BindingType


class Form(Dialog[Result | None]):
    """Enter in a field takes it, and so does the button for it. Esc and the other button give None.

    Args:
        take: dismisses with what was filled in, or says why that cannot be.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.leave")]

    DEFAULT_CSS: ClassVar[str] = """
    Form {
        & .label { color: $text-muted; }
        & Input, & Input:focus { width: 1fr; margin: 0; background: $panel; padding: 0 1; }
        & .buttons { height: 1; align-horizontal: right; }
        & Button { margin-left: 2; min-width: 10; }
    }
    """

    def __init__(self, take: Callable[[], None]) -> None:
        super().__init__()
        self._take = take

    def on_input_submitted(self) -> None:
        """Take it."""
        self._take()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take it, or do not."""
        if event.button.id == "go":
            self._take()
        else:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Do nothing."""
        self.dismiss(None)


def buttons(words: str) -> Horizontal:
    """The row of buttons at the end.

    Args:
        words: on the one that takes it.
    """
    return Horizontal(
        Button("Back", id="back", compact=True),
        Button(words, id="go", variant="primary", compact=True),
        classes="buttons",
    )
