"""How loud something is."""

from __future__ import annotations

import numpy as np
from audio_parts import near, silence, tone

from lmstudio_tui.audio.levels import Levels, decibels, fraction
from lmstudio_tui.audio.values import QUIETEST_DB


def test_a_column_is_a_tenth_of_a_second_however_it_comes() -> None:
    sound = np.concatenate((tone(0.5, loud=0.5), silence(0.3), tone(0.25, loud=0.1)))
    for pieces in (1, 3, 50, 4000):
        levels = Levels(16_000)
        came = [column for piece in np.array_split(sound, pieces) for column in levels.feed(piece)]
        assert [round(column.peak, 2) for column in came] == [0.5] * 5 + [0.0] * 3 + [0.1] * 2
        assert [round(column.rms, 2) for column in came] == [0.35] * 5 + [0.0] * 3 + [0.07] * 2
        assert levels.last(100) == tuple(came)
        assert levels.last(3) == tuple(came[-3:])
        assert levels.last(0) == ()
        assert near(levels.peak_of_all(), 0.5, 1e-3)


def test_full_scale_is_noticed() -> None:
    levels = Levels(16_000)
    (column,) = levels.feed(np.full((1600, 1), 32_767 / 32_768, dtype=np.float32))
    assert column.clipped
    assert not any(each.clipped for each in levels.feed(tone(0.1, loud=0.99)))
    (beyond,) = levels.feed(np.full((1600, 1), -3.0, dtype=np.float32))
    assert (beyond.peak, beyond.rms, beyond.clipped) == (1.0, 1.0, True)


def test_only_so_much_is_kept() -> None:
    levels = Levels(100)
    for _ in range(60):
        levels.feed(np.zeros((1000, 1), dtype=np.float32))
    assert len(levels.last(100_000)) == 4096


def test_decibels() -> None:
    assert decibels(1.0) == 0.0
    assert near(decibels(0.5), -6.02, 0.01)
    assert decibels(0.0) == decibels(1e-9) == QUIETEST_DB
    assert near(fraction(decibels(0.25)), 0.25)
