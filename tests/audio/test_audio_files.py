"""Audio files are known by their content, whatever they are called and whatever their heads say."""

from __future__ import annotations

import os
import struct
import wave
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from audio_parts import read_wav
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sample_sounds import FORMATS, LOSSLESS, RATE, Sound, alike, all_of, encoded, sweep, without_length

from lmstudio_tui.audio.decoding import StreamDecoder
from lmstudio_tui.audio.file_readers import OpenedFile
from lmstudio_tui.audio.files import inspect, to_wav, waveform_of
from lmstudio_tui.audio.values import AudioFormatError, SoundError
from lmstudio_tui.sdk.cancellation import CancelScope
from lmstudio_tui.sdk.errors import RequestCancelledError

ORIGINAL = sweep(2.0)
FILES = {form: encoded(ORIGINAL, form) for form in (*FORMATS, "adpcm", "float", "rf64")}
KINDS = {form: {"vorbis": "ogg", "opus": "ogg", "flac": "flac", "mp3": "mp3"}.get(form, "wav") for form in FILES}


def kept(folder: Path, data: bytes, name: str = "a file") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def near(number: float | None, other: float, most: float = 1e-6) -> bool:
    return number is not None and abs(number - other) <= most


def heard(path: Path) -> Sound:
    opened = OpenedFile(path)
    try:
        return all_of(opened)
    finally:
        opened.close()


@pytest.mark.parametrize("form", sorted(FILES))
@pytest.mark.parametrize("name", ["speech.mp3", "speech.wav", "speech.raw", "speech.pdf", "speech"])
def test_what_a_file_is(tmp_path: Path, form: str, name: str) -> None:
    facts = inspect(kept(tmp_path, FILES[form], name))
    assert facts.kind == KINDS[form]
    assert (facts.sample_rate, facts.channels, facts.size_bytes) == (RATE, 1, len(FILES[form]))
    assert near(facts.duration_s, 2.0, 0.05)


@pytest.mark.parametrize("form", FORMATS)
def test_all_of_it_is_read(tmp_path: Path, form: str) -> None:
    sound = heard(kept(tmp_path, FILES[form]))
    assert abs(len(sound) - len(ORIGINAL)) < 1300
    assert alike(ORIGINAL, sound) > (0.9999 if form in LOSSLESS else 0.97)


@pytest.mark.parametrize("form", FORMATS)
def test_any_place_is_found(tmp_path: Path, form: str) -> None:
    path = kept(tmp_path, encoded(sweep(12.0), form))
    whole = heard(path)
    opened = OpenedFile(path)
    for place in (0, 1, 50_000, 150_001, 7, len(whole) - 3000, 99_999):
        opened.seek(place)
        block = opened.read(2000)
        assert block is not None
        there = block[:, 0]
        # An Opus decoder is never quite as it would be.
        assert np.abs(there - whole[place : place + len(there)]).max() < (0.02 if form == "opus" else 1e-3)
    opened.seek(len(whole))
    assert opened.read(10) is None
    opened.seek(10**12)
    assert opened.read(10) is None
    opened.close()


@pytest.mark.parametrize("form", FORMATS)
def test_several_files_in_one_are_one(tmp_path: Path, form: str) -> None:
    one = heard(kept(tmp_path, FILES[form]))
    path = kept(tmp_path, FILES[form] * 3)
    facts = inspect(path)
    assert near(facts.duration_s, 3 * len(one) / RATE)
    assert np.abs(heard(path) - np.tile(one, 3)).max() < 1e-6
    opened = OpenedFile(path)
    opened.seek(2 * len(one) - 1000)
    assert len(all_of(opened)) == len(one) + 1000
    opened.close()


@pytest.mark.parametrize("length", [0, 1000, 0x7FFF_FFFF, 0xFFFF_FFFF, 10**7])
def test_a_wav_head_that_lies(tmp_path: Path, length: int) -> None:
    path = kept(tmp_path, without_length(FILES["wav"], length))
    assert near(inspect(path).duration_s, 2.0)
    assert np.abs(heard(path) - ORIGINAL).max() < 1e-4
    assert np.abs(heard(kept(tmp_path, path.read_bytes() * 2)) - np.tile(ORIGINAL, 2)).max() < 1e-4


def test_notes_around_the_sound_are_none(tmp_path: Path) -> None:
    picture = b"LIST" + struct.pack("<I", 200_001) + bytes(200_002)
    wav = FILES["wav"]
    at = wav.index(b"data")
    assert np.abs(heard(kept(tmp_path, wav[:at] + picture + wav[at:] + picture)) - ORIGINAL).max() < 1e-4


