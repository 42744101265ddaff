"""The speech pane's choices: model, voice, format and speed, for each server."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lmstudio_tui.features.speaking import SpeakOptions
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.speech import wishes
from lmstudio_tui.tui.panes.speech.picking import Choice, Pick
from lmstudio_tui.tui.panes.speech.settings import SETTINGS, SettingsBox
from lmstudio_tui.tui.panes.speech.view import SpeechView
from lmstudio_tui.tui.panes.speech.voices import Voices
from lmstudio_tui.tui.panes.speech.words import OWN_CHOICE, speed_in_words
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from textual.screen import Screen

    from lmstudio_tui.features.service_view import Service, ServiceView
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.tui.panes.speech.settings import Setting, SettingName
    from lmstudio_tui.tui.panes.speech.talking import Spoken
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.typed import WidgetOptions

Result = TypeVar("Result")

_TITLES: dict[SettingName, str] = {
    "model": "Model that speaks",
    "voice": "Voice",
    "format": "Format",
    "speed": "Speed",
}


class ChoosingView(SpeechView):
    """What is chosen, and from what. The arguments are those of `SpeechView`."""

    def __init__(self, services: Services, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(services, **options)
        self._wishes = wishes.Wishes()
        self._voices = Voices(self._runs, self._show_settings)
        self._want_a_voice: set[str] = set()
        self._pick: tuple[SettingName, Pick] | None = None

    def on_mount(self) -> None:
        """Look right before anything is known of the server."""
        super().on_mount()
        self._show_settings()

    def use_service(self, service: Service, client: LMStudioSDK | None, view: ServiceView) -> None:
        """Take note of what can be chosen there."""
        before = self._seen
        super().use_service(service, client, view)
        if service == "audio" and before is not None and before.view.online and not view.view.online:
            self._voices.forget(view.base_url)
            self._want_a_voice.discard(view.base_url)
        if service == "audio" and self.is_mounted:
            self._show_settings()
            if self.is_on_screen:
                self._want_voices()

    def arrive(self) -> None:
        """Find out what can be chosen."""
        super().arrive()
        self._want_voices()

    @property
    def remembered(self) -> dict[str, dict[SettingName, str]]:
        """What was chosen on each server, by its base URL and the setting's name."""
        return self._wishes.all

    @remembered.setter
    def remembered(self, chosen: dict[str, dict[SettingName, str]]) -> None:
        self._wishes.recall(chosen)
        if self.is_mounted:
            self._show_settings()

    # What holds

    @property
    def _model(self) -> str:
        """The model that is asked; empty for the server's own choice."""
        return self._wishes.of(self._server).get("model") or wishes.first_that_speaks(self._models)

    @property
    def _options(self) -> SpeakOptions:
        chosen = self._wishes.of(self._server)
        return SpeakOptions(
            model=self._model or None,
            voice=chosen.get("voice", self._guess("voice")) or None,
            format=chosen.get("format") or None,
            speed=wishes.speed_of(chosen.get("speed", "")),
        )

    def _voice_for(self, client: LMStudioSDK) -> Callable[[CancelScope], str] | None:
        """Finds a voice, should the server want one to be named; None when one was chosen, or left to the server."""
        model = self._model
        if self._options.voice or "voice" in self._wishes.of(self._server):
            return None
        return lambda scope: self._voices.first(client, model, scope)

    def _speaking_ended(self, spoken: Spoken, current: bool) -> None:
        """Remember that a voice had to be named."""
        super()._speaking_ended(spoken, current)
        record = spoken.record
        if record is not None and record.voice and "voice" not in self._wishes.of(record.server):
            self._want_a_voice.add(record.server)
            self._show_settings()

    def _guess(self, name: SettingName) -> str:
        """What is asked for when nothing was chosen; empty for the server's own choice."""
        if name == "model":
            return wishes.first_that_speaks(self._models)
        if name == "voice" and self._server in self._want_a_voice:
            return wishes.first_voice(self._voices.of(self._server, self._model), self._model)
        return ""

    def _want_voices(self) -> None:
        if self._client is not None and self._seen is not None and self._seen.can("speech"):
            self._voices.want(self._client, self._model)

    def _choose(self, name: SettingName, value: str | None) -> None:
        self._wishes.choose(self._server, name, value)
        if name == "model":
            self._want_voices()
        self._show_settings()

    def _show_settings(self) -> None:
        chosen = self._wishes.of(self._server)
        box = self.query_one(SettingsBox)
        for name in SETTINGS:
            value = chosen.get(name, "")
            shown = speed_in_words(wishes.speed_of(value)) if name == "speed" else value
            guess = "" if name in chosen else self._guess(name)
            box.show(name, shown, clean_line(guess) or OWN_CHOICE)
        self._box.show_speed(wishes.speed_of(chosen.get("speed", "")))
        if self._pick is not None:
            name, pick = self._pick
            pick.show(*self._choices(name))

    # Choosing

    def on_setting_opened(self, event: Setting.Opened) -> None:
        """Choose another value."""
        self.action_choose(event.name)

    def on_setting_cleared(self, event: Setting.Cleared) -> None:
        """As the server likes it."""
        self._choose(event.name, None)

    def action_choose(self, name: SettingName) -> None:
        """Choose the model, the voice, the format or the speed."""
        if name == "voice":
            self._want_voices()
        choices, note = self._choices(name)
        current = self._wishes.of(self._server).get(name, self._guess(name))

        def picked(value: str | None) -> None:
            self._pick = None
            if value is not None:
                speed = wishes.speed_of(value) if name == "speed" else None
                self._choose(name, f"{speed:g}" if speed is not None else value)

        pick = Pick(_TITLES[name], choices, current, note=note, refusal=lambda typed: wishes.refusal(name, typed))
        self._pick = (name, pick)
        self._open(pick, picked)

    def _choices(self, name: SettingName) -> tuple[list[Choice], str]:
        """What can be chosen, and what there is to say about it."""
        used = [record for record in self._history.records if record.server == self._server]
        match name:
            case "model":
                found = wishes.model_choices(self._models, used)
                return found, "" if self._models else "The server lists no models: type the name of one."
            case "voice":
                voices = self._voices.of(self._server, self._model)
                about = self._voices.about(self._server, self._model)
                return wishes.voice_choices(voices, self._model, used), about
            case "format":
                return wishes.format_choices(), ""
            case "speed":
                return wishes.speed_choices(), ""

    def _open(self, screen: Screen[Result], answered: Callable[[Result | None], None]) -> None:
        app_of(self).push_screen(screen, answered)
