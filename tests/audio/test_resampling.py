"""Sample rates, channels, 16 bits."""

from __future__ import annotations

import numpy as np
import pytest
from audio_parts import Sound, tone
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.audio.resampling import Resampler, from_int16, mixed, to_int16


def resampled(samples: Sound, from_rate: int, to_rate: int, pieces: int) -> Sound:
    resampler = Resampler(from_rate, to_rate, samples.shape[1])
    parts = [resampler.feed(piece) for piece in np.array_split(samples, pieces)]
    return np.concatenate([*parts, resampler.end()])


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_a_tone_stays_the_tone_it_is(rate: int) -> None:
    made = resampled(tone(1.0, rate=rate), rate, 16_000, 23)
    assert abs(len(made) - 16_000) <= 1
    wanted = tone(1.0)[: len(made)]
    # But for both ends, where the filter has nothing to go by.
    assert np.abs(made[400:-400] - wanted[400 : len(made) - 400]).max() < 2e-3


def test_what_is_too_high_for_the_new_rate_is_taken_out_and_not_folded() -> None:
    made = resampled(tone(1.0, rate=48_000, hertz=11_000), 48_000, 16_000, 10)
    assert np.abs(made[400:-400]).max() < 1e-3


@given(pieces=st.integers(1, 300))
def test_pieces_have_no_seams(pieces: int) -> None:
    sound = tone(0.3, rate=48_000)
    whole, made = resampled(sound, 48_000, 16_000, 1), resampled(sound, 48_000, 16_000, pieces)
    assert made.shape == whole.shape
    assert np.abs(made - whole).max() < 1e-6


def test_the_same_rate_changes_nothing() -> None:
    sound = tone(0.1)
    assert np.array_equal(resampled(sound, 16_000, 16_000, 7), sound)


def test_nothing_comes_after_the_end() -> None:
    resampler = Resampler(48_000, 16_000, 1)
    resampler.end()
    assert len(resampler.feed(tone(0.1, rate=48_000))) == 0
    assert len(resampler.end()) == 0


def test_stereo_becomes_the_mean_of_both_channels() -> None:
    stereo = np.array([[0.5, 0.1], [-1.0, 1.0], [1.0, 1.0]], dtype=np.float32)
    assert [round(float(each), 3) for each in mixed(stereo, 1).ravel()] == [0.3, 0.0, 1.0]
    assert np.array_equal(mixed(stereo, 2), stereo)


def test_more_channels_are_copies_of_one() -> None:
    mono = np.array([[0.5], [-0.25]], dtype=np.float32)
    assert np.array_equal(mixed(mono, 2), [[0.5, 0.5], [-0.25, -0.25]])
    assert np.array_equal(mixed(mixed(mono, 2), 3), [[0.5, 0.5, 0.0], [-0.25, -0.25, 0.0]])
    assert mixed(mixed(mono, 3), 2).shape == (2, 2)


@given(st.lists(st.integers(-32_768, 32_767), min_size=1))
def test_sixteen_bits_survive_the_way_there_and_back(values: list[int]) -> None:
    data = np.array(values, dtype="<i2")
    assert np.array_equal(to_int16(from_int16(data.tobytes(), 1)).ravel(), data)


def test_what_is_too_loud_stays_at_full_scale() -> None:
    loud = np.array([[1.0], [1.5], [-1.0], [-7.0], [0.00001]], dtype=np.float32)
    assert to_int16(loud).ravel().tolist() == [32_767, 32_767, -32_768, -32_768, 0]
