"""Silence is cut off, and never a word."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from audio_parts import Sound, near, read_wav, seconds_of, silence, tone, write_wav
from hypothesis import given, settings
from hypothesis import strategies as st

from lmstudio_tui.audio import trimming
from lmstudio_tui.audio.trimming import trim_silence
from lmstudio_tui.audio.values import AudioFormatError


def cut(path: Path, *parts: Sound, db: float = -45.0) -> tuple[float, Sound]:
    write_wav(path, np.concatenate(parts))
    return trim_silence(path, db), read_wav(path)[0]


@settings(max_examples=25)
@given(before=st.floats(0, 70), after=st.floats(0, 70), said=st.floats(0.05, 3))
def test_all_that_is_heard_stays(
    tmp_path_factory: pytest.TempPathFactory, before: float, after: float, said: float
) -> None:
    folder = tmp_path_factory.mktemp("trim")
    whole = round(before * 16_000) + round(after * 16_000) + round(said * 16_000)
    trimmed, left = cut(folder / "a.wav", silence(before), tone(said), silence(after))
    assert near(trimmed, max(0, before - 0.3) + max(0, after - 0.3), 0.05)
    assert len(left) == whole - round(trimmed * 16_000)
    energy = float((tone(said) ** 2).sum())
    assert near(float((left**2).sum()), energy, energy * 1e-3)
    assert [each.name for each in folder.iterdir()] == ["a.wav"]


def test_silence_in_between_stays(tmp_path: Path) -> None:
    trimmed, left = cut(tmp_path / "a.wav", silence(2), tone(1), silence(5), tone(1), silence(2))
    assert near(trimmed, 3.4)
    assert len(left) == round(7.6 * 16_000)


def test_all_silent_stays_as_it_is(tmp_path: Path) -> None:
    trimmed, left = cut(tmp_path / "a.wav", silence(3))
    assert (trimmed, len(left)) == (0.0, 48_000)
    trimmed, left = cut(tmp_path / "a.wav", silence(0))
    assert (trimmed, len(left)) == (0.0, 0)


def test_what_counts_as_silence_can_be_said(tmp_path: Path) -> None:
    quiet = tone(1, loud=0.01)  # About -43 dB.
    assert cut(tmp_path / "a.wav", quiet, tone(1), quiet, db=-60)[0] == 0.0
    assert near(cut(tmp_path / "a.wav", quiet, tone(1), quiet, db=-30)[0], 1.4)


def test_a_voice_in_one_channel_is_heard(tmp_path: Path) -> None:
    voice = np.concatenate((silence(2), tone(1), silence(2)))
    write_wav(tmp_path / "a.wav", np.hstack((np.zeros_like(voice), voice)))
    assert near(trim_silence(tmp_path / "a.wav", -45), 3.4)
    assert near(seconds_of(tmp_path / "a.wav"), 1.6)


def test_without_room_for_another_file_it_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(trimming.WavWriter):
        def write(self, data: bytes) -> None:
            raise OSError(28, "No space left on device")

    path = write_wav(tmp_path / "a.wav", np.concatenate((silence(2), tone(1))))
    before = path.read_bytes()
    monkeypatch.setattr(trimming, "WavWriter", Full)
    with pytest.raises(OSError, match="No space"):
        trim_silence(path, -45)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


def test_what_is_no_wav_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("text")
    with pytest.raises(AudioFormatError):
        trim_silence(tmp_path / "a.wav", -45)
