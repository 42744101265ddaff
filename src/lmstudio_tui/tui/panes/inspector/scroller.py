"""What the list of requests and the view of one have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lmstudio_tui.tui.commands import moves
from lmstudio_tui.tui.panes.inspector.looks import CSS, STYLES, Looks
from lmstudio_tui.tui.widgets.quiet_scroll import QuietScrollView

if TYPE_CHECKING:
    from typing import Unpack

    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions


class Scroller(QuietScrollView, can_focus=True, inherit_bindings=False):
    """Rows by the line API, in the colours of what went over the wire."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"wire--{name}" for name in STYLES} | {
        "wire--cursor", "wire--cursor-quiet",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="line(-1)", down="line(1)", page_up="page(-1)", page_down="page(1)"),
        *moves(half_up="page(-0.5)", half_down="page(0.5)", first="start", last="end"),
    ]

    DEFAULT_CSS: ClassVar[str] = f"""
    Scroller {{
        height: 1fr;
        background: transparent;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        {CSS}
    }}
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self.looks = Looks(self)

    def notify_style_update(self) -> None:
        """Another theme: other colours."""
        super().notify_style_update()
        self.looks.forget()
