"""The voices of the simulator: each speaks the tone code at a pitch of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToneVoice:
    """A voice.

    Attributes:
        name: What to ask for.
        lowest_hz: The lowest of its tones at usual speed.
    """

    name: str
    lowest_hz: float


VOICES: tuple[ToneVoice, ...] = (
    ToneVoice("alto", 760.0),
    ToneVoice("bass", 320.0),
    ToneVoice("baritone", 440.0),
    ToneVoice("tenor", 580.0),
    ToneVoice("soprano", 1100.0),
    ToneVoice("piccolo", 1700.0),
)
"""The first one speaks when none is asked for."""
