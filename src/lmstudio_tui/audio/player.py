"""Playing: files from the disk, and speech while it still arrives."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from lmstudio_tui.audio.performance import Performance
from lmstudio_tui.audio.playing import Deck
from lmstudio_tui.audio.tracks import FileTrack, StreamTrack
from lmstudio_tui.audio.values import PlayerState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOUDEST: Final = 2.0
_CLOSE_S: Final = 1.5


class Feed:
    """Where a stream that is played gets its bytes from. Never waits; safe in any thread.

    What is fed after something else is played is thrown away.
    """

    def __init__(self, track: StreamTrack) -> None:
        self._track = track

    def feed(self, data: bytes) -> None:
        """Add what came."""
        self._track.feed(data)

    def end(self, problem: str = "") -> None:
        """Nothing more comes.

        Args:
            problem: why it is not whole, in a sentence; what came is played all the same.
        """
        self._track.end(problem)


class Player:
    """Plays one thing at a time; the next replaces the one before. Every method returns at once, in any thread.

    What does not work is said in `state`, and nothing raises.

    Args:
        begins: is called whenever something begins to sound, or goes on.
    """

    def __init__(self, begins: Callable[[], None] | None = None) -> None:
        self._begins = begins or (lambda: None)
        self._orders: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._awake = False
        self._closed = False
        self._volume = 1.0
        self._deck = Deck(self._wake)
        self._performance: Performance | None = None

    @property
    def state(self) -> PlayerState:
        """How far it is."""
        performance = self._performance
        if performance is None:
            return PlayerState(volume=self._volume)
        return performance.state(self._volume)

    @property
    def volume(self) -> float:
        """0 is silent, 1 is as it came, 2 the most."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(max(0.0, volume), LOUDEST)
        self._order(lambda: self._deck.set_volume(self._volume))

    def play(self, path: Path, from_s: float = 0.0) -> None:
        """Play a file.

        Args:
            path: of it.
            from_s: where to begin.
        """
        self._begin(Performance(FileTrack(path), from_s))

    def stream(self, format: str, *, pcm_rate: int = 24_000) -> Feed:  # noqa: A002 - the field's own name
        """Play what will be fed, as soon as some of it is there.

        Args:
            format: what it is said to be: `wav`, `mp3`, `flac`, `opus`, `pcm` and so on. The bytes themselves decide.
            pcm_rate: in Hz, of bare PCM (16 bits, one channel).
        """
        track = StreamTrack(format, pcm_rate, self._wake)
        self._begin(Performance(track, 0.0))
        return Feed(track)

    def pause(self) -> None:
        """Be silent, and keep the place."""
        if self._performance is not None:
            self._performance.going_on = False
        self._order(self._deck.pause)

    def resume(self) -> None:
        """Go on; from the beginning when it had ended. Tries once more what had failed for want of a device."""
        self._begins()
        if self._performance is not None:
            self._performance.going_on = True
        self._order(self._deck.resume)

    def stop(self) -> None:
        """Be silent, and let go of what was played."""
        self._leave()
        self._order(self._deck.stop)

    def seek(self, seconds: float) -> None:
        """Go on from another place; one that is not there yet is taken for the last that is.

        Args:
            seconds: from the beginning.
        """
        performance = self._performance
        if performance is not None:
            performance.seek_to = max(0.0, seconds)
            self._order(self._deck.seek)

    def use_device(self, key: str) -> None:
        """Play through another loudspeaker, from now on.

        Args:
            key: of the device; empty for the default one.
        """
        self._order(lambda: self._deck.use_device(key))

    def close(self) -> None:
        """End everything. Waits a moment for the silence; nothing can be played afterwards."""
        if self._closed:
            return
        self._leave()
        self._order(self._deck.close)
        self._closed = True
        self._orders.put(None)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_CLOSE_S)

    def _begin(self, performance: Performance) -> None:
        if self._closed:
            performance.track.close()
            return
        self._leave()
        self._performance = performance
        self._begins()
        self._order(lambda: self._deck.begin(performance))

    def _leave(self) -> None:
        """Nobody waits any longer for what is played now."""
        if self._performance is not None:
            self._performance.track.leave()

    def _order(self, order: Callable[[], None]) -> None:
        with self._lock:
            if self._closed:
                return
            self._orders.put(order)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="player", daemon=True)
                self._thread.start()

    def _wake(self) -> None:
        """Called in any thread, also in the device's own: so it takes no lock."""
        if not self._awake:
            self._awake = True
            self._orders.put(None)

    def _work(self) -> None:
        while not (self._closed and self._orders.empty()):
            try:
                orders = [self._orders.get(timeout=self._deck.patience_s)]
            except Empty:
                orders = []
            self._awake = False
            orders += [self._orders.get() for _ in range(self._orders.qsize())]
            self._deck.do([order for order in orders if order is not None])
