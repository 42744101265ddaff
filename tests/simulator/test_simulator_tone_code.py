"""What was said comes back to the letter, whatever happened to the sound on its way."""

from __future__ import annotations

import io
import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tone_parts import TEXT, file_of, heard, noise, resampled, segments, soundfile, spoken, wav

from lmstudio_tui.simulator.engine.hearing import CUT_OFF, UNREADABLE, Hearing
from lmstudio_tui.simulator.engine.reed_solomon import TooManyErrorsError, decode, encode
from lmstudio_tui.simulator.engine.sound_formats import NotAudioError, SpeechFormat
from lmstudio_tui.simulator.engine.tone_code import RATE, Samples, Utterance
from lmstudio_tui.simulator.engine.tone_ear import EAR_RATE, Ear
from lmstudio_tui.simulator.engine.tone_frames import MOST_DATA, frames_of, sentences, unpack_header
from lmstudio_tui.simulator.engine.voices import VOICES

SLOW_MACHINE = settings(max_examples=20)
FEW = settings(max_examples=10)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@SLOW_MACHINE
@given(TEXTS, st.integers(0, len(VOICES) - 1), st.floats(0.5, 4))
def test_any_text_comes_back(text: str, voice: int, speed: float) -> None:
    assert heard(spoken(text, voice, speed)) == text


