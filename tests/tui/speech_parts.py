"""What the tests of the speech pane are made of: the pane alone in an app, on a fake server and a fake player."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

from app_parts import NOW, Piloted, services
from speech_fakes import URL, FakePlayer, FakeSound, FakeSpeech, sound_of
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from lmstudio_tui.audio.sound import Sound
from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.features.service_view import ServiceView
from lmstudio_tui.sdk import (
    Capability,
    HealthStatus,
    ModelSummary,
    ServerKind,
    ServerRefusedError,
)
from lmstudio_tui.sdk.types.kinds import CAPABILITIES
from lmstudio_tui.store.media.records import UtteranceRecord
from lmstudio_tui.store.media.shelf import Shelf
from lmstudio_tui.tui.messages import CopyWanted
from lmstudio_tui.tui.panes.speech import SpeechPane
from lmstudio_tui.tui.panes.speech.history_panel import HistoryPanel
from lmstudio_tui.tui.panes.speech.status import Status
from lmstudio_tui.tui.panes.speech.text_box import TextBox
from lmstudio_tui.tui.panes.speech.utterance_list import UtteranceList
from lmstudio_tui.tui.themes import THEMES
from lmstudio_tui.tui.widgets.key_footer import KeyFooter
from lmstudio_tui.tui.widgets.player_bar import PlayerBar

MODELS = (
    ModelSummary(id="sim-hearing", type="speech-to-text"),
    ModelSummary(id="sim-speech", type="text-to-speech"),
    ModelSummary(id="kokoro-82m", type="text-to-speech"),
)


def seen(
    base_url: str = URL,
    *,
    can: bool | None = True,
    own: bool = True,
    presence: Presence = Presence.ONLINE,
    models: tuple[ModelSummary, ...] = MODELS,
) -> ServiceView:
    """A server for audio, as it was last looked at."""
    found = {
        name: Capability(available=can, reason="It is served." if can else "It is not served.") for name in CAPABILITIES
    }
    status = HealthStatus(
        status="ok", kind=ServerKind.OPENAI, software="speaches", version="0.8.2", latency_ms=3.0, capabilities=found
    )
    error = None if presence is Presence.ONLINE else ServerRefusedError("Nothing answers: connection refused.")
    view = ServerView(base_url, presence=presence, status=status if error is None else None, error=error, models=models)
    return ServiceView("audio", base_url, own, view)


class PaneApp(App[None]):
    """The pane, and nothing else but the keys."""

    AUTO_FOCUS = None

    def __init__(self, folder: Path, sound: Sound, theme: str | None) -> None:
        super().__init__()
        self.services = services(URL, folder, sound=sound)
        self.copied: list[tuple[str, str]] = []
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme or THEMES[0].name

    def compose(self) -> ComposeResult:
        yield SpeechPane(self.services, id="speech")
        yield KeyFooter()

    def on_copy_wanted(self, event: CopyWanted) -> None:
        self.copied.append((event.text, event.what))


class Speech(Piloted):
    """The app under test, and short names for what tests do with it."""

    def __init__(self, app: PaneApp, pilot: Pilot[None], player: FakePlayer) -> None:
        super().__init__(pilot)
        self.app = app
        self.player = player
        self.server = FakeSpeech()

    @property
    def pane(self) -> SpeechPane:
        return self.app.query_one(SpeechPane)

    @property
    def box(self) -> TextBox:
        return self.app.query_one(TextBox)

    @property
    def list(self) -> UtteranceList:
        return self.app.query_one(UtteranceList)

    @property
    def panel(self) -> HistoryPanel:
        return self.app.query_one(HistoryPanel)

    @property
    def bar(self) -> PlayerBar:
        return self.app.query_one(PlayerBar)

    @property
    def said(self) -> str:
        """What the line under the settings says."""
        return self.app.query_one(Status).said

    @property
    def shelf(self) -> Shelf[UtteranceRecord]:
        return self.app.services.media.utterances

    def use(self, server: FakeSpeech, view: ServiceView | None = None) -> None:
        """Talk to a server that looks like that."""
        self.server = server
        self.pane.use_service("audio", server.client(), view or seen(server.base_url))
        self.pane.arrive()

    async def says(self, *texts: str) -> None:
        """Wait until the line under the settings says all of these."""
        try:
            await self.until(lambda: all(text in self.said for text in texts))
        except AssertionError as error:
            raise AssertionError(f"it said {self.said!r}; {error}") from None

    async def spoken(self, count: int = 1) -> None:
        """Wait until so many are in the list."""
        await self.until(lambda: f"Spoken ─ {count}" in self.screen)

    async def speak(self, text: str) -> None:
        """Type a text and have it spoken."""
        self.box.put(text)
        await self.press("ctrl+s")


@asynccontextmanager
async def speech_pane(
    folder: Path,
    *,
    size: tuple[int, int] = (80, 22),
    server: FakeSpeech | None = None,
    view: ServiceView | None = None,
    player: FakePlayer | None = None,
    theme: str | None = None,
    connected: bool = True,
    before: Sequence[str] = (),
    sound: Sound | None = None,
) -> AsyncGenerator[Speech]:
    """The pane in an app of its own.

    Args:
        before: the texts that were spoken before, the oldest first.
        sound: real sound, in place of the fake player.
    """
    player = player or FakePlayer()
    app = PaneApp(folder, sound or cast("Sound", FakeSound(player)), theme)
    for number, text in enumerate(before):
        made_at = NOW - timedelta(minutes=len(before) - number)
        utterance(app.services.media.utterances, text, made_at=made_at)
    async with app.run_test(size=size, notifications=True) as pilot:
        ui = Speech(app, pilot, player)
        if connected:
            ui.use(server or FakeSpeech(), view)
            await pilot.pause()
        yield ui


def utterance(shelf: Shelf[UtteranceRecord], text: str, **values: object) -> UtteranceRecord:
    """One that was spoken before, on the shelf."""
    utterance_id, path = shelf.new_file(".wav")
    path.write_bytes(sound_of())
    record = UtteranceRecord(utterance_id, path, NOW, text, "sim-speech", format="wav", server=URL, duration_s=1.0)
    return shelf.keep(replace(record, **values))  # pyright: ignore[reportArgumentType]
