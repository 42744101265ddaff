"""One parameter: its name, what was chosen for it, and why that is not possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static, TextArea

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, moves
from lmstudio_tui.tui.timers import once
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.widgets.parameters_panel.reading import path_of, read, schema_in_words, shown, stepped
from lmstudio_tui.tui.widgets.steady_text_area import SteadyTextArea

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from lmstudio_tui.features.chat.parameter_fields import Field

_LONG: Final = ("system", "schema", "extra")
_EMPTY: Final = {"system": "none", "schema": "none; a file, or JSON", "extra": "none; NAME=JSON, one a line"}
_PAUSE: Final = 0.7
"""Seconds after which a long text counts as typed."""


class _Unset(Static):
    """The sign that takes a parameter back."""

    class Pressed(Message):
        """It was clicked."""

    def on_click(self, event: events.Click) -> None:
        """Take it back."""
        event.stop()
        self.post_message(self.Pressed())


class _ShortText(LineInput):
    """A value in one line. ↑ and ↓ go to the rows before and after."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="app.focus_previous", down="app.focus_next"),
    ]


class _LongText(SteadyTextArea):
    """A value of several lines. ↑ in its first and ↓ in its last line leave it."""

    def action_cursor_up(self, select: bool = False) -> None:
        """A line up."""
        if not select and self.get_cursor_up_location()[0] == self.cursor_location[0] == 0 and self._on_edge(0):
            self.screen.focus_previous()
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """A line down."""
        if not select and self._on_edge(self.wrapped_document.height - 1):
            self.screen.focus_next()
        else:
            super().action_cursor_down(select)

    def _on_edge(self, row: int) -> bool:
        return self.wrapped_document.location_to_offset(self.cursor_location).y == row


