"""A small app with a prompt in it, and waiting for what it says."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import ClassVar

from app_parts import until
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input, Static

from lmstudio_tui.tui.themes import THEMES
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.composer.suggestions import Suggestions


class ComposerApp(App[None]):
    """A prompt below a text, and something else that can have the cursor."""

    AUTO_FOCUS: ClassVar[str | None] = "Composer"

    def __init__(self, *, accepts: bool = True) -> None:
        super().__init__()
        self.accepts = accepts
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Input(id="other")
            text = Static("above\n" * 100)
            text.styles.height = "1fr"
            yield text
            yield Composer(id="composer")

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "quiet-dark"

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        self.told.append(event)
        if self.accepts:
            event.composer.accept()

    def on_composer_command_given(self, event: Composer.CommandGiven) -> None:
        self.told.append(event)
        if self.accepts:
            event.composer.accept()

    def on_composer_unknown(self, event: Composer.Unknown) -> None:
        self.told.append(event)

    def on_composer_files_pasted(self, event: Composer.FilesPasted) -> None:
        self.told.append(event)

    def on_composer_draft_changed(self, event: Composer.DraftChanged) -> None:
        self.told.append(event)


class Desk:
    """The app under test, and short names."""

    def __init__(self, app: ComposerApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def composer(self) -> Composer:
        return self.app.query_one(Composer)

    @property
    def list(self) -> Suggestions:
        return self.app.query_one(Suggestions)

    @property
    def sent(self) -> list[str]:
        return [one.text for one in self.app.told if isinstance(one, Composer.Submitted)]

    @property
    def commands(self) -> list[tuple[str, str]]:
        return [(one.command.name, one.argument) for one in self.app.told if isinstance(one, Composer.CommandGiven)]

    async def type(self, text: str) -> None:
        """Have a text come in where the cursor is; quicker than key by key."""
        self.composer.insert(text)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], bool]) -> None:
        await until(self.pilot, condition)


@asynccontextmanager
async def open_composer(*, size: tuple[int, int] = (80, 24), accepts: bool = True) -> AsyncGenerator[Desk]:
    """Open the app, with the cursor in the prompt."""
    app = ComposerApp(accepts=accepts)
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot)
        await desk.until(lambda: desk.composer.has_focus)
        yield desk
