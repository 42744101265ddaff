"""The colours of what went over the wire, and JSON in colour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rich.style import Style

if TYPE_CHECKING:
    from textual.widget import Widget

STYLES: Final = (
    "plain", "dim", "heading", "name", "good", "bad", "warn", "key", "string", "number", "word", "mark",
    "retries", "connect", "tls", "send", "wait", "first", "stream", "pause",
)  # fmt: skip

CSS: Final = """
    & > .wire--plain { color: $foreground; }
    & > .wire--dim { color: $text-muted; }
    & > .wire--heading { color: $foreground; text-style: bold; }
    & > .wire--name { color: $text-secondary; }
    & > .wire--good { color: $text-success; }
    & > .wire--bad { color: $text-error; }
    & > .wire--warn { color: $text-warning; }
    & > .wire--key { color: $text-primary; }
    & > .wire--string { color: $text-success; }
    & > .wire--number { color: $text-warning; }
    & > .wire--word { color: $text-accent; }
    & > .wire--mark { color: $text-muted; }
    & > .wire--retries { color: $text-error; }
    & > .wire--connect { color: $text-secondary; }
    & > .wire--tls { color: $text-secondary; }
    & > .wire--send { color: $text-muted; }
    & > .wire--wait { color: $text-warning; }
    & > .wire--first { color: $text-primary; }
    & > .wire--stream { color: $text-success; }
    & > .wire--pause { color: $text-disabled; }
    & > .wire--cursor { background: $accent 22%; }
    & > .wire--cursor-quiet { background: $foreground 8%; }
"""

PART_STYLES: Final = {"first token": "first", "body": "stream"}
"""The style of a part of the time, where it is not called as the part is."""

_JSON: Final = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))'
    r'|(?P<string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>-?\b\d[\d.eE+-]*)"
    r"|(?P<word>\b(?:true|false|null)\b)"
    r"|(?P<mark>[{}\[\],:]+)"
)


def part_style(name: str) -> str:
    """The style of a part of the time."""
    return PART_STYLES.get(name, name)


class Looks:
    """The styles of one widget, which it takes from its theme.

    Args:
        widget: has the component classes.
    """

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._known: dict[str, Style] = {}
        self._base: Style | None = None

    def forget(self) -> None:
        """The theme is another."""
        self._known.clear()
        self._base = None

    @property
    def base(self) -> Style:
        """The widget's own style, which takes Textual long to find."""
        if self._base is None:
            self._base = self._widget.rich_style
        return self._base

    def __getitem__(self, name: str) -> Style:
        style = self._known.get(name)
        if style is None:
            whole = self._widget.get_component_rich_style(f"wire--{name}")
            background = whole.bgcolor if name.startswith("cursor") else None
            colour = None if name.startswith("cursor") else whole.color
            # Only what the class itself sets, so that it goes on any ground.
            style = Style(color=colour, bgcolor=background, bold=whole.bold, italic=whole.italic)
            self._known[name] = style
        return style


def json_spans(text: str) -> list[tuple[str, str]]:
    """JSON, or a line of it, as texts and the names of their styles. Nothing is lost of what is none."""
    found: list[tuple[str, str]] = []
    at = 0
    for match in _JSON.finditer(text):
        if match.start() > at:
            found.append((text[at : match.start()], "plain"))
        found.append((match[0], match.lastgroup or "plain"))
        at = match.end()
    if at < len(text):
        found.append((text[at:], "plain"))
    return found