def test_mp3_with_a_picture_before_it(tmp_path: Path) -> None:
    tag = b"ID3\x03\x00\x00" + bytes([0, 4, 0, 0]) + b"\xff\xfb\x90\x00" * 16_384
    facts = inspect(kept(tmp_path, tag + FILES["mp3"] + b"TAG" + bytes(125)))
    assert facts.kind == "mp3"
    assert near(facts.duration_s, 2.0, 0.1)


def test_flac_that_does_not_know_its_length(tmp_path: Path) -> None:
    data = bytearray(FILES["flac"])
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    assert near(inspect(kept(tmp_path, bytes(data))).duration_s, 2.0)
    data[22:26] = b"\x7f\xff\xff\xff"
    path = kept(tmp_path, bytes(data))
    assert near(inspect(path).duration_s, 2.0)
    assert np.abs(heard(path) - ORIGINAL).max() < 1e-4


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_cut_off_is_as_long_as_it_is(tmp_path: Path, form: str) -> None:
    whole = encoded(sweep(20.0), form)
    path = kept(tmp_path, whole[: len(whole) * 2 // 3])
    duration_s = inspect(path).duration_s
    assert duration_s is not None
    assert 8 < duration_s < 16
    # The last block may be there by its head only.
    assert near(len(heard(path)) / RATE, duration_s, 0.4)


@pytest.mark.parametrize("count", [480, 5000, 65_536])
@pytest.mark.parametrize("cut", [0, 1, 700])
def test_flac_that_was_cut_off_gives_all_that_is_whole(tmp_path: Path, count: int, cut: int) -> None:
    """As the same bytes do in a stream."""
    whole = encoded(sweep(6.0), "flac")
    data = whole[: len(whole) * 2 // 3] if cut else whole
    data = data[: len(data) - cut]
    decoder = StreamDecoder("flac")
    decoder.feed(data)
    decoder.end()
    streamed: list[Sound] = []
    while (block := decoder.read()) is not None:
        streamed.append(block)
    opened = OpenedFile(kept(tmp_path, data))
    sound = all_of(opened, count)
    opened.close()
    assert len(sound) == opened.frames
    assert np.array_equal(sound, np.concatenate(streamed)[:, 0])


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("speech.wav", "no")


def _picture(path: Path) -> None:
    Image.new("RGB", (8, 8)).save(path, "PNG")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (bytes(50_000), "nothing but zeros"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0" + bytes(900), "M4A"),
        (b"\0\0\0\x20ftypisom\0\0\0\0" + bytes(900), "MP4"),
        (b"\0\0\0\x20ftypqt  \0\0\0\0" + bytes(900), "QuickTime"),
        (b"\x1aE\xdf\xa3\x93B\x86\x81\x01B\x82\x84webm", "WebM"),
        (b"\x1aE\xdf\xa3\x93B\x86\x81\x01B\x82\x88matroska", "Matroska"),
        (b"\xff\xf1\x50\x80\x02\x1f\xfc" * 200, "AAC"),
        (b"#!AMR\n" + bytes(range(200)), "AMR"),
        (b"FORM\0\0\0\0AIFF" + bytes(200), "AIFF"),
        (b"RIFF\0\0\0\0AVI LIST" + bytes(200), "AVI"),
        (b"OggS\0\2" + bytes(22) + b"\x80theora", "Ogg video"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
        (b'{"text": "hello"}', "JSON"),
        (b'{"text": "' + b"hello " * 9000 + b'"}', "JSON"),
        ("Früher war alles besser. ".encode() * 2000, "is text"),
        (b"\n<!doctype html>\n<html>", "HTML"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"MThd\0\0\0\6\0\1\0\2", "MIDI"),
        (os.urandom(3) + b"\x80\x81\x00" + bytes(range(256)) * 30, "no audio that is known"),
        (b"fLaC" + bytes(1000), "no sound"),
        (b"RIFF\0\0\0\0WAVE", "no sound"),
        (FILES["wav"][:44], "no sound"),
        (b"ID3\x04\0\0\0\0\0\x0a" + bytes(10), "empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("name", ["speech.wav", "speech.mp3"])
def test_what_is_no_audio_is_named_and_refused(tmp_path: Path, data: bytes, words: str, name: str) -> None:
    path = kept(tmp_path, data, name)
    uses: tuple[Callable[[], object], ...] = (
        lambda: inspect(path),
        lambda: waveform_of(path, 10),
        lambda: to_wav(path, tmp_path / "new.wav"),
    )
    for use in uses:
        with pytest.raises(AudioFormatError, match=words) as refused:
            use()
        assert name in refused.value.message
        assert "WAV, FLAC, Ogg (Vorbis, Opus) and MP3" in refused.value.hint
    assert not (tmp_path / "new.wav").exists()


@pytest.mark.parametrize(("make", "words"), [(_zip, "ZIP"), (_picture, "PNG"), (Path.mkdir, "not a file")])
def test_real_files_of_other_kinds(tmp_path: Path, make: Callable[[Path], None], words: str) -> None:
    make(tmp_path / "speech.ogg")
    with pytest.raises(AudioFormatError, match=words):
        inspect(tmp_path / "speech.ogg")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(AudioFormatError, match="not a file"):
        inspect(tmp_path / "pipe.wav")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match=r"gone\.wav cannot be read: No such file"):
        inspect(tmp_path / "gone.wav")


@pytest.mark.parametrize("form", [*FORMATS, "adpcm"])
def test_as_wav_for_a_server(tmp_path: Path, form: str) -> None:
    target = tmp_path / "for the server.wav"
    told: list[float] = []
    to_wav(kept(tmp_path, FILES[form]), target, tell=told.append)
    sound, rate = read_wav(target)
    with wave.open(str(target)) as file:
        assert (rate, file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
    assert alike(sweep(2.0, rate=16_000), sound) > 0.97
    assert near(told[-1], len(sound) / rate)


def test_voices_of_all_channels_are_kept(tmp_path: Path) -> None:
    quiet = np.zeros_like(ORIGINAL)
    for columns in ([ORIGINAL, quiet], [quiet, ORIGINAL], [quiet, quiet, quiet, ORIGINAL]):
        path = kept(tmp_path, encoded(np.stack(columns, axis=1), "wav"))
        to_wav(path, tmp_path / "mono.wav", RATE)
        sound, _ = read_wav(tmp_path / "mono.wav")
        assert alike(ORIGINAL, sound) > 0.99


def test_making_a_wav_is_left_when_asked(tmp_path: Path) -> None:
    scope = CancelScope()
    scope.cancel()
    target = tmp_path / "new.wav"
    with pytest.raises(RequestCancelledError):
        to_wav(kept(tmp_path, FILES["mp3"]), target, check=scope.raise_if_cancelled)
    assert not target.exists()


def test_a_target_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match=r"new\.wav cannot be written"):
        to_wav(kept(tmp_path, FILES["wav"]), tmp_path / "no folder" / "new.wav")


@pytest.mark.parametrize("form", FORMATS)
def test_how_it_looks(tmp_path: Path, form: str) -> None:
    louder = np.linspace(0, 1, len(ORIGINAL), dtype=np.float32) * ORIGINAL
    peaks = waveform_of(kept(tmp_path, encoded(louder, form)), 40)
    assert len(peaks) == 40
    assert all(0 <= peak <= 1 for peak in peaks)
    assert max(peaks[:4]) < 0.15 < 0.3 < min(peaks[-4:])


def test_how_a_long_one_looks(tmp_path: Path) -> None:
    sound = np.concatenate([np.zeros(RATE * 60, np.float32), np.full(RATE * 60, 0.5, np.float32)])
    peaks = waveform_of(kept(tmp_path, encoded(sound, "flac")), 20)
    assert all(near(peak, 0.0 if number < 10 else 0.5, 0.01) for number, peak in enumerate(peaks))


def test_a_very_short_one_has_few_columns(tmp_path: Path) -> None:
    assert len(waveform_of(kept(tmp_path, encoded(ORIGINAL[:7], "wav")), 80)) == 7


@settings(max_examples=60)
@given(
    form=st.sampled_from(sorted(FILES)),
    damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3000), st.binary(max_size=30)), max_size=5),
    again=st.booleans(),
)
def test_nothing_crashes_it(
    tmp_path_factory: pytest.TempPathFactory, form: str, damage: list[tuple[float, int, bytes]], again: bool
) -> None:
    data = bytearray(FILES[form])
    for where, gone, new in damage:
        at = round(where**3 * len(data))
        data[at : at + gone] = new
    path = kept(tmp_path_factory.mktemp("damaged"), bytes(data) + FILES[form] * again)
    with suppress(SoundError):
        inspect(path)
        waveform_of(path, 5)
        assert np.isfinite(heard(path)).all()
