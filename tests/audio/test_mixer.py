"""What the loudspeaker is given: every sample once, in order, and never with a click."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_sounds import Sound

from lmstudio_tui.audio.mixer import FADE_S, Mixer

RATE = 48_000
FADE = round(FADE_S * RATE)
CLICK = 1.5 / FADE
"""What is no steeper than the fade is no click."""


def steady(frames: int, level: float = 1.0) -> Sound:
    return np.full((frames, 1), level, np.float32)


def counted(frames: int, start: int = 0) -> Sound:
    """Every sample is another number."""
    return (np.arange(start, start + frames, dtype=np.float32) / np.float32(2**20))[:, None]


def pulled(mixer: Mixer, frames: int, at: float = 0.0) -> Sound:
    out = np.full((frames, mixer.channels), 9.0, np.float32)
    mixer.mix(out, at)
    return out


def steepest(sound: Sound) -> float:
    """The largest step from one sample to the next."""
    return float(np.abs(np.diff(sound[:, 0])).max(initial=0.0))


def test_it_is_silent_until_it_is_opened() -> None:
    mixer = Mixer(RATE, 2)
    mixer.put(np.ones((1000, 2), np.float32))
    assert not pulled(mixer, 500).any()
    assert mixer.queued == 1000
    assert mixer.first_at is None
    assert mixer.silenced.is_set()


def test_the_beginning_is_as_it_is_and_what_goes_on_fades_in() -> None:
    for faded in (False, True):
        mixer = Mixer(RATE, 1)
        mixer.put(steady(5000))
        mixer.open(faded=faded)
        sound = pulled(mixer, 2000)
        assert sound[0, 0] == (1.0 if not faded else np.float32(1 / FADE))
        assert (sound[FADE:] == 1).all()
        assert steepest(sound) < CLICK


def test_a_pause_fades_out_and_nothing_is_lost() -> None:
    mixer = Mixer(RATE, 1)
    mixer.put(counted(50_000))
    mixer.open(faded=False)
    before = pulled(mixer, 1000)
    mixer.shut()
    assert not mixer.silenced.is_set()
    fading = pulled(mixer, 1000)
    assert mixer.silenced.is_set()
    assert not fading[FADE:].any()
    assert not pulled(mixer, 1000).any()
    mixer.open(faded=True)
    after = pulled(mixer, 1000)
    assert before[-1, 0] == np.float32(999 / 2**20)
    assert after[FADE, 0] == np.float32((1000 + FADE + FADE) / 2**20)


def test_a_gap_is_a_fade_and_silence_and_then_goes_on_where_it_was() -> None:
    mixer = Mixer(RATE, 1)
    mixer.put(steady(3000))
    mixer.open(faded=False)
    heard = np.concatenate([pulled(mixer, 512) for _ in range(10)])
    assert mixer.starved
    assert mixer.silenced.is_set()
    assert steepest(heard) < CLICK
    played = mixer.heard(1e9)
    assert played + mixer.queued == 3000
    mixer.put(steady(3000))
    mixer.open(faded=True)
    assert not mixer.starved
    assert steepest(np.concatenate([pulled(mixer, 512) for _ in range(4)])) < CLICK


def test_a_gap_does_not_click_however_small_the_blocks_are() -> None:
    for block in (1, 2, 46, 104, 383, 384, 385, 5000):
        for volume in (1.0, 2.0):
            mixer = Mixer(RATE, 1, volume)
            mixer.put(steady(3000, 0.5))
            mixer.open(faded=True)
            heard = np.concatenate([pulled(mixer, block) for _ in range(4000 // block + 2)])
            assert steepest(heard) < CLICK
            assert mixer.starved


def test_the_end_is_played_to_the_last_sample() -> None:
    mixer = Mixer(RATE, 1)
    mixer.put(counted(1300))
    mixer.finish()
    mixer.open(faded=False)
    heard = np.concatenate([pulled(mixer, 512, at=100.0 + number * 512 / RATE) for number in range(4)])
    assert (heard[:1300] == counted(1300)).all()
    assert not heard[1300:].any()
    assert not mixer.starved
    assert mixer.ended_at is not None
    assert abs(mixer.ended_at - (100.0 + 1300 / RATE)) < 1e-6


def test_an_end_with_nothing_before_it() -> None:
    mixer = Mixer(RATE, 1)
    mixer.finish()
    assert mixer.ended_at is not None
    mixer.open(faded=False)
    assert not pulled(mixer, 100).any()


def test_a_change_of_the_volume_is_smooth() -> None:
    mixer = Mixer(RATE, 1, 1.0)
    mixer.put(steady(100_000, 0.5))
    mixer.open(faded=False)
    heard = [pulled(mixer, 1000)]
    for volume in (0.1, 2.0, 0.0, 1.0):
        mixer.volume = volume
        heard.append(pulled(mixer, 1000))
        assert abs(heard[-1][-1, 0] - 0.5 * volume) < 1e-6
    assert steepest(np.concatenate(heard)) < CLICK


def test_louder_than_loud_is_cut_and_does_not_wrap() -> None:
    mixer = Mixer(RATE, 1, 2.0)
    mixer.put(np.array([[0.9], [-0.9]], np.float32).repeat(500, 0))
    mixer.finish()
    mixer.open(faded=False)
    heard = pulled(mixer, 1000)
    assert heard.max() == 1
    assert heard.min() == -1


def test_what_is_heard_is_what_was_taken_a_while_ago() -> None:
    mixer = Mixer(RATE, 1)
    mixer.put(steady(48_000))
    mixer.open(faded=False)
    now = time.monotonic()
    for number in range(10):
        pulled(mixer, 480, at=now + 10 + number * 0.01)
    assert mixer.heard(now) == 0
    assert mixer.heard(now + 10.005) == 240
    assert mixer.heard(now + 10.095) == 4560
    assert mixer.heard(now + 99) == 4800
    mixer.clear()
    assert mixer.heard(now + 99) == 0
    assert mixer.queued == 0


@settings(max_examples=200)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("put"), st.integers(1, 3000)),
            st.tuples(st.just("pull"), st.integers(1, 2000)),
            st.tuples(st.sampled_from(["open", "shut"]), st.just(0)),
        ),
        max_size=40,
    )
)
def test_every_sample_is_played_once_and_in_order(steps: list[tuple[str, int]]) -> None:
    mixer = Mixer(RATE, 1)
    there = taken = 0
    heard: list[Sound] = []
    for what, count in steps:
        if what == "put":
            mixer.put(steady(count))
            there += count
        elif what == "pull":
            heard.append(pulled(mixer, count))
        elif what == "open":
            mixer.open(faded=True)
        else:
            mixer.shut()
        taken = mixer.heard(1e9)
        assert taken + mixer.queued == there
    if heard:
        sound = np.concatenate(heard)
        assert steepest(sound) < CLICK
        assert int((sound > 0).sum()) <= taken
