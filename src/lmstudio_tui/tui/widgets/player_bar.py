"""What is being played, in one line: how it stands, where it is, how much is there, how loud."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.widget import Widget

from lmstudio_tui.audio.values import PlayerState
from lmstudio_tui.tui.commands import bindings, moves

if TYPE_CHECKING:
    from typing import Unpack

    from textual import events
    from textual.app import RenderResult
    from textual.binding import BindingType

    from lmstudio_tui.audio.values import PlayerPhase
    from lmstudio_tui.tui.typed import WidgetOptions

STEP_S: Final = 5.0
"""Seconds that an arrow key goes."""
LOUDEST: Final = 2.0
"""The most that the volume is turned up to; 1 is as it came."""

_STEP_VOLUME: Final = 0.1
_GAP: Final = 2
"""Cells between two parts."""
_OPEN_END: Final = 3
"""Cells of the bar that stand for what is still to come, however much that is."""
_HOUR: Final = 3600

_WORDS: Final[dict[PlayerPhase, str]] = {
    "idle": "▶ play",
    "waiting": "⋯ waiting",
    "playing": "▶ playing",
    "paused": "❚❚ paused",
    "stalled": "⋯ stalled",
    "ended": "■ ended",
    "failed": "✗ failed",
}
_BUSY: Final[frozenset[PlayerPhase]] = frozenset({"waiting", "playing", "paused", "stalled"})

_Part = Literal["toggle", "stop", "time", "bar", "volume", "gaps"]
_WIDTHS: Final[dict[_Part, int]] = {"toggle": 9, "stop": 6, "time": 18, "bar": 6, "volume": 13, "gaps": 7}
"""Cells of each, in the order in which they stand; the bar takes what is left over besides."""
_LEAVING: Final[tuple[_Part, ...]] = ("gaps", "stop", "volume", "bar", "time")
"""The order in which parts are left out where there is no room."""


def clock(seconds: float, *, hours: bool = False) -> str:
    """A time of the audio: `0:03.2`; with `hours`, `1:02:03`."""
    # Never ahead of what was heard, and `59.97` is no `60.0`.
    tenths = int(max(0.0, seconds) * 10 + 1e-6)
    minutes, rest = divmod(tenths, 600)
    if hours:
        return f"{minutes // 60}:{minutes % 60:02}:{rest // 10:02}"
    return f"{minutes}:{rest // 10:02}.{rest % 10}"


class PlayerBar(Widget, can_focus=True):
    """Shows a `PlayerState`, and posts what is wanted of the player. One line, whatever it shows."""

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "player-bar--heard", "player-bar--there", "player-bar--dim", "player-bar--idle", "player-bar--busy",
        "player-bar--warn", "player-bar--failed",
    }  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("player.pause", "player.start", "player.louder", "player.softer"),
        *moves(left="seek(-1)", right="seek(1)"),
    ]

    DEFAULT_CSS = """
    PlayerBar {
        height: 1;
        width: 1fr;
        & > .player-bar--heard { color: $accent; }
        & > .player-bar--there { color: $text-muted; }
        & > .player-bar--dim { color: $border-blurred; }
        & > .player-bar--idle { color: $text-disabled; }
        & > .player-bar--busy { color: $accent; text-style: bold; }
        & > .player-bar--warn { color: $text-warning; }
        & > .player-bar--failed { color: $text-error; }
        &:focus { background: $accent 18%; }
    }
    """

    class Toggled(Message):
        """Play, pause, or go on: whatever makes sense now."""

    class Stopped(Message):
        """No more of it."""

    @dataclass
    class Seeked(Message):
        """Another place of the audio is wanted.

        Attributes:
            position_s: from its beginning.
        """

        position_s: float

    @dataclass
    class VolumeChanged(Message):
        """It is to be louder, or softer.

        Attributes:
            volume: 1 is as it came.
        """

        volume: float

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._state = PlayerState()
        self.drawn = Text()
        """The line as it was drawn last."""

    @property
    def state(self) -> PlayerState:
        """What is shown."""
        return self._state

    def show(self, state: PlayerState) -> None:
        """Show how it stands now. Draws only what looks different."""
        self._state = state
        if self.is_mounted and self.size.width and (text := self._line()) != self.drawn:
            self.drawn = text
            self.refresh()

    # Looks

    def render(self) -> RenderResult:
        self.drawn = self._line()
        return self.drawn

    def _parts(self) -> dict[_Part, tuple[int, int]]:
        """Which parts there is room for: where each begins, and how wide it is."""
        total = self.size.width
        widths = dict(_WIDTHS)
        for part in _LEAVING:
            if sum(widths.values()) + _GAP * (len(widths) - 1) <= total:
                break
            del widths[part]
        rest = total - sum(widths.values()) - _GAP * (len(widths) - 1)
        if "bar" in widths:
            widths["bar"] += max(0, rest)
        found: dict[_Part, tuple[int, int]] = {}
        at = 0
        for part, width in widths.items():
            found[part] = (at, width)
            at += width + _GAP
        return found

    def _line(self) -> Text:
        line = Text(no_wrap=True, end="", overflow="crop")
        for part, (at, width) in self._parts().items():
            line.append(" " * (at - line.cell_len))
            piece = self._piece(part, width)
            piece.truncate(width, pad=True)
            line.append_text(piece)
        return line

    def _piece(self, part: _Part, width: int) -> Text:
        state = self._state
        match part:
            case "toggle":
                return Text(_WORDS[state.phase], style=self._toggle_style)
            case "stop":
                return Text("■ stop", style=self._style("there" if self.busy else "idle"))
            case "time":
                return self._times(width)
            case "bar":
                return self._bar(width)
            case "volume":
                loud = f"{round(state.volume * 100):>3} %"
                plain = abs(state.volume - 1.0) < _STEP_VOLUME / 2
                return Text.assemble(("vol − ", self._style("there")), (loud, self._style("there") if plain else ""),
                                     (" +", self._style("there")))  # fmt: skip
            case "gaps":
                some = f"{state.stalls} gap{'s' if state.stalls != 1 else ''}" if state.stalls else ""
                return Text(some, style=self._style("warn"))

    @property
    def _toggle_style(self) -> Style:
        match self._state.phase:
            case "failed":
                return self._style("failed")
            case "stalled":
                return self._style("warn")
            case "waiting" | "playing" | "paused":
                return self._style("busy")
            case _:
                return self._style("there")

    def _times(self, width: int) -> Text:
        state = self._state
        hours = state.duration_s >= _HOUR
        more = "" if state.complete or state.phase in {"idle", "failed"} else "+"
        now = clock(state.position_s, hours=hours)
        text = Text(f"{now} / {clock(state.duration_s, hours=hours)}{more}".rjust(width))
        if not self.busy:
            text.stylize(self._style("there"))
        return text

    def _bar(self, width: int) -> Text:
        state = self._state
        there = self._there(width) if state.duration_s > 0 else 0
        heard = min(there, int(state.position_s / state.duration_s * there + 0.5)) if there else 0
        return Text.assemble(
            ("━" * heard, self._style("heard")), ("━" * (there - heard), self._style("there")),
            (("┄" if self._still_coming else "─") * (width - there), self._style("dim")),
        )  # fmt: skip

    @property
    def _still_coming(self) -> bool:
        return self.busy and not self._state.complete

    def _there(self, width: int) -> int:
        """Cells of the bar for what has arrived."""
        return width - _OPEN_END if self._still_coming else width

    def _style(self, name: str) -> Style:
        found = self.get_component_rich_style(f"player-bar--{name}")
        return Style(color=found.color, bold=found.bold)

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self.refresh()

    # Keys and mouse

    @property
    def busy(self) -> bool:
        """Whether something is played, or waited for."""
        return self._state.phase in _BUSY

    def action_play_pause(self) -> None:
        """Play, pause, or go on."""
        self.post_message(self.Toggled())

    def action_seek(self, steps: int) -> None:
        """Go some seconds back or on, within what is there."""
        self._seek(self._state.position_s + steps * STEP_S)

    def action_start(self) -> None:
        """Go to the beginning."""
        self._seek(0.0)

    def action_volume(self, steps: int) -> None:
        """Louder or softer."""
        volume = round(min(LOUDEST, max(0.0, self._state.volume + steps * _STEP_VOLUME)), 2)
        if volume != self._state.volume:
            # Several in a row count from where the last one came to, however slow the player is to say so.
            self._state = replace(self._state, volume=volume)
            self.refresh()
            self.post_message(self.VolumeChanged(volume))

    def _seek(self, position_s: float) -> None:
        state = self._state
        if state.duration_s <= 0:
            return
        position_s = min(state.duration_s, max(0.0, position_s))
        self._state = replace(state, position_s=position_s)
        self.refresh()
        self.post_message(self.Seeked(position_s))

    def on_click(self, event: events.Click) -> None:
        """Do what stands under the mouse."""
        offset = event.get_content_offset(self)
        for part, (start, width) in self._parts().items():
            if offset is None or not start <= offset.x < start + width:
                continue
            if part == "toggle":
                self.action_play_pause()
            elif part == "stop" and self.busy:
                self.post_message(self.Stopped())
            elif part == "bar":
                self._seek((offset.x - start) / self._there(width) * self._state.duration_s)
            elif part == "volume":
                self.action_volume(-1 if offset.x - start < width // 2 + 1 else 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Louder."""
        self._scroll(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Softer."""
        self._scroll(event, -1)

    def _scroll(self, event: events.MouseEvent, steps: int) -> None:
        event.stop()
        self.action_volume(steps)
