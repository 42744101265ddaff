"""What stands above the prompt: the welcome, the page without a server, or the transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import ContentSwitcher

from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.chat.first_steps import NARROWEST, first_welcome
from lmstudio_tui.tui.panes.chat.welcome import welcome_of
from lmstudio_tui.tui.widgets.absence import Absence
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.empty_state import EmptyState
from lmstudio_tui.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from textual.widget import Widget

    from lmstudio_tui.features.server_view import ServerView


class Pages:
    """Chooses the page of a conversation, and puts the cursor where it belongs.

    Args:
        view: has the pages, and the prompt.
    """

    def __init__(self, view: Widget) -> None:
        self._view = view
        self._welcomed = Text()

    def arrange(self, server: ServerView, model: str | None, *, said: bool, touring: bool = False) -> None:
        """Show the page for this, and put the cursor where it belongs.

        All at once: a key that is typed in between must find its place.

        Args:
            server: as it is now.
            model: the one that is asked.
            said: whether there is something in the transcript, or will be.
            touring: whether somebody is to be shown around.
        """
        view = self._view
        composer, switcher = view.query_one(Composer), view.query_one(ContentSwitcher)
        page = _page(server, said=said)
        # A draft is never hidden: the prompt stays where it was typed, and keeps the cursor.
        hidden = page == "absence" and not composer.text
        moved = switcher.current != page or composer.display is hidden
        composer.display = not hidden
        if switcher.current != page:
            switcher.current = page
        self._welcome(server, model, touring=touring)
        absence = view.query_one(Absence)
        absence.show_prompt(not hidden)
        focused = view.screen.focused
        astray = focused is not None and focused in {absence, view.query_one(Transcript)} and focused.id != page
        shown = is_in_front(view) and view.screen.is_current
        if shown and (astray or (moved and focused in {None, absence, composer})):
            view.screen.set_focus(absence if hidden else composer)

    def _welcome(self, server: ServerView, model: str | None, *, touring: bool) -> None:
        size = self._view.query_one(ContentSwitcher).size
        guided = touring and model is not None and server.online and size.width >= NARROWEST
        text = first_welcome(clean_line(model), size) if guided and model else welcome_of(server, model)
        if text != self._welcomed:
            self._welcomed = text
            self._view.query_one("#welcome", EmptyState).update(text, centred=not guided)


def is_in_front(view: Widget) -> bool:
    """Whether it is the tab in front, of the pane in front."""
    return all(widget.display for widget in (view, *view.ancestors) if hasattr(widget, "display"))


def _page(server: ServerView, *, said: bool) -> str:
    if said:
        return "transcript"
    return "welcome" if server.presence in {Presence.CONNECTING, Presence.ONLINE} else "absence"
