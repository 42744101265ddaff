"""Audio is decoded while it arrives, whatever arrives."""

from __future__ import annotations

import threading
from contextlib import suppress
from queue import SimpleQueue

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_sounds import FORMATS, LOSSLESS, RATE, Sound, alike, encoded, sweep, without_length

from lmstudio_tui.audio.decoding import StreamDecoder
from lmstudio_tui.audio.values import AudioFormatError

ORIGINAL = sweep(1.0)
FILES = {form: encoded(ORIGINAL, form) for form in (*FORMATS, "adpcm")}


def decoded(data: bytes, said: str = "wav", *, step: int = 3000) -> tuple[Sound, StreamDecoder]:
    """All of it, fed in pieces beforehand."""
    decoder = StreamDecoder(said)
    for start in range(0, len(data), step):
        decoder.feed(data[start : start + step])
    decoder.end()
    return rest_of(decoder), decoder


def rest_of(decoder: StreamDecoder) -> Sound:
    blocks: list[Sound] = []
    while (block := decoder.read()) is not None:
        blocks.append(block[:, 0])
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("step", [1, 97, 1_000_000])
def test_every_format_however_it_is_cut(form: str, step: int) -> None:
    sound, decoder = decoded(FILES[form], form, step=step)
    assert decoder.sample_rate == RATE
    assert decoder.channels == 1
    assert abs(len(sound) - len(ORIGINAL)) < 1300
    assert alike(ORIGINAL, sound) > (0.999 if form in LOSSLESS else 0.97)


