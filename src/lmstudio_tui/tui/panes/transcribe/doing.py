"""Recording, playing and transcribing, and how each of them ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.store.media.records import first_name
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import key_of, told
from lmstudio_tui.tui.messages import ServerDoubted
from lmstudio_tui.tui.panes.transcribe.opening import AUDIO_FILES, Opening
from lmstudio_tui.tui.panes.transcribe.serving import TranscribeServing
from lmstudio_tui.tui.panes.transcribe.view import Endings
from lmstudio_tui.tui.panes.transcribe.words import clock, name_of_text
from lmstudio_tui.tui.widgets.player_bar import PlayerBar

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Unpack

    from lmstudio_tui.store.media.records import RecordingRecord, Task, TranscriptRecord
    from lmstudio_tui.tui.panes.transcribe.working import Outcome
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.typed import WidgetOptions


class TranscribeDoing(TranscribeServing):
    """Does the work. The arguments are those of `TranscribeLayout`."""

    def __init__(self, services: Services, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(services, Endings(self._taken, self._keep_heard, self._heard), **options)
        self._opening = Opening(self._runs, self._recordings, services.now)
        self._then: Task | None = None
        """What is to be done with what is being recorded, once it has ended."""
        self._able: tuple[bool, ...] = ()

    def at_stake(self) -> str:
        """What is being recorded or transcribed, and what could not be written."""
        parts: list[str] = []
        if self._taking.busy:
            elapsed = clock(self._taking.state.elapsed_s)
            parts.append(f"A recording is under way ({elapsed}): it ends here, and is kept.")
        if self._working.recording is not None:
            parts.append(f"{clean_line(self._working.recording.name)} is being transcribed: its text would be lost.")
        parts += [
            f"{clean_line(one.name)} could not be written as it is: {self._recordings.why_unwritten(one.id)}"
            for one in self._recordings.at_stake
        ]
        return " ".join(parts)

    def leave(self) -> None:
        """The app ends: what is being recorded is kept."""
        self._taking.leave()

    def _offer(self) -> None:
        """Offer what makes sense now; the footer is made anew for it, so only when that is something else."""
        record = self._record
        several = record is not None and len(record.transcripts) > 1
        able = (record is not None, self._transcript is not None, several, self._recordings.can_undo)
        if able != self._able:
            self._able = able
            self.refresh_bindings()

    # Recording

    def action_record(self) -> None:
        """Record."""
        self._stop_playing()
        self._taking.start(self._listener.settings.recording)

    def action_end_recording(self) -> None:
        """End the recording, and keep it."""
        self._taking.stop()

    def action_discard(self) -> None:
        """Discard what is being recorded."""
        self._taking.stop(discard=True)

    def action_pause(self) -> None:
        """Hold the recording or the playing, or go on."""
        if self._taking.busy:
            self._taking.pause()
        elif self._playing.shown:
            self._toggle_playing()

    def _taken(self, record: RecordingRecord, discarded: bool) -> None:
        then, self._then = self._then, None
        self._recordings.add(record)
        if discarded:
            self._recordings.remove(record.id)
            self._say(f"Discarded: {clock(record.duration_s or 0.0)}. {key_of('transcribe.undo')} brings it back.")
            self._offer()
            return
        self._show_list(record.id)
        if record.problem:
            self._warn(f"{record.problem} What was recorded until then is kept.")
        if then is None and self._listener.settings.at_once and not record.problem:
            then = "transcribe"
        if then is not None:
            self._transcribe(record, then)

    # Files

    def action_open_file(self) -> None:
        """Choose audio files."""
        from lmstudio_tui.tui.screens.attach_file import AttachFile

        def chosen(paths: list[Path] | None) -> None:
            if paths:
                self._opening.open(paths, self._opened, self._warn)

        self._open(AttachFile(title="Open audio: wav, flac, ogg, mp3", take="Open", kind=AUDIO_FILES), chosen)

    def _opened(self, record: RecordingRecord) -> None:
        self._clear_filter()
        self._show_list(record.id)
        self.list.focus()

    # Transcribing

    def action_transcribe(self, task: Task) -> None:
        """Have it written down; what is being recorded is ended first."""
        if self._taking.busy:
            self._then = task
            self._taking.stop()
        elif (record := self._record) is not None:
            self._transcribe(record, task)

    def _transcribe(self, record: RecordingRecord, task: Task) -> None:
        cannot = self._listener.cannot("translation" if task == "translate" else "transcription")
        if self._working.busy:
            self._warn(told("One transcription is under way already; {transcribe.stop} stops it."))
        elif cannot or self._listener.client is None:
            self._warn(cannot)
        else:
            self._problems.pop(record.id, None)
            self._working.start(self._listener.client, record, self._listener.options(task))

    def _keep_heard(self, recording: str, transcript: TranscriptRecord) -> str:
        record = self._recordings.get(recording)
        unnamed = record is not None and record.name == first_name(record.made_at)
        return self._recordings.keep_heard(recording, transcript, name_of_text(transcript.text) if unnamed else "")

    def _heard(self, outcome: Outcome) -> None:
        self._shown.pop(outcome.recording, None)
        if outcome.problem:
            self._problems[outcome.recording] = outcome.problem
        self._show_list()
        record = self._record
        if record is None or record.id != outcome.recording or not self.display:
            # Where it is in sight, the transcript itself says it.
            known = self._recordings.get(outcome.recording)
            name = clean_line(known.name) if known is not None else ""
            if trouble := outcome.trouble:
                self._warn(f"{name}: {trouble}" if name else trouble)
            else:
                self._say(f"Transcribed: {name}")
        elif outcome.unwritten:
            # The line below the transcript is too short for the reason.
            self._warn(outcome.unwritten)
        if outcome.doubt:
            self.post_message(ServerDoubted())
        self._offer()

    # Playing

    def action_play(self) -> None:
        """Play the recording, or pause it; in the transcript, play from the segment under the cursor."""
        record = self._record
        if record is None:
            return
        if self.text.has_focus:
            segment = self.text.segment
            self._playing.play(record, segment.start_s if segment is not None else 0.0)
        elif self._playing.recording == record.id:
            self._toggle_playing()
        else:
            self._playing.play(record)

    def _toggle_playing(self) -> None:
        record = self._recordings.get(self._playing.recording)
        if self._playing.state.phase in {"ended", "failed", "idle"} and record is not None:
            self._playing.play(record)
        else:
            self._playing.toggle()

    def _stop_playing(self) -> None:
        if self._playing.shown:
            if self.query_one(PlayerBar).has_focus:
                self.list.focus()
            self._playing.stop()
            self.refresh_bindings()

    def on_player_bar_toggled(self) -> None:
        """Pause, go on, or play again."""
        self._toggle_playing()

    def on_player_bar_stopped(self) -> None:
        """Play no more."""
        self._stop_playing()

    def on_player_bar_seeked(self, event: PlayerBar.Seeked) -> None:
        """Go to another place."""
        self._playing.seek(event.position_s)

    def on_player_bar_volume_changed(self, event: PlayerBar.VolumeChanged) -> None:
        """Louder or softer."""
        self._playing.turn(event.volume)
