"""Everything that is known of one model, to be read, scrolled and copied from."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual.widgets import Static

from lmstudio_tui.features.models.details import Section, sections_of
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.widgets.fitting import fitted
from lmstudio_tui.tui.widgets.frames import BETWEEN, framed
from lmstudio_tui.tui.widgets.options import Reading

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import ComposeResult
    from textual.content import Content

    from lmstudio_tui.sdk import ModelSummary
    from lmstudio_tui.tui.typed import WidgetOptions

_LABELS = 13
"""Cells for the labels, the space behind them included."""


class ModelDetails(Reading):
    """The details of the model under the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"model-details--label", "model-details--title"}

    DEFAULT_CSS = """
    ModelDetails {
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        background: transparent;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & > .model-details--label { color: $text-muted; }
        & > .model-details--title { color: $accent; }
        &:focus { border: round $border; border-title-color: $accent; border-title-style: bold; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._model: ModelSummary | None = None
        self._note = ""
        self._drawn: tuple[ModelSummary | None, str, int] | None = None

    def compose(self) -> ComposeResult:
        yield Static()

    def show(self, model: ModelSummary | None, note: str = "") -> None:
        """Show another model.

        Args:
            model: which one; None for none.
            note: what is to be said of it besides, such as what it is used for.
        """
        if self._model is None or model is None or self._model.id != model.id:
            self.scroll_home(animate=False)
        self._model, self._note = model, note
        self._draw()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._draw()

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        if self.is_mounted:
            self._drawn = None
            self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        """Draw what is not drawn yet; nothing while it cannot be seen."""
        width = self.scrollable_content_region.width
        wanted = (self._model, self._note, width)
        if not self.display or width < 1 or wanted == self._drawn:
            return
        self._drawn = wanted
        model = self._model
        self.border_title = self._title(model, width) if model is not None else ""
        self.query_one(Static).update(self._text(model, width) if model else Text("No model is selected.", "dim"))

    @staticmethod
    def _title(model: ModelSummary, width: int) -> Content:
        """Its id, as much as there is room for, and whether it is in memory."""
        state = "" if model.state == "unknown" else f"{BETWEEN}{'● loaded' if model.loaded else 'on disk'}"
        name = fitted(clean_line(model.id), max(8, width - cell_len(state) - 2)).rstrip()
        return framed(name + state, {"●": "good"})

    def _text(self, model: ModelSummary, width: int) -> Text:
        lines: list[Text] = []
        if self._note:
            lines.append(Text(self._note, style=self._colour("title")))
        for section in sections_of(model):
            lines += self._section(section, width)
        return Text("\n").join(lines)

    def _section(self, section: Section, width: int) -> list[Text]:
        label_style, title_style = self._colour("label"), self._colour("title")
        lines = [Text(), Text(section.title, style=title_style)] if section.title else []
        for fact in section.facts:
            indent = _LABELS if fact.label and cell_len(fact.label) < _LABELS else 2
            room = max(8, width - indent)
            value = Text(fact.value).wrap(Console(width=room), room)
            if fact.label and indent != _LABELS:
                lines.append(Text(fact.label, style=label_style))
            for at, part in enumerate(value):
                label = fact.label if at == 0 and indent == _LABELS else ""
                lines.append(Text.assemble((f"{label:<{indent}}", label_style), part))
        return lines

    def _colour(self, name: str) -> Style:
        return Style(color=self.get_component_rich_style(f"model-details--{name}").color)
