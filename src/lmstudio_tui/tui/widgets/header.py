"""The header: which server, how it is, which model. Every badge explains itself at a click."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.widget import Widget

from lmstudio_tui.features.facts import CALM_MS, Mark, health_in_words, sparkline
from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.messages import FactWanted, ModelWanted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from textual.app import RenderResult
    from textual.events import Click

    from lmstudio_tui.tui.typed import WidgetOptions

_SHORT = {"chat": "chat", "vision": "vision", "tools": "tools", "reasoning": "reason", "embeddings": "embed"}
_STYLES = {
    Mark.GOOD: "header--good",
    Mark.FAIR: "header--fair",
    Mark.BAD: "header--bad",
    Mark.UNKNOWN: "header--quiet",
}


@dataclass(frozen=True, slots=True)
class _Badge:
    """A piece of the header, and the fact that it is about."""

    fact: str
    text: Text
    gap: str = "   "
    """What stands between it and the one before."""


def seconds_left(view: ServerView) -> int | None:
    """Whole seconds until the server is tried again; None when that is not planned."""
    return None if view.next_try_at is None else max(0, round(view.next_try_at - time.monotonic()))


class HeaderBar(Widget):
    """One line. What does not fit is left out, the least important first."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "header--name", "header--good", "header--fair", "header--bad", "header--quiet", "header--model",
    }  # fmt: skip

    DEFAULT_CSS = """
    HeaderBar {
        height: 1;
        background: $footer-background;
        color: $foreground;
        & > .header--name { color: $accent; text-style: bold; }
        & > .header--good { color: $text-success; }
        & > .header--fair { color: $text-warning; }
        & > .header--bad { color: $text-error; }
        & > .header--quiet { color: $text-muted; }
        & > .header--model { text-style: bold; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._view = ServerView("")
        self._model = ""
        self._warning = ""

    def show_server(self, view: ServerView) -> None:
        """Show another view of the server."""
        self._view = view
        self.refresh()

    def show_model(self, model: str | None) -> None:
        """Show which model is asked."""
        self._model = clean_line(model or "")
        self.refresh()

    def show_warning(self, text: str) -> None:
        """Show a standing warning; empty for none."""
        self._warning = text
        self.refresh()

    def render(self) -> RenderResult:
        badges = self._fitting()
        line = Text(" ", no_wrap=True, overflow="ellipsis")
        for number, badge in enumerate(badges):
            line.append_text(self._styled(badge.gap if number else "", "header--quiet")).append_text(badge.text)
        line.truncate(self.size.width, overflow="ellipsis")
        return line

    def on_click(self, event: Click) -> None:
        """Explain the badge under the mouse."""
        end = 1
        for number, badge in enumerate(self._fitting()):
            start = end + (len(badge.gap) if number else 0)
            end = start + badge.text.cell_len
            if start <= event.x < end:
                self.post_message(ModelWanted() if badge.fact == "model" else FactWanted(badge.fact))
                return

    def _fitting(self) -> list[_Badge]:
        """The badges that there is room for."""
        width = self.size.width - 2
        server = self._server()
        badges = [*server, *self._others()]
        name = _Badge("server", self._styled("lmstudio-tui", "header--name"))
        # The last badges go first when there is no room, and the name before the model; a warning stays, cut short.
        least = len(server) + (1 if self._warning else 0)
        while len(badges) > max(least, len(server) + 2) and _width([name, *badges]) > width:
            badges.pop()
        if _width([name, *badges]) <= width:
            badges.insert(0, name)
        while len(badges) > least and _width(badges) > width:
            badges.pop()
        return badges

    def _server(self) -> list[_Badge]:
        """How the server is, and what it is."""
        view = self._view
        word, mark = health_in_words(view)
        badges = [_Badge("server", self._styled(f"● {word}", _STYLES[mark]))]
        status = view.status
        if not view.online or status is None:
            return badges
        badges.append(_Badge("kind", Text(clean_line(status.software) or status.kind.label), "  "))
        if status.version != "unknown":
            badges.append(_Badge("version", Text(clean_line(status.version)), " "))
        if status.simulator:
            badges.append(_Badge("kind", self._styled("simulator", "header--name"), " "))
        return badges

    def _others(self) -> list[_Badge]:
        """The other badges, the most important first."""
        view = self._view
        badges: list[_Badge] = []
        if self._warning:
            badges.append(_Badge("security", self._styled(f"! {self._warning}", "header--fair")))
        model = [_Badge("model", self._styled(self._model, "header--model"))] if self._model else []
        if view.online and view.latencies:
            badges.append(_Badge("latency", self._styled(f"{view.latencies[-1]:.0f} ms", "header--quiet")))
        elif view.presence is Presence.OFFLINE:
            badges.append(_Badge("server", self._styled(view.base_url, "header--quiet")))
            left = seconds_left(view)
            words = "" if left is None else f"next try in {left} s" if left else "trying"
            # What is next matters more than the model that cannot be asked now.
            model = [*([_Badge("server", self._styled(words, "header--quiet"))] if words else []), *model]
        badges += model
        return badges + self._abilities() if view.online else badges

    def _abilities(self) -> list[_Badge]:
        """What the server has, and can do."""
        view = self._view
        badges: list[_Badge] = []
        if view.loaded is not None:
            badges.append(_Badge("models", Text(f"{view.loaded} loaded")))
        if len(view.latencies) > 1:
            line = sparkline(view.latencies, least=CALM_MS)
            badges.append(_Badge("latency", self._styled(line, "header--quiet")))
        can = view.status.capabilities if view.status is not None else {}
        able = [name for name in _SHORT if name in can and can[name].available]
        for number, capability in enumerate(able):
            gap = " · " if number else "   "
            badges.append(_Badge(capability, self._styled(_SHORT[capability], "header--quiet"), gap))
        return badges

    def _styled(self, text: str, component: str) -> Text:
        return Text(text, style=self.get_component_rich_style(component))


def _width(badges: Sequence[_Badge]) -> int:
    gaps = sum(len(badge.gap) for badge in badges[1:])
    return sum(badge.text.cell_len for badge in badges) + gaps
