"""Choosing a model: filter as you type, Enter takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from lmstudio_tui.features.models import matching, size_in_words, tokens_in_words
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.sdk import ModelSummary


class ModelPicker(Dialog[str | None]):
    """Gives the id of a model, or None.

    An id that is not listed can be typed, too: servers may know more than they list.

    Args:
        models: those to choose from.
        current: the one in use.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "dialog.previous", "dialog.next", "dialog.page_up", "dialog.page_down")
    ]

    DEFAULT_CSS = """
    ModelPicker {
        & > .frame { max-width: 96; max-height: 80%; padding: 0 1; }
        & OptionList, & OptionList:focus {
            height: auto;
            max-height: 100%;
            border: none;
            background: transparent;
            padding: 0;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        & Label { display: none; }
        &.-empty Label { display: block; }
    }
    """

    def __init__(self, models: Sequence[ModelSummary], current: str | None) -> None:
        super().__init__()
        self._models = [model for model in models if model.can_chat]
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Model"
            frame.border_subtitle = "Enter take   Esc back"
            yield Input(placeholder="Type to filter: a name, vlm, loaded, tools, q4 …")
            yield OptionList()
            yield Label("No model is listed. Type an id to ask for it all the same.")

    def on_mount(self) -> None:
        """Show all of them, with the one in use highlighted."""
        self._show("")
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter."""
        self._show(event.value)

    def on_input_submitted(self) -> None:
        """Take the highlighted one."""
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            self.dismiss(options.get_option_at_index(options.highlighted).id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the one that was clicked."""
        self.dismiss(event.option.id)

    def action_move(self, step: int) -> None:
        """Move the highlight while the cursor stays in the filter."""
        options = self.query_one(OptionList)
        if options.option_count:
            at = (options.highlighted or 0) + step
            options.highlighted = max(0, min(options.option_count - 1, at))

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)

    def _show(self, query: str) -> None:
        options = self.query_one(OptionList)
        found = matching(self._models, query)
        width = max((len(model.id) for model in found), default=0)
        options.clear_options()
        options.add_options([Option(_row(model, min(width, 44)), id=model.id) for model in found])
        typed = query.strip()
        if typed and " " not in typed and not any(model.id == typed for model in found):
            options.add_option(Option(Text(f"  ask for “{clean_line(typed)}” by this name", style="italic"), id=typed))
        self.set_class(options.option_count == 0, "-empty")
        ids = [model.id for model in found]
        if options.option_count:
            options.highlighted = ids.index(self._current) if self._current in ids else 0


def _row(model: ModelSummary, width: int) -> Text:
    """One line: the state with a mark, the name, the facts."""
    line = Text("● " if model.loaded else "  ", no_wrap=True, overflow="ellipsis", style="")
    name = clean_line(model.id)
    line.append(f"{name:<{width}}", style="bold" if model.loaded else "")
    facts = (
        "loaded" if model.loaded else "",
        model.type or "",
        model.parameters or "",
        model.quantization or "",
        size_in_words(model.size_bytes),
        tokens_in_words(model.context_length),
        " ".join(model.capabilities),
    )
    return line.append("  " + " · ".join(clean_line(fact) for fact in facts if fact), style="dim")
