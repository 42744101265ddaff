"""The presets: parameters by name, to be used, saved and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, moves
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.widgets.options import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.store.library.records import Preset


class _NameBox(LineInput):
    """Where the name of a preset is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("parameters.leave")]

    class Left(Message):
        """It is not to be saved."""

    def action_leave(self) -> None:
        """Save nothing."""
        self.post_message(self.Left())


class PresetBox(Vertical):
    """A list of names, and what can be done with the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(left="app.focus_previous", right="app.focus_next"),
    ]

    DEFAULT_CSS = """
    PresetBox {
        height: auto;
        margin-bottom: 1;
        & .title { color: $text-muted; padding: 0 0 0 2; }
        & OptionList, & OptionList:focus {
            height: auto; max-height: 4; border: none; padding: 0; background: transparent;
            scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & .buttons { height: 1; padding: 0 0 0 2; }
        & Button { margin-right: 1; min-width: 6; }
        & _NameBox, & _NameBox:focus { display: none; height: 1; border: none; padding: 0 0 0 2; }
        & _NameBox { background: $panel; }
        & .remark { display: none; height: auto; padding: 0 0 0 2; color: $text-muted; }
        & .remark.-some { display: block; }
        &.-naming _NameBox { display: block; }
    }
    """

    class Used(Message):
        """A preset is to be used.

        Args:
            name: its name.
        """

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Named(Message):
        """The parameters are to be kept under a name.

        Args:
            name: the name; one that is there is replaced.
        """

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Deleted(Message):
        """A preset is to be deleted.

        Args:
            name: its name.
        """

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Restored(Message):
        """A preset that was deleted is wanted again.

        Args:
            name: its name.
            parameters: what it had.
        """

        def __init__(self, name: str, parameters: Parameters) -> None:
            super().__init__()
            self.name = name
            self.parameters = parameters

    def __init__(self) -> None:
        super().__init__()
        self._presets: tuple[Preset, ...] = ()
        self._in_use = ""
        self._deleted: Preset | None = None
        self._asked = ""

    def compose(self) -> ComposeResult:
        yield Static("Presets", classes="title")
        yield Options(compact=True)
        yield _NameBox(placeholder="a name; Enter saves", max_length=60)
        with Horizontal(classes="buttons"):
            yield Button("Use", id="use", compact=True)
            yield Button("Save as…", id="save", compact=True)
            yield Button("Delete", id="delete", compact=True)
        yield Static(classes="remark", markup=False)

    def show(self, presets: Sequence[Preset], parameters: Parameters) -> None:
        """Show these, and which of them is in use: the one with these very parameters."""
        wanted = tuple(presets)
        in_use = next((one.name for one in wanted if Parameters.from_json(one.parameters) == parameters), "")
        if (wanted, in_use) == (self._presets, self._in_use):
            return
        options = self.query_one(OptionList)
        name = self._chosen.name if self._chosen is not None else in_use
        self._presets, self._in_use = wanted, in_use
        options.clear_options()
        options.add_options([Option(self._line(preset)) for preset in wanted])
        names = [preset.name for preset in wanted]
        options.highlighted = names.index(name) if name in names else 0 if names else None
        options.display = bool(names)
        self._enable()

    def on_mount(self) -> None:
        """Begin without any."""
        self.query_one(OptionList).display = False
        self._enable()

    @property
    def _chosen(self) -> Preset | None:
        index = self.query_one(OptionList).highlighted
        return self._presets[index] if index is not None and index < len(self._presets) else None

    def _line(self, preset: Preset) -> Text:
        words = Parameters.from_json(preset.parameters).words
        line = Text("● " if preset.name == self._in_use else "  ", no_wrap=True, overflow="ellipsis")
        line.append(clean_line(preset.name), style="bold" if preset.name == self._in_use else "")
        return line.append(f"  {clean_line(words)}", style="dim") if words else line

    def _enable(self) -> None:
        for name in ("use", "delete"):
            self.query_one(f"#{name}", Button).disabled = not self._presets
        if not self._presets and not self._deleted:
            self._say("None yet. Save as… keeps these parameters.")
        elif self._presets and not self._deleted:
            self._say("")

    # What can be done

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Use it."""
        event.stop()
        self._use()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what it says."""
        event.stop()
        match event.button.id:
            case "use":
                self._use()
            case "save":
                self._begin_naming()
            case _:
                self._delete_or_restore()

    def _use(self) -> None:
        if (preset := self._chosen) is not None:
            self._forget()
            self.post_message(self.Used(preset.name))

    def _begin_naming(self) -> None:
        self._forget()
        box = self.query_one(_NameBox)
        box.value = self._in_use
        self.add_class("-naming")
        box.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Save under that name; one that is there is replaced only when it was said."""
        event.stop()
        name = clean_line(event.value)
        if not name:
            self._say("A preset needs a name.")
        elif any(preset.name == name for preset in self._presets) and self._asked != name:
            self._asked = name
            self._say(f"{name} is there already. Enter once more replaces it.")
        else:
            self._end_naming()
            self.post_message(self.Named(name))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another name: what was asked about the one before counts no more."""
        event.stop()
        self._asked = ""

    def on__name_box_left(self, event: _NameBox.Left) -> None:
        """Save nothing."""
        event.stop()
        self._end_naming()

    def _end_naming(self) -> None:
        self.query_one("#save", Button).focus()
        self.remove_class("-naming")
        self._asked = ""
        self._enable()

    def _delete_or_restore(self) -> None:
        button = self.query_one("#delete", Button)
        if self._deleted is not None:
            preset = self._deleted
            self._forget()
            self.post_message(self.Restored(preset.name, Parameters.from_json(preset.parameters)))
        elif (preset := self._chosen) is not None:
            self._deleted = preset
            button.label = "Undo"
            self._say(f"{clean_line(preset.name)} is deleted.")
            self.post_message(self.Deleted(preset.name))
            button.focus()

    def _forget(self) -> None:
        """What was deleted can be brought back no longer."""
        self._deleted = None
        self.query_one("#delete", Button).label = "Delete"
        self._enable()

    def _say(self, text: str) -> None:
        line = self.query_one(".remark", Static)
        line.update(text)
        line.set_class(bool(text), "-some")
