"""One thing that can be chosen for an image: a name, and what was typed for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    Stepper = Callable[[str, int], str]


class FieldInput(LineInput):
    """Where it is typed. ↑ and ↓ step through numbers, and open the list where there is one.

    Args:
        name: of the field.
        value: to begin with.
        placeholder: what holds when nothing is typed.
        step: the value after, or before; None where there is a list.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("number.more", "number.less"),
    ]

    @dataclass
    class ListWanted(Message):
        """The list of what can be chosen is to be shown."""

        name: str

    def __init__(self, name: str, value: str, placeholder: str, step: Stepper | None) -> None:
        super().__init__(value, placeholder=placeholder, id=name, name=name, compact=True, select_on_focus=True)
        self._step = step

    def action_step(self, step: int) -> None:
        """The next value, or the list."""
        if self._step is None:
            self.post_message(self.ListWanted(self.id or ""))
            return
        self.value = self._step(self.value, step)
        self.cursor_position = len(self.value)


class _ListButton(Static):
    """The sign that there is a list."""

    def __init__(self, field: str) -> None:
        super().__init__("▾", classes="list-button")
        self._field = field

    def on_click(self, event: events.Click) -> None:
        """Show it."""
        event.stop()
        self.post_message(FieldInput.ListWanted(self._field))


class Field(Horizontal):
    """A label, the input, and a sign where there is a list.

    Args:
        name: of the field, which is its label, too.
        value: to begin with.
        placeholder: what holds when nothing is typed.
        step: the value after, or before; None where there is a list to choose from.
    """

    DEFAULT_CSS = """
    Field {
        height: 1;
        width: 1fr;
        & > .label { width: auto; padding: 0 1 0 0; color: $text-muted; }
        & > FieldInput, & > FieldInput:focus { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
        & > .list-button { width: 2; text-align: center; color: $text-muted; background: $panel; }
        & > .list-button:hover { color: $accent; }
        &:focus-within > .label { color: $accent; }
        &.-wrong > FieldInput { color: $text-error; }
        &.-wrong > .label { color: $text-error; }
    }
    """

    def __init__(self, name: str, value: str = "", placeholder: str = "", step: Stepper | None = None) -> None:
        super().__init__(classes=f"field-{name}")
        self._parts = (name, value, placeholder, step)

    def compose(self) -> ComposeResult:
        name, value, placeholder, step = self._parts
        yield Static(name, classes="label")
        yield FieldInput(name, value, placeholder, step)
        if step is None:
            yield _ListButton(name)

    def on_click(self) -> None:
        """A click on the label goes into the field."""
        self.query_one(FieldInput).focus()
