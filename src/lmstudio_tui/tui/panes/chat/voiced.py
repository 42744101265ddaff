"""The chat with a voice: keys that record a prompt, and that have an answer read aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.messages import SpeakWanted
from lmstudio_tui.tui.panes.chat.tabs import TabbedPane
from lmstudio_tui.tui.panes.chat.voice import Voice
from lmstudio_tui.tui.widgets.composer import Composer

if TYPE_CHECKING:
    from typing import Unpack

    from textual.binding import BindingType

    from lmstudio_tui.features.service_view import Service, ServiceView
    from lmstudio_tui.sdk import LMStudioSDK
    from lmstudio_tui.tui.messages import ChatsOpened
    from lmstudio_tui.tui.panes.chat.voice_line import VoiceLine
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.typed import WidgetOptions


class VoicedPane(TabbedPane):
    """Conversations that can be spoken to, and that speak. The arguments are those of `TabbedPane`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Before anything else that Esc means; it is there only while there is something to end.
        *bindings("chat.leave_voice"),
    ]

    def __init__(self, services: Services, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(services, **options)
        self._voice = Voice(self, services)

    def use_service(self, service: Service, client: LMStudioSDK | None, view: ServiceView) -> None:
        """Take note of who serves audio."""
        if service == "audio":
            self._voice.use_service(client, view)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc belongs to the voice while it is in use."""
        return self._voice.active if action == "leave_voice" else super().check_action(action, parameters)

    def leave(self) -> ChatsOpened:
        """The app ends: what is typed is kept, and what is being recorded."""
        self._voice.close()
        return super().leave()

    def action_record(self) -> None:
        """Record a prompt; again, put it into the prompt as text."""
        self._voice.record()

    def action_speak(self) -> None:
        """Read the selected answer aloud, else the last one; again, be silent."""
        said = self.view.selected() or self.thread.last_answer
        self._voice.speak(said.text if said is not None else "")

    def action_to_speech(self) -> None:
        """Have the selected answer, else the last one, spoken in the speech pane, where it can be sought and kept."""
        from lmstudio_tui.features.speakable import speakable

        said = self.view.selected() or self.thread.last_answer
        text = speakable(said.text) if said is not None else ""
        if text:
            self.post_message(SpeakWanted(text))
        else:
            self.remark("There is no answer to speak yet.")

    def receive(self, text: str) -> None:
        """Put a text into the prompt, where the cursor is."""
        composer = self.view.query_one(Composer)
        composer.put_in(text)
        composer.focus()

    def action_leave_voice(self) -> None:
        """End what is recorded or spoken."""
        self._voice.leave()

    def on_voice_line_left(self, event: VoiceLine.Left) -> None:
        """A problem was read."""
        event.stop()
        self._voice.leave()
