"""WAV files that are whole while they are written, and ones that have to be mended."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
import soundfile  # pyright: ignore[reportMissingTypeStubs]
from audio_parts import Sound, read_wav, seconds_of, tone, write_wav

from lmstudio_tui.audio import wavfile
from lmstudio_tui.audio.file_readers import OpenedFile
from lmstudio_tui.audio.resampling import to_int16
from lmstudio_tui.audio.values import AudioFormatError
from lmstudio_tui.audio.wavfile import WavWriter, mend, read_facts

PIECE = to_int16(tone(0.1)).tobytes()


def written(path: Path, pieces: int, *, channels: int = 1, rate: int = 16_000) -> WavWriter:
    writer = WavWriter(path, rate, channels)
    for _ in range(pieces):
        writer.write(PIECE)
    return writer


@pytest.mark.parametrize(("channels", "rate"), [(1, 16_000), (2, 48_000)])
def test_other_readers_understand_it(tmp_path: Path, channels: int, rate: int) -> None:
    path = tmp_path / "a.wav"
    writer = written(path, 10, channels=channels, rate=rate)
    writer.close()
    writer.close()
    facts = soundfile.info(path)
    assert (facts.samplerate, facts.channels, facts.subtype) == (rate, channels, "PCM_16")
    assert facts.frames == writer.frames == 16_000 // channels
    assert read_facts(path).duration_s == facts.frames / rate
    assert path.read_bytes()[44:] == PIECE * 10
    assert not mend(path)


def test_an_empty_one_is_a_file_all_the_same(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "a.wav", 16_000, 1)
    assert seconds_of(tmp_path / "a.wav") == 0.0
    writer.close()
    assert seconds_of(tmp_path / "a.wav") == 0.0


def test_the_header_keeps_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(wavfile.time, "monotonic", lambda: clock[0])
    writer = WavWriter(tmp_path / "a.wav", 16_000, 1)
    for number in range(1, 40):
        clock[0] += 0.1
        writer.write(PIECE)
        assert (tmp_path / "a.wav").stat().st_size == 44 + number * len(PIECE), "nothing waits in a buffer"
        assert number / 10 - seconds_of(tmp_path / "a.wav") < 0.45
    writer.close()


@pytest.mark.parametrize("told", [0, 4 * len(PIECE), 0xFFFF_FFFF, 0xFFFF_FFFF - 36, 50 * len(PIECE)])
def test_a_header_that_lies_is_mended(tmp_path: Path, told: int) -> None:
    path = write_wav(tmp_path / "a.wav", tone(1.0))
    data = bytearray(path.read_bytes())
    data[4:8] = min(told + 36, 0xFFFF_FFFF).to_bytes(4, "little")
    data[40:44] = told.to_bytes(4, "little")
    path.write_bytes(data + b"\0")  # And half a sample, as a crash may leave it.
    assert mend(path)
    assert seconds_of(path) == 1.0
    assert path.stat().st_size == 44 + 32_000
    assert not mend(path)


def test_what_follows_the_samples_stays(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(1.0))
    more = b"LIST\x04\0\0\0INFO"
    data = bytearray(path.read_bytes() + more)
    data[4:8] = (len(data) - 8).to_bytes(4, "little")
    path.write_bytes(data)
    assert not mend(path)
    path.write_bytes(data[:-3])
    assert mend(path)
    assert seconds_of(path) == 1.0
    assert not mend(path)


def frames_of(path: Path) -> Sound:
    """All frames of a file, as they are played and sent."""
    opened, blocks = OpenedFile(path), list[Sound]()
    while (block := opened.read(1000)) is not None:
        blocks.append(block)
    opened.close()
    return np.concatenate(blocks)


@pytest.mark.parametrize("told", [None, 0, 0xFFFF_FFFF])
@pytest.mark.parametrize("cut", [0, 7_000, 31_990])
def test_several_one_after_the_other_stay_as_they_are(tmp_path: Path, told: int | None, cut: int) -> None:
    """None of their headers is heard, also when the last one broke off."""
    path = write_wav(tmp_path / "a.wav", tone(1.0))
    one = bytearray(path.read_bytes())
    if told is not None:
        one[4:8] = one[40:44] = told.to_bytes(4, "little")
    data = bytes(one * 3)
    data = data[: len(data) - cut]
    path.write_bytes(data)
    assert not mend(path)
    assert path.read_bytes() == data
    sound, _ = read_wav(write_wav(tmp_path / "b.wav", tone(1.0)))
    assert np.array_equal(frames_of(path)[:, 0], np.tile(sound, 3)[: 48_000 - cut // 2])


def test_notes_that_the_header_does_not_count_are_no_samples(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(1.0))
    path.write_bytes(path.read_bytes() + b"LIST\x04\0\0\0INFO")
    assert mend(path)
    assert seconds_of(path) == 1.0
    assert len(frames_of(path)) == 16_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"OggS" + bytes(100),
        b"RIFF\x24\0\0\0WAVE",
        b"RIFF\x24\0\0\0WAVEdata\x04\0\0\0abcd",
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + bytes(16),
        b"RIFF\x24\0\0\0WAVE" + b"junk\xff\xff\xff\xff" * 10,
    ],
)
def test_what_is_no_wav_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    with pytest.raises(AudioFormatError, match=r"a\.wav is"):
        mend(path)
    assert path.read_bytes() == data


def test_a_disk_that_takes_a_part(tmp_path: Path) -> None:
    """What fitted is there, in whole frames."""

    class Full:
        def __init__(self, file: object) -> None:
            self.file = file
            self.room = 5_001

        def write(self, data: memoryview) -> int:
            if not self.room and len(data) != 44:
                raise OSError(errno.ENOSPC, "No space left on device")
            taken = len(data) if len(data) == 44 else min(1_000, self.room, len(data))
            self.room -= taken if len(data) != 44 else 0
            return self.file.write(data[:taken])  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType, reportAttributeAccessIssue]

        def __getattr__(self, name: str) -> object:
            return getattr(self.file, name)

    writer = written(tmp_path / "a.wav", 1)
    writer._file = Full(writer._file)  # type: ignore[assignment]
    writer.write(PIECE)
    with pytest.raises(OSError, match="No space"):
        writer.write(PIECE)
    writer.close()
    assert seconds_of(tmp_path / "a.wav") == (len(PIECE) + 5_000) / 32_000
    samples, _ = read_wav(tmp_path / "a.wav")
    assert np.array_equal(to_int16(samples), np.frombuffer((PIECE * 3)[: len(PIECE) + 5_000], "<i2"))


def test_more_than_the_header_can_count_is_refused(tmp_path: Path) -> None:
    writer = written(tmp_path / "a.wav", 1)
    writer._bytes = 0xFFFF_FFFF - 2_000
    with pytest.raises(OSError, match="too large"):
        writer.write(PIECE)
    writer._bytes = len(PIECE)
    writer.close()
    assert seconds_of(tmp_path / "a.wav") == 0.1
