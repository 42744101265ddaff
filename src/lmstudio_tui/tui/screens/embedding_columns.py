"""Which column of a file has the texts: its columns with what stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.fitting import fitted
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

_NAME: Final = 24
"""Cells of the names of the columns at most."""
_LOOKED_AT: Final = 200
"""Characters of a value that are ever shown."""


class EmbeddingColumns(Dialog[str | None]):
    """Gives the name of a column, or None.

    Args:
        file: its name.
        columns: their names.
        samples: the first values of each of them.
        current: the one that most likely has the texts.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "dialog.previous", "dialog.next", "dialog.page_up", "dialog.page_down")
    ]
    AUTO_FOCUS = "Input"

    DEFAULT_CSS = """
    EmbeddingColumns {
        & > .frame { width: 94%; max-width: 100; padding: 0 1; }
        & Input, & Input:focus { background: $panel; padding: 0 1; margin: 0; }
        & OptionList, & OptionList:focus { height: auto; max-height: 12; }
        & #values { height: auto; padding: 0 1; color: $text-muted; border-top: solid $border-blurred; }
    }
    """

    def __init__(
        self, file: str, columns: Sequence[str], samples: Sequence[Sequence[str]], current: str | None
    ) -> None:
        super().__init__()
        self._file = clean_line(file)
        self._columns = tuple(columns)
        self._samples = {column: tuple(values) for column, values in zip(columns, samples, strict=True)}
        self._current = current
        self._listed: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = Text(f"The column of texts in {fitted(self._file, 44).rstrip()}")
            frame.border_subtitle = told("↑↓ choose   Enter take   {dialog.leave} leave the file")
            yield LineInput(placeholder=f"Filter {len(self._columns)} columns by their names and values")
            options = OptionList()
            options.can_focus = False
            yield options
            yield Static(id="values", markup=False)

    def on_mount(self) -> None:
        """Begin at the one that most likely has the texts, as soon as it is known how wide it is."""
        self.call_after_refresh(self._show)

    def on_input_changed(self) -> None:
        """Filter as it is typed."""
        self._show()

    def _show(self) -> None:
        words = self.query_one(Input).value.casefold().split()
        chosen = self._chosen or self._current
        self._listed = tuple(column for column in self._columns if self._matches(column, words))
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._line(column)) for column in self._listed])
        if self._listed:
            options.highlighted = self._listed.index(chosen) if chosen in self._listed else 0
        else:
            self._tell("No column has these words.")

    def _matches(self, column: str, words: Sequence[str]) -> bool:
        whole = "\n".join((column, *self._samples[column])).casefold()
        return all(word in whole for word in words)

    def _line(self, column: str) -> Text:
        """A column with its first value."""
        wide = min(_NAME, max(cell_len(clean_line(name)) for name in self._columns))
        line = Text(fitted(clean_line(column), wide), no_wrap=True, overflow="ellipsis")
        return line.append(f"  {_shown(next(iter(self._samples[column]), ''))}", style="dim")

    def _tell(self, *lines: str) -> None:
        room = max(1, self.query_one("#values", Static).content_region.width)
        self.query_one("#values", Static).update(Text("\n".join(fitted(line, room).rstrip() for line in lines)))

    @property
    def _chosen(self) -> str | None:
        at = self.query_one(OptionList).highlighted
        return self._listed[at] if at is not None and at < len(self._listed) else None

    def on_option_list_option_highlighted(self) -> None:
        """Show more of what stands in the column."""
        if (column := self._chosen) is not None:
            self._tell(*(f"· {_shown(value)}" for value in self._samples[column] or ("",)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the one that was clicked."""
        self.dismiss(self._listed[event.option_index])

    def on_input_submitted(self) -> None:
        """Take the one under the cursor."""
        if (column := self._chosen) is not None:
            self.dismiss(column)

    def action_move(self, step: int) -> None:
        """Move the cursor of the list while that of the keyboard stays in the filter."""
        options = self.query_one(OptionList)
        if options.option_count:
            options.highlighted = max(0, min(options.option_count - 1, (options.highlighted or 0) + step))

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)


def _shown(value: str) -> str:
    return clean_line(value[:_LOOKED_AT]) or "nothing stands in it"
