"""Sound that is kept while it arrives."""

from __future__ import annotations

import numpy as np
from sample_sounds import RATE

from lmstudio_tui.audio.spool import Spool


def test_a_long_stream_is_kept_on_the_disk() -> None:
    spool = Spool(RATE, 2, in_memory=10_000)
    sound = np.random.default_rng(1).normal(size=(50_000, 2)).astype(np.float32)
    for start in range(0, len(sound), 480):
        spool.add(sound[start : start + 480])
    for place in (0, 49_000, 12_345, 3):
        spool.seek(place)
        block = spool.read(1000)
        assert block is not None
        assert (block == sound[place : place + 1000]).all()
    spool.seek(10**9)
    nothing = spool.read(10)
    assert nothing is not None
    assert len(nothing) == 0
    spool.ended = True
    assert spool.read(10) is None
    spool.close()
    spool.add(sound)
    spool.close()