class ParameterRow(Vertical):
    """A parameter that can be typed, stepped through, and taken back.

    Args:
        field: which parameter.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("parameters.unset", "parameters.more", "parameters.less"),
    ]

    DEFAULT_CSS = """
    ParameterRow {
        height: auto;
        & .line { height: 1; }
        & .mark { width: 2; color: $accent; }
        & .label { width: 18; color: $text-muted; }
        & Input, & Input:focus { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
        & _Unset { width: 2; text-align: right; color: $text-muted; visibility: hidden; }
        & _Unset:hover { color: $error; }
        & TextArea, & TextArea:focus { height: auto; min-height: 1; max-height: 6; border: none; padding: 0 0 0 2; }
        & TextArea { background: $panel; scrollbar-size-vertical: 1; }
        & TextArea .text-area--cursor-line { background: transparent; }
        & .remark { display: none; height: auto; padding: 0 0 0 2; color: $text-muted; }
        &.-said .remark { display: block; }
        &.-wrong .remark { color: $text-error; }
        &.-changed .label { color: $foreground; text-style: bold; }
        &:focus-within .label { color: $accent; }
        &.-changed _Unset { visibility: visible; }
        &.-long { margin-bottom: 1; }
        &.-schema { margin: 1 0; }
        &.-long .label { width: 1fr; }
        &.-system TextArea, &.-system TextArea:focus { min-height: 3; max-height: 8; }
    }
    """

    class Applied(Message):
        """Another value is to hold from now on.

        Args:
            field: of which parameter.
            value: it; None for the server's own default.
        """

        def __init__(self, field: Field, value: Any) -> None:
            super().__init__()
            self.field = field
            self.value = value

    class Entered(Message):
        """The cursor has come here.

        Args:
            field: which parameter.
        """

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    def __init__(self, field: Field) -> None:
        long = field.name in _LONG
        super().__init__(id=f"row-{field.name}", classes=f"-long -{field.name}" if long else "")
        self.field = field
        self.value: Any = None
        """What holds; None for the server's own default."""
        self._default: object = None
        self._timer: Timer | None = None
        self._box: Input | TextArea
        if long:
            self._box = _LongText(soft_wrap=True, tab_behavior="focus", highlight_cursor_line=False)
            self._box.match_cursor_bracket = False
        else:
            self._box = _ShortText()
        self._mark = Static(classes="mark")

    def compose(self) -> ComposeResult:
        with Horizontal(classes="line"):
            yield self._mark
            yield Static(Text(self.field.label), classes="label")
            if isinstance(self._box, Input):
                yield self._box
            yield _Unset("×")
        if isinstance(self._box, TextArea):
            yield self._box
        yield Static(classes="remark", markup=False)

    def on_mount(self) -> None:
        """Look right before anything is known."""
        self._look()

    # What it is told

    def show(self, value: Any, default: object) -> None:
        """Show what holds. What is being typed stays, as long as that is the same as before.

        Args:
            value: None when it was not chosen.
            default: of the server, where it is known.
        """
        self._default = default
        if value != self.value:
            self.value = value
            self._type(shown(self.field, value))
        self._look()

    def forget(self) -> None:
        """What is typed belongs to something else: what is shown next replaces it."""
        self.value = None
        self._type("")
        self._stop_waiting()

    @property
    def typed(self) -> str:
        """What is typed."""
        return self._box.value if isinstance(self._box, Input) else self._box.text

    def matches(self, words: list[str]) -> bool:
        """Whether the name or the meaning has all of these."""
        text = f"{self.field.label} {self.field.name} {self.field.help}".casefold()
        return all(word in text for word in words)

    # Typing

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once whether it can be that."""
        event.stop()
        self._look()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """It holds from now on."""
        event.stop()
        self.apply()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Say whether it can be that; a pause makes it hold."""
        event.stop()
        self._look()
        self._stop_waiting()
        self._timer = once(self, _PAUSE, self.apply)

    def on_descendant_focus(self) -> None:
        """Tell what it is for."""
        self.post_message(self.Entered(self.field))

    def on_descendant_blur(self) -> None:
        """It holds from now on."""
        self.apply()

    def apply(self) -> None:
        """Make what is typed hold, if it can be that, and tell."""
        if self.settle():
            self.post_message(self.Applied(self.field, self.value))

    def settle(self) -> bool:
        """Make what is typed hold, if it can be that. Whether that is another value than before."""
        self._stop_waiting()
        try:
            value = read(self.field, self.typed)
        except ValueError:
            return False
        if value == self.value:
            return False
        self.value = value
        self._look()
        return True

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def action_unset(self) -> None:
        """Leave it to the server."""
        self._type("")
        self.apply()

    def on__unset_pressed(self, event: _Unset.Pressed) -> None:
        """Leave it to the server."""
        event.stop()
        self.action_unset()

    def action_step(self, step: int) -> None:
        """A little more or less, or the next choice."""
        text = stepped(self.field, self.typed, step, self._default)
        if text != self.typed:
            self._type(text)
            self.apply()

    # Looks

    def _type(self, text: str) -> None:
        if isinstance(self._box, Input):
            self._box.value = text
            self._box.cursor_position = len(text)
        elif text != self._box.text:
            self._box.text = text

    def _look(self) -> None:
        changed = self.value is not None
        self.set_class(changed, "-changed")
        self._mark.update("●" if changed else "")
        default = "server's own" if self._default is None else f"default {clean_line(str(self._default))}"
        self._box.placeholder = _EMPTY.get(self.field.name, default)
        try:
            value = read(self.field, self.typed)
        except ValueError as error:
            self._say(str(error), wrong=True)
            return
        if self.field.kind == "schema" and value is not None:
            path = path_of(self.typed)
            where = f", from {path.name}" if path is not None else ""
            self._say(f"✓ A valid JSON schema: {schema_in_words(value)}{where}.", wrong=False)
        else:
            self._say("", wrong=False)

    def _say(self, text: str, *, wrong: bool) -> None:
        if self.is_mounted:
            self.query_one(".remark", Static).update(clean_line(text))
        self.set_class(wrong, "-wrong")
        self.set_class(bool(text), "-said")
