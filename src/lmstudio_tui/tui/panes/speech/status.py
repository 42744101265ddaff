"""What happens with the text that is spoken, in words."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from lmstudio_tui.features.models.words import size_in_words
from lmstudio_tui.features.progress import duration_in_words
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import moves
from lmstudio_tui.tui.panes.speech.words import figures_in_words, length_in_words
from lmstudio_tui.tui.widgets.rows import in_lines

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.audio.values import PlayerState
    from lmstudio_tui.tui.panes.speech.talking import Progress, Spoken
    from lmstudio_tui.tui.typed import WidgetOptions

Tone = Literal["plain", "good", "warn", "bad"]


def sentence(message: str, hint: str = "") -> str:
    """What happened and what to do, as one harmless line."""
    return clean_line(f"{message} {hint}")


def while_speaking(progress: Progress, state: PlayerState) -> str:
    """What is said while something is expected of the server."""
    if progress.began_ms is None:
        waited = duration_in_words(time.monotonic() - progress.started_at)
        return f"Waiting for the server's first sound: {waited}"
    parts = [f"{clean_line(progress.format)} comes in: {size_in_words(progress.received)}"]
    if state.problem is not None:
        parts.append(f"not heard: {clean_line(state.problem.message)}")
    elif figures := figures_in_words(first_sound_ms(progress.began_ms, state), progress.began_ms):
        parts.append(figures)
    return " · ".join(parts)


def first_sound_ms(began_ms: float | None, state: PlayerState) -> float | None:
    """From asking to the first sound at the device; None before."""
    return None if began_ms is None or state.first_sound_ms is None else began_ms + state.first_sound_ms


def when_spoken(spoken: Spoken, state: PlayerState) -> tuple[str, Tone]:
    """What is said when it has ended."""
    record = spoken.record
    if record is None:
        return sentence(spoken.problem, spoken.hint), "bad"
    if spoken.problem:
        return sentence(f"It is at {record.path}, and in no list: {spoken.problem}", spoken.hint), "bad"
    kept = f"{length_in_words(record)} of {clean_line(record.format)}, {size_in_words(record.size_bytes)}"
    if record.problem:
        return sentence(f"{record.problem} What came is kept: {kept}."), "warn"
    if record.note:
        return sentence(record.note), "warn"
    if spoken.played and state.problem is not None:
        return sentence(f"It is kept, and was not heard: {state.problem.message}", state.problem.hint), "warn"
    figures = figures_in_words(first_sound_ms(spoken.began_ms, state), spoken.began_ms)
    return f"Spoken: {kept}{f' · {figures}' if figures else ''}", "good"


class Status(VerticalScroll, can_focus=True, inherit_bindings=False):
    """The line for it; it grows only for what went wrong, which does not tick. What is too long for it scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="move(-1)", down="move(1)", page_up="page(-1)", page_down="page(1)"),
        *moves(half_up="page(-0.5)", half_down="page(0.5)", first="first", last="last"),
    ]

    DEFAULT_CSS = """
    Status {
        height: auto;
        min-height: 1;
        max-height: 4;
        padding: 0 1;
        color: $text-muted;
        scrollbar-size-vertical: 1;
        & > Static { height: auto; }
        &:focus { background: $panel; }
        &.-ticking { height: 1; }
        &.-good { color: $text-success; }
        &.-warn { color: $text-warning; }
        &.-bad { color: $text-error; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._words = Static(markup=False)
        self._said: tuple[str, Tone] = ("", "plain")

    def compose(self) -> ComposeResult:
        yield self._words

    @property
    def said(self) -> str:
        """What stands there."""
        return self._said[0]

    def tick(self, words: str) -> None:
        """Say something that changes all the time, in the one line that there is."""
        if (words, "plain") == self._said:
            return
        ticking = self.has_class("-ticking")
        self._said = (words, "plain")
        if not ticking:
            self._tone("plain")
            self.add_class("-ticking")
        self._words.update(Text(words, no_wrap=True, overflow="ellipsis"), layout=not ticking)

    def say(self, words: str, tone: Tone = "plain") -> None:
        """Say something that stays."""
        self._said = (words, tone)
        self.remove_class("-ticking")
        self._tone(tone)
        self._words.update(Text(words))
        self.scroll_home(animate=False)

    def allow_focus(self) -> bool:
        """The keys go here only where there is something to scroll."""
        return super().allow_focus() and self.max_scroll_y > 0

    def action_move(self, rows: int) -> None:
        """Scroll up or down."""
        self.scroll_relative(y=rows, animate=False)

    def action_page(self, pages: float) -> None:
        """Scroll a page up or down."""
        self.scroll_relative(y=in_lines(pages, self.scrollable_content_region.height), animate=False)

    def action_first(self) -> None:
        """Scroll to the beginning."""
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        """Scroll to the end, where it is said what to do."""
        self.scroll_end(animate=False)

    def _tone(self, tone: Tone) -> None:
        for name in ("good", "warn", "bad"):
            self.set_class(name == tone, f"-{name}")
