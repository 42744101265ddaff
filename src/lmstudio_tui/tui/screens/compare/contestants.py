"""Who is asked: a list to which models are added, each with its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.message import Message
from textual.widgets.option_list import Option

from lmstudio_tui.features.chat.compare import MOST
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.widgets.options import Options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.binding import BindingType
    from textual.widgets import OptionList

    from lmstudio_tui.features.chat.compare import Contestant

_ADD: Final = "add"
_GAP: Final = 2
_STATE: Final = 9


class ContestantList(Options):
    """A row for each that is asked, and one to add another.

    Args:
        states: what is known of the models, by their ids, such as `loaded`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("compare.add", "compare.parameters", "compare.drop"),
    ]

    DEFAULT_CSS = """
    ContestantList, ContestantList:focus {
        height: auto;
        max-height: 7;
        border: none;
        padding: 0 1;
        background: transparent;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        scrollbar-size-vertical: 1;
    }
    """

    class AddWanted(Message):
        """One more is to be chosen."""

    @dataclass
    class ModelWanted(Message):
        """Another model is to take a place."""

        number: int

    @dataclass
    class ParametersWanted(Message):
        """Other parameters are to be chosen for one."""

        number: int

    @dataclass
    class Removed(Message):
        """One is not to be asked."""

        number: int

    def __init__(self, states: Mapping[str, str]) -> None:
        super().__init__()
        self._states = states
        self._contestants: tuple[Contestant, ...] = ()

    def show(self, contestants: Sequence[Contestant], at: int | None = None) -> None:
        """Show these.

        Args:
            contestants: who is asked.
            at: the row for the cursor; the same as before when None, and the last one when it is beyond.
        """
        self._contestants = tuple(contestants)
        self._draw(at)

    def on_resize(self) -> None:
        """Lay the columns out again."""
        self._draw(None)

    @property
    def _number(self) -> int | None:
        """Which one the cursor is on."""
        at = self.highlighted
        return at if at is not None and at < len(self._contestants) else None

    def _draw(self, at: int | None) -> None:
        cursor = self.highlighted if at is None else at
        room = self.scrollable_content_region.width - 2 * _GAP
        widest = max((cell_len(clean_line(one.model)) for one in self._contestants), default=0)
        name = max(8, min(widest, room - _STATE - 2 * _GAP - 24))
        rows = [Option(self._row(number, one, name), id=str(number)) for number, one in enumerate(self._contestants, 1)]
        if len(rows) < MOST:
            rows.append(Option(Text("+ add a model" if len(rows) else "+ choose a model", style="dim"), id=_ADD))
        self.clear_options()
        self.add_options(rows)
        self.highlighted = min(cursor or 0, len(rows) - 1)

    def _row(self, number: int, one: Contestant, width: int) -> Text:
        gap = " " * _GAP
        state = self._states.get(one.model, "not listed")
        row = Text(f"{number}{gap}{_fitted(clean_line(one.model), width)}", no_wrap=True, overflow="ellipsis")
        row.append(f"{gap}{_fitted(state, _STATE + 1)}{gap}", style="dim")
        return row.append(one.with_words)

    # Keys

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Add one, or choose another model for this one."""
        event.stop()
        number = self._number
        self.post_message(self.AddWanted() if number is None else self.ModelWanted(number))

    def action_add(self) -> None:
        """One more, while there may be."""
        if len(self._contestants) < MOST:
            self.post_message(self.AddWanted())

    def action_parameters(self) -> None:
        """Other parameters for the one under the cursor."""
        if (number := self._number) is not None:
            self.post_message(self.ParametersWanted(number))

    def action_drop(self) -> None:
        """Without the one under the cursor."""
        if (number := self._number) is not None:
            self.post_message(self.Removed(number))


def _fitted(text: str, width: int) -> str:
    return set_cell_size(text, width) if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"
