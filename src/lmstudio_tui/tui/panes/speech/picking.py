"""Choosing a model, a voice, a format or a speed: a list that is filtered as one types, or what is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

_MOST_SHOWN: Final = 500
"""Lines; who looks for one of more goes on typing."""
_FRAME: Final = 3
"""Lines of the frame and of the filter."""
_WIDEST: Final = 40
"""Cells for the names, before what is said behind them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One that can be chosen.

    Attributes:
        id: what is asked for; empty for the server's own choice.
        words: for people.
        more: what is said behind it more quietly.
    """

    id: str
    words: str
    more: str = ""

    def keeps(self, words: Sequence[str]) -> bool:
        """Whether all of these small-letter words are in it."""
        text = f"{self.id} {self.words} {self.more}".casefold()
        return all(word in text for word in words)


class Pick(Dialog[str | None]):
    """Gives the id of what was chosen or typed, empty for the server's own choice; None when it was left.

    Args:
        title: of the frame: what is chosen.
        choices: those to choose from.
        current: the id of the one in use.
        note: what there is to say about the choices, in a sentence.
        refusal: a sentence that says why what was typed cannot be asked for; empty when it can.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "dialog.previous", "dialog.next", "dialog.page_up", "dialog.page_down")
    ]
    AUTO_FOCUS = "Input"

    DEFAULT_CSS = """
    Pick {
        & > .frame { max-width: 76; padding: 0 1; }
        & Input, & Input:focus { background: $panel; padding: 0 1; margin: 0; }
        & #note { color: $text-muted; height: auto; max-height: 4; padding: 0 1; }
        & #note.-none { display: none; }
        & #note.-bad { color: $text-error; }
    }
    """

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        current: str = "",
        *,
        note: str = "",
        refusal: Callable[[str], str] = lambda _: "",
    ) -> None:
        super().__init__()
        self._asked = title
        self._choices = tuple(choices)
        self._current = current
        self._note = note
        self._refusal = refusal
        self._shown: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = Text(clean_line(self._asked))
            frame.border_subtitle = told("Enter take   ↑↓ choose   {dialog.leave} back")
            yield LineInput(placeholder="Type to filter, or what to ask for")
            yield Static(id="note", markup=False)
            options = OptionList(compact=True)
            options.can_focus = False
            yield options

    def on_mount(self) -> None:
        """Begin at the current one."""
        super().on_mount()
        self._show()

    def on_resize(self) -> None:
        """As many lines as there is room for."""
        self._fit()

    def _fit(self) -> None:
        # A fraction of a box that is as high as what is in it is not what is left over beside the other lines.
        note = self.query_one("#note", Static)
        others = _FRAME + (note.size.height or 1 if note.display else 0)
        self.query_one(OptionList).styles.max_height = max(3, self.size.height * 9 // 10 - others)

    def show(self, choices: Sequence[Choice], note: str) -> None:
        """Offer others: they have just come in."""
        self._choices, self._note = tuple(choices), note
        if self.is_mounted:
            self._show()

    # The list

    def on_input_changed(self) -> None:
        """Filter."""
        self._show()

    @property
    def _typed(self) -> str:
        return clean_line(self.query_one(Input).value)

    def _show(self) -> None:
        typed = self._typed
        words = typed.casefold().split()
        found = [choice for choice in self._choices if choice.keeps(words)]
        rows = found[:_MOST_SHOWN]
        free = bool(typed) and not any(choice.id == typed for choice in self._choices)
        refused = self._refusal(typed) if free else ""
        if free and not refused:
            rows.append(Choice(typed, f"ask for {typed}"))
        options = self.query_one(OptionList)
        width = min(_WIDEST, max((cell_len(clean_line(one.words)) for one in rows if one.more), default=0))
        options.clear_options()
        options.add_options([Option(_line(one, width)) for one in rows])
        self._shown = [one.id for one in rows]
        if rows:
            at = self._shown.index(self._current) if not typed and self._current in self._shown else 0
            options.highlighted = at
        self._say(refused if refused and not rows else self._about(len(found), typed), bad=bool(refused) and not rows)

    def _about(self, found: int, typed: str) -> str:
        more = f"{found - _MOST_SHOWN:,} more: type to narrow it down." if found > _MOST_SHOWN else ""
        none = "None of them is called so." if typed and not found and len(self._choices) > 1 else ""
        return " ".join(part for part in (self._note, more, none) if part)

    def _say(self, text: str, *, bad: bool) -> None:
        line = self.query_one("#note", Static)
        line.update(clean_line(text))
        line.set_class(not text, "-none")
        line.set_class(bad, "-bad")
        self.call_after_refresh(self._fit)

    def action_move(self, step: int) -> None:
        """Move the cursor of the list while that of the keyboard stays in the filter."""
        options = self.query_one(OptionList)
        if options.option_count:
            options.highlighted = max(0, min(options.option_count - 1, (options.highlighted or 0) + step))

    # Taking

    def on_input_submitted(self) -> None:
        """Take the one under the cursor."""
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._shown):
            self.dismiss(self._shown[at])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the one that was clicked."""
        self.dismiss(self._shown[event.option_index])

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)


def _line(choice: Choice, width: int) -> Text:
    line = Text(clean_line(choice.words), no_wrap=True, overflow="ellipsis")
    if choice.more:
        line.truncate(_WIDEST, overflow="ellipsis")
        line.pad_right(max(0, width - line.cell_len) + 2)
        line.append(clean_line(choice.more), style="dim")
    return line
