"""What opens above the panes has one look: a bright rounded frame in the middle, with its keys in the border."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.screen import ModalScreen

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A framed box in the middle of the screen; its content is the one child, of class `frame`."""

    AUTO_FOCUS = "*"
    DEFAULT_CSS: ClassVar[str] = """
    Dialog {
        align: center middle;
        & > .frame {
            width: 90%;
            max-width: 84;
            height: auto;
            max-height: 90%;
            border: round $border;
            border-title-color: $accent;
            border-title-style: bold;
            border-subtitle-color: $text-muted;
            background: $surface;
            padding: 0 2;
            scrollbar-size-vertical: 1;
        }
        & Input, & Input:focus { border: none; height: 1; padding: 0; margin: 0 0 1 0; background: transparent; }
        & Label { color: $text-muted; width: 100%; }
    }
    """
