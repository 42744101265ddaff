"""What the tests of the embeddings pane's widgets share: an app with one widget alone, and texts of all kinds."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from app_parts import Piloted
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from lmstudio_tui.tui.themes import QUIET_DARK, THEMES

FOREIGN = (
    "How do I reset my password",
    "密码重置怎么做，请帮帮我，谢谢你们的回答",
    "👩‍👩‍👧‍👦 family 🎉🎉🎉 and more 🏳️‍🌈",
    "שלום עולם איפה החשבונית שלי",
    "\x1b[31mred\x1b[0m\nbell\x07 \u202eback\u202c",
    "",
    "[bold]no markup[/bold]",
    "x" * 5000,
)
SIZES = [(120, 40), (80, 24), (51, 15), (44, 12), (25, 12), (9, 4), (1, 1)]

Shown = TypeVar("Shown", bound=Widget)


class Host(App[None], Generic[Shown]):
    """One widget alone."""

    AUTO_FOCUS = None

    def __init__(self, shown: Shown, theme: str, *, colourless: bool) -> None:
        super().__init__()
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme
        self.no_color = colourless
        self.shown = shown

    def compose(self) -> ComposeResult:
        yield self.shown


class WidgetDriver(Piloted, Generic[Shown]):
    """The widget under test; it keeps the messages that reach the app."""

    def __init__(self, app: Host[Shown], pilot: Pilot[None], said: list[Message]) -> None:
        super().__init__(pilot)
        self.app = app
        self.it = app.shown
        self.said = said

    @property
    def lines(self) -> list[str]:
        return self.screen.splitlines()

    def of(self, kind: type[Message]) -> list[dict[str, object]]:
        """What the messages of a kind say; each goes by several widgets."""
        names = ("index", "text", "side", "count")
        found = {id(one): one for one in self.said if type(one) is kind}
        return [{name: getattr(one, name) for name in names if hasattr(one, name)} for one in found.values()]

    async def says(self, kind: type[Message], **last: object) -> None:
        """Wait until the last message of a kind says this."""
        await self.until(lambda: self.of(kind)[-1:] == [last])


@asynccontextmanager
async def opened(
    shown: Shown, *, size: tuple[int, int] = (80, 24), theme: str = QUIET_DARK.name, colourless: bool = False
) -> AsyncGenerator[WidgetDriver[Shown]]:
    app = Host(shown, theme, colourless=colourless)
    said: list[Message] = []
    async with app.run_test(size=size, message_hook=said.append) as pilot:
        shown.focus()
        await pilot.pause()
        yield WidgetDriver(app, pilot, said)


def assert_filled(widget: Widget) -> None:
    """Each line of a widget by the line API is as wide as it is."""
    for y in range(widget.size.height):
        assert widget.render_line(y).cell_length in {widget.size.width, widget.scrollable_content_region.width}
