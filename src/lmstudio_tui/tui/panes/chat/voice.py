"""The voice in the chat: a prompt that is spoken, an answer that is read aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.service_view import Ability
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.messages import ServiceWanted
from lmstudio_tui.tui.panes.chat.aloud import Aloud
from lmstudio_tui.tui.panes.chat.dictation import Dictated, Dictation
from lmstudio_tui.tui.panes.chat.voice_line import VoiceLine, VoiceState
from lmstudio_tui.tui.panes.chat.voice_words import aloud_in_words, dictation_in_words
from lmstudio_tui.tui.timers import once

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from lmstudio_tui.features.service_view import ServiceCapability, ServiceView
    from lmstudio_tui.sdk import LMStudioSDK
    from lmstudio_tui.tui.panes.chat.tabs import TabbedPane
    from lmstudio_tui.tui.panes.chat.view import ConversationView
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.widgets.composer import Composer

_TICK: Final = 0.1
"""Seconds between two looks at what is recorded or spoken."""
_READ: Final = 15.0
"""Seconds in which a problem can be read, before it goes by itself."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What waits until it is known who serves audio."""

    capability: ServiceCapability
    go: Callable[[], None]

    @property
    def at_once(self) -> bool:
        """Whether the server is not needed before its models are known: recording comes first."""
        return self.capability == "transcription"


