"""Choosing how a model is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from lmstudio_tui.features.models.load_form import (
    CONTEXT,
    FormError,
    LoadField,
    context_presets,
    fields_for,
    read_context,
    read_form,
    second_instance_in_words,
)
from lmstudio_tui.features.models.memory import memory_needed
from lmstudio_tui.features.models.words import tokens_from_words
from lmstudio_tui.sdk import LMStudioError, LoadModelRequest
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, moves, told
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.screens.form import Form, buttons
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.app import ComposeResult, RenderResult
    from textual.binding import BindingType

    from lmstudio_tui.sdk import ModelSummary

_DEFAULT = "the server's own"


class NumberField(LineInput):
    """A number, typed or taken from the presets with ← and →. Blank leaves it to the server.

    Args:
        field: which parameter.
        presets: the smallest first; without any the arrows move the cursor.
        value: what to begin with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(left="preset(-1)", right="preset(1)"),
    ]

    def __init__(self, field: LoadField, presets: Sequence[int], value: str) -> None:
        super().__init__(value, id=field.name, placeholder=f"{_DEFAULT}; {field.help}")
        self._presets = tuple(presets)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The arrows are the text's where there are no presets."""
        del parameters
        return action != "preset" or bool(self._presets)

    def action_preset(self, step: int) -> None:
        """Take the next preset; below the smallest is blank."""
        now = tokens_from_words(self.value) or 0
        larger = [preset for preset in self._presets if preset > now]
        smaller = [preset for preset in self._presets if preset < now]
        if step > 0 and larger:
            self.value = str(larger[0])
        elif step < 0:
            self.value = str(smaller[-1]) if smaller else ""
        self.cursor_position = len(self.value)


