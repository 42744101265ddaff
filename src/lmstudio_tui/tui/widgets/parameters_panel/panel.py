"""The system prompt, every parameter and the presets, beside the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.text import Text
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from lmstudio_tui.features.chat.parameter_fields import FIELDS, Field
from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.tui.commands import bindings, moves, told
from lmstudio_tui.tui.widgets.frame_keys import press_key_of
from lmstudio_tui.tui.widgets.frames import BETWEEN, framed
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.widgets.parameters_panel.presets import PresetBox
from lmstudio_tui.tui.widgets.parameters_panel.rows import ParameterRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.store.library.records import Preset
    from lmstudio_tui.tui.typed import WidgetOptions

_WIDE: Final = 60
"""Columns in which every help is one line."""


class _Filter(LineInput):
    """Narrows the rows. ↓ goes to them."""

    BINDINGS: ClassVar[list[BindingType]] = [*moves(down="app.focus_next")]


class ParametersPanel(Vertical):
    """What is sent besides the messages. It knows no conversation: it is told values, and tells of changes."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("parameters.leave")]

    DEFAULT_CSS = """
    ParametersPanel {
        width: 40;
        height: 1fr;
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        &:focus-within { border: round $border; border-title-color: $accent; border-title-style: bold; }
        & > _Filter, & > _Filter:focus { height: 1; border: none; padding: 0 0 0 2; background: $panel; }
        & > VerticalScroll { height: 1fr; margin-top: 1; scrollbar-size-vertical: 1; }
        & .nothing { display: none; color: $text-muted; padding: 0 0 0 2; }
        & > .help { height: 4; color: $text-muted; border-top: solid $border-blurred; padding: 0 0 0 2; }
        &.-wide > .help { height: 3; }
    }
    """

    class ParametersChanged(Message):
        """Other parameters are to hold from now on.

        Args:
            parameters: all of them.
            of: what they belong to, as `show` was told.
        """

        def __init__(self, parameters: Parameters, of: str) -> None:
            super().__init__()
            self.parameters = parameters
            self.of = of

    class PresetUsed(Message):
        """The parameters of a preset are to hold from now on.

        Args:
            name: its name.
        """

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class PresetSaved(Message):
        """Parameters are to be kept under a name; what was kept under it is replaced.

        Args:
            name: the name.
            parameters: all of them.
        """

        def __init__(self, name: str, parameters: Parameters) -> None:
            super().__init__()
            self.name = name
            self.parameters = parameters

    class PresetDeleted(Message):
        """A preset is to be deleted.

        Args:
            name: its name.
        """

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class PanelClosed(Message):
        """The panel is to be closed. Everything typed that can hold does."""

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._parameters = Parameters()
        self._of = ""

    def compose(self) -> ComposeResult:
        yield _Filter(placeholder="Type to filter")
        with VerticalScroll(can_focus=False):
            yield PresetBox()
            for field in FIELDS:
                yield ParameterRow(field)
            yield Static("No parameter is called that.", classes="nothing")
        yield Static("What is empty is left to the server.", classes="help")

    def on_mount(self) -> None:
        """Look right before anything is known."""
        self._look()

    def on_resize(self, event: events.Resize) -> None:
        """Where there is room, the help needs fewer lines."""
        self.set_class(event.size.width >= _WIDE, "-wide")

    # What it is told

    def show(
        self, parameters: Parameters, presets: Sequence[Preset], defaults: Mapping[str, Any], *, of: str = ""
    ) -> None:
        """Show what holds now. What is being typed stays where its value is the same as before.

        Args:
            parameters: what was chosen.
            presets: all of them.
            defaults: what the server takes where nothing was chosen, as far as that is known.
            of: what they belong to, such as the id of a conversation. What is being typed stays with it: for another
                one it is taken, and told of, before anything else is shown.
        """
        if of != self._of:
            self._settle()
            self._of = of
            for row in self.query(ParameterRow):
                row.forget()
        self._parameters = parameters
        for row in self.query(ParameterRow):
            row.show(parameters.value(row.field.name), defaults.get(row.field.name))
        self.query_one(PresetBox).show(presets, parameters)
        self._look()

    def focus_filter(self) -> None:
        """Put the cursor into the filter."""
        self.query_one(_Filter).focus()

    @property
    def parameters(self) -> Parameters:
        """What holds, as far as it could be read from what is typed."""
        return self._parameters

    # What happens in it

    def on_parameter_row_applied(self, event: ParameterRow.Applied) -> None:
        """Take it over, and tell."""
        event.stop()
        self._parameters = self._parameters.with_value(event.field.name, event.value)
        self._look()
        self.post_message(self.ParametersChanged(self._parameters, self._of))

    def on_parameter_row_entered(self, event: ParameterRow.Entered) -> None:
        """Tell what the row under the cursor is for."""
        event.stop()
        self._explain(event.field)

    def on_preset_box_used(self, event: PresetBox.Used) -> None:
        """Pass it on."""
        event.stop()
        self.post_message(self.PresetUsed(event.name))

    def on_preset_box_named(self, event: PresetBox.Named) -> None:
        """Keep what holds under that name."""
        event.stop()
        self.post_message(self.PresetSaved(event.name, self._parameters))

    def on_preset_box_deleted(self, event: PresetBox.Deleted) -> None:
        """Pass it on."""
        event.stop()
        self.post_message(self.PresetDeleted(event.name))

    def on_preset_box_restored(self, event: PresetBox.Restored) -> None:
        """Keep it again."""
        event.stop()
        self.post_message(self.PresetSaved(event.name, event.parameters))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what the filter leaves."""
        event.stop()
        words = event.value.casefold().split()
        rows = self.query(ParameterRow)
        for row in rows:
            row.display = row.matches(words)
        self.query_one(PresetBox).display = not words
        self.query_one(".nothing").display = not any(row.display for row in rows)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the first row that is left."""
        event.stop()
        self.screen.focus_next()

    def action_leave(self) -> None:
        """Clear the filter, else close the panel."""
        box = self.query_one(_Filter)
        if box.has_focus and box.value:
            box.value = ""
            return
        self._settle()
        self.post_message(self.PanelClosed())

    def _settle(self) -> None:
        """Take everything that is typed and can hold."""
        settled = [row for row in self.query(ParameterRow) if row.settle()]
        for row in settled:
            self._parameters = self._parameters.with_value(row.field.name, row.value)
        if settled:
            self._look()
            self.post_message(self.ParametersChanged(self._parameters, self._of))

    def on_click(self, event: events.Click) -> None:
        """What the frame says of its key can be clicked."""
        press_key_of(self, event)

    # Looks

    def _look(self) -> None:
        count = len(self._parameters.changed)
        self.border_title = framed(f"Parameters{BETWEEN}{count} changed" if count else "Parameters")
        self.border_subtitle = told("{parameters.leave} close")

    def _explain(self, field: Field) -> None:
        keys = told("{parameters.unset} unsets")
        if field.step is not None or field.choices:
            keys = f"{told('{parameters.more} {parameters.less}')} {'choose' if field.choices else 'change'} · {keys}"
        text = Text(f"{field.help}\n")
        self.query_one(".help", Static).update(text.append(keys, style="dim"))