class Voice:
    """What is recorded or spoken in the chat: one thing at a time.

    Args:
        pane: where it is.
        services: sound, and where it is kept.
    """

    def __init__(self, pane: TabbedPane, services: Services) -> None:
        self._pane = pane
        self._services = services
        self._client: LMStudioSDK | None = None
        self._audio: ServiceView | None = None
        self._wanted: _Wanted | None = None
        self._dictation: Dictation | None = None
        self._aloud: Aloud | None = None
        self._view: ConversationView | None = None
        self._problem = ""
        self._ticker: Timer | None = None
        self._reading: Timer | None = None

    @property
    def active(self) -> bool:
        """Whether there is something that Esc ends."""
        return bool(self._wanted or self._dictation or self._aloud or self._problem)

    def use_service(self, client: LMStudioSDK | None, view: ServiceView) -> None:
        """Take note of who serves audio."""
        self._client, self._audio = client, view
        if self._wanted is not None:
            self._go_on(self._wanted)

    # Keys

    def record(self) -> None:
        """Begin to record; again, have it made into text."""
        if self._dictation is not None:
            self._finish_dictation(self._dictation)
            return
        self.leave()
        self._want("transcription", self._begin_dictation)

    def speak(self, text: str) -> None:
        """Speak a text, or be silent.

        Args:
            text: in Markdown.
        """
        if self._aloud is not None:
            self.leave()
            return
        if self._dictation is not None:
            self._pane.remark(told("Your voice is being recorded; {chat.leave_voice} throws it away."))
            return
        self.leave()
        if not text.strip():
            self._pane.remark("There is no answer to speak yet.")
            return
        self._want("speech", lambda: self._begin_speaking(text))

    def leave(self) -> None:
        """End what goes on, and hide what was said of it."""
        dictation, aloud = self._dictation, self._aloud
        self._wanted = self._dictation = self._aloud = None
        self._problem = ""
        if dictation is not None:
            kept = dictation.phase == "transcribing"
            dictation.cancel()
            self._pane.remark(
                "The recording is kept in the Transcribe pane." if kept else "The recording is discarded."
            )
        if aloud is not None:
            aloud.stop()
        self._show()

    def close(self) -> None:
        """The app ends: what is being recorded is kept."""
        if self._dictation is not None:
            self._dictation.leave()

    # Who serves it

    def _want(self, capability: ServiceCapability, go: Callable[[], None]) -> None:
        """Do it as soon as it is known who serves it, and that they can."""
        self._view = self._pane.view
        wanted = self._wanted = _Wanted(capability, go)
        if self._audio is None:
            self._pane.post_message(ServiceWanted("audio"))
            self._show()
        else:
            self._go_on(wanted)

    def _go_on(self, wanted: _Wanted) -> None:
        if self._audio is None:
            return
        words = self._audio.words(wanted.capability)
        if words.ability is Ability.NO:
            self._wanted = None
            line = words.line if words.line.endswith(".") else f"{words.line}."
            self._fail(" ".join(filter(None, (line, words.next_step or words.reason))))
        elif self._client is not None and (wanted.at_once or words.ability is not Ability.WAITING):
            self._wanted = None
            wanted.go()
        else:
            self._show()

    # Recording

    def _begin_dictation(self) -> None:
        from lmstudio_tui.tui.panes.chat.voice_settings import recording_options

        services = self._services
        dictation = Dictation(self._pane.runs, services.sound, services.media, services.now, self._dictated)
        self._dictation = dictation
        dictation.start(recording_options(services.media.folder))
        self._show()

    def _finish_dictation(self, dictation: Dictation) -> None:
        match dictation.phase:
            case "opening":
                dictation.stop_soon()
            case "recording":
                from lmstudio_tui.tui.panes.chat.voice_settings import transcribe_options

                audio, folder = self._audio, self._services.media.folder
                dictation.transcribe(self._client, lambda: transcribe_options(folder, audio))
            case _:
                self._pane.remark(told("It is being transcribed; {chat.leave_voice} ends that."))
        self._show()

    def _dictated(self, dictated: Dictated) -> None:
        self._dictation = None
        if dictated.text:
            self._insert(dictated.text)
        if dictated.problem:
            self._fail(dictated.problem)
        else:
            self._show()

    def _insert(self, text: str) -> None:
        """Put a text where the cursor of the prompt is, as a step of its own for undo."""
        view = self._view if self._view is not None and self._view.is_attached else self._pane.view
        insert_words(view.composer, text)
        if view is not self._pane.view:
            self._pane.remark(f"What you said is in the prompt of {view.title}.")

    # Speaking

    def _begin_speaking(self, text: str) -> None:
        from lmstudio_tui.features.speakable import speakable
        from lmstudio_tui.tui.panes.chat.voice_settings import speak_options

        client, audio, services = self._client, self._audio, self._services
        said = speakable(text)
        if client is None or not said:
            self._fail("There is nothing in this answer that could be spoken.")
            return
        aloud = Aloud(self._pane.runs, services.sound, services.media, services.now, self._spoken)
        self._aloud = aloud
        aloud.start(client, said, lambda: speak_options(services.media.folder, client, audio))
        self._show()

    def _spoken(self, problem: str) -> None:
        self._aloud = None
        if problem:
            self._fail(problem)
        else:
            self._show()

    # Showing

    def _fail(self, problem: str) -> None:
        self._problem = clean_line(problem)
        if self._reading is not None:
            self._reading.stop()
        self._reading = once(self._pane, _READ, self._was_read)
        self._show()

    def _was_read(self) -> None:
        self._problem = ""
        self._show()

    def _tick(self) -> None:
        if self._dictation is not None and (self._dictation.stopped_by_itself or self._dictation.stop_wanted):
            self._finish_dictation(self._dictation)
        if self._aloud is not None:
            self._aloud.tick()
        self._show()

    def _show(self) -> None:
        """Tell how it stands, and look again while something goes on."""
        state = self._state()
        line = self._line(make=state is not None)
        if line is not None:
            line.show(state)
        ticking = self._dictation is not None or self._aloud is not None
        if ticking and self._ticker is None:
            self._ticker = self._pane.set_interval(_TICK, self._tick)
        elif not ticking and self._ticker is not None:
            self._ticker.stop()
            self._ticker = None
        self._pane.refresh_bindings()

    def _line(self, *, make: bool) -> VoiceLine | None:
        """The line above the prompt; made when it is first needed."""
        view = self._view
        if view is None or not view.is_attached:
            return None
        line = next(iter(view.query(VoiceLine)), None)
        if line is None and make:
            line = VoiceLine()
            view.mount(line, before=view.composer)
        return line

    def _state(self) -> VoiceState | None:
        if self._problem:
            return VoiceState("problem", self._problem, keys=told("{chat.leave_voice} closes this"))
        if self._dictation is not None:
            return dictation_in_words(self._dictation)
        if self._aloud is not None:
            return aloud_in_words(self._aloud)
        if self._wanted is not None:
            return VoiceState("working", "looking for the server for audio", keys=told("{chat.leave_voice} stop"))
        return None


def insert_words(composer: Composer, text: str) -> None:
    """Insert a text at the cursor, with blanks around it where words would touch; nothing is replaced."""
    row, column = composer.cursor_location
    line = str(composer.document.get_line(row))
    before = " " if column and not line[column - 1].isspace() else ""
    after = " " if column < len(line) and not line[column].isspace() else ""
    composer.history.checkpoint()
    composer.insert(f"{before}{text}{after}", (row, column))
    composer.history.checkpoint()
