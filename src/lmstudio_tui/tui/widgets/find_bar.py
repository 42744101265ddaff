"""Finding a text in what is shown above: one line, with how many places there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.text import Text
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class FindInput(LineInput):
    """Where it is typed what to find."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("find.next", "find.previous", "find.close"),
    ]

    @dataclass
    class Stepped(Message):
        """Another place is wanted: 1 for the next, -1 for the one before."""

        step: int

    class Left(Message):
        """Nothing is to be found any more."""

    def __init__(self) -> None:
        super().__init__(placeholder="Find in this conversation")

    def action_step(self, step: int) -> None:
        """Another place."""
        self.post_message(self.Stepped(step))

    def action_close(self) -> None:
        """Find no more."""
        self.post_message(self.Left())


class FindBar(Horizontal):
    """One line, out of sight until it is opened: what to find, how often it is there, and buttons."""

    DEFAULT_CSS = """
    FindBar {
        display: none;
        height: 1;
        background: $surface;
        & > .what { width: 7; padding: 0 1; color: $accent; text-style: bold; }
        & > FindInput, & > FindInput:focus { width: 1fr; height: 1; border: none; padding: 0 1; background: $panel; }
        & > .hits { width: auto; min-width: 2; padding: 0 1; color: $text-muted; }
        & > .hits.-none { color: $text-warning; }
        & > .button { width: 3; text-align: center; color: $text-muted; }
        & > .button:hover { background: $panel; color: $foreground; }
    }
    """

    @dataclass
    class Changed(Message):
        """Another text is to be found; the answer is `show_hits`.

        Attributes:
            query: as it was typed; empty for nothing.
        """

        query: str

    @dataclass
    class Step(Message):
        """Another place is to be shown.

        Attributes:
            step: 1 for the next, -1 for the one before.
        """

        step: Literal[1, -1]

    class Closed(Message):
        """Nothing is to be found any more, and the keyboard is free."""

    def compose(self) -> ComposeResult:
        yield Static("Find", classes="what")
        yield FindInput()
        yield Static(classes="hits")
        yield FindButton("↑", -1)
        yield FindButton("↓", 1)
        yield FindButton("×", 0)

    @property
    def text(self) -> str:
        """What is to be found; empty while nothing is."""
        return self._input.value if self.display else ""

    @property
    def _input(self) -> FindInput:
        return self.query_one(FindInput)

    def open(self, query: str | None = None) -> None:
        """Come into sight, with the keyboard.

        Args:
            query: what to find; None for the same as the last time, selected so that typing replaces it.
        """
        box = self._input
        self.display = True
        if query is not None and query != box.value:
            # Posts `Changed`.
            box.value = query
        elif box.value:
            self.post_message(self.Changed(box.value))
        # At once: what is typed next, in the same burst, is to be found and is no command.
        self.screen.set_focus(box)

    def close(self) -> None:
        """Go out of sight, and say so."""
        if self.display:
            self.display = False
            self.show_hits(0, 0)
            self.post_message(self.Closed())

    def show_hits(self, current: int, total: int) -> None:
        """Show how often it was found.

        Args:
            current: the number of the place that is shown, from 1 on; 0 for none of them.
            total: how many places there are.
        """
        nothing = not total and bool(self.text)
        said = "not found" if nothing else f"{current:,} of {total:,}" if current else f"{total:,} places"
        line = self.query_one(".hits", Static)
        line.update(Text(said if nothing or total else ""))
        line.set_class(nothing, "-none")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another text."""
        event.stop()
        if self.display:
            if not event.value:
                self.show_hits(0, 0)
            self.post_message(self.Changed(event.value))

    def on_find_input_stepped(self, event: FindInput.Stepped) -> None:
        """Another place, by a key."""
        event.stop()
        self._step(event.step)

    def on_find_input_left(self, event: FindInput.Left) -> None:
        """Close, by a key."""
        event.stop()
        self.close()

    def on_find_button_pressed(self, event: FindButton.Pressed) -> None:
        """A click."""
        event.stop()
        if event.step:
            self._step(event.step)
        else:
            self.close()

    def _step(self, step: int) -> None:
        if self.text:
            self.post_message(self.Step(1 if step > 0 else -1))


class FindButton(Static):
    """A symbol that can be clicked.

    Args:
        symbol: what it shows.
        step: what it asks for; 0 to close.
    """

    @dataclass
    class Pressed(Message):
        """It was clicked: what it asks for."""

        step: int

    def __init__(self, symbol: str, step: int) -> None:
        super().__init__(symbol, classes="button")
        self._step = step

    def on_click(self) -> None:
        """Ask for it."""
        self.post_message(self.Pressed(self._step))
