"""What of the server can be seen all the time: the header, the facts in the rail, and the seconds that they count."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lmstudio_tui.features.facts import Fact, clock, facts_of
from lmstudio_tui.features.server_view import Presence, ServerView, describe_change
from lmstudio_tui.tui.screens.server_facts import ServerFacts
from lmstudio_tui.tui.typed import is_present
from lmstudio_tui.tui.widgets.header import HeaderBar
from lmstudio_tui.tui.widgets.rail import Rail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.timer import Timer

    from lmstudio_tui.features.service_view import Service, ServiceView
    from lmstudio_tui.sdk import ClientConfig
    from lmstudio_tui.tui.remarks import RemarkingApp


class ServerDisplay:
    """Shows what the server is like.

    Args:
        app: has the header and the rail, and opens the list of facts.
        config: gives the server in use.
        views: gives the servers of audio and images.
    """

    def __init__(
        self,
        app: RemarkingApp,
        config: Callable[[], ClientConfig],
        views: Callable[[], Mapping[Service, ServiceView]],
    ) -> None:
        self._app = app
        self._config = config
        self._views = views
        self._view = ServerView(config().base_url)
        self._change = ""
        self._ticking: Timer | None = None

    def show(self, view: ServerView) -> None:
        """The server is like this now."""
        if words := describe_change(self._view, view):
            self._change = f"{clock(time.time())} {words}"
        self._view = view
        self._app.query_one(HeaderBar).show_server(view)
        self.show_facts()
        self._tick_while(view.presence is Presence.OFFLINE or view.silent_since is not None)

    def show_facts(self) -> None:
        """Something else is known of the server, or of one of the others."""
        facts = self._facts()
        # A server may be heard of while the app is taken down.
        if not is_present(self._app):
            return
        for rail in self._app.query(Rail):
            rail.show_facts(self._view.base_url, facts)
        if isinstance(self._app.screen, ServerFacts):
            self._app.screen.show_facts(self._view.base_url, facts)

    def explain(self, fact: str) -> None:
        """List what is known of the server, with the cursor on a fact; where it is listed, close that."""
        if isinstance(self._app.screen, ServerFacts):
            self._app.screen.dismiss(None)
        elif len(self._app.screen_stack) == 1:
            self._app.push_screen(ServerFacts(self._view.base_url, self._facts(), fact))

    def _facts(self) -> list[Fact]:
        return facts_of(self._view, self._config().warnings(), self._change, self._views())

    def _tick_while(self, counting: bool) -> None:
        """Count seconds in the header, while there is something to count."""
        if counting and self._ticking is None:
            self._ticking = self._app.set_interval(1.0, self._tick)
        elif not counting and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def _tick(self) -> None:
        # The seconds go by while the app is taken down.
        if not is_present(self._app):
            return
        self._app.query_one(HeaderBar).refresh()
        if self._view.silent_since is not None:
            self.show_facts()
