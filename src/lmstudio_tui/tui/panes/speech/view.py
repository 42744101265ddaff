"""The speech pane as it looks: the text, how it is spoken, how that goes, and what was spoken before."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import Vertical

from lmstudio_tui.audio.values import PlayerState
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.messages import ServerDoubted
from lmstudio_tui.tui.panes.pane import Pane
from lmstudio_tui.tui.panes.speech.history import History
from lmstudio_tui.tui.panes.speech.history_panel import HistoryPanel
from lmstudio_tui.tui.panes.speech.settings import SettingsBox
from lmstudio_tui.tui.panes.speech.status import Status, sentence, when_spoken, while_speaking
from lmstudio_tui.tui.panes.speech.talking import Speaker, Spoken
from lmstudio_tui.tui.panes.speech.text_box import TextBox
from lmstudio_tui.tui.widgets.columns import Columns, Handle
from lmstudio_tui.tui.widgets.player_bar import PlayerBar
from lmstudio_tui.tui.widgets.service_line import ServiceLine
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import ComposeResult
    from textual.timer import Timer

    from lmstudio_tui.audio.player import Player
    from lmstudio_tui.features.service_view import Service, ServiceView
    from lmstudio_tui.sdk import LMStudioSDK, ModelSummary
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.typed import WidgetOptions

_SIDE_FROM: Final = 110
"""Cells of the pane from which on the list stands beside the text."""
_ROOM_FOR_WAYS: Final = 30
"""Lines of the pane from which on it is told how to get a server."""
_ROOMY_FROM: Final = 38
"""Lines of the pane from which on there is room to tell more of an utterance."""
_EACH: Final = 0.1
"""Seconds between two looks at the player, while it plays."""
_PATIENCE: Final = 5
"""Looks after which a player that is at rest counts as being so."""
_MOVING: Final = frozenset({"waiting", "playing", "stalled"})


class SpeechView(Pane):
    """A text that is spoken while it comes, and what was spoken before.

    Args:
        services: the sound, the shelf of utterances, the time of day.
    """

    services: ClassVar[tuple[Service, ...]] = ("audio",)

    DEFAULT_CSS = """
    SpeechView {
        & #both { layout: vertical; }
        & #making { height: 1fr; min-height: 7; }
        & HistoryPanel { height: 1fr; min-height: 5; }
        & PlayerBar { padding: 0 1; }
        &.-side #both { layout: horizontal; }
        &.-side #making { width: 3fr; }
        &.-side HistoryPanel { width: 2fr; }
    }
    """

    def __init__(self, services: Services, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._services = services
        self._runs = Runs(self)
        self._client: LMStudioSDK | None = None
        self._seen: ServiceView | None = None
        self._player: Player | None = None
        self._ticker: Timer | None = None
        self._heard = ""
        self._spoken: Spoken | None = None
        self._stopped = False
        self._listening = False
        self._was_busy = False
        self._still = 0
        self._history = History(self._runs, services.media.utterances, self._show_history, self._failed)
        self._speaker = Speaker(self._runs, self._sound, services.media.utterances, services.now, self._speaking_ended)

    def compose(self) -> ComposeResult:
        yield ServiceLine()
        with Columns(id="both"):
            with Vertical(id="making"):
                yield TextBox(id="text")
                yield SettingsBox()
                yield Status(id="status")
                yield PlayerBar(id="player")
            yield Handle()
            yield HistoryPanel(self._services.now, id="history")

    def on_mount(self) -> None:
        """See what was spoken before."""
        self._history.look()

    def on_unmount(self) -> None:
        """Nothing goes on without the pane; what came until now is kept."""
        self._speaker.stop()
        self._runs.drop_all()

    # Its parts

    @property
    def _box(self) -> TextBox:
        return self.query_one(TextBox)

    @property
    def _status(self) -> Status:
        return self.query_one(Status)

    @property
    def _bar(self) -> PlayerBar:
        return self.query_one(PlayerBar)

    @property
    def _panel(self) -> HistoryPanel:
        return self.query_one(HistoryPanel)

    def _sound(self) -> Player:
        """The player; made when it is first needed. Safe from any thread."""
        if self._player is None:
            self._player = self._services.sound.player()
        return self._player

    @property
    def _server(self) -> str:
        return self._seen.base_url if self._seen is not None else ""

    @property
    def _models(self) -> tuple[ModelSummary, ...]:
        return self._seen.view.models if self._seen is not None else ()

    # What it is told

    def use_service(self, service: Service, client: LMStudioSDK | None, view: ServiceView) -> None:
        """Take note of who speaks, and of what that server is like now."""
        if service == "audio":
            self._client, self._seen = client, view
            if self.is_mounted:
                self._show_service()

    def at_stake(self) -> str:
        """The rest of what is being spoken."""
        return "A text is being spoken: the rest of it would be missing." if self._speaker.running else ""

    def arrive(self) -> None:
        """Put the cursor into the text, or back to where it was; see what others have spoken meanwhile."""
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors:
            self._box.focus()
        self._history.look()

    def on_show(self) -> None:
        """In sight: catch up."""
        self._follow()

    def on_hide(self) -> None:
        """Out of sight: nothing ticks."""
        self._tick_no_more()

    def on_resize(self) -> None:
        """Beside each other where there is room."""
        side = self.size.width >= _SIDE_FROM
        self.set_class(side, "-side")
        self.query_one(Columns).share_out()
        self._panel.show_roomy(side or self.size.height >= _ROOMY_FROM)
        self._show_service()

    # Showing

    def _show_service(self) -> None:
        if self._seen is not None:
            words = self._seen.words("speech")
            self.query_one(ServiceLine).show("audio", words, ways=self.size.height >= _ROOM_FOR_WAYS)

    def _show_history(self) -> None:
        playing = self._heard if self._bar.busy else ""
        self._panel.show(self._history.records, playing, loaded=self._history.loaded)

    def _failed(self, words: str) -> None:
        self._status.say(sentence(words), "bad")

    # While it is spoken and played

    @property
    def busy(self) -> bool:
        """Whether something is expected of the server, or heard."""
        return self._speaker.running or self._state.phase in {*_MOVING, "paused"}

    @property
    def _state(self) -> PlayerState:
        return self._player.state if self._player is not None else PlayerState()

    def _follow(self) -> None:
        """Show how it is, and go on showing it while it changes."""
        self._still = 0
        self._tick()
        if self._ticker is None and self.is_on_screen:
            self._ticker = self.set_interval(_EACH, self._tick)

    def _tick_no_more(self) -> None:
        if self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    def _tick(self) -> None:
        state = self._state
        self._bar.show(state)
        if self._speaker.running:
            self._status.tick(while_speaking(self._speaker.progress, state))
        else:
            self._tell_outcome(state)
            # The player obeys in a thread of its own, a moment later.
            self._still = 0 if state.phase in _MOVING else self._still + 1
            if self._still > _PATIENCE:
                self._tick_no_more()
        self._show_history()
        if self.busy != self._was_busy:
            self._was_busy = self.busy
            self.query_one(SettingsBox).show_busy(self.busy)
            self.refresh_bindings()

    def _tell_outcome(self, state: PlayerState) -> None:
        """Say once how it went: when the first sound was heard, or will not be."""
        if self._spoken is not None:
            self._status.say(*when_spoken(self._spoken, state))
            if state.first_sound_ms is not None or state.phase not in _MOVING:
                self._spoken = None
        elif self._listening and state.phase in ("failed", "ended") and state.problem is not None:
            self._status.say(sentence(state.problem.message, state.problem.hint), "warn")
        self._listening = self._listening and state.phase in {*_MOVING, "paused"}

    def _begin(self, heard: str) -> None:
        """Something else is heard from now on.

        Args:
            heard: the id of the utterance; empty while it has none.
        """
        self._heard, self._spoken, self._stopped, self._listening = heard, None, False, True

    def _speaking_ended(self, spoken: Spoken, current: bool) -> None:
        """What came is in the list; what is said of it depends on who ended it."""
        if spoken.record is not None and not spoken.problem:
            self._history.add(spoken.record)
            if current:
                self._heard = spoken.record.id
        if current:
            self._spoken = spoken
            self._tell_elsewhere(spoken)
            if spoken.problem and spoken.record is None:
                self.post_message(ServerDoubted())
        elif self._stopped and spoken.record is not None:
            self._spoken = spoken
        self._follow()

    def _tell_elsewhere(self, spoken: Spoken) -> None:
        """Who is in another pane does not see what stands here."""
        words, tone = when_spoken(spoken, self._state)
        if tone in ("bad", "warn") and not self.is_on_screen:
            self.notify(clean_line(words), severity="warning", timeout=8, markup=False)
