"""A text that has a shorter form for where there is less room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

if TYPE_CHECKING:
    from typing import Unpack

    from textual.content import Content

    from lmstudio_tui.tui.typed import WidgetOptions


class FittingLine(Static):
    """Shows the first of several forms of a text that fits into a line, else the last of them."""

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(markup=False, **options)
        self._forms: tuple[Content, ...] = ()
        self._form: Content | None = None

    def offer(self, *forms: Content) -> None:
        """Show one of these.

        Args:
            forms: of the same, the longest first; a single one may have several lines.
        """
        self._forms = forms
        self._choose()

    def on_resize(self) -> None:
        """There is another room."""
        self._choose()

    def _choose(self) -> None:
        if not self._forms:
            return
        room = self.content_size.width
        form = next((one for one in self._forms if one.cell_length <= room), self._forms[-1])
        if form is not self._form:
            self._form = form
            self.update(form)
