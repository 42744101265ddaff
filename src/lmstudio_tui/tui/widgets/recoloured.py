"""What is drawn anew when it gets other colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.widget import Widget as _Drawn
else:
    # Textual looks for styles along the first base that is a widget: this is none.
    _Drawn = object


class Recoloured(_Drawn):
    """A widget that draws its cursor in other colours when the keys go to it, as a base before that of the widget."""

    def redraw(self) -> None:
        """Draw everything anew. Who keeps what was drawn lets go of it here."""
        self.refresh()

    def on_focus(self) -> None:
        """The cursor looks another way when the keys go here."""
        self.redraw()

    def on_blur(self) -> None:
        """The cursor looks another way when the keys go elsewhere."""
        self.redraw()

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self.redraw()
