"""The transcribe pane as it is laid out, what it is made of, and what in it is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.containers import Vertical

from lmstudio_tui.features.hearing.settings import SettingsFile
from lmstudio_tui.tui.panes.pane import Pane
from lmstudio_tui.tui.panes.transcribe.filter_box import FilterBox
from lmstudio_tui.tui.panes.transcribe.listener import Listener
from lmstudio_tui.tui.panes.transcribe.recording_box import RecordingBox
from lmstudio_tui.tui.panes.transcribe.recording_list import RecordingList
from lmstudio_tui.tui.panes.transcribe.transcript_view import TranscriptView
from lmstudio_tui.tui.panes.transcribe.work_line import WorkLine
from lmstudio_tui.tui.widgets.columns import Columns, Handle
from lmstudio_tui.tui.widgets.fitting_line import FittingLine
from lmstudio_tui.tui.widgets.player_bar import PlayerBar
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import ComposeResult

    from lmstudio_tui.store.media.records import RecordingRecord, TranscriptRecord
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.typed import WidgetOptions

_BESIDE: Final = 96
"""Cells of the pane from which on the transcript stands beside the recordings."""
_TALL: Final = 30
"""Rows of the pane from which on the waveform has several."""
_SHORT: Final = 19
"""Rows below which nothing is said twice, and nothing stands empty."""
_RATE: Final = 1 / 10
"""Seconds between two looks at what changes by itself."""


class TranscribeLayout(Pane):
    """Recordings and what was heard in them.

    Args:
        services: sound, the shelf of recordings, and the time of day.
    """

    DEFAULT_CSS = """
    TranscribeLayout {
        & > #service { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #service.-cannot { height: auto; max-height: 3; text-wrap: wrap; }
        &.-short > #service.-cannot { max-height: 1; text-wrap: nowrap; }
        &.-short RecordingBox { margin-bottom: 0; }
        &.-short #recordings { height: 5; }
        & > #both { layout: vertical; }
        & .panel {
            border: round $border-blurred;
            border-title-color: $text-muted;
            border-subtitle-color: $text-muted;
        }
        & .panel:focus-within {
            border: round $border;
            border-title-color: $accent;
            border-title-style: bold;
        }
        & #left { height: auto; }
        & #recordings { height: 6; }
        & #heard { height: 1fr; min-height: 4; }
        & PlayerBar { display: none; padding: 0 2; }
        &.-playing PlayerBar { display: block; }
        &.-beside > #both { layout: horizontal; }
        &.-beside #left { width: 5fr; height: 1fr; }
        &.-beside #recordings { height: 1fr; }
        &.-beside #heard { width: 6fr; }
    }
    """

    def __init__(self, services: Services, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._services = services
        self._runs = Runs(self)
        self._settings_file = SettingsFile(services.media.folder / "transcribe.json")
        self._listener = Listener()
        self._device = ""
        self._to_be_said = ""
        """What was typed last to be spoken and checked."""
        self._shown: dict[str, int] = {}
        """Which of its transcripts each recording shows, where that is not the newest."""
        self._problems: dict[str, str] = {}
        """What went wrong with a recording the last time."""

    def compose(self) -> ComposeResult:
        yield FittingLine(id="service")
        with Columns(id="both"):
            with Vertical(id="left"):
                yield RecordingBox(id="box")
                with Vertical(id="recordings", classes="panel"):
                    yield FilterBox(id="filter")
                    yield RecordingList(self._services.now, id="list")
                yield PlayerBar(id="player")
            yield Handle()
            with Vertical(id="heard", classes="panel"):
                yield WorkLine()
                yield TranscriptView(id="text")

    @property
    def list(self) -> RecordingList:
        """The recordings."""
        return self.query_one(RecordingList)

    @property
    def text(self) -> TranscriptView:
        """The transcript."""
        return self.query_one(TranscriptView)

    def on_resize(self) -> None:
        """Beside each other where there is room."""
        self.set_class(self.size.width >= _BESIDE, "-beside")
        self.set_class(self.size.height < _SHORT, "-short")
        self.query_one(Columns).share_out()
        self.query_one(RecordingBox).set_class(self.size.height >= _TALL, "-tall")

    # What is chosen

    @property
    def _record(self) -> RecordingRecord | None:
        return self.list.chosen

    @property
    def _version(self) -> int:
        """Which of the transcripts is shown, the newest being 0."""
        record = self._record
        if record is None or not record.transcripts:
            return 0
        return min(self._shown.get(record.id, 0), len(record.transcripts) - 1)

    @property
    def _transcript(self) -> TranscriptRecord | None:
        record = self._record
        return record.transcripts[self._version] if record is not None and record.transcripts else None
