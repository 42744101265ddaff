"""The rail: the panes, and below them what is known of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.widget import Widget

from lmstudio_tui.features.health import Presence, ServerView
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import RenderResult

_MARKS = {True: ("✓", "rail--good"), False: ("✗", "rail--dim"), None: ("?", "rail--dim")}


class Rail(Widget):
    """Which panes there are, and the facts about the server in words."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rail--title", "rail--active", "rail--dim", "rail--good"}

    DEFAULT_CSS = """
    Rail {
        width: 26;
        padding: 1 1 0 1;
        background: $surface;
        & > .rail--title { color: $text-muted; text-style: bold; }
        & > .rail--active { color: $accent; text-style: bold; }
        & > .rail--dim { color: $text-muted; }
        & > .rail--good { color: $text-success; }
    }
    """

    def __init__(self, panes: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._panes = tuple(panes)
        self._active = self._panes[0]
        self._view = ServerView("")

    def show_server(self, view: ServerView) -> None:
        """Show another view of the server."""
        self._view = view
        self.refresh()

    def render(self) -> RenderResult:
        lines: list[Text] = []
        for number, title in enumerate(self._panes, 1):
            active = title == self._active
            lines.append(self._styled(f"{'▸' if active else ' '} {number} {title}", "rail--active" if active else ""))
        lines += [Text(), self._styled("SERVER", "rail--title"), *self._server()]
        return Text("\n").join(lines)

    def _server(self) -> list[Text]:
        view = self._view
        lines = [Text(view.base_url.removeprefix("http://"), overflow="ellipsis", no_wrap=True)]
        status = view.status
        if status is None or not view.online:
            words = {Presence.CONNECTING: "looking …", Presence.OFFLINE: "nobody answers"}
            return [*lines, self._styled(words.get(view.presence, "see the page"), "rail--dim")]
        lines.append(Text(status.kind.label))
        version = "version unknown" if status.version == "unknown" else f"version {clean_line(status.version)}"
        lines.append(Text(version))
        if status.version != "unknown":
            lines.append(self._styled(f"  known from {status.version_source}", "rail--dim"))
        if status.simulator:
            lines.append(Text("the simulator"))
        if view.models:
            loaded = "" if status.models_loaded is None else f", {status.models_loaded} loaded"
            plural = "" if len(view.models) == 1 else "s"
            lines.append(Text(f"{len(view.models)} model{plural}{loaded}"))
        lines += [Text(), self._styled("CAN", "rail--title")]
        for name, capability in status.capabilities.items():
            mark, style = _MARKS[capability.available]
            words = self._styled(name.replace("_", " "), "" if capability.available else "rail--dim")
            lines.append(Text.assemble(self._styled(f"{mark} ", style), words))
        return lines

    def _styled(self, text: str, component: str) -> Text:
        if not component:
            return Text(text)
        return Text(text, style=self.get_component_rich_style(component))
