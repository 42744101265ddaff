"""The line above the prompt that tells of what is recorded, transcribed or spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from textual import events
    from textual.app import RenderResult

BARS: Final = " ▁▂▃▄▅▆▇█"
_WAVE: Final = 24
"""Columns of what was recorded last, at most."""


@dataclass(frozen=True, slots=True)
class VoiceState:
    """What the line tells.

    Attributes:
        tone: recording, working, speaking; or a problem, which may take several lines.
        words: what goes on, such as `recording 0:04`.
        wave: the last peaks, 0 to 1, the oldest first.
        more: said behind it more quietly, such as what was heard so far.
        keys: what can be done, such as `Alt+R done   Esc discard`.
    """

    tone: Literal["recording", "working", "speaking", "problem"]
    words: str
    wave: tuple[float, ...] = ()
    more: str = ""
    keys: str = ""


_SIGNS: Final = {"recording": "● ", "working": "… ", "speaking": "♪ ", "problem": "✗ "}


class VoiceLine(Widget):
    """One row; out of sight while there is nothing to tell."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "voice--recording", "voice--working", "voice--speaking", "voice--problem", "voice--dim",
    }  # fmt: skip

    DEFAULT_CSS = """
    VoiceLine {
        display: none;
        height: 1;
        padding: 0 2;
        &.-problem { height: auto; max-height: 6; }
        & > .voice--recording { color: $text-error; text-style: bold; }
        & > .voice--working { color: $text-accent; }
        & > .voice--speaking { color: $text-success; }
        & > .voice--problem { color: $text-error; }
        & > .voice--dim { color: $text-muted; }
    }
    """

    class Left(Message):
        """It was clicked while it told of a problem: that was read."""

    def __init__(self) -> None:
        super().__init__()
        self._state: VoiceState | None = None

    def show(self, state: VoiceState | None) -> None:
        """Tell something else; None hides it."""
        if state == self._state:
            return
        problem = state is not None and state.tone == "problem"
        moved = self.display is not (state is not None) or problem or self.has_class("-problem")
        self._state = state
        self.display = state is not None
        self.set_class(problem, "-problem")
        self.refresh(layout=moved)

    def on_click(self, event: events.Click) -> None:
        """A problem that was read can go."""
        if self._state is not None and self._state.tone == "problem":
            event.stop()
            self.post_message(self.Left())

    def render(self) -> RenderResult:
        state, width = self._state, self.content_size.width
        if state is None:
            return Text()
        sign = Text(_SIGNS[state.tone], style=self._ink(state.tone))
        if state.tone == "problem":
            return self._wrapped(sign, state, width)
        line = Text.assemble(sign, (state.words, self._ink(state.tone)), no_wrap=True, end="")
        keys = state.keys if line.cell_len + cell_len(state.keys) + 3 <= width else ""
        room = width - line.cell_len - cell_len(keys) - 4
        if state.wave and room >= 4:
            peaks = state.wave[-min(_WAVE, room) :]
            line.append("  ").append(wave(peaks), self._ink("working"))
            room -= len(peaks) + 2
        if state.more and room >= 8:
            line.append("  ").append(_ending(state.more, room - 2), self._ink("dim"))
        line.truncate(max(0, width - cell_len(keys)), pad=True, overflow="ellipsis")
        return line.append(keys, self._ink("dim"))

    def _wrapped(self, sign: Text, state: VoiceState, width: int) -> Text:
        """As many lines as it takes, with the keys at the end of the first."""
        room = max(10, width - 2 - cell_len(state.keys) - 2)
        found = Text(state.words, style=self._ink("problem")).wrap(Console(width=room), room)
        lines: list[Text] = []
        for at, part in enumerate(found):
            part.rstrip()
            lines.append(Text.assemble("  " if at else sign, part))
        lines[0].truncate(room + 2, pad=True)
        lines[0].append("  ").append(state.keys, self._ink("dim"))
        return Text("\n").join(lines)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """A problem takes the lines that it needs."""
        del container, viewport
        if self._state is None or self._state.tone != "problem":
            return 1
        return self._wrapped(Text("  "), self._state, width).plain.count("\n") + 1

    def _ink(self, name: str) -> Style:
        style = self.get_component_rich_style(f"voice--{name}")
        return Style(color=style.color, bold=style.bold)


def wave(peaks: tuple[float, ...]) -> str:
    """Peaks from 0 to 1 as a row of bars; what is quiet can be seen, too."""
    return "".join(BARS[max(1, min(8, round(8 * max(0.0, peak) ** 0.5)))] for peak in peaks)


def _ending(text: str, width: int) -> str:
    """The end of a text, which is where it goes on."""
    if cell_len(text) <= width:
        return text
    start = len(text) - width + 1
    return "…" + set_cell_size(text[max(0, start) :], width - 1)
