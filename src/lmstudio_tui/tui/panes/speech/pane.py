"""The speech pane: a text is spoken, and heard while it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.widgets import Input, TextArea

from lmstudio_tui.features.chat.attaching import AttachError, attach
from lmstudio_tui.features.progress import duration_in_words
from lmstudio_tui.text_safety import clean, clean_line
from lmstudio_tui.tui.commands import bindings, moves, told
from lmstudio_tui.tui.panes.speech.settings import SpeakButton
from lmstudio_tui.tui.panes.speech.spoken import SpokenView
from lmstudio_tui.tui.panes.speech.status import sentence
from lmstudio_tui.tui.panes.speech.text_box import spoken_seconds
from lmstudio_tui.tui.screens.attach_file import AttachFile

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Unpack

    from textual.binding import BindingType
    from textual.widgets import Button

    from lmstudio_tui.features.service_view import Service, ServiceView
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.tui.catalogue.command import Where
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.tui.widgets.player_bar import PlayerBar

_MOST_TEXT: Final = 300_000
"""Characters of a file; more could hardly be edited, and takes most of a day to be said."""


class SpeechPane(SpokenView):
    """Everything that can be done with speech. The arguments are those of `SpeechView`."""

    where: ClassVar[Where] = "speech"

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("speech.speak", "speech.stop", "speech.space", "speech.pause", "speech.replay"),
        *bindings("speech.voice", "speech.model", "speech.format", "speech.speed", "speech.file"),
        *bindings("speech.save_chosen", "speech.save", "speech.again", "speech.copy", "speech.copy_path"),
        *bindings("speech.copy_folder", "speech.delete", "speech.undo", "speech.filter"),
        *bindings("speech.earlier", "speech.later", "speech.louder", "speech.softer"),
        *bindings("speech.back"),
        *moves(left="seek(-1)", right="seek(1)"),
    ]

    def __init__(self, services: Services, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(services, **options)
        self._received = ""
        self._waiting = ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now. Letters are keys only where no text is typed."""
        if action == "replay":
            return self._panel.list.has_focus
        if parameters == ("key",):
            return not isinstance(self.screen.focused, TextArea | Input)
        match action:
            case "stop":
                return self.busy
            case "back":
                return not self.busy
            case _:
                return True

    # Speaking

    def receive(self, text: str) -> None:
        """Speak a text from elsewhere. What is typed here stays."""
        if not self._box.text.strip() or self._box.text == self._received:
            self._box.put(text)
            self._received = text
        self._speak(text)

    def use_service(self, service: Service, client: LMStudioSDK | None, view: ServiceView) -> None:
        """Say what waits to be said."""
        super().use_service(service, client, view)
        if self._waiting and self._client is not None and self.is_mounted and view.view.online:
            self._speak(self._waiting)

    def action_speak(self) -> None:
        """Speak the text, with what was typed just before: those keys are still on their way to it."""
        self._box.call_later(lambda: self._speak(self._box.text))

    def _speak(self, text: str) -> None:
        if not text.strip():
            self._status.say(
                told("There is no text yet: type one, or take one from a file with {speech.file}."), "warn"
            )
            self._box.focus()
            return
        self._waiting = ""
        if self._client is None:
            # It comes in a moment: a pane that was just made has not heard of it yet.
            self._waiting = text
            line = self._seen.words("speech").line if self._seen is not None else "There is no connection yet."
            self._status.say(sentence(line), "warn")
            return
        if self._player is not None:
            self._player.stop()
        self._begin("")
        self._speaker.speak(self._client, clean(text), self._options, self._voice_for(self._client))
        self._follow()

    def action_stop(self) -> None:
        """Stop speaking and playing; what came is kept."""
        self._waiting = ""
        if self._speaker.running:
            self._stopped = True
            self._speaker.stop()
            self._status.say("Stopped.")
        if self._player is not None:
            self._player.stop()
        self._follow()

    def action_back(self) -> None:
        """Filter no more; then from the list to the text, and back."""
        panel = self._panel
        if not panel.list.has_focus:
            (panel.list if self._box.has_focus else self._box).focus()
        elif panel.filter.value:
            panel.filter.value = ""
        else:
            self._box.focus()

    # Text from a file

    def action_read_file(self) -> None:
        """Take the text from a file."""

        def chosen(paths: list[Path] | None) -> None:
            if paths:
                self._read(paths)

        self._open(AttachFile(title="Text from a file", take="Take"), chosen)

    def _read(self, paths: list[Path]) -> None:
        def work(emit: object, scope: CancelScope) -> tuple[str, str]:
            del emit, scope
            try:
                return "\n\n".join(_text_of(path) for path in paths), ""
            except AttachError as error:
                return "", f"{error.message} {error.hint}"

        def done(found: tuple[str, str]) -> None:
            text, problem = found
            if problem:
                self._status.say(sentence(problem), "bad")
            else:
                self._box.put(text)
                self._box.focus()
                self._status.say("Ctrl+Z brings back the text before.")

        self._runs.start(
            work, finished=done, crashed=lambda error: self._failed(type(error).__name__), name="read text"
        )

    # Playing

    def action_play_pause(self, by: str = "") -> None:
        """Pause, go on, or play again what was heard last."""
        del by
        phase = self._state.phase
        if phase in ("waiting", "playing", "stalled"):
            self._sound().pause()
        elif phase == "paused":
            self._sound().resume()
        elif not self._speaker.running:
            heard = self._history.find(self._heard)
            record = heard if heard is not None and not self._panel.list.has_focus else self._chosen()
            if record is not None:
                self._play(record)
        self._follow()

    def action_seek(self, steps: int) -> None:
        """Some seconds back or on."""
        self._bar.action_seek(steps)

    def action_volume(self, steps: int) -> None:
        """Louder or softer."""
        self._bar.action_volume(steps)

    def on_player_bar_toggled(self) -> None:
        """Pause, or go on."""
        self.action_play_pause()

    def on_player_bar_stopped(self) -> None:
        """Stop."""
        self.action_stop()

    def on_player_bar_seeked(self, event: PlayerBar.Seeked) -> None:
        """Go there; what had come to its end goes on from there."""
        phase, heard = self._state.phase, self._history.find(self._heard)
        if phase == "idle" and heard is not None:
            self._play(heard, event.position_s)
        else:
            self._sound().seek(event.position_s)
            if phase == "ended":
                self._sound().resume()
        self._follow()

    def on_player_bar_volume_changed(self, event: PlayerBar.VolumeChanged) -> None:
        """Louder or softer."""
        self._sound().volume = event.volume
        self._follow()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Speak, or stop; or take a text from a file."""
        event.stop()
        if not isinstance(event.button, SpeakButton):
            self.action_read_file()
        elif event.button.stops:
            self.action_stop()
        else:
            self.action_speak()


def _text_of(path: Path) -> str:
    """The text of a file.

    Raises:
        AttachError: it is no text, or cannot be read.
    """
    attached = attach(path)
    if attached.attachment.kind != "text":
        raise AttachError(f"{clean_line(path.name)} is no text.")
    text = clean(attached.data.decode("utf-8", "replace")).strip()
    if len(text) > _MOST_TEXT:
        lasts = duration_in_words(spoken_seconds(text))
        raise AttachError(
            f"{clean_line(path.name)} is too long: {len(text):,} characters would take about {lasts}.",
            f"At most {_MOST_TEXT:,} can be taken at once.",
        )
    return text
