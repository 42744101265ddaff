"""Playing recordings: the player of the pane, and what is asked of it while something is heard."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Final

from lmstudio_tui.audio.values import PlayerState
from lmstudio_tui.tui.panes.transcribe.words import failure_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.audio.player import Player
    from lmstudio_tui.audio.sound import Sound
    from lmstudio_tui.store.media.records import RecordingRecord

_MOVING: Final = frozenset({"waiting", "playing", "stalled"})
"""Phases in which something changes by itself."""
_SETTLING_S: Final = 1.0
"""For so long after an order the player may still be as it was before."""


class Playing:
    """What is played here.

    Args:
        sound: gives the player.
        changed: is called when it begins, ends, or cannot.
        failed: is given a sentence when it cannot be played.
    """

    def __init__(self, sound: Sound, changed: Callable[[], None], failed: Callable[[str], None]) -> None:
        self.recording: str | None = None
        self._sound = sound
        self._changed = changed
        self._failed = failed
        self._told = False
        self._ordered_at = float("-inf")

    @cached_property
    def _player(self) -> Player:
        return self._sound.player()

    @property
    def state(self) -> PlayerState:
        """How far it is."""
        return self._player.state if self.shown else PlayerState()

    @property
    def shown(self) -> bool:
        """Whether there is something to be shown."""
        return self.recording is not None

    @property
    def moving(self) -> bool:
        """Whether something changes by itself, so that it has to be looked at."""
        return self.shown and (self.state.phase in _MOVING or time.monotonic() < self._ordered_at + _SETTLING_S)

    def play(self, record: RecordingRecord, from_s: float = 0.0) -> None:
        """Play it from there; what was played before is no longer."""
        self.recording, self._told = record.id, False
        self._player.play(record.path, from_s)
        self._ordered()

    def toggle(self) -> None:
        """Pause, or go on."""
        if self.shown:
            if self._player.state.phase == "paused":
                self._player.resume()
            else:
                self._player.pause()
        self._ordered()

    def seek(self, position_s: float) -> None:
        """Go to another place."""
        if self.shown:
            self._player.seek(position_s)
        self._ordered()

    def turn(self, volume: float) -> None:
        """Louder or softer."""
        self._player.volume = volume
        self._ordered()

    def stop(self) -> None:
        """Play no more."""
        if self.shown:
            self._player.stop()
        self.recording = None
        self._changed()

    def _ordered(self) -> None:
        self._ordered_at = time.monotonic()
        self._changed()

    def tick(self) -> None:
        """See whether it could not be played."""
        problem = self.state.problem
        if problem is not None and not self._told:
            self._told = True
            self._failed(failure_in_words(problem))
