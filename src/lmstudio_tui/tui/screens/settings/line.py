"""One setting in the list: its name, its value, where that comes from; and the field in which it is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, TextArea

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.widgets.fitting import fitted
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.widgets.submit_text_area import SubmitTextArea

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import RenderResult
    from textual.events import Click
    from textual.geometry import Size

    from lmstudio_tui.features.settings_desk import SettingRow

_NAME = 25
"""Columns of a name: those of the longest one, and a blank."""
_MARK = 2
_WIDE = 88
"""Columns of the list from which on origins are written out."""
_KEPT = "unchanged; type to replace it"


class SettingLine(Widget):
    """A setting as a line; while it is changed, with a field in the place of its value.

    Args:
        row: the setting.
    """

    DEFAULT_CSS = """
    SettingLine {
        height: auto;
        &.-cursor { background: $block-cursor-blurred-background; }
        & Input, & Input:focus { height: 1; border: none; margin: 0; padding: 0 1; background: $panel; }
        & SubmitTextArea, & SubmitTextArea:focus {
            height: auto;
            min-height: 2;
            max-height: 7;
            border: none;
            padding: 0 1;
            background: $panel;
        }
    }
    """

    @dataclass
    class Clicked(Message):
        """It was clicked."""

        line: SettingLine

    def __init__(self, row: SettingRow) -> None:
        super().__init__()
        self.row = row

    def show(self, row: SettingRow) -> None:
        """Show the setting as it is now."""
        if row != self.row:
            self.row = row
            self.refresh()

    def put_cursor(self, *, here: bool) -> None:
        """Have the cursor, or have it no longer."""
        if here != self.has_class("-cursor"):
            self.set_class(here, "-cursor")
            self.refresh()

    def on_click(self, event: Click) -> None:
        """Tell the list."""
        event.stop()
        self.post_message(self.Clicked(self))

    # Changing

    @property
    def field(self) -> Input | TextArea | None:
        """Where it is changed, as long as it is."""
        return next((one for one in self.children if isinstance(one, Input | TextArea)), None)

    @property
    def typed(self) -> str:
        """What is in the field."""
        field = self.field
        return field.text if isinstance(field, TextArea) else field.value if field is not None else ""

    async def open(self, suggestions: Sequence[str] = ()) -> None:
        """Begin to change it.

        Args:
            suggestions: what may be meant; the rest of the word is shown as it is typed.
        """
        row = self.row
        field: Input | TextArea
        if row.kind == "table":
            field = SubmitTextArea(row.text)
        else:
            kept = row.hidden and row.stands
            hint = _KEPT if kept else "" if row.hidden else row.default
            suggester = SuggestFromList(suggestions, case_sensitive=False) if suggestions else None
            field = LineInput(row.text, placeholder=hint, password=row.kind == "secret", suggester=suggester)
        field.styles.margin = (0, 0, 0, _MARK + _NAME)
        await self.mount(field)
        self.screen.set_focus(field)

    async def close(self) -> None:
        """End the change."""
        if self.field is not None:
            await self.field.remove()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One row: what it says is made for its width, so that of another width is no measure for it."""
        return 1 if self.field is None else super().get_content_height(container, viewport, width)

    def render(self) -> RenderResult:
        row, width = self.row, self.size.width
        text = Text(no_wrap=True, overflow="crop")
        text.append("▸ " if self.has_class("-cursor") else "• " if row.stands else "  ")
        text.append(fitted(row.name, _NAME), "bold" if row.stands else "")
        room = width - _MARK - _NAME
        if room <= 0:
            return text
        origin = row.origin if width >= _WIDE else _short(row.origin)
        behind = min(len(origin) + 1, max(0, room - 12))
        text.append(fitted(clean_line(row.value or row.default), room - behind), "" if row.value else "dim")
        text.append(fitted(clean_line(origin), behind - 1).rjust(behind) if behind > 1 else "", "dim")
        return text


def _short(origin: str) -> str:
    return "environment" if origin.startswith("LM") else origin
