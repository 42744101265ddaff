"""An app that has its colours before it is drawn, and looks as it is asked to, as far as the terminal can show it."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Final

from textual.app import App
from textual.constants import TEXTUAL_ANIMATIONS
from textual.events import AppBlur, AppFocus
from textual.filter import Monochrome, NoColor
from textual.screen import Screen

from lmstudio_tui.tui.looks.contrast import HIGH, ORDINARY, Floors, legible
from lmstudio_tui.tui.looks.legible_dim import LegibleDim
from lmstudio_tui.tui.looks.surroundings import UTF8, Surroundings
from lmstudio_tui.tui.looks.wishes import COMPACT, Wishes
from lmstudio_tui.tui.themes import HIGH_CONTRAST, HIGH_CONTRAST_LIGHT, QUIET_DARK, TERMINAL_THEMES, THEMES
from lmstudio_tui.tui.typing_ahead import TypingAheadApp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.dom import DOMNode
    from textual.events import Event
    from textual.filter import LineFilter

    from lmstudio_tui.tui.looks.few_colours import Terms

_FEW: Final = frozenset({"standard", "windows"})
"""What Rich calls terminals with sixteen colours."""


class ThemedApp(TypingAheadApp):
    """An app that begins in a theme.

    Textual styles everything once when it is made, and once more for the theme that is set then. To have it from the
    start saves the second time, which is felt before the first frame.

    Args:
        wishes: how it is to look.
        surroundings: what the terminal can show.
    """

    def __init__(self, wishes: Wishes, surroundings: Surroundings | None = None) -> None:
        # Textual asks for the colours while it makes itself.
        self._wishes = wishes
        self._surroundings = surroundings or Surroundings()
        super().__init__()
        self._coming_or_going = False
        for one in (*THEMES, *TERMINAL_THEMES):
            self.register_theme(one)
        # Textual takes an empty NO_COLOR for one, too, and shows greys.
        self.no_color = bool(os.environ.get("NO_COLOR"))
        self._filters = [one for one in self._filters if not isinstance(one, Monochrome | NoColor)]
        self._first_theme = self._named(wishes.theme)
        self._known_theme = self._first_theme
        self._is_styled = False
        self.set_reactive(App.theme, self._first_theme)
        self.set_class(self.current_theme.dark, "-dark-mode", update=False)
        self.set_class(not self.current_theme.dark, "-light-mode", update=False)
        self._heed_wishes()
        self.stylesheet.set_variables(self.get_css_variables())

    def _named(self, theme: str | None) -> str:
        """The name of the theme; where there is none, of our own."""
        return theme if theme in self.available_themes else QUIET_DARK.name

    # How it is to look

    @property
    def wishes(self) -> Wishes:
        """How it looks, as it was asked to."""
        return self._wishes

    def use_wishes(self, wishes: Wishes) -> None:
        """Look like this from now on."""
        before, self._wishes = self._wishes, wishes
        self._heed_wishes()
        theme = self._named(wishes.theme)
        if theme != self.theme:
            self._known_theme = theme
            self.theme = theme
        elif wishes != before:
            # Without animation everything is told, what has the same style as before, too: it may draw otherwise.
            self._is_styled = True
            self.refresh_css(animate=False)

    def _heed_wishes(self) -> None:
        self.set_class(self.compact, COMPACT, update=False)
        moves = self._surroundings.moves if self._wishes.animation is None else self._wishes.animation
        self.animation_level = ("full" if self._wishes.animation else TEXTUAL_ANIMATIONS) if moves else "none"
        self._make_filters()

    @property
    def compact(self) -> bool:
        """Whether rows are worth more than air."""
        return self._wishes.density == "compact"

    def watch_theme(self, theme: str) -> None:
        """Another theme is shown, whoever has chosen it."""
        self._make_filters()
        if theme != self._known_theme:
            self._known_theme = theme
            self.theme_picked(theme)

    def theme_picked(self, theme: str) -> None:
        """A theme was chosen in the palette."""
        self._wishes = self._wishes.with_theme(theme)

    # What the terminal can show

    @property
    def few_colours(self) -> bool:
        """Whether shades cannot be told apart: there are sixteen colours, or none, or only those are wanted."""
        return self._terms() is not None

    def _terms(self) -> Terms | None:
        """How few colours there are; None where there are many."""
        system = self.console.color_system if self._surroundings.few_colours else "truecolor"
        own = self.theme in {one.name for one in TERMINAL_THEMES}
        if not (self.no_color or system is None or system in _FEW or own):
            return None
        from lmstudio_tui.tui.looks.few_colours import Terms

        if self.no_color or system is None:
            return Terms(inks=False, grounded=False)
        return Terms(inks=True, grounded=not own, light=not self.current_theme.dark)

    def _make_filters(self) -> None:
        """What stands between what is painted and the terminal."""
        filters: list[LineFilter] = []
        terms = self._terms()
        self.set_class(terms is not None, "-few-colours", update=False)
        if terms is not None:
            from lmstudio_tui.tui.looks.few_colours import TERMINAL, FewColours

            self.set_reactive(App.ansi_theme_dark, TERMINAL)
            self.set_reactive(App.ansi_theme_light, TERMINAL)
            self._refresh_truecolor_filter(TERMINAL)
            filters.append(FewColours(terms))
        if (encoding := self._encoding()) not in UTF8:
            from lmstudio_tui.tui.looks.plain_text import PlainText

            filters.append(PlainText(encoding))
        if filters:
            from lmstudio_tui.tui.looks.heavy_frames import HeavyFrames

            # First of all: then the colour is still there.
            filters.insert(0, HeavyFrames(self.get_css_variables()["border"]))
        if terms is None and self._surroundings.few_colours and self.console.color_system == "256":
            from lmstudio_tui.tui.looks.nearest_colours import NearestColours

            filters.append(NearestColours())
        self._own_filters = filters
        self._dim = LegibleDim(self._floors.muted)

    def _encoding(self) -> str:
        """What can be shown is in this one."""
        found, wanted = self._surroundings.encoding, self._wishes.ascii
        if wanted is None or found in UTF8:
            return "ascii" if wanted else found
        if not wanted and isinstance(sys.__stderr__, TextIOWrapper):
            # The locale is wrong, we are told: what is drawn is written there.
            sys.__stderr__.reconfigure(encoding="utf-8")
        return "ascii" if wanted else "utf-8"

    @property
    def _floors(self) -> Floors:
        return HIGH if self.theme in {HIGH_CONTRAST.name, HIGH_CONTRAST_LIGHT.name} else ORDINARY

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line that is painted goes through."""
        return [self._dim, *super().get_line_filters(), *self._own_filters]

    def get_css_variables(self) -> dict[str, str]:
        """The colours of the theme, as far as they can be read."""
        variables = super().get_css_variables()
        if (terms := self._terms()) is not None:
            from lmstudio_tui.tui.looks.few_colours import signals

            variables |= signals(light=terms.light)
        else:
            variables = legible(variables, self._floors)
        self.theme_variables = variables
        return variables

    async def on_event(self, event: Event) -> None:
        """Coming to the terminal's window, and leaving it, changes the looks of what has the focus alone."""
        self._coming_or_going = isinstance(event, AppFocus | AppBlur)
        try:
            await super().on_event(event)
        finally:
            self._coming_or_going = False

    def update_styles(self, node: DOMNode, animate: bool = True) -> None:
        """Style a widget anew, and all in it.

        With the window's focus Textual styles the whole screen, for looks that an app may have then; ours has none. The
        next key would wait for it.
        """
        if not (self._coming_or_going and isinstance(node, Screen)):
            super().update_styles(node, animate)

    def refresh_css(self, animate: bool = True) -> None:
        """Style everything anew; the first time it is asked for is for the theme that is there already."""
        needless = not self._is_styled and self.theme == self._first_theme
        self._is_styled = True
        if not needless:
            super().refresh_css(animate)
