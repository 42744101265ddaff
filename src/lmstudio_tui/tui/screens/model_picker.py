"""Choosing a model: filter as you type, Enter takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Input

from lmstudio_tui.features.models.columns import Column, Entry
from lmstudio_tui.features.models.order import Order
from lmstudio_tui.features.models.query import Query
from lmstudio_tui.sdk import ModelSummary
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.widgets.model_table import ModelTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


class _Typed(Entry):
    """An id that is not listed: servers may know more than they list."""

    def text(self, column: Column) -> str:
        """What was typed, and what it is offered for."""
        return clean_line(f"ask for {self.id}") if column.id == "name" else ""


class ModelPicker(Dialog[str | None]):
    """Gives the id of a model, or None.

    An id that is not listed can be typed, too. The filter is the one of the models pane.

    Args:
        models: those to choose from.
        current: the one in use.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "dialog.previous", "dialog.next", "dialog.page_up", "dialog.page_down")
    ]

    DEFAULT_CSS = """
    ModelPicker {
        & > .frame { width: 94%; max-width: 110; height: auto; max-height: 80%; padding: 0 1; }
        & ModelTable { height: auto; max-height: 1fr; }
    }
    """

    def __init__(self, models: Sequence[ModelSummary], current: str | None) -> None:
        super().__init__()
        entries = {model.id: Entry(model) for model in models if model.can_chat}
        self._order = Order()
        self._entries = self._order.sorted(entries.values())
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Model"
            frame.border_subtitle = told("Enter take   {dialog.leave} back")
            yield LineInput(placeholder="Type to filter: a name, type:vlm, loaded, can:tools, size<8gb …")
            table = ModelTable(lit=True)
            table.can_focus = False
            yield table

    def on_mount(self) -> None:
        """Show all of them, with the one in use under the cursor."""
        table = self.query_one(ModelTable)
        table.measure(self._entries)
        table.show_empty(Text("No model is listed. Type an id to ask for it all the same.", justify="center"))
        if self._current is not None:
            table.select(self._current)
        self._show("")
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter."""
        self._show(event.value)

    def on_input_submitted(self) -> None:
        """Take the one under the cursor."""
        entry = self.query_one(ModelTable).entry
        if entry is not None:
            self.dismiss(entry.id)

    def on_model_table_pressed(self) -> None:
        """Take the one that was clicked."""
        self.on_input_submitted()

    def action_move(self, step: int) -> None:
        """Move the cursor of the list while that of the keyboard stays in the filter."""
        self.query_one(ModelTable).action_move(step)

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)

    def _show(self, typed: str) -> None:
        query = Query.read(typed)
        words = typed.lower().split()
        # Whoever types a name means the model of that name; the filter finds families and descriptions, too.
        rows = sorted(
            (entry for entry in self._entries if query.keeps(entry)),
            key=lambda entry: not all(word in entry.id.lower() for word in words),
        )
        name = typed.strip()
        if name and " " not in name and not any(entry.id == name for entry in self._entries):
            rows.append(_Typed(ModelSummary(id=name)))
        self.query_one(ModelTable).show_rows(rows, self._order, query.marks)