class FlagField(Widget, can_focus=True):
    """On, off, or left to the server.

    Args:
        field: which parameter.
        value: `on`, `off` or empty.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"flag-field--chosen", "flag-field--other"}
    VALUES: ClassVar = {"": _DEFAULT, "on": "on", "off": "off"}

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(left="step(-1)", right="step(1)"),
        *bindings("load.choice", "load.submit"),
    ]

    DEFAULT_CSS = """
    FlagField {
        height: 1;
        & > .flag-field--chosen { text-style: bold; }
        & > .flag-field--other { color: $text-muted; }
        &:focus > .flag-field--chosen { color: $accent; text-style: bold reverse; }
    }
    """

    class Submitted(Message):
        """Enter was pressed."""

    def __init__(self, field: LoadField, value: str) -> None:
        super().__init__(id=field.name)
        self._help = field.help
        self.value = value if value in self.VALUES else ""

    def action_step(self, step: int) -> None:
        """Choose the next."""
        values = list(self.VALUES)
        self.value = values[(values.index(self.value) + step) % len(values)]
        self.refresh()

    def action_submit(self) -> None:
        """Take the whole form."""
        self.post_message(self.Submitted())

    def on_click(self, event: events.Click) -> None:
        """Choose the one under the mouse."""
        start = 0
        for value, words in self.VALUES.items():
            if start <= event.x < start + len(words) + 2:
                self.value = value
            start += len(words) + 2
        self.refresh()

    def render(self) -> RenderResult:
        line = Text(no_wrap=True, overflow="ellipsis")
        for value, words in self.VALUES.items():
            style = self.get_component_rich_style(f"flag-field--{'chosen' if value == self.value else 'other'}")
            line.append(f" {words} ", style=style)
        # Half of an explanation is none.
        if line.cell_len + 2 + len(self._help) <= self.size.width:
            line.append(f"  {self._help}", style=self.get_component_rich_style("flag-field--other"))
        return line


class LoadModel(Form[LoadModelRequest]):
    """Gives how to load the model, or None. What was typed stays, whatever the server does meanwhile.

    Args:
        model: what is known of the model now; asked again when it matters.
        refusal: says why it cannot be loaded now; empty when it can.
        begin: what to begin with: how it was tried the last time.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="app.focus_previous", down="app.focus_next"),
    ]

    DEFAULT_CSS = """
    LoadModel {
        & > .frame { max-width: 84; padding: 1 2 0 2; }
        & .row { height: 1; }
        & .label { width: 19; }
        & .limit { color: $text-muted; padding: 0 0 1 19; }
        & FlagField { width: 1fr; }
        & #estimate { margin-top: 1; }
        & #warning { color: $text-warning; }
        & #problem { color: $text-error; }
        & #warning, & #problem { display: none; margin-top: 1; }
        & #warning.-some, & #problem.-some { display: block; }
        & .buttons { margin: 1 0; }
    }
    """

    def __init__(
        self, model: Callable[[], ModelSummary], refusal: Callable[[], str], begin: LoadModelRequest | None = None
    ) -> None:
        super().__init__(self.take)
        self._model = model
        self._refusal = refusal
        self._fields = fields_for(model())
        self._begin = begin.model_dump() if begin is not None else {}

    def compose(self) -> ComposeResult:
        model = self._model()
        with VerticalScroll(classes="frame", can_focus=False) as frame:
            frame.border_title = Text(f"Load {clean_line(model.id)}")
            frame.border_subtitle = told("{load.submit} load   ← → choose   Tab next   {dialog.leave} back")
            for field in self._fields:
                with Horizontal(classes="row"):
                    yield Static(field.label, classes="label")
                    yield self._entry(field, model)
                if field is CONTEXT:
                    most = model.max_context_length
                    words = f"at most {most:,} tokens" if most else "the server does not tell the most it can be"
                    yield Static(words, classes="limit")
            yield Static(id="estimate")
            yield Static(id="warning")
            yield Static(id="problem")
            yield buttons("Load")

    def _entry(self, field: LoadField, model: ModelSummary) -> Widget:
        begin: object = self._begin.get(field.name)
        if field.flag:
            return FlagField(field, "" if begin is None else "on" if begin else "off")
        presets = context_presets(model) if field is CONTEXT else ()
        return NumberField(field, presets, "" if begin is None else str(begin))

    def on_mount(self) -> None:
        """Show what it would take."""
        self._reckon()

    def follow(self) -> None:
        """Say what is so now: the model may have been loaded or unloaded meanwhile."""
        if self.is_mounted:
            self._reckon()

    def on_input_changed(self) -> None:
        """Reckon again."""
        self._say("problem", "")
        self._reckon()

    def on_flag_field_submitted(self) -> None:
        """Load it."""
        self.take()

    def _reckon(self) -> None:
        """What it would take, and what stands against it."""
        model = self._model()
        try:
            context = read_context(model, self._typed()[CONTEXT.name])
        except FormError as error:
            self.query_one("#estimate", Static).update(Text(str(error)))
            return
        self.query_one("#estimate", Static).update(Text(memory_needed(model, context).in_words))
        self._say("warning", second_instance_in_words(model, context))

    def take(self) -> None:
        """Load it, unless something stands against it; another instance wants a yes first."""
        model = self._model()
        try:
            request = read_form(model, self._typed())
        except FormError as error:
            self._say("problem", str(error))
            self.query_one(f"#{error.field}").focus()
            return
        except LMStudioError as error:
            self._say("problem", error.message)
            return
        if refused := self._refusal():
            self._say("problem", refused)
            return
        second = second_instance_in_words(model, request.context_length)
        if not second:
            self.dismiss(request)
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self.dismiss(request)

        app_of(self).push_screen(Confirm("Load another instance?", clean_line(second), "Load", "Back"), confirmed)

    def _typed(self) -> dict[str, str]:
        typed: dict[str, str] = {}
        for field in self._fields:
            entry = self.query_one(f"#{field.name}")
            typed[field.name] = entry.value if isinstance(entry, NumberField | FlagField) else ""
        return typed

    def _say(self, where: str, text: str) -> None:
        line = self.query_one(f"#{where}", Static)
        if str(line.content) == clean_line(text):
            return
        line.update(Text(clean_line(text)))
        line.set_class(bool(text), "-some")
