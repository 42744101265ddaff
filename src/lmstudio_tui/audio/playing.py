"""What a player does in its own thread: it opens the loudspeaker, keeps it supplied, and obeys."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from lmstudio_tui.audio.loudspeaker import Loudspeaker
from lmstudio_tui.audio.readers import Converted
from lmstudio_tui.audio.values import DeviceLostError, SoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lmstudio_tui.audio.performance import Performance
    from lmstudio_tui.audio.readers import Reader

_AHEAD_S: Final = 0.5
"""So much is kept ready for the loudspeaker."""
_BEGIN_S: Final = 0.1
"""So much has to be there before the first sound."""
_GO_ON_S: Final = 0.3
"""So much has to be there before it goes on after a gap."""
_TICK_S: Final = 0.05
_SILENCE_S: Final = 1.0
"""How long to wait for the loudspeaker to be silent, at most."""
_IDLE_S: Final = 2.0
"""After so long without a sound the loudspeaker is let go of."""
_HANGS_S: Final = 5.0
_BLOCK: Final = 4096
_ACTIVE: Final = ("waiting", "playing", "stalled")


class Deck:
    """Plays one performance after the other. All of it runs in one thread, which may wait.

    Args:
        wake: lets that thread call `do` soon; may be called in any.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._volume = 1.0
        self._key = ""
        self._speaker: Loudspeaker | None = None
        self._performance: Performance | None = None
        self._idle_from: float | None = None

    @property
    def patience_s(self) -> float | None:
        """When `do` has to be called again; None when there is nothing to do by itself."""
        performance = self._performance
        if performance is not None and performance.sounding:
            return _TICK_S
        return None if self._idle_from is None else max(0.0, self._idle_from + _IDLE_S - time.monotonic())

    def do(self, orders: Iterable[Callable[[], None]]) -> None:
        """Obey all of them, and then do what there is to do: what was replaced meanwhile is not even opened."""
        for order in orders:
            self._try(order)
        self._try(self._tend)

    def _try(self, act: Callable[[], None]) -> None:
        """Whatever fails becomes the performance's problem."""
        try:
            act()
        except SoundError as error:
            self._fail(error)
        except OSError as error:
            self._fail(SoundError(f"The file cannot be read any further: {error.strerror or error}."))
        except Exception as error:  # noqa: BLE001 - without this thread nothing would ever be played again
            self._fail(SoundError(f"Playing does not work here ({type(error).__name__}).", "Play it elsewhere."))

    def begin(self, performance: Performance) -> None:
        """Play something else."""
        self._drop()
        self._performance = performance

    def pause(self) -> None:
        """See `Player`."""
        performance = self._performance
        if performance is not None and performance.phase in _ACTIVE:
            performance.phase = "paused"
            performance.sounding = False
            if self._speaker is not None:
                self._speaker.mixer.shut()

    def resume(self) -> None:
        """See `Player`."""
        performance = self._performance
        if performance is None:
            return
        performance.going_on = False
        if performance.phase not in ("paused", "ended", "failed"):
            return
        if performance.phase == "ended" and performance.seek_to is None:
            performance.seek_to = 0.0
        performance.problem = None
        performance.needed_s = _BEGIN_S
        performance.phase = performance.gap

    def stop(self) -> None:
        """See `Player`."""
        self._drop()
        if self._performance is not None:
            self._performance.phase = "idle"
            self._performance.place = (0.0, None)

    def seek(self) -> None:
        """See `Player`; the performance knows where to."""
        performance = self._performance
        if performance is not None and performance.phase == "ended":
            performance.phase = "paused"

    def use_device(self, key: str) -> None:
        """See `Player`."""
        if key != self._key:
            self._key = key
            self._release()

    def set_volume(self, volume: float) -> None:
        """See `Player`."""
        self._volume = volume
        if self._speaker is not None:
            self._speaker.mixer.volume = volume

    def close(self) -> None:
        """End everything."""
        self._drop()
        self._release()
        self._performance = None

    def _tend(self) -> None:
        performance = self._performance
        if performance is not None and performance.phase not in ("idle", "failed"):
            self._watch(performance)
            reader = performance.track.reader()
            if reader is not None:
                performance.duration_s = reader.frames / reader.rate
                if performance.seek_to is not None:
                    self._go_to(performance, reader, performance.seek_to)
                if performance.phase in _ACTIVE:
                    self._play(performance, reader)
        self._rest()

    def _play(self, performance: Performance, reader: Reader) -> None:
        """Keep the loudspeaker supplied; begin, go on, or end."""
        source = performance.source or self._connect(performance, reader)
        speaker = self._speaker
        if speaker is None:
            return
        mixer = speaker.mixer
        while not performance.supplied and mixer.queued < _AHEAD_S * mixer.rate:
            block = source.read(_BLOCK)
            if block is None:
                performance.supplied = True
                mixer.finish()
            elif not len(block):
                break
            else:
                mixer.put(block)
        performance.note_first_sound()
        if performance.sounding and mixer.starved:
            performance.sounding = False
            performance.stalls += 1
            performance.needed_s = _GO_ON_S
        if not performance.sounding:
            if not performance.supplied and mixer.queued < performance.needed_s * mixer.rate:
                performance.phase = performance.gap
                return
            mixer.open(faded=performance.position_s > 0)
            performance.sounding = True
            performance.phase = "playing"
        elif mixer.ended_at is not None and time.monotonic() >= mixer.ended_at:
            performance.sounding = False
            performance.problem = performance.track.problem
            performance.phase = "ended"
            mixer.shut()

    def _connect(self, performance: Performance, reader: Reader) -> Converted:
        """Open the loudspeaker, unless it is open, and begin to supply it from where the performance is.

        Raises:
            SoundError: when it cannot be opened.
        """
        if self._speaker is None:
            self._speaker = Loudspeaker(self._key, self._volume, self._wake)
        speaker = self._speaker
        performance.device = speaker.device.name
        source = performance.source = Converted(reader, speaker.mixer.rate, speaker.mixer.channels)
        self._place(performance, performance.position_s, source)
        return source

    def _go_to(self, performance: Performance, reader: Reader, seconds: float) -> None:
        """Seek, within what is there."""
        self._silence()
        performance.sounding = False
        performance.needed_s = _BEGIN_S
        self._place(performance, min(seconds, reader.frames / reader.rate), performance.source)
        if performance.seek_to == seconds:
            performance.seek_to = None

    def _place(self, performance: Performance, seconds: float, source: Converted | None) -> None:
        performance.supplied = False
        performance.note_first_sound()
        if self._speaker is None or source is None:
            performance.place = (seconds, None)
            return
        self._speaker.mixer.clear()
        source.seek(round(seconds * source.rate))
        performance.place = (seconds, self._speaker.mixer)

    def _watch(self, performance: Performance) -> None:
        """Notice that the loudspeaker is gone.

        Raises:
            DeviceLostError: when it was needed.
        """
        speaker = self._speaker
        if speaker is None:
            return
        hangs = performance.sounding and time.monotonic() - speaker.mixer.taken_at > _HANGS_S
        if speaker.alive and not hangs:
            return
        needed, name = performance.phase in _ACTIVE, speaker.device.name
        self._let_go()
        if needed:
            what = "takes no sound any more" if hangs else "went away in the middle"
            raise DeviceLostError(
                f"The loudspeaker “{name}” {what}.", "Plug it in again, or choose another one, and go on playing."
            )

    def _rest(self) -> None:
        """Let go of the loudspeaker when there was no sound for a while: another program may need it."""
        performance = self._performance
        if self._speaker is None or (performance is not None and performance.phase in _ACTIVE):
            self._idle_from = None
        elif self._idle_from is None:
            self._idle_from = time.monotonic()
        elif time.monotonic() - self._idle_from >= _IDLE_S:
            self._release()

    def _silence(self) -> None:
        """Fade out, and wait until that is done; but not for a device that hangs."""
        if self._speaker is not None:
            self._speaker.mixer.shut()
            self._speaker.mixer.silenced.wait(_SILENCE_S)

    def _drop(self) -> None:
        """Fade out, and let go of what is played."""
        self._silence()
        performance = self._performance
        if performance is not None:
            performance.sounding = False
            performance.source = None
            performance.place = (performance.position_s, None)
            performance.track.close()
        if self._speaker is not None:
            self._speaker.mixer.clear()

    def _release(self) -> None:
        """Fade out, wait until that was heard, and close the loudspeaker."""
        if self._speaker is not None:
            sounded = not self._speaker.mixer.silenced.is_set()
            self._silence()
            if sounded:
                time.sleep(self._speaker.latency_s)
            self._let_go()

    def _let_go(self) -> None:
        speaker, self._speaker = self._speaker, None
        self._idle_from = None
        performance = self._performance
        if performance is not None:
            performance.place = (performance.position_s, None)
            performance.source = None
            performance.sounding = performance.supplied = False
            performance.needed_s = _BEGIN_S
        if speaker is not None:
            speaker.close()

    def _fail(self, error: SoundError) -> None:
        performance = self._performance
        if performance is not None:
            performance.problem = error
            performance.phase = "failed"
        self._let_go()
