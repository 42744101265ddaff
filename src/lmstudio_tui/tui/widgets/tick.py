"""A box to tick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Checkbox

if TYPE_CHECKING:
    from typing import Unpack

    from lmstudio_tui.tui.typed import WidgetOptions


class Tick(Checkbox):
    """Tells by its mark whether it is ticked, and not by its colour alone.

    Args:
        label: what is agreed to; plain text.
        value: whether it is ticked at first.
    """

    DEFAULT_CSS = """
    Tick {
        width: 100%;
        height: auto;
        border: none;
        padding: 0;
        background: transparent;
        &:focus { border: none; background: transparent; color: $accent; text-style: bold; }
    }
    """

    def __init__(self, label: str, *, value: bool = False, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(Content(label), value, **options)

    def render(self) -> Content:
        """The mark, and the label."""
        return Content.assemble("[✓] " if self.value else "[ ] ", Content(str(self.label)))
