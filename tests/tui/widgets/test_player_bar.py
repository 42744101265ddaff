"""The bar that shows what is played: what it says, that it stays one line, and what it asks for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from app_parts import screen_text, until
from rich.style import Style
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from lmstudio_tui.audio.values import AudioFormatError, PlayerState
from lmstudio_tui.tui.themes import THEMES
from lmstudio_tui.tui.widgets.player_bar import PlayerBar, clock

pytestmark = pytest.mark.anyio

COMING = PlayerState("playing", 3.2, 12.8, first_sound_ms=240.0)
WHOLE = PlayerState("paused", 6.0, 12.0, complete=True)
LONG = PlayerState("playing", 3700.0, 7200.0, complete=True, stalls=1)


class Host(App[None]):
    """Keeps what the bar says."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Message] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def compose(self) -> ComposeResult:
        yield PlayerBar()

    def hear(self, message: Message) -> None:
        self.said.append(message)

    on_player_bar_toggled = hear
    on_player_bar_stopped = hear
    on_player_bar_seeked = hear
    on_player_bar_volume_changed = hear


class Driver:
    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.bar = app.query_one(PlayerBar)

    @property
    def line(self) -> str:
        return screen_text(self.pilot).splitlines()[0]

    @property
    def heard(self) -> int:
        """Cells of the bar in the colour of what was heard."""
        colour = self.bar.get_component_rich_style("player-bar--heard").color
        line = self.bar.drawn
        marked = [one for one in line.spans if isinstance(one.style, Style) and one.style.color == colour]
        return sum(line.plain[one.start : one.end].count("━") for one in marked)

    async def show(self, state: PlayerState) -> str:
        self.bar.show(state)
        await self.pilot.pause()
        assert self.bar.size.height == 1
        return self.line

    async def says(self, *messages: Message) -> None:
        """Wait until these are what was said, and nothing else."""
        await until(self.pilot, lambda: [repr(one) for one in self.app.said] == [repr(one) for one in messages])

    async def click(self, text: str, at: int = 0) -> None:
        await self.pilot.click(PlayerBar, offset=(self.line.index(text) + at, 0))


@asynccontextmanager
async def opened(width: int = 100, state: PlayerState | None = None) -> AsyncGenerator[Driver]:
    app = Host()
    async with app.run_test(size=(width, 3)) as pilot:
        driver = Driver(app, pilot)
        if state is not None:
            await driver.show(state)
        driver.bar.focus()
        await pilot.pause()
        yield driver


@pytest.mark.parametrize(
    ("seconds", "hours", "words"),
    [
        (0.0, False, "0:00.0"),
        (3.29, False, "0:03.2"),
        (59.99, False, "0:59.9"),
        (60.0, False, "1:00.0"),
        (0.3, False, "0:00.3"),
        (-1.0, False, "0:00.0"),
        (3723.9, True, "1:02:03"),
    ],
)
def test_times(seconds: float, hours: bool, words: str) -> None:
    assert clock(seconds, hours=hours) == words


@pytest.mark.parametrize(
    ("state", "texts"),
    [
        (PlayerState(), ("▶ play", "0:00.0 / 0:00.0", "100 %")),
        (PlayerState("waiting"), ("⋯ waiting", "┄┄┄")),
        (COMING, ("▶ playing", "0:03.2 / 0:12.8+", "━", "┄┄┄")),
        (PlayerState("stalled", 12.8, 12.8, stalls=2), ("⋯ stalled", "2 gaps")),
        (WHOLE, ("❚❚ paused", "0:06.0 / 0:12.0")),
        (PlayerState("ended", 12.0, 12.0, complete=True), ("■ ended", "0:12.0 / 0:12.0")),
        (PlayerState("failed", problem=AudioFormatError("no")), ("✗ failed",)),
        (LONG, ("1:01:40 / 2:00:00", "1 gap")),
        (PlayerState("playing", 1.0, 2.0, volume=1.3), ("130 %",)),
    ],
)
@pytest.mark.parametrize("width", [62, 78, 100, 158])
async def test_it_says_how_it_stands(state: PlayerState, texts: tuple[str, ...], width: int) -> None:
    async with opened(width) as driver:
        line = await driver.show(state)
        for text in texts:
            assert text in line or (width < 70 and "gap" in text)


@pytest.mark.parametrize("width", [1, 5, 9, 12, 20, 31, 40, 47, 61])
async def test_it_fits_everywhere(width: int) -> None:
    async with opened(width) as driver:
        for state in (PlayerState(), COMING, LONG, WHOLE):
            await driver.show(state)
            await driver.pilot.click(PlayerBar, offset=(width - 1, 0))


async def test_the_bar_shows_what_was_heard_of_what_is_there() -> None:
    async with opened(100) as driver:
        for heard in (0.0, 2.5, 10.0):
            line = await driver.show(PlayerState("playing", heard, 10.0, complete=True))
            assert driver.heard == round(line.count("━") * heard / 10)


async def test_only_what_looks_different_is_drawn() -> None:
    async with opened(100, COMING) as driver:
        drawn = driver.bar.drawn
        driver.bar.show(PlayerState("playing", 3.21, 12.81, first_sound_ms=240.0))
        assert driver.bar.drawn is drawn


async def test_keys() -> None:
    async with opened(100, WHOLE) as driver:
        await driver.pilot.press("space", "right", "right", "left", "home", "plus", "minus")
        await driver.says(
            PlayerBar.Toggled(),
            PlayerBar.Seeked(11.0),
            PlayerBar.Seeked(12.0),
            PlayerBar.Seeked(7.0),
            PlayerBar.Seeked(0.0),
            PlayerBar.VolumeChanged(1.1),
            PlayerBar.VolumeChanged(1.0),
        )


async def test_the_volume_has_bounds() -> None:
    async with opened(100, PlayerState(volume=1.95)) as driver:
        await driver.pilot.press("plus", "plus", "plus")
        await driver.says(PlayerBar.VolumeChanged(2.0))
        driver.bar.show(PlayerState(volume=0.05))
        await driver.pilot.press("minus", "minus")
        await driver.says(PlayerBar.VolumeChanged(2.0), PlayerBar.VolumeChanged(0.0))


async def test_without_audio_there_is_no_other_place() -> None:
    async with opened(100) as driver:
        await driver.pilot.press("right", "left", "home", "space")
        await driver.says(PlayerBar.Toggled())


async def test_the_mouse_works() -> None:
    async with opened(100, PlayerState("playing", 0.0, 10.0, complete=True)) as driver:
        line = driver.line
        bar, width = line.index("━"), line.count("━")
        await driver.click("▶ playing")
        await driver.pilot.click(PlayerBar, offset=(bar + width // 2, 0))
        await driver.click("stop")
        await driver.click("+")
        await driver.click("−")
        seeked = PlayerBar.Seeked(width // 2 / width * 10.0)
        await driver.says(
            PlayerBar.Toggled(),
            seeked,
            PlayerBar.Stopped(),
            PlayerBar.VolumeChanged(1.1),
            PlayerBar.VolumeChanged(1.0),
        )


async def test_what_does_not_sound_cannot_be_stopped() -> None:
    async with opened(100, PlayerState("ended", 3.0, 3.0, complete=True)) as driver:
        await driver.click("stop")
        await driver.click("ended")
        await driver.says(PlayerBar.Toggled())


async def test_another_theme_has_other_colours() -> None:
    async with opened(100, COMING) as driver:
        before = driver.bar.drawn
        driver.app.theme = THEMES[1].name
        await until(driver.pilot, lambda: driver.bar.drawn != before)
        assert driver.bar.drawn.plain == before.plain
