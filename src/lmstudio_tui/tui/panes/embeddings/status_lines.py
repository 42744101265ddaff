"""Words in the place of a view, and below it: however many a server has made, all of them can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from lmstudio_tui.tui.commands import key_of
from lmstudio_tui.tui.panes.embeddings.vector_lines import in_lines
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from typing import Unpack

    from lmstudio_tui.tui.typed import WidgetOptions

_MOST: Final = 4
"""Lines."""


class NoticeScroll(VerticalScroll):
    """Words in the place of a view. Keys go there only where there is something to scroll."""

    def allow_focus(self) -> bool:
        """Whether there is more than is in view."""
        return self.max_scroll_y > 0


class StatusLines(Static):
    """A sentence or several; where that is too much, the last line says which key has all of it: that of the facts."""

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(markup=False, **options)
        self._words = ""

    def tell(self, words: str) -> None:
        """Say this."""
        self._words = words
        self._fit()

    def on_resize(self) -> None:
        """There is another room."""
        self._fit()

    def _fit(self) -> None:
        width = self.content_size.width
        rows = in_lines(self._words, width) if width else [self._words]
        said = self._words
        if len(rows) > _MOST:
            more = f"… {key_of('embeddings.facts_typing')} has all of it."
            rows = [*rows[: _MOST - 1], f"{fitted(rows[_MOST - 1], max(0, width - len(more))).rstrip(' …')}{more}"]
            said = "\n".join(rows)
        if said != str(self.content):
            self.update(Text(said))
