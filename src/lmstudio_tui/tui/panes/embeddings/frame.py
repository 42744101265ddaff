"""Where what stands in the embeddings pane: the texts at the left, what their vectors say at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.containers import Vertical

from lmstudio_tui.tui.panes.embeddings.entry_box import EntryBox
from lmstudio_tui.tui.panes.embeddings.text_list import TextList
from lmstudio_tui.tui.panes.embeddings.views import ViewStack
from lmstudio_tui.tui.panes.embeddings.words import empty_in_words
from lmstudio_tui.tui.panes.pane import Pane
from lmstudio_tui.tui.widgets.columns import Columns, Handle

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import ComposeResult
    from textual.notifications import SeverityLevel

    from lmstudio_tui.tui.typed import WidgetOptions

_ROOMY_FROM: Final = 100
"""Cells of the pane from which on the texts have a part of it, instead of a fixed width."""
_SLIM_BELOW: Final = 56
"""Cells below which there is only room for the texts."""


class EmbeddingsFrame(Pane):
    """The parts of the pane, and how much room each of them has."""

    DEFAULT_CSS = """
    EmbeddingsFrame {
        & #texts {
            width: 27;
            border: round $border-blurred;
            border-title-color: $text-muted;
            border-subtitle-color: $text-muted;
        }
        & #texts:focus-within { border: round $border; border-title-color: $accent; border-title-style: bold; }
        & ViewStack { width: 1fr; }
        & EntryBox, & EntryBox:focus {
            height: auto;
            min-height: 2;
            max-height: 6;
            border: none;
            border-top: solid $border-blurred;
            padding: 0;
            background: transparent;
            scrollbar-size-vertical: 1;
        }
        & EntryBox .text-area--cursor-line { background: transparent; }
        &.-roomy #texts { width: 30%; max-width: 60; }
        &.-slim ViewStack { display: none; }
        &.-slim #texts { width: 1fr; }
        &.-slim.-looking ViewStack { display: block; }
        &.-slim.-looking #texts { display: none; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._views = ViewStack(id="views")

    def compose(self) -> ComposeResult:
        with Columns(id="both"):
            with Vertical(id="texts"):
                yield TextList(id="list")
                yield EntryBox(id="entry")
            yield Handle()
            yield self._views

    def on_resize(self) -> None:
        """The texts take more where there is room for them, and all where there is hardly any."""
        self.set_class(self.size.width >= _ROOMY_FROM, "-roomy")
        slim = self.size.width < _SLIM_BELOW
        self.set_class(slim, "-slim")
        self.query_one(Columns).share_out()
        # Where there is a view, it says how texts come into the set.
        self.list.say(*(empty_in_words() if slim else ()))

    @property
    def list(self) -> TextList:
        """The texts."""
        return self.query_one(TextList)

    @property
    def entry(self) -> EntryBox:
        """Where texts are typed."""
        return self.query_one(EntryBox)

    @property
    def views(self) -> ViewStack:
        """The views, and what stands around them."""
        return self._views

    def _say(self, text: str, severity: SeverityLevel = "information") -> None:
        """Say something in passing. It may hold a server's words, so that it is no markup."""
        self.notify(text, severity=severity, timeout=8 if severity == "warning" else 4, markup=False)

    def _warn(self, text: str) -> None:
        self._say(text, "warning")
