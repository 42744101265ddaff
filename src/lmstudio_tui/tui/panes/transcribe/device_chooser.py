"""Choosing a microphone, with the level of the one under the cursor: whoever speaks sees which one hears."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lmstudio_tui.audio.values import Device, SoundError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.panes.transcribe.words import defect_in_words, failure_in_words
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.level_meter import LevelMeter
from lmstudio_tui.tui.widgets.options import Options
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from lmstudio_tui.audio.recorder import Recorder
    from lmstudio_tui.audio.sound import Sound
    from lmstudio_tui.sdk import CancelScope

_RATE: Final = 1 / 10
_DEFAULT: Final = "\0default"
"""An option's id cannot be empty."""


class DeviceChooser(Dialog[Device | str | None]):
    """Gives the device that was chosen, an empty text for the default one, or None.

    Args:
        sound: knows the devices.
        current: the key of the one in use; empty for the default one.
        listen: whether levels may be shown: not while something is recorded.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "devices.again"),
    ]
    AUTO_FOCUS = "OptionList"

    DEFAULT_CSS = """
    DeviceChooser {
        & > .frame { width: 90%; max-width: 76; padding: 0 1; }
        & OptionList { max-height: 14; }
        & LevelMeter { margin: 1 0 0 0; padding: 0 1; }
        & #about { color: $text-muted; height: auto; max-height: 5; padding: 0 1; }
        & #about.-bad { color: $text-error; }
    }
    """

    def __init__(self, sound: Sound, current: str, *, listen: bool) -> None:
        super().__init__()
        self._sound = sound
        self._current = current
        self._listen = listen
        self._devices: dict[str, Device] = {}
        self._runs = Runs(self)
        self._recorder: Recorder | None = None
        self._wanted: str | None = None
        self._heard: str | None = None
        self._turning = False
        self._ticker: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Microphone"
            frame.border_subtitle = told("Enter take   {devices.again} look again   {dialog.leave} back")
            yield Options(compact=True)
            yield LevelMeter()
            yield Static("Looking for microphones …", id="about", markup=False)

    def on_mount(self) -> None:
        """Look for them."""
        self.query_one(LevelMeter).display = self._listen
        self._look()

    def on_unmount(self) -> None:
        """Listen no more."""
        recorder = self._recorder
        self._runs.drop_all()
        if recorder is not None and self._listen:
            # In a thread that is not dropped with the others: closing a device takes a moment.
            Runs(app_of(self)).start(lambda _emit, _scope: recorder.unmonitor(), name="microphone")

    def _look(self) -> None:
        def work(emit: object, scope: CancelScope) -> tuple[Device, ...] | str:
            del emit, scope
            try:
                return tuple(one for one in self._sound.devices() if one.inputs)
            except SoundError as error:
                return failure_in_words(error)

        self._runs.start(work, finished=self._found, crashed=self._crashed, name="devices")

    def _found(self, result: tuple[Device, ...] | str) -> None:
        if isinstance(result, str):
            self._say(result, bad=True)
            return
        self._devices = {one.key: one for one in result}
        options = self.query_one(OptionList)
        options.clear_options()
        if not result:
            self._say(
                told("There is no microphone. Plug one in, then {devices.again} looks again; files still work."),
                bad=True,
            )
            return
        default = next((one for one in result if one.default_input), None)
        options.add_option(Option(_line("the system's default", default.name if default else ""), id=_DEFAULT))
        options.add_options([Option(_line(one.name, _facts_of(one)), id=one.key) for one in result])
        keys = ["", *self._devices]
        options.highlighted = keys.index(self._current) if self._current in keys else 0
        missing = bool(self._current) and self._current not in keys
        self._say("The one chosen before is not there now." if missing else self._invitation)

    @property
    def _invitation(self) -> str:
        return "Say something: the bar shows what it hears." if self._listen else "It counts for the next recording."

    def _say(self, text: str, *, bad: bool = False) -> None:
        line = self.query_one("#about", Static)
        line.update(clean_line(text))
        line.set_class(bad, "-bad")

    # Listening

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Listen to that one."""
        if self._listen and event.option.id is not None:
            self._wanted = _key_of(event.option.id)
            self._turn()

    def _turn(self) -> None:
        """Turn to the one that is wanted; one at a time, since a device takes a moment to open."""
        key = self._wanted
        if self._turning or key is None or key == self._heard:
            return
        self._turning = True
        self._heard = key

        def work(emit: object, scope: CancelScope) -> Recorder | str:
            del emit, scope
            try:
                recorder = self._sound.recorder()
                recorder.unmonitor()
                recorder.monitor(key)
            except SoundError as error:
                return failure_in_words(error)
            return recorder

        self._runs.start(work, finished=self._turned, crashed=self._crashed, name="microphone")

    def _turned(self, result: Recorder | str) -> None:
        self._turning = False
        self.query_one(LevelMeter).clear()
        if isinstance(result, str):
            self._say(result, bad=True)
        else:
            self._recorder = result
            self._say(self._invitation)
            if self._ticker is None:
                self._ticker = self.set_interval(_RATE, self._tick)
        self._turn()

    def _tick(self) -> None:
        if self._recorder is not None and not self._turning:
            state = self._recorder.state
            self.query_one(LevelMeter).show(state.peak_db, state.rms_db, clipped=state.clipped)

    def _crashed(self, error: BaseException) -> None:
        self._turning = False
        self._say(defect_in_words(error), bad=True)

    # Choosing

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take it."""
        key = _key_of(event.option.id or _DEFAULT)
        self.dismiss(self._devices.get(key, ""))

    def action_again(self) -> None:
        """Look for them once more."""
        self._say("Looking for microphones …")
        self._look()

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)


def _key_of(option: str) -> str:
    return "" if option == _DEFAULT else option


def _facts_of(device: Device) -> str:
    parts: Sequence[str] = (
        device.host,
        f"{device.sample_rate / 1000:g} kHz",
        "default" if device.default_input else "",
    )
    return ", ".join(clean_line(part) for part in parts if part)


def _line(name: str, more: str) -> Text:
    line = Text(clean_line(name), no_wrap=True, overflow="ellipsis")
    return line.append(f"  {clean_line(more)}", style="dim") if more else line
