"""Something being played, and how far it is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lmstudio_tui.audio.values import PlayerPhase, PlayerState, SoundError

if TYPE_CHECKING:
    from lmstudio_tui.audio.mixer import Mixer
    from lmstudio_tui.audio.readers import Converted
    from lmstudio_tui.audio.tracks import Track


class Performance:
    """Something being played. One thread changes it; `state` and `seek_to` are for all.

    Args:
        track: what is played.
        from_s: where to begin.

    Attributes:
        begun_at: when it was asked for, by `time.monotonic`.
        phase: as in `PlayerState`.
        place: where it was when its mixer began to count, and that mixer; None when there is none.
        seek_to: where to go next; None when nothing was asked for.
        going_on: whether it was asked to go on, which a device may take a second for.
        sounding: whether the mixer is open for it.
        needed_s: so much has to be there before it sounds.
        source: what the loudspeaker is supplied from, at its rate.
        supplied: whether all of it was handed to the mixer.
        problem, stalls, first_sound_ms, device, duration_s: as in `PlayerState`.
    """

    def __init__(self, track: Track, from_s: float) -> None:
        self.track = track
        self.begun_at = time.monotonic()
        self.phase: PlayerPhase = "waiting"
        self.place: tuple[float, Mixer | None] = (0.0, None)
        self.seek_to: float | None = from_s if from_s > 0 else None
        self.going_on = False
        self.sounding = False
        self.needed_s = 0.1
        self.source: Converted | None = None
        self.supplied = False
        self.problem: SoundError | None = None
        self.stalls = 0
        self.first_sound_ms: float | None = None
        self.device = ""
        self.duration_s = 0.0

    @property
    def gap(self) -> PlayerPhase:
        """What it is while it waits for more."""
        return "waiting" if self.first_sound_ms is None else "stalled"

    @property
    def position_s(self) -> float:
        """What is heard now."""
        base_s, mixer = self.place
        return base_s if mixer is None else base_s + mixer.heard(time.monotonic()) / mixer.rate

    def note_first_sound(self) -> None:
        """Look when its first sound was heard, unless that is known."""
        mixer = self.place[1]
        if self.first_sound_ms is None and mixer is not None and mixer.first_at is not None:
            self.first_sound_ms = (mixer.first_at - self.begun_at) * 1000

    def state(self, volume: float) -> PlayerState:
        """All of it, for others."""
        seek_to = self.seek_to
        position_s = self.position_s if seek_to is None else seek_to
        return PlayerState(
            phase=self.gap if self.going_on and self.phase == "paused" else self.phase,
            position_s=min(position_s, self.duration_s) if self.duration_s else position_s,
            duration_s=self.duration_s,
            complete=self.track.complete,
            first_sound_ms=self.first_sound_ms,
            stalls=self.stalls,
            volume=volume,
            device=self.device,
            problem=self.problem,
        )
