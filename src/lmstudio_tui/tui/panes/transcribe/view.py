"""How the transcribe pane shows what goes on: the recordings, what was heard, what is under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.widgets import Input

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.panes.transcribe.filter_box import FilterBox
from lmstudio_tui.tui.panes.transcribe.keeping import Recordings
from lmstudio_tui.tui.panes.transcribe.layout import TranscribeLayout
from lmstudio_tui.tui.panes.transcribe.playing import Playing
from lmstudio_tui.tui.panes.transcribe.recording_box import RecordingBox
from lmstudio_tui.tui.panes.transcribe.taking import Taking
from lmstudio_tui.tui.panes.transcribe.words import defect_in_words, matches, title_of
from lmstudio_tui.tui.panes.transcribe.work_line import WorkLine
from lmstudio_tui.tui.panes.transcribe.working import Transcribing
from lmstudio_tui.tui.widgets.fitting_line import FittingLine
from lmstudio_tui.tui.widgets.frames import BETWEEN, entitle
from lmstudio_tui.tui.widgets.player_bar import PlayerBar

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from textual.notifications import SeverityLevel
    from textual.timer import Timer

    from lmstudio_tui.features.hearing.settings import TranscribeSettings
    from lmstudio_tui.store.media.records import RecordingRecord
    from lmstudio_tui.tui.panes.transcribe.working import Kept, Outcome
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.typed import WidgetOptions

_RATE: Final = 1 / 10
"""Seconds between two looks at what changes by itself."""


@dataclass(frozen=True, slots=True)
class Endings:
    """What is done when something ends.

    Args:
        taken: is given a recording that was made, and whether it was thrown away at once.
        keep: keeps a transcript. Called in a thread.
        heard: is told how a transcription has ended.
    """

    taken: Callable[[RecordingRecord, bool], None]
    keep: Kept
    heard: Callable[[Outcome], None]


class TranscribeView(TranscribeLayout):
    """Shows recordings and what was heard in them.

    Args:
        services: sound, the shelf of recordings, and the time of day.
        endings: what is done when something ends.
    """

    def __init__(self, services: Services, endings: Endings, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(services, **options)
        shelf = services.media.recordings
        self._recordings = Recordings(self._runs, shelf, self._show_list, self._warn)
        self._taking = Taking(self._runs, services.sound, shelf, services.now, self._show_taking, endings.taken)
        self._playing = Playing(services.sound, self._show_playing, self._warn)
        self._working = Transcribing(self._runs, services.now, endings.keep, self._show_work, endings.heard)
        self._ticker: Timer | None = None

    def on_mount(self) -> None:
        """Look right before anything is known, and see what is there."""
        self._runs.start(lambda _emit, _scope: self._settings_file.load(), finished=self._remembered, name="settings")
        self._recordings.load()
        self._show_list()
        self._show_taking()
        self._show_service()

    def _remembered(self, settings: TranscribeSettings) -> None:
        self._listener.settings = settings
        self._show_taking()
        self._show_service()

    def on_unmount(self) -> None:
        """Nothing goes on without the pane; what is being recorded is on disk, and listed at the next start."""
        self._runs.drop_all()

    # Showing

    def _show_list(self, choose: str | None = None) -> None:
        """The recordings that the filter leaves."""
        if not self.is_mounted:
            return
        everything = self._recordings.all
        query = self.query_one("#filter", Input).value
        shown = [one for one in everything if matches(one, query)]
        count = f"{len(shown)}" if len(shown) == len(everything) else f"{len(shown)} of {len(everything)}"
        entitle(
            self.query_one("#recordings"),
            f"Recordings ─ {count}" if everything else "Recordings",
            told("{transcribe.filter} filter"),
        )
        if everything:
            self.list.say("No recording matches the filter.", "", told("{transcribe.stop} clears it."))
        elif self._recordings.loaded:
            self.list.say("Nothing recorded yet.", told("{transcribe.record} records, {transcribe.file} opens a file."))
        else:
            self.list.say("Looking for recordings …")
        self.list.show(shown, choose=choose)
        self._show_transcript()

    def _show_transcript(self) -> None:
        """What was heard in the recording under the cursor, or what is being heard."""
        record, view = self._record, self.text
        self._show_work_line()
        working = self._working
        if record is not None and working.recording is not None and working.recording.id == record.id:
            view.say()
            view.show(working.text, working.segments, recording=record.id, growing=True)
            self._entitle_transcript(["Transcript", "coming in"], "")
            return
        transcript = self._transcript
        if record is None or transcript is None:
            view.say(*self._nothing_heard(record))
            view.show("", (), recording=None)
            self._entitle_transcript(["Transcript"], "")
            return
        view.say("It was heard, and there was nothing to be heard." if not transcript.text.strip() else "")
        view.show(transcript.text, transcript.segments, recording=record.id)
        versions = f"‹{self._version + 1}/{len(record.transcripts)}›" if len(record.transcripts) > 1 else ""
        problem = self._problems.get(record.id) or transcript.problem or clean_line(record.problem)
        trouble = f"{self._recordings.why_unwritten(record.id)} {problem}".strip()
        self._entitle_transcript([*title_of(transcript), versions], trouble or clean_line(transcript.server))
        self._show_playing()

    def _nothing_heard(self, record: RecordingRecord | None) -> tuple[str, ...]:
        """What to say where there is no transcript, a line each."""
        if record is not None and (problem := self._problems.get(record.id)):
            return "It was not transcribed.", "", problem, "", told("{transcribe.transcribe} tries again.")
        cannot = self._listener.cannot("transcription")
        ways = ("", cannot, *self._listener.how_to_get_one("transcription")) if cannot else ()
        if record is None:
            return (
                "Speech becomes text here.",
                "",
                told("{transcribe.record} records, {transcribe.file} opens a file."),
                *ways,
            )
        marked = ("", f"! {clean_line(record.problem)}") if record.problem else ()
        if cannot:
            return f"{clean_line(record.name)} has no transcript.", *marked, *ways
        ways = ("", told("{transcribe.transcribe} transcribes it, {transcribe.translate} translates it to English."))
        return f"{clean_line(record.name)} has no transcript yet.", *marked, *ways

    def _entitle_transcript(self, parts: list[str], subtitle: str) -> None:
        entitle(self.query_one("#heard"), BETWEEN.join(part for part in parts if part), subtitle, {"coming in": "busy"})

    def _show_work(self) -> None:
        """How far the transcription is."""
        if not self.is_mounted:
            return
        self._show_state()
        self._show_transcript()
        self._tick_while_needed()

    def _show_work_line(self) -> None:
        working = self._working
        line = self.query_one(WorkLine)
        if working.recording is None:
            line.show("")
            return
        elsewhere = self._record is None or self._record.id != working.recording.id
        name = f"{clean_line(working.recording.name)}: " if elsewhere else ""
        line.show(f"{name}{working.words}", working.fraction)

    def _show_taking(self) -> None:
        """How the recording stands."""
        if not self.is_mounted:
            return
        box, taking = self.query_one(RecordingBox), self._taking
        if taking.phase == "recording":
            self._show_live()
        else:
            box.show_rest(taking.phase, self._listener.settings, self._device, taking.problem)
        self._tick_while_needed()
        self.refresh_bindings()

    def _show_live(self) -> None:
        box = self.query_one(RecordingBox)
        rate = self._listener.settings.recording.sample_rate
        box.show_live(self._taking.state, self._taking.waveform(box.columns), rate)

    def _show_playing(self) -> None:
        """Where the playing is."""
        if not self.is_mounted:
            return
        playing = self._playing
        self.set_class(playing.shown, "-playing")
        state = playing.state
        self.query_one(PlayerBar).show(state)
        record = self._record
        here = record is not None and record.id == playing.recording and state.phase in {"playing", "paused", "stalled"}
        self.text.show_playing(state.position_s if here else None)
        self._show_state()
        self._tick_while_needed()

    def _show_state(self) -> None:
        working = self._working.recording
        self.list.show_state(busy=working.id if working is not None else None, playing=self._playing.recording)

    def _show_service(self) -> None:
        """Which server listens, with what."""
        if not self.is_mounted:
            return
        cannot = self._listener.cannot("transcription")
        line = self.query_one("#service", FittingLine)
        line.set_class(bool(cannot), "-cannot")
        texts = (cannot,) if cannot else self._listener.words
        line.offer(*(Content.assemble(self._listener.sign, " ", text) for text in texts))
        self._show_transcript()

    # What ticks

    def _tick_while_needed(self) -> None:
        """Look at what changes by itself, for as long as something does."""
        needed = self._taking.busy or self._playing.moving or self._working.busy
        if needed and self._ticker is None:
            self._ticker = self.set_interval(_RATE, self._tick)
        elif not needed and self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    def _tick(self) -> None:
        if self._taking.phase == "recording":
            self._taking.tick()
            if self._taking.phase == "recording":
                self._show_live()
        if self._playing.shown:
            self._playing.tick()
            self._show_playing()
        if self._working.busy:
            self._show_work_line()
        self._tick_while_needed()

    # Saying

    def _say(self, text: str, severity: SeverityLevel = "information") -> None:
        """Say something in passing. It may hold a server's words, so that it is no markup."""
        self.notify(text, severity=severity, timeout=8 if severity == "warning" else 5, markup=False)

    def _warn(self, text: str) -> None:
        self._say(text, "warning")

    def _crashed(self, error: BaseException) -> None:
        self._warn(defect_in_words(error))

    def _clear_filter(self) -> None:
        self.query_one(FilterBox).value = ""
