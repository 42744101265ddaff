"""The page for when there is no server to talk to: what happened, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.console import Console
from rich.text import Text
from textual.message import Message
from textual.widget import Widget

from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.sdk import RequestTimeoutError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import RenderResult
    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions


class Absence(Widget, can_focus=True):
    """Says calmly why nothing can be asked yet. It goes away by itself when a server appears."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"absence--title", "absence--key", "absence--dim"}

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("absence.servers", "absence.simulator", "absence.retry", "absence.key")
    ]

    DEFAULT_CSS = """
    Absence {
        height: 1fr;
        padding: 0 2;
        & > .absence--title { text-style: bold; }
        & > .absence--key { color: $accent; text-style: bold; }
        & > .absence--dim { color: $text-muted; }
    }
    """

    @dataclass
    class Chosen(Message):
        """A way on was chosen: `servers`, `simulator`, `retry` or `key`."""

        way: str

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._view = ServerView("")

    def show_server(self, view: ServerView) -> None:
        """Show another view of the server."""
        before, self._view = self._view, view
        if (before.presence, before.error) != (view.presence, view.error):
            self.refresh_bindings()
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key is asked for only where one is wanted."""
        del action
        return parameters != ("key",) or self._view.presence is Presence.LOCKED

    def action_choose(self, way: str) -> None:
        """Choose a way on."""
        self.post_message(self.Chosen(way))

    def render(self) -> RenderResult:
        room = max(20, min(76, self.size.width - 4))
        text = Text("\n").join(self._lines())
        lines = text.wrap(Console(width=room), room)
        above = max(0, (self.size.height - len(lines)) // 2 - 1)
        left = " " * max(0, (self.size.width - 4 - room) // 2)
        page = Text("\n" * above)
        for line in lines:
            page.append(left).append_text(line).append("\n")
        return page

    def _lines(self) -> list[Text]:
        view = self._view
        url = view.base_url
        said = clean_line(view.error.message) if view.error else ""
        if view.presence is Presence.LOCKED:
            return [
                self._styled(f"The server at {url} wants an API key.", "absence--title"),
                self._styled(said, "absence--dim"),
                Text(),
                self._way("1", "Press ", "k", " to type it for this session."),
                self._way("2", "Or set LM_STUDIO_API_KEY, or api_key in config.toml."),
                self._way("3", "Just looking?  Press ", "d", " for the built-in simulator."),
            ]
        if view.presence is Presence.STRANGE:
            return [
                self._styled(f"What answers at {url} is no model server that I know.", "absence--title"),
                self._styled(said, "absence--dim"),
                Text(),
                self._way("1", "Is the address right?  Press ", "s", " for servers."),
                self._way("2", "Just looking?  Press ", "d", " for the built-in simulator."),
            ]
        mute = isinstance(view.error, RequestTimeoutError) and view.error.phase == "read"
        title = f"The server at {url} takes requests, and does not answer." if mute else f"Nothing answers at {url}."
        return [
            self._styled(title, "absence--title"),
            self._styled(f"The reason: {said.removeprefix('Nothing answers: ')}", "absence--dim"),
            Text(),
            self._way("1", "In LM Studio: Developer → Start server, or run  lms server start"),
            self._way("2", "Another server?  Press ", "s", " to choose one, or to find those here."),
            self._way("3", "Just looking?  Press ", "d", " for the built-in simulator."),
            Text(),
            Text.assemble(
                self._styled("This page goes away by itself when a server appears; ", "absence--dim"),
                self._styled("r", "absence--key"),
                self._styled(" looks at once.", "absence--dim"),
            ),
        ]

    def _way(self, number: str, before: str, key: str = "", after: str = "") -> Text:
        return Text.assemble(
            self._styled(f"{number}   " if number else "", "absence--dim"),
            before,
            self._styled(key, "absence--key") if key else "",
            after,
        )

    def _styled(self, text: str, component: str) -> Text:
        return Text(text, style=self.get_component_rich_style(component))