@pytest.mark.parametrize("form", FORMATS)
def test_sound_comes_before_the_file_is_whole(form: str) -> None:
    decoder = StreamDecoder(form)
    data = encoded(sweep(20.0), form)
    heard: SimpleQueue[bool] = SimpleQueue()

    def read() -> None:
        heard.put(decoder.read() is not None)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    decoder.feed(data[: len(data) * 2 // 3])
    assert heard.get(timeout=60)
    thread.join()
    decoder.close()


@pytest.mark.parametrize("form", FORMATS)
def test_several_files_in_a_row_are_one_sound(form: str) -> None:
    once, _ = decoded(FILES[form], form)
    later = encoded(sweep(0.7, start=3.0), form)
    both, _ = decoded(FILES[form] + later, form)
    alone, _ = decoded(later, form)
    assert len(both) == len(once) + len(alone)
    assert alike(sweep(0.7, start=3.0), both[len(once) :]) > 0.97


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_of_another_rate_in_the_middle_is_not_pitched(form: str) -> None:
    rate = 48_000
    other = encoded(sweep(0.8, rate=rate), form, rate=rate)
    both, decoder = decoded(FILES[form] + other, form)
    assert decoder.sample_rate == RATE
    first, _ = decoded(FILES[form], form)
    assert alike(sweep(0.8), both[len(first) :]) > 0.97


@pytest.mark.parametrize("length", [0, 0xFFFF_FFFF, 0x7FFF_FFFF, 0xFFFF_FF00, 100, 10**6, 10**8])
@pytest.mark.parametrize("copies", [1, 2, 3])
def test_a_wav_head_that_lies_about_its_length(length: int, copies: int) -> None:
    sound, _ = decoded(without_length(FILES["wav"], length) * copies)
    assert np.abs(sound - np.tile(ORIGINAL, copies)).max() < 1e-4


def test_notes_behind_the_sound_are_not_played() -> None:
    notes = b"LIST" + (26).to_bytes(4, "little") + b"INFOISFT" + b"\x7f\x00" * 9
    sound, _ = decoded(FILES["wav"] + notes + FILES["wav"])
    assert len(sound) == 2 * len(ORIGINAL)


@pytest.mark.parametrize("form", ["float", "wide", "int32", "bytes", "double", "mulaw", "alaw", "extensible", "rf64"])
def test_wav_in_every_way_of_writing(form: str) -> None:
    sound, decoder = decoded(encoded(ORIGINAL, form), step=701)
    assert decoder.kind == "wav"
    assert len(sound) == len(ORIGINAL)
    assert np.abs(sound - ORIGINAL).max() < 0.03
    assert alike(ORIGINAL, sound) > 0.999


def test_wav_that_takes_a_decoder_is_decoded_when_it_is_whole() -> None:
    sound, _ = decoded(FILES["adpcm"])
    assert alike(ORIGINAL, sound) > 0.97


def test_floats_that_are_no_numbers_are_no_bangs() -> None:
    bad = ORIGINAL.copy()
    bad[100:110] = [np.nan, np.inf, -np.inf, 1e30, -1e30, 0, 0, 0, 0, 0]
    sound, _ = decoded(encoded(bad, "float"))
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 8


def test_two_channels_stay_two() -> None:
    both = np.stack([ORIGINAL, -ORIGINAL], axis=1)
    decoder = StreamDecoder("flac")
    decoder.feed(encoded(both, "flac"))
    decoder.end()
    block = decoder.read()
    assert block is not None
    assert block.shape[1] == decoder.channels == 2
    assert np.abs(block[:, 0] + block[:, 1]).max() < 1e-3


@pytest.mark.parametrize("rate", [8_000, 24_000, 44_100])
def test_bare_pcm(rate: int) -> None:
    decoder = StreamDecoder("pcm", rate)
    data = (ORIGINAL * 32767).astype("<i2").tobytes()
    for start in range(0, len(data), 333):  # Samples are cut in the middle.
        decoder.feed(data[start : start + 333])
    decoder.end()
    assert np.abs(rest_of(decoder) - ORIGINAL).max() < 1e-3
    assert decoder.sample_rate == rate


def test_pcm_that_begins_like_mp3_is_pcm() -> None:
    quiet = np.full(4000, -1, "<i2").tobytes() + (ORIGINAL * 32767).astype("<i2").tobytes()
    frame_like = b"\xff\xf3\x84\xc4" + quiet
    sound, decoder = decoded(frame_like, "pcm")
    assert decoder.kind == "pcm"
    assert len(sound) == len(frame_like) // 2


# Bare PCM may begin as MP3 does.
@pytest.mark.parametrize(
    ("form", "said"),
    [(form, said) for form in FORMATS for said in ("pcm", "mp3", "wav", "aac", "") if (form, said) != ("mp3", "pcm")],
)
def test_the_bytes_decide_and_not_what_was_said(form: str, said: str) -> None:
    sound, decoder = decoded(FILES[form], said)
    assert decoder.kind == {"vorbis": "ogg", "opus": "ogg"}.get(form, form)
    assert alike(ORIGINAL, sound) > 0.97


def test_tags_before_and_behind_are_left_out() -> None:
    picture = b"ID3\x04\x00\x00" + bytes([0, 1, 0x16, 0]) + bytes(19_200)
    for form in ("mp3", "flac"):
        plain, _ = decoded(FILES[form], form)
        tagged, _ = decoded(picture + FILES[form] + b"TAG" + bytes(125), form, step=500)
        assert abs(len(plain) - len(tagged)) <= 1152
        assert alike(ORIGINAL, tagged) > 0.97


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_cut_off_is_played_as_far_as_it_goes(form: str) -> None:
    whole = encoded(sweep(20.0), form)
    sound, _ = decoded(whole[: len(whole) * 2 // 3], form)
    assert 0.4 < len(sound) / RATE / 20 < 0.8


@pytest.mark.parametrize("form", FORMATS)
def test_damage_is_passed_over(form: str) -> None:
    whole = bytearray(encoded(sweep(20.0), form))
    middle = len(whole) // 2
    whole[middle : middle + 100] = bytes(100)
    sound, _ = decoded(bytes(whole) + FILES[form], form)
    assert len(sound) > 9 * RATE
    # At the latest it goes on with the next file.
    assert alike(ORIGINAL, sound[-len(ORIGINAL) - 1500 :], most_shift=2500) > 0.97


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no sound"),
        (b"{}", "JSON"),
        (b'{"error": {"message": "no such voice"}}', "JSON"),
        (b"<!DOCTYPE html><html>busy</html>", "HTML"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00" + bytes(8000), "M4A"),
        (b"\x1aE\xdf\xa3\x01\x00\x00\x00webm" + bytes(8000), "WebM"),
        (b"\xff\xf1\x50\x80" + bytes(8000), "AAC"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "no sound"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00" + bytes(200), "cannot be"),
        (b"fLaC" + bytes(500), "no sound"),
        (b"OggS" + bytes(5000), "sound"),
        (bytes(9000), "zeros"),
    ],
    ids=["nothing", "json", "error", "html", "m4a", "webm", "aac", "wav cut", "wav odd", "flac", "ogg", "zeros"],
)
def test_what_is_no_sound_is_named(data: bytes, words: str) -> None:
    with pytest.raises(AudioFormatError, match=words):
        decoded(data, "mp3")


def test_closing_lets_go_of_whoever_waits() -> None:
    for form in FORMATS:
        decoder = StreamDecoder(form)
        decoder.feed(FILES[form][:3000])
        thread = threading.Thread(target=rest_of, args=(decoder,), daemon=True)
        thread.start()
        decoder.close()
        thread.join(60)
        assert not thread.is_alive()


_damage = st.lists(
    st.tuples(st.sampled_from(["change", "cut", "insert", "end", "length"]), st.floats(0, 1), st.binary(max_size=40)),
    max_size=6,
)


@settings(max_examples=60)
@given(form=st.sampled_from(sorted(FILES)), damage=_damage, again=st.booleans(), step=st.sampled_from([50, 4096]))
def test_nothing_hangs_or_crashes_it(form: str, damage: list[tuple[str, float, bytes]], again: bool, step: int) -> None:
    data = bytearray(FILES[form])
    for what, where, more in damage:
        at = round(where**3 * len(data))
        if what == "change":
            data[at : at + len(more)] = more
        elif what == "cut":
            del data[at : at + 40 * len(more)]
        elif what == "insert":
            data[at:at] = more * 5
        elif what == "end":
            del data[at:]
        else:
            data[at : at + 4] = b"\xff\xff\xff\xff"
    with suppress(AudioFormatError):
        sound, _ = decoded(bytes(data) + FILES[form] * again, form, step=step)
        assert sound.dtype == np.float32
        assert np.isfinite(sound).all()


@settings(max_examples=40)
@given(junk=st.binary(max_size=3000), said=st.sampled_from(["wav", "mp3", "flac", "opus", "pcm", ""]))
def test_junk_is_refused_or_heard_but_never_worse(junk: bytes, said: str) -> None:
    with suppress(AudioFormatError):
        sound, _ = decoded(junk, said, step=700)
        assert np.isfinite(sound).all()
