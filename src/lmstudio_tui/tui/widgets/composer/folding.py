"""A text area in which a long paste is one short thing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual.widgets.text_area import Edit, EditResult, Location, Selection

from lmstudio_tui.text_safety import clean
from lmstudio_tui.tui.widgets.composer.pastes import Pastes, is_long, line_count
from lmstudio_tui.tui.widgets.steady_text_area import SteadyTextArea

if TYPE_CHECKING:
    from typing import Unpack

    from rich.text import Text

    from lmstudio_tui.tui.typed import WidgetOptions
_SHOWN_CHARACTERS: Final = 20_000
_SHOWN_LINES: Final = 40
"""More than that of a text that was not pasted is shown as a placeholder, too: nobody reads it in ten lines."""

MOST_SHOWN: Final = 100_000
"""Characters that a placeholder may have for being shown here: with more each key takes its time."""


class FoldingTextArea(SteadyTextArea, inherit_bindings=False):
    """Shows long pastes as placeholders: the cursor jumps over them, and they are deleted as a whole.

    `text` is what is shown; `text_to_keep` is what it stands for. What is shown can do nothing to a terminal; the text
    behind a placeholder is kept as it came.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"composer--paste"}

    def __init__(self, *, placeholder: str = "", **options: Unpack[WidgetOptions]) -> None:
        self._pastes = Pastes()
        super().__init__(
            **options,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder=placeholder,
        )

    # What is in it

    @property
    def text_to_keep(self) -> str:
        """The text, with every paste in place of its placeholder."""
        return self._pastes.expanded(self.text)

    @property
    def tokens_to_keep(self) -> int:
        """About how many tokens that are."""
        return self._pastes.tokens(self.text)

    @property
    def selected_text(self) -> str:
        """What is selected, pastes included."""
        return self._pastes.expanded(super().selected_text)

    def load_text(self, text: str) -> None:
        """Show another text. One that is very long becomes a placeholder."""
        self._pastes = Pastes()
        if len(text) > _SHOWN_CHARACTERS or line_count(text) > _SHOWN_LINES:
            text = self._pastes.add(text)
        super().load_text(clean(text))
        self.move_cursor(self.document.end)

    def restore(self, shown: str, pastes: Pastes) -> None:
        """Show what was shown before, with its placeholders, and put the cursor at the end."""
        self._pastes = pastes if shown else Pastes()
        super().load_text(shown)
        self.move_cursor(self.document.end)

    def replace_all(self, text: str) -> None:
        """Put another text in place of this one, so that it can be undone; what is in it of the pastes stays one."""
        if text == self.text_to_keep:
            return
        shown = self._pastes.folded(text)
        if len(shown) > _SHOWN_CHARACTERS or line_count(shown) > _SHOWN_LINES:
            shown = self._pastes.add(text)
        self.replace(shown, (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor(self.document.end)

    def put_in(self, text: str) -> None:
        """Insert what was pasted where the cursor is, in place of what is selected."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        shown = self._pastes.add(text, self.text) if is_long(text) else text
        if (result := self._replace_via_keyboard(shown, *self.selection)) is not None:
            self.move_cursor(result.end_location)

    def expand_here(self) -> bool | None:
        """Show the text behind the placeholder at the cursor.

        Returns:
            whether it was done; None where there is none, False where it is too long for that.
        """
        row, column = self.cursor_location
        line = self.document.get_line(row)
        for start, end in self._pastes.spans(line):
            if start <= column <= end:
                text = self._pastes.text_of(line[start:end])
                if len(text) > MOST_SHOWN:
                    return False
                self.replace(text, (row, start), (row, end), maintain_selection_offset=False)
                return True
        return None

    # One thing

    def edit(self, edit: Edit) -> EditResult:
        """Change the text: placeholders as a whole, and without anything that could act on a terminal."""
        start, end = sorted((edit.from_location, edit.to_location))
        if start == end:
            start = end = self._snapped(start)
        else:
            start, end = self._edge(start, 0), self._edge(end, 1)
        result = super().edit(Edit(clean(edit.text), start, end, edit.maintain_selection_offset))
        return replace(result, replaced_text=self._pastes.expanded(result.replaced_text))

    def validate_selection(self, selection: Selection) -> Selection:
        """Keep the cursor out of placeholders; from one edge it goes to the other."""
        if not self._pastes:
            return selection
        return Selection(self._snapped(selection.start), self._snapped(selection.end, self.selection.end))

    def get_line(self, line_index: int) -> Text:
        """A line as it is drawn, with its placeholders marked."""
        line = super().get_line(line_index)
        for start, end in self._pastes.spans(line.plain):
            line.stylize(self.get_component_rich_style("composer--paste", partial=True), start, end)
        return line

    def _around(self, location: Location) -> tuple[int, int] | None:
        """The placeholder that a location is within."""
        row, column = location
        if not self._pastes or not 0 <= row < self.document.line_count:
            return None
        return next(
            (span for span in self._pastes.spans(self.document.get_line(row)) if span[0] < column < span[1]), None
        )

    def _edge(self, location: Location, side: int) -> Location:
        """The start (0) or the end (1) of the placeholder that a location is within; else the location."""
        span = self._around(location)
        return location if span is None else (location[0], span[side])

    def _snapped(self, location: Location, before: Location | None = None) -> Location:
        """The location, or the edge that is meant where it is within a placeholder.

        Args:
            location: the one that is wanted.
            before: where the cursor comes from.
        """
        span = self._around(location)
        if span is None:
            return location
        start, end = span
        if before == (location[0], start):
            return location[0], end
        if before == (location[0], end):
            return location[0], start
        return location[0], start if location[1] - start < end - location[1] else end
