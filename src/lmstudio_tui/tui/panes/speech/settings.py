"""How it is to be spoken: model, voice, format, speed, each a line that opens a choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal, get_args

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, moves, told
from lmstudio_tui.tui.panes.speech.words import OWN_CHOICE, OWN_CHOICE_SHORT

if TYPE_CHECKING:
    from textual.app import ComposeResult, RenderResult
    from textual.binding import BindingType

SettingName = Literal["model", "voice", "format", "speed"]
SETTINGS: Final[tuple[SettingName, ...]] = get_args(SettingName)

_LABEL: Final = 8
"""Cells for the name, the space behind it included."""


class Setting(Widget, can_focus=True):
    """One of them: its name and what was chosen.

    Args:
        name: which one.
    """

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"setting--label", "setting--default", "setting--mark"}
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("speech.choose", "speech.default"),
        *moves(up="app.focus_previous", down="app.focus_next"),
    ]

    DEFAULT_CSS = """
    Setting {
        height: 1;
        width: 1fr;
        & > .setting--label { color: $text-muted; }
        & > .setting--default { color: $text-muted; }
        & > .setting--mark { color: $accent; }
        &:hover { background: $panel; }
        &:focus { background: $accent 22%; }
    }
    """

    @dataclass
    class Opened(Message):
        """Another value is to be chosen."""

        name: SettingName

    @dataclass
    class Cleared(Message):
        """It is to be as the server likes it."""

        name: SettingName

    def __init__(self, name: SettingName) -> None:
        super().__init__(id=f"setting-{name}")
        self._which: SettingName = name
        self._value = ""
        self._default = ""

    def show(self, value: str, default: str) -> None:
        """Show another value.

        Args:
            value: what was chosen; empty for nothing.
            default: what is said in its place then.
        """
        if (value, default) != (self._value, self._default):
            self._value, self._default = value, default
            self.refresh()

    def render(self) -> RenderResult:
        width = self.size.width
        room = max(1, width - _LABEL - 2)
        said = clean_line(self._value) or self._default
        if cell_len(said) > room:
            # Who published it tells the least.
            said = OWN_CHOICE_SHORT if said == OWN_CHOICE else said.rpartition("/")[2] or said
        if cell_len(said) > room:
            said = set_cell_size(said, room - 1).rstrip() + "…"
        value = Text(said, style="" if self._value else self._style("default"))
        label = f"{self._which.capitalize():<{_LABEL}}"
        return Text.assemble((label, self._style("label")), value, (" ▾", self._style("mark")), no_wrap=True, end="")

    def _style(self, name: str) -> Style:
        return Style(color=self.get_component_rich_style(f"setting--{name}").color)

    def on_click(self) -> None:
        """Choose."""
        self.action_open()

    def action_open(self) -> None:
        """Choose."""
        self.post_message(self.Opened(self._which))

    def action_clear(self) -> None:
        """Take it back."""
        self.post_message(self.Cleared(self._which))


class SpeakButton(Button):
    """Speaks, or stops."""

    def __init__(self) -> None:
        super().__init__(Text(told("Speak  {speech.speak}")), variant="primary", compact=True, id="speak")
        self._stops = False

    def show_busy(self, busy: bool) -> None:
        """Stop while something goes on, else speak."""
        if busy != self._stops:
            self._stops = busy
            self.label = Text(told("Stop  {speech.stop}")) if busy else Text(told("Speak  {speech.speak}"))
            self.variant = "warning" if busy else "primary"

    @property
    def stops(self) -> bool:
        """Whether it stops now."""
        return self._stops


class SettingsBox(Vertical):
    """All of them in two lines, with the button that speaks."""

    DEFAULT_CSS = """
    SettingsBox {
        height: 2;
        padding: 0 1;
        & > Horizontal { height: 1; }
        & Setting { margin-right: 1; }
        & Button { width: 17; min-width: 17; }
    }
    """

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Setting("model")
            yield Setting("voice")
            yield Button(Text(told("File  {speech.file}")), compact=True, id="file")
        with Horizontal():
            yield Setting("format")
            yield Setting("speed")
            yield SpeakButton()

    def show(self, name: SettingName, value: str, default: str) -> None:
        """Show another value of one of them; see `Setting.show`."""
        self.query_one(f"#setting-{name}", Setting).show(value, default)

    def show_busy(self, busy: bool) -> None:
        """Whether something goes on that can be stopped."""
        self.query_one(SpeakButton).show_busy(busy)
