"""What can be done with what was spoken: hear it, save it, take it again, copy, delete."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lmstudio_tui.text_safety import clean, clean_line
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.messages import CopyWanted
from lmstudio_tui.tui.panes.speech.choosing import ChoosingView
from lmstudio_tui.tui.panes.speech.saving import SaveAudio
from lmstudio_tui.tui.panes.speech.status import sentence
from lmstudio_tui.tui.panes.speech.words import file_name

if TYPE_CHECKING:
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.media.records import UtteranceRecord
    from lmstudio_tui.tui.panes.speech.settings import SettingName
    from lmstudio_tui.tui.panes.speech.utterance_list import UtteranceList


class SpokenView(ChoosingView):
    """The utterances and their keys. The arguments are those of `SpeechView`."""

    def _chosen(self) -> UtteranceRecord | None:
        """The utterance under the cursor; says so when there is none."""
        record = self._panel.list.chosen
        if record is None:
            self._status.say("Nothing was spoken yet.", "warn")
        return record

    def action_replay(self, by: str = "") -> None:
        """Play the utterance under the cursor, in place of whatever is spoken or played."""
        del by
        if (record := self._chosen()) is not None:
            self._play(record)

    def _play(self, record: UtteranceRecord, from_s: float = 0.0) -> None:
        self._speaker.stop()
        self._begin(record.id)
        self._status.say("")
        self._sound().play(record.path, from_s)
        self._follow()

    def on_record_list_opened(self, event: UtteranceList.Opened) -> None:
        """An utterance was clicked twice."""
        event.stop()
        self.action_replay()

    def action_use_again(self) -> None:
        """Take its text and how it was spoken again."""
        record = self._chosen()
        if record is None:
            return
        chosen: dict[SettingName, str | None] = {
            "model": record.model,
            "voice": record.voice,
            "speed": None if record.speed is None else f"{record.speed:g}",
        }
        for name, value in chosen.items():
            self._choose(name, value)
        self._box.put(record.text)
        self._box.focus()
        self._status.say("Its text, model, voice and speed are those from then; Ctrl+Z brings back the text before.")

    def action_copy_text(self) -> None:
        """Copy its text."""
        if (record := self._chosen()) is not None:
            self.post_message(CopyWanted(clean(record.text), "text"))

    def action_copy_path(self, what: str) -> None:
        """Copy the path of its file, or of the folder."""
        if what == "folder":
            self.post_message(CopyWanted(str(self._services.media.utterances.folder), "path of the folder"))
        elif (record := self._chosen()) is not None:
            self.post_message(CopyWanted(str(record.path), "path"))

    def action_delete(self) -> None:
        """Delete it, so that it can be brought back."""
        record = self._chosen()
        if record is None:
            return
        if record.id == self._heard and not self._speaker.running and self._player is not None:
            self._player.stop()
        self._spoken = None
        self._history.delete(record)
        self._status.say(told("Deleted. {speech.undo} brings it back."))
        self._follow()

    def action_undo(self) -> None:
        """Bring back the one deleted last."""
        back = self._history.undo()
        self._status.say("It is back." if back else "Nothing was deleted.", "plain" if back else "warn")

    def action_filter(self) -> None:
        """Go to the filter."""
        self._panel.open_filter()

    def action_save(self, by: str = "") -> None:
        """Write a copy of it to a file."""
        del by
        record = self._chosen()
        if record is None:
            return

        def work(emit: object, scope: CancelScope) -> bytes | str:
            del emit, scope
            try:
                return record.path.read_bytes()
            except OSError as error:
                return f"{record.path} cannot be read: {error.strerror or error}."

        def done(found: bytes | str) -> None:
            if isinstance(found, str):
                self._status.say(sentence(found), "bad")
            else:
                suggested = Path(file_name(record))
                self._open(SaveAudio(f"speech ({clean_line(record.format)})", suggested, found), self._saved)

        self._runs.start(
            work, finished=done, crashed=lambda error: self._failed(type(error).__name__), name="read audio"
        )

    def _saved(self, path: Path | None) -> None:
        if path is not None:
            self._spoken = None
            self._status.say(clean_line(f"Written: {path}"), "good")
