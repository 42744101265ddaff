"""Where the text is typed that is to be spoken, with how much it is."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text

from lmstudio_tui.features.progress import duration_in_words
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.widgets.steady_text_area import SteadyTextArea

if TYPE_CHECKING:
    from typing import Unpack

    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions

_LETTERS_A_SECOND: Final = 15.0
"""Of an alphabet; a wide character, such as a Chinese one, takes as long as three."""
_WIDE: Final = frozenset("WF")
_MOST_LOOKED_AT: Final = 20_000
"""Characters from which it is told how wide they are on the average."""


def spoken_seconds(text: str, speed: float | None = None) -> float:
    """About how long it takes to say a text.

    Args:
        text: what is said.
        speed: 1 is as the voice speaks by itself; None is the same.
    """
    part = text[:_MOST_LOOKED_AT]
    if not part:
        return 0.0
    weight = sum(3 if unicodedata.east_asian_width(one) in _WIDE else 1 for one in part) / len(part)
    return len(text) * weight / _LETTERS_A_SECOND / (speed or 1.0)


def amount_in_words(text: str, speed: float | None = None) -> str:
    """`1,234 characters · 210 words · ~82 s`; empty for an empty text."""
    if not text.strip():
        return ""
    words = len(text.split())
    letters = f"{len(text):,} character{'s' if len(text) != 1 else ''}"
    lasts = duration_in_words(max(1.0, spoken_seconds(text, speed)))
    return f"{letters} · {words:,} word{'s' if words != 1 else ''} · ~{lasts}"


class TextBox(SteadyTextArea):
    """The text that is to be spoken; Enter starts a new line."""

    BINDINGS: ClassVar[list[BindingType]] = []

    DEFAULT_CSS = """
    TextBox {
        height: 1fr;
        min-height: 3;
        border: round $border-blurred;
        background: transparent;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        &:focus { border: round $border; border-title-color: $accent; border-title-style: bold; }
        & .text-area--cursor-line { background: transparent; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options, soft_wrap=True, tab_behavior="focus", highlight_cursor_line=False)
        self.placeholder = told(
            "Type or paste what is to be spoken. {speech.speak} speaks it, {speech.file} takes it from a file."
        )
        self.match_cursor_bracket = False
        self.border_title = "Text"
        self._speed: float | None = None

    def show_speed(self, speed: float | None) -> None:
        """Reckon with that speed."""
        if speed != self._speed:
            self._speed = speed
            self._count()

    def put(self, text: str) -> None:
        """Have another text; the one before comes back with Ctrl+Z."""
        self.replace(text, self.document.start, self.document.end)
        self.move_cursor((0, 0))

    def on_text_area_changed(self) -> None:
        """Count anew."""
        self._count()

    def _count(self) -> None:
        self.border_subtitle = Text(amount_in_words(self.text, self._speed))
