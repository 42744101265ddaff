"""The header: which server, how it is, which model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.widget import Widget

from lmstudio_tui.features.health import Presence, ServerView
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import RenderResult

_BARS = "▁▂▃▄▅▆▇█"
_SHORT = {"chat": "chat", "vision": "vision", "tools": "tools", "reasoning": "reason", "embeddings": "embed"}

_WORDS: dict[Presence, tuple[str, str]] = {
    Presence.CONNECTING: ("looking", "header--quiet"),
    Presence.ONLINE: ("", "header--good"),
    Presence.OFFLINE: ("no server", "header--bad"),
    Presence.LOCKED: ("key wanted", "header--fair"),
    Presence.STRANGE: ("no model server", "header--bad"),
}


def sparkline(values: Sequence[float], width: int = 8) -> str:
    """The last values as bars between zero and the largest."""
    shown = list(values)[-width:]
    top = max(shown, default=0.0)
    return "".join(_BARS[min(7, int(value / top * 7.99))] if top > 0 else _BARS[0] for value in shown)


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
        background: $panel;
        color: $foreground;
        & > .header--name { color: $accent; text-style: bold; }
        & > .header--good { color: $text-success; }
        & > .header--fair { color: $text-warning; }
        & > .header--bad { color: $text-error; }
        & > .header--quiet { color: $text-muted; }
        & > .header--model { text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
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
        width = self.size.width - 2
        pieces = self._pieces()
        name = self._styled("lmstudio-tui", "header--name")
        # The last pieces go first when there is no room, and the name before the model; a warning stays, cut short.
        least = 2 if self._warning else 1
        while len(pieces) > max(least, 3) and _width([name, *pieces]) > width:
            pieces.pop()
        if _width([name, *pieces]) <= width:
            pieces.insert(0, name)
        while len(pieces) > least and _width(pieces) > width:
            pieces.pop()
        line = Text(" ", no_wrap=True, overflow="ellipsis").append_text(Text("   ").join(pieces))
        line.truncate(self.size.width, overflow="ellipsis")
        return line

    def _pieces(self) -> list[Text]:
        """The badges, the most important first."""
        view = self._view
        pieces = [self._server()]
        if view.online and view.latencies:
            pieces.append(self._styled(f"{view.latencies[-1]:.0f} ms", "header--quiet"))
        elif view.presence is Presence.OFFLINE:
            pieces.append(self._styled(view.base_url, "header--quiet"))
            left = seconds_left(view)
            if left is not None:
                pieces.append(self._styled(f"next try in {left} s" if left else "trying", "header--quiet"))
        if self._model:
            pieces.insert(min(2, len(pieces)), self._styled(self._model, "header--model"))
        if self._warning:
            pieces.insert(1, self._styled(f"! {self._warning}", "header--fair"))
        if view.online and view.status is not None:
            if view.status.models_loaded is not None:
                pieces.append(Text(f"{view.status.models_loaded} loaded"))
            if len(view.latencies) > 1:
                pieces.append(self._styled(sparkline(view.latencies), "header--quiet"))
            able = [short for name, short in _SHORT.items() if view.status.capabilities[name].available]
            pieces.append(self._styled(" · ".join(able), "header--quiet"))
        return pieces

    def _server(self) -> Text:
        view = self._view
        word, style = _WORDS[view.presence]
        status = view.status
        if not view.online or status is None:
            return self._styled(f"● {word}", style)
        version = "" if status.version == "unknown" else f" {clean_line(status.version)}"
        return Text.assemble(
            self._styled(f"● {clean_line(status.status)[:20]}", style),
            f"  {status.kind.label}{version}",
            self._styled(" simulator", "header--name") if status.simulator else "",
        )

    def _styled(self, text: str, component: str) -> Text:
        return Text(text, style=self.get_component_rich_style(component))


def _width(pieces: Sequence[Text]) -> int:
    return sum(piece.cell_len for piece in pieces) + 3 * (len(pieces) - 1)
