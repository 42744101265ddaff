"""The contestants side by side; where there is no room for that, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from lmstudio_tui.features.chat.compare import best_of, labels_of
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.screens.compare.column import SIGNS, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from lmstudio_tui.features.chat.compare import Contestant
    from lmstudio_tui.store.library.records import Message as Said

SIDE_BY_SIDE: Final = 100
"""Columns from which on all are in view."""


class Arena(Vertical):
    """The prompt, and an answer of each.

    Args:
        prompt: what they are asked.
        contestants: who is asked.
    """

    DEFAULT_CSS = """
    Arena {
        height: 1fr;
        & > #prompt { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #tabs {
            height: 1; display: none;
            link-style: none; link-color: $text-muted; link-background: transparent;
            link-style-hover: underline; link-color-hover: $foreground; link-background-hover: transparent;
        }
        &.-narrow > #tabs { display: block; }
        &.-narrow Column { display: none; }
        &.-narrow Column.-front { display: block; }
    }
    """

    class Turned(Message):
        """Another one is in front."""

    def __init__(self, prompt: str, contestants: Sequence[Contestant]) -> None:
        super().__init__(id="arena")
        self._prompt = prompt
        self._labels = labels_of(contestants)
        self._contestants = tuple(contestants)
        self.front = 0

    def compose(self) -> ComposeResult:
        yield Static(Content(f"▌ {clean_line(self._prompt[:1000])}"), id="prompt")
        yield Static(id="tabs")
        with Horizontal():
            for number, (label, one) in enumerate(zip(self._labels, self._contestants, strict=True)):
                yield Column(number, label, one)

    @property
    def labels(self) -> tuple[str, ...]:
        """What they are called."""
        return self._labels

    @property
    def columns(self) -> list[Column]:
        """All of them, in their order."""
        return list(self.query(Column))

    def column(self, number: int) -> Column:
        """One of them."""
        return self.query_one(f"#column-{number}", Column)

    def on_mount(self) -> None:
        """The first is in front, unless another was asked for before it could be."""
        self.call_after_refresh(self._look_again)

    def on_resize(self) -> None:
        """See whether all have room."""
        self.set_class(self.size.width < SIDE_BY_SIDE, "-narrow")
        self.show_tabs()
        self.call_after_refresh(self._look_again)

    def _look_again(self) -> None:
        """Put the keyboard to the one that is in front by now."""
        self.look_at(self.front)

    def look_at(self, number: int) -> None:
        """Bring one to the front, with the keyboard."""
        if 0 <= number < len(self._contestants):
            self._bring(number)
            self.column(number).text.focus()

    def on_column_looked(self, event: Column.Looked) -> None:
        """The keyboard has gone to one; if it went on meanwhile, that is the one."""
        event.stop()
        focused = self.screen.focused
        if focused is not None and self.column(event.number) in focused.ancestors:
            self._bring(event.number)

    def _bring(self, number: int) -> None:
        self.front = number
        for column in self.columns:
            column.set_class(column.number == number, "-front")
        self.show_tabs()
        self.post_message(self.Turned())

    def show_best(self, answers: dict[int, Said]) -> None:
        """Mark the best figures.

        Args:
            answers: those there are, by the number of who gave them.
        """
        best = best_of(answers.values())
        for column in self.columns:
            answer = answers.get(column.number)
            column.show_best(best.get(answer.id, ()) if answer is not None else ())

    def tick(self) -> None:
        """Say for how long it has been going on."""
        for column in self.columns:
            column.tick()

    def show_tabs(self) -> None:
        """Say how far each is, where only one is in view."""
        if not self.has_class("-narrow") or not self.is_mounted:
            return
        room = max(6, (self.content_size.width - 2) // len(self._labels) - 6)
        parts: list[Content] = []
        for column in self.columns:
            label = column.label
            label = label if cell_len(label) <= room else f"{set_cell_size(label, room - 1)}…"
            front = column.number == self.front
            words = f"{'▸' if front else ' '}{column.number + 1} {SIGNS[column.state]} {label} "
            tab = Content.from_markup(f'[@click="screen.look({column.number})"]$words[/]', words=words)
            parts.append(tab.stylize("bold $accent") if front else tab)
        self.query_one("#tabs", Static).update(Content(" ").join(parts))
