"""The transcribe pane: recordings and files, and what is said in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from lmstudio_tui.features.chat.browsing import pasted_paths
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, key_of, told
from lmstudio_tui.tui.messages import CopyWanted, PromptWanted, SaveWanted
from lmstudio_tui.tui.panes.transcribe.doing import TranscribeDoing
from lmstudio_tui.tui.panes.transcribe.filter_box import FilterBox
from lmstudio_tui.tui.screens.rename import LineEntry

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType

    from lmstudio_tui.features.hearing.subtitles import TextFormat
    from lmstudio_tui.features.service_view import Service
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.media.records import RecordingRecord, TranscriptRecord
    from lmstudio_tui.tui.catalogue.command import Where
    from lmstudio_tui.tui.panes.transcribe.key_hints import KeyHints
    from lmstudio_tui.tui.panes.transcribe.rows import ItemRows

_ON_A_RECORDING: Final = frozenset({"play", "rename"})
_ON_A_TRANSCRIPT: Final = frozenset({"edit", "copy", "save", "chat"})
_FORMATS: Final[tuple[tuple[TextFormat, str, str], ...]] = (
    ("text", "Text", ".txt: the words alone"),
    ("srt", "SubRip", ".srt: subtitles"),
    ("vtt", "WebVTT", ".vtt: subtitles for the web"),
    ("json", "JSON", ".json: text, segments, model, times"),
)
_UNNAMEABLE: Final = re.compile(r"[^\w.,()\-]+")


class TranscribePane(TranscribeDoing):
    """Records, plays and transcribes.

    Args:
        services: sound, the shelf of recordings, and the time of day.
    """

    where: ClassVar[Where] = "transcribe"
    services: ClassVar[tuple[Service, ...]] = ("audio",)

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("transcribe.record", "transcribe.end", "transcribe.pause", "transcribe.discard", "transcribe.delete"),
        *bindings("transcribe.file"),
        *bindings("transcribe.transcribe", "transcribe.translate", "transcribe.play", "transcribe.save"),
        *bindings("transcribe.options", "transcribe.stop", "transcribe.edit", "transcribe.copy", "transcribe.chat"),
        *bindings("transcribe.before", "transcribe.after", "transcribe.model", "transcribe.device"),
        *bindings("transcribe.recording", "transcribe.check", "transcribe.filter", "transcribe.rename"),
        *bindings("transcribe.undo"),
    ]

    def arrive(self) -> None:
        """See what is new, and put the cursor into the list, or back to where it was."""
        if self._recordings.loaded:
            self._recordings.load()
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors:
            self.list.focus()

    # What happens in it

    def on_item_rows_moved(self, event: ItemRows.Moved) -> None:
        """The cursor stands on another recording."""
        if event.rows is self.list:
            self._show_transcript()
            self._offer()

    def on_item_rows_opened(self) -> None:
        """A second click plays."""
        self.action_play()

    def on_transcript_view_segment_wanted(self) -> None:
        """The space bar ends a recording wherever it is pressed; else it plays the segment."""
        if self._taking.busy:
            self.action_end_recording()
        else:
            self.action_play()

    async def on_key_hints_pressed(self, event: KeyHints.Pressed) -> None:
        """A key in the box was clicked."""
        await self.run_action(event.action)

    def on_work_line_stop_wanted(self) -> None:
        """A click on the line of what is under way."""
        self._working.cancel()

    def on_input_changed(self) -> None:
        """Filter as it is typed."""
        self._show_list()

    def on_paste(self, event: events.Paste) -> None:
        """Open the files that were dropped on the terminal."""
        if paths := pasted_paths(event.text):
            event.stop()
            self._opening.open(paths, self._opened, self._warn)

    def on_filter_input_left(self) -> None:
        """From the filter to the list."""
        self.list.focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Other keys make sense elsewhere."""
        del event
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        del parameters
        if not self.is_mounted:
            return True
        if action in _ON_A_RECORDING:
            return self._record is not None
        if action in _ON_A_TRANSCRIPT:
            return self._transcript is not None
        match action:
            case "record":
                return not self._taking.busy
            case "end_recording" | "discard":
                return self._taking.busy
            case "delete":
                return not self._taking.busy and self._record is not None
            case "transcribe":
                return self._taking.busy or self._record is not None
            case "pause":
                return self._taking.busy or self._playing.shown
            case "version":
                return self._record is not None and len(self._record.transcripts) > 1
            case "undo":
                return self._recordings.can_undo
            case _:
                return True

    # Going about

    def action_back(self) -> None:
        """One step out: stop the transcription, leave the transcript, stop playing, clear the filter."""
        if self._working.busy:
            self._working.cancel()
        elif not self.list.has_focus:
            self.list.focus()
        elif self._playing.shown:
            self._stop_playing()
        else:
            self._clear_filter()

    def action_filter(self) -> None:
        """Go to the filter."""
        self.query_one(FilterBox).open()

    def action_version(self, step: int) -> None:
        """Show another of its transcripts."""
        record = self._record
        if record is not None and record.transcripts:
            self._shown[record.id] = (self._version + step) % len(record.transcripts)
            self._show_transcript()

    # What is done with a recording

    def action_delete(self) -> None:
        """Delete the recording under the cursor."""
        record = self._record
        if record is None:
            return
        if self._working.recording is not None and self._working.recording.id == record.id:
            self._warn(told("It is being transcribed: {transcribe.stop} stops that first."))
            return
        if self._playing.recording == record.id:
            self._stop_playing()
        self._recordings.remove(record.id)
        kept = " The file itself stays where it is." if record.source == "file" else ""
        self._say(f"Deleted: {clean_line(record.name)}. {key_of('transcribe.undo')} brings it back.{kept}")
        self._offer()

    def action_undo(self) -> None:
        """Bring back what was deleted, or the text before."""
        recording, said = self._recordings.undo()
        if recording:
            self._show_list(recording)
            self._say(clean_line(said))
        self._offer()

    def action_rename(self) -> None:
        """Give the recording another name."""
        record = self._record
        if record is None:
            return

        def named(name: str | None) -> None:
            if name:
                self._recordings.rename(record.id, name)

        def wrong(line: str) -> str | None:
            return None if line else "A name needs a letter at least."

        self._open(LineEntry("Rename the recording", "", record.name, validate=wrong, take="rename"), named)

    # What is done with a transcript

    def action_copy(self) -> None:
        """Copy what is selected with the mouse, else all of the text."""
        if marked := self.screen.get_selected_text():
            self.post_message(CopyWanted(marked, "selection"))
        elif (transcript := self._transcript) is not None:
            self.post_message(CopyWanted(transcript.text, "transcript"))

    def action_chat(self) -> None:
        """Put the text into the chat's prompt."""
        if (transcript := self._transcript) is not None:
            self.post_message(PromptWanted(transcript.text))

    def action_save(self) -> None:
        """Choose a format, and save."""
        from lmstudio_tui.tui.screens.choose import Choose

        record, transcript = self._record, self._transcript
        if record is None or transcript is None:
            return

        def chosen(name: str | None) -> None:
            for wanted, _, _ in _FORMATS:
                if wanted == name:
                    self._save(record, transcript, wanted)

        self._open(Choose("Save the transcript as", _FORMATS), chosen)

    def _save(self, record: RecordingRecord, transcript: TranscriptRecord, wanted: TextFormat) -> None:
        def render(emit: object, scope: CancelScope) -> SaveWanted:
            from lmstudio_tui.features.hearing.subtitles import SUFFIXES, rendered

            del emit, scope
            name = Path(file_name(record) + SUFFIXES[wanted])
            return SaveWanted(rendered(transcript, wanted), f"transcript as {SUFFIXES[wanted].lstrip('.')}", name)

        def ask(wanted: SaveWanted) -> None:
            self.post_message(wanted)

        self._runs.start(render, finished=ask, crashed=self._crashed, name="save")

    def action_edit(self) -> None:
        """Edit the text; the one that was heard stays beside it."""
        from lmstudio_tui.tui.panes.transcribe.editing import lines_of
        from lmstudio_tui.tui.panes.transcribe.transcript_editor import TranscriptEditor

        record, transcript = self._record, self._transcript
        if record is None or transcript is None:
            return

        def changed(lines: list[str] | None) -> None:
            if lines is not None:
                self._put_edited(record.id, transcript, lines)

        at = self.text.cursor or 0
        self._open(TranscriptEditor(lines_of(transcript), at, timed=bool(transcript.segments)), changed)

    def _put_edited(self, recording: str, transcript: TranscriptRecord, lines: list[str]) -> None:
        id_ = transcript.id if transcript.edited else self._recordings.shelf.new_id()
        now = self._services.now()

        def lay_over(emit: object, scope: CancelScope) -> TranscriptRecord:
            from lmstudio_tui.tui.panes.transcribe.editing import edited

            del emit, scope
            return edited(transcript, lines, id_, now)

        def done(changed: TranscriptRecord) -> None:
            self._recordings.put_edited(recording, changed, beside=None if transcript.edited else transcript.id)
            self._offer()

        self._runs.start(lay_over, finished=done, crashed=self._crashed, name="edit")


def file_name(record: RecordingRecord) -> str:
    """What a transcript of it may be called as a file, without a suffix."""
    stem = Path(record.name).stem if record.source == "file" else record.name
    return _UNNAMEABLE.sub("-", clean_line(stem)).strip("-.")[:60] or "transcript"