@FEW
@given(
    TEXTS,
    st.sampled_from([8000, 16000, 22050, 44100, 48000]),
    st.floats(0.002, 1.9),
    st.floats(15, 40),
    st.floats(-0.2, 0.2),
    st.floats(-0.005, 0.005),
    st.integers(0, 50),
)
def test_it_comes_back_after_much_has_happened(
    text: str, rate: int, gain: float, quieter: float, offset: float, drift: float, cut_ms: int
) -> None:
    sound = spoken(text)
    sound = np.clip((sound + noise(sound, quieter)) * gain * 1.2, -1, 1) + offset * gain
    sound = resampled(sound[RATE * cut_ms // 1000 :].astype(np.float32), rate * (1 + drift))
    assert heard(sound, rate) == text


@pytest.mark.parametrize(("voice", "speed"), [(0, 1.0), (1, 0.25), (2, 2.0), (3, 1.0), (4, 1.0), (5, 2.0)])
def test_a_telephone_carries_it(voice: int, speed: float) -> None:
    sound = spoken(TEXT, voice, speed)
    assert heard(resampled(sound + noise(sound, 15), 8000), 8000) == TEXT


@pytest.mark.parametrize("kind", [kind for kind in SpeechFormat if kind is not SpeechFormat.PCM])
def test_it_comes_back_out_of_each_format(kind: SpeechFormat) -> None:
    sound = spoken(TEXT, 3, 1.5)
    data = file_of(sound, kind)
    assert "".join(segment.text for segment in segments(data)) == TEXT
    told = soundfile.info(io.BytesIO(data))
    assert (told.samplerate, told.channels) == (RATE, 1)
    assert abs(told.frames - len(sound)) < 3000


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_it_survives_strong_compression(speed: float) -> None:
    file = io.BytesIO()
    soundfile.write(file, spoken(TEXT, 1, speed), RATE, format="OGG", subtype="VORBIS", compression_level=0.9)
    assert "".join(segment.text for segment in segments(file.getvalue())) == TEXT


def test_it_is_quick_and_speed_scales_it() -> None:
    ordinary = "This is how people write to each other, in sentences of an ordinary length. They are not so long."
    seconds = {speed: Utterance.of(ordinary, 0, speed).length / RATE for speed in (0.5, 1.0, 2.0)}
    assert len(ordinary) / seconds[1.0] > 18
    assert seconds[0.5] > 1.6 * seconds[1.0] > 2.4 * seconds[2.0]
    assert Utterance.of(TEXT).length == len(spoken())
    assert 0.4 < np.abs(spoken()).max() < 0.9


def test_stereo_of_any_kind() -> None:
    sound = spoken()
    silent = np.zeros_like(sound)
    for channels in ((sound, sound), (sound, silent), (silent, sound), (sound, -sound)):
        assert heard(np.stack(channels, axis=1)) == TEXT


def test_several_utterances_have_times_of_their_own() -> None:
    pause = np.zeros(RATE * 3 // 2, np.float32)
    first, second = spoken("One sentence. Another one."), spoken("Somebody else speaks!", 4, 1.3)
    found = segments(wav(np.concatenate((pause, first, pause, second, pause))))
    assert [segment.text for segment in found] == ["One sentence. ", "Another one.", " Somebody else speaks!"]
    assert abs(found[0].start_s - 1.56) < 0.02
    assert abs(found[1].end_s - (1.4 + len(first) / RATE)) < 0.03
    assert abs(found[2].start_s - (3.06 + len(first) / RATE)) < 0.02
    assert all(one.end_s <= other.start_s for one, other in itertools.pairwise(found))
    words = found[2].words
    assert [word.text for word in words] == ["Somebody", "else", "speaks!"]
    assert found[2].start_s < words[0].start_s < words[0].end_s <= words[1].start_s < words[2].end_s <= found[2].end_s


@pytest.mark.parametrize("at_s", [1.31, 3.3])
@pytest.mark.parametrize("gap_s", [0.02, 0.4, 2.0])
def test_a_gap_in_the_middle_of_a_frame_is_overheard(at_s: float, gap_s: float) -> None:
    sound, at = spoken(), int(at_s * RATE)
    assert heard(np.concatenate((sound[:at], np.zeros(int(gap_s * RATE), np.float32), sound[at:]))) == TEXT


def test_what_is_lost_is_said() -> None:
    sound = spoken("A first sentence that is fine. A second one that is lost. A third one to end with.")
    assert heard(sound[: len(sound) * 6 // 10]) == f"A first sentence that is fine. {UNREADABLE} {CUT_OFF}"
    without_start = heard(sound[RATE:])
    assert without_start.startswith(UNREADABLE)
    assert without_start.endswith("A third one to end with.")
    disturbed = sound.copy()
    disturbed[int(2.3 * RATE) : int(3.2 * RATE)] = noise(disturbed, 3)[: int(3.2 * RATE) - int(2.3 * RATE)]
    assert heard(disturbed) == f"A first sentence that is fine. {UNREADABLE} A third one to end with."


def test_a_frame_that_is_lost_whole_is_missed() -> None:
    text = "This sentence is so long that it takes three frames, of which the middle one is lost on the way to "
    text += "the ear of a listener who cannot do anything about it."
    pieces = list(Utterance.of(text).pieces())
    silent = [np.zeros_like(piece) if number == 1 else piece for number, piece in enumerate(pieces)]
    said = heard(np.concatenate(silent))
    assert len(pieces) == 3
    assert said.startswith("This sentence is so long that ")
    assert said.count(UNREADABLE) == 1
    assert said.endswith("anything about it.")


@pytest.mark.parametrize("text", ["日本語のテキスト" * 12, "x" * 150, "🚀" * 40, "a " * 70, "\n\n", " ", "\0\x1b[2J"])
def test_text_of_any_kind(text: str) -> None:
    assert heard(spoken(text, speed=2)) == text


def test_the_ear_does_not_mind_how_the_sound_is_cut_up() -> None:
    sound = resampled(spoken(), EAR_RATE)
    for size in (777, 16_000, len(sound)):
        ear = Ear()
        found = [frame for start in range(0, len(sound), size) for frame in ear.hear(sound[start : start + size])]
        found += ear.end()
        assert b"".join(frame.data or b"" for frame in found).decode() == TEXT


def tone(seconds: float, loudness: float = 0.3) -> Samples:
    time = np.arange(int(seconds * RATE)) / RATE
    return (loudness * np.sin(2 * np.pi * 440 * time) * (1 + np.sin(2 * np.pi * 3 * time)) / 2).astype(np.float32)


def test_other_sound_is_described_honestly() -> None:
    silence = np.zeros(RATE, np.float32)
    said = heard(np.concatenate((tone(1.0), silence[: RATE * 2 // 5], tone(1.8))))
    assert said == "This is not the simulator's tone code: 2.8 s of sound at −17 dB, silence from 1.0 to 1.4 s."
    assert heard(np.concatenate((silence, tone(1.0)))).endswith("dB, silence from 0.0 to 1.0 s.")
    assert heard(tone(1.0)).endswith("1.0 s of sound at −17 dB, without a silence.")
    assert heard(silence + np.float32(0.2)) == "There is nothing to hear: 1.0 s of silence, at −70 dB."
    assert heard(silence[:100]).startswith("There is nothing to hear: the audio is 0.00 s long")
    many = np.concatenate([part for _ in range(9) for part in (tone(0.3), silence[: RATE // 2])])
    assert "and 4 more." in heard(many)
    assert "tone code" in heard(noise(spoken(), 3))


def test_numbers_that_are_none_and_odd_rates_do_no_harm() -> None:
    sound = spoken("Hello.")
    broken = np.concatenate((np.full(500, np.nan, np.float32), sound, np.full(500, np.inf, np.float32)))
    assert heard(broken) == "Hello."
    with pytest.raises(NotAudioError, match="100 Hz"):
        heard(sound, 100)


def test_what_is_no_audio_is_refused() -> None:
    for data in (b"", b"hello " * 100, b'{"error": "no"}', b"\x00" * 5000):
        with pytest.raises(NotAudioError, match="FLAC"):
            Hearing(io.BytesIO(data))


def test_a_file_that_breaks_off_is_heard_as_far_as_it_goes() -> None:
    data = file_of(spoken("One sentence. Another one. And so on, to the end of it all."), SpeechFormat.FLAC)
    assert segments(data[: len(data) * 2 // 3])[0].text == "One sentence. "


def test_listening_can_be_stopped() -> None:
    sound = np.concatenate([spoken()] * 5)
    assert not list(Hearing(io.BytesIO(wav(sound))).segments(lambda: True))


@given(st.binary(max_size=64), st.integers(1, 12), st.randoms(use_true_random=False))
@SLOW_MACHINE
def test_wrong_bytes_are_put_right(data: bytes, pairs: int, chance: random.Random) -> None:
    word = bytearray(encode(data, 2 * pairs))
    for place in chance.sample(range(len(word)), min(pairs, len(word))):
        word[place] ^= chance.randrange(1, 256)
    assert decode(bytes(word), 2 * pairs) == data


def test_too_many_wrong_bytes_are_noticed() -> None:
    chance, refused = random.Random(1), 0
    for _ in range(200):
        word = bytes(chance.randrange(256) for _ in range(60))
        try:
            decode(word, 16)
        except TooManyErrorsError:
            refused += 1
    assert refused > 195
    assert all(unpack_header(bytes(chance.randrange(256) for _ in range(8)), len(VOICES)) is None for _ in range(500))


@given(st.text(max_size=400))
@SLOW_MACHINE
def test_sentences_and_frames_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text
    frames = frames_of(text, 0, 1.0)
    assert b"".join(frame.data for frame in frames) == text.encode("utf-8", "replace")
    assert all(len(frame.data) <= MOST_DATA and frame.data.decode() for frame in frames)


def test_sentences_end_where_they_should() -> None:
    assert sentences('He said "No." Then? Well… 3.5 is a number.\n\n  A line') == [
        'He said "No." ',
        "Then? ",
        "Well… ",
        "3.5 is a number.\n\n  ",
        "A line",
    ]
