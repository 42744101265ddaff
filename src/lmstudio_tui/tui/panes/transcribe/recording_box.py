"""The box in which one records: the clock, the waveform, the level; or what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import key_of
from lmstudio_tui.tui.panes.transcribe.key_hints import Hint, KeyHints
from lmstudio_tui.tui.panes.transcribe.words import clock, rate_in_words
from lmstudio_tui.tui.widgets.frames import BETWEEN, entitle
from lmstudio_tui.tui.widgets.level_meter import LevelMeter
from lmstudio_tui.tui.widgets.waveform import Waveform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from lmstudio_tui.audio.values import RecorderState
    from lmstudio_tui.features.hearing.settings import TranscribeSettings
    from lmstudio_tui.tui.panes.transcribe.taking import Phase

_IDLE: Final = (
    Hint("transcribe.record", "record", "record"),
    Hint("transcribe.file", "file", "open_file"),
    Hint("transcribe.device", "microphone", "choose_device"),
    Hint("transcribe.recording", "recording", "recording_options"),
)
_LIVE: Final = (
    Hint("transcribe.end", "stop", "end_recording"),
    Hint("transcribe.pause", "pause", "pause"),
    Hint("transcribe.discard", "discard", "discard"),
)
_HELD: Final = (
    Hint("transcribe.end", "stop", "end_recording"),
    Hint("transcribe.pause", "go on", "pause"),
    Hint("transcribe.discard", "discard", "discard"),
)


class RecordingBox(Vertical):
    """Shows how a recording stands. Two rows in its frame, or more where there is room."""

    DEFAULT_CSS = """
    RecordingBox {
        height: auto;
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        & #moving { height: 1; }
        & #moving, & LevelMeter { display: none; }
        & #clock { width: 13; height: 1; }
        & #words { height: auto; min-height: 2; max-height: 4; }
        & #words.-bad { color: $text-error; }
        &.-live { border: round $error; border-title-color: $text-error; }
        &.-live #moving, &.-live LevelMeter { display: block; }
        &.-live #words { display: none; }
        &.-tall #moving, &.-tall Waveform { height: 3; }
    }
    """

    def compose(self) -> ComposeResult:
        with Horizontal(id="moving"):
            yield Static(id="clock", markup=False)
            yield Waveform()
        yield LevelMeter()
        yield Static(id="words", markup=False)
        yield KeyHints()

    def on_mount(self) -> None:
        """Look right before anything is known."""
        self.query_one(KeyHints).show(_IDLE)

    @property
    def columns(self) -> int:
        """How many peaks the waveform has room for."""
        return self.query_one(Waveform).columns

    def show_rest(self, phase: Phase, settings: TranscribeSettings, device: str, problem: str) -> None:
        """Nothing is being recorded, or it just begins or ends.

        Args:
            phase: how far that is.
            settings: how it would be recorded.
            device: the name of the microphone; empty for the default one.
            problem: why it could not be; empty when nothing is in the way.
        """
        self.remove_class("-live")
        waiting = {"opening": "Opening the microphone …", "closing": "Writing the end of it …"}.get(phase, "")
        words = waiting or problem or how_in_words(settings)
        line = self.query_one("#words", Static)
        if problem and not waiting:
            words = f"{problem} Files still work: {key_of('transcribe.file')} opens one."
        if str(line.content) != words:
            line.update(Text(words))
        line.set_class(bool(problem and not waiting), "-bad")
        self._entitle(["Record", clean_line(device) or "default microphone"])
        self.query_one(KeyHints).show(_IDLE if phase == "idle" else ())

    def show_live(self, state: RecorderState, peaks: Sequence[float], target_rate: int) -> None:
        """Something is being recorded.

        Args:
            state: how it stands.
            peaks: of the last tenths of a second.
            target_rate: in Hz, of the file.
        """
        if not self.has_class("-live"):
            self.add_class("-live")
            self.query_one("#words", Static).update("")
        paused = state.phase == "paused"
        mark = ("❚❚", "bold $text-warning") if paused else ("● ", "bold $text-error")
        now = Content.assemble(mark, f" {clock(state.elapsed_s, tenths=True)}")
        self.query_one("#clock", Static).update(now, layout=False)
        self.query_one(Waveform).show(peaks, moving=not paused)
        self.query_one(LevelMeter).show(state.peak_db, state.rms_db, clipped=state.clipped)
        rates = f"{rate_in_words(state.device_rate)} → {rate_in_words(target_rate)}" if state.device_rate else ""
        self._entitle(["Paused" if paused else "Recording", clean_line(state.device), rates])
        self.query_one(KeyHints).show(_HELD if paused else _LIVE)

    def _entitle(self, parts: list[str]) -> None:
        """Setting the same again would draw all that is within."""
        entitle(self, BETWEEN.join(part for part in parts if part))


def how_in_words(settings: TranscribeSettings) -> str:
    """How it would be recorded, where that is not the usual way."""
    parts: list[str] = []
    if settings.trim_silence:
        parts.append("silence at both ends is cut off")
    if settings.stop_after_silence_s:
        parts.append(f"stops after {settings.stop_after_silence_s:g} s of silence")
    hours = settings.limit_s / 3600
    parts.append(f"at most {hours:g} h" if hours >= 1 else f"at most {settings.limit_s / 60:g} min")
    if settings.at_once:
        parts.append("then transcribed at once")
    return "16 kHz mono, " + ", ".join(parts) + "."
