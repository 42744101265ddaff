"""The player through a real sound server: what is heard is what was to be played."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from ears import RATE as HEARD_RATE
from ears import Ears
from sample_sounds import FORMATS, RATE, Sound, encoded, sweep

from lmstudio_tui.audio import loudspeaker
from lmstudio_tui.audio.player import Player
from lmstudio_tui.audio.values import DeviceLostError, SoundError
from sound_server import SoundServer, say
from waiting import until

STEEPEST = 0.03
"""A tone of 200 Hz at half of full scale changes by 0.013 from one sample to the next, and its fades by 0.001."""


@pytest.fixture
def player(monkeypatch: pytest.MonkeyPatch) -> Iterator[Player]:
    # A machine that is busy with other tests must not be heard.
    monkeypatch.setattr(loudspeaker, "_LATENCY_S", 0.4)
    player = Player()
    yield player
    player.close()


def ended(player: Player) -> Callable[[], bool]:
    def check() -> bool:
        state = player.state
        assert state.phase != "failed", state.problem
        return state.phase == "ended"

    return check


def file_of(folder: Path, sound: Sound, form: str = "wav") -> Path:
    path = folder / f"speech.{form}"
    path.write_bytes(encoded(sound, form))
    return path


def low_tone(seconds: float) -> Sound:
    at = np.arange(round(seconds * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * 200 * at)).astype(np.float32)


def steepest(sound: Sound) -> float:
    return float(np.abs(np.diff(sound)).max())


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_heard_as_it_is(sound_server: SoundServer, tmp_path: Path, player: Player, form: str) -> None:
    original = sweep(1.0)
    with Ears(sound_server, tmp_path) as ears:
        player.play(file_of(tmp_path, original, form))
        until(ended(player))
    _, likeness = ears.place(sweep(1.0, rate=HEARD_RATE))
    assert likeness > (0.999 if form in ("wav", "flac") else 0.97)
    assert player.state.device
    assert abs(float(np.abs(ears.sound).max()) - float(np.abs(original).max())) < 0.1


def test_a_voice_is_heard_as_it_is(sound_server: SoundServer, tmp_path: Path, player: Player) -> None:
    import soxr  # pyright: ignore[reportMissingTypeStubs]
    from audio_parts import read_wav

    path = say("She sells sea shells.", tmp_path / "voice.wav")
    original, rate = read_wav(path)
    with Ears(sound_server, tmp_path) as ears:
        player.play(path)
        until(ended(player))
    expected: Sound = soxr.resample(original, rate, HEARD_RATE)
    assert ears.place(expected)[1] > 0.99


def test_a_gap_in_a_stream_is_silence_and_no_sample_is_lost(
    sound_server: SoundServer, tmp_path: Path, player: Player
) -> None:
    data = encoded(sweep(2.0), "wav")[44:]
    with Ears(sound_server, tmp_path) as ears:
        feed = player.stream("pcm")
        feed.feed(data[: RATE * 2])
        until(lambda: player.state.phase == "stalled")
        feed.feed(data[RATE * 2 :])
        feed.end()
        until(ended(player))
    assert player.state.stalls == 1
    whole = sweep(2.0, rate=HEARD_RATE)
    before, like_before = ears.place(whole[: round(HEARD_RATE * 0.85)])
    after, like_after = ears.place(whole[round(HEARD_RATE * 1.1) :])
    assert min(like_before, like_after) > 0.99
    gap = after - before - round(HEARD_RATE * 1.1)
    assert gap > 0
    # Were a sample lost or played twice, the silence would be shorter or longer than what lies between.
    assert abs(ears.silence_after(before + round(HEARD_RATE * 0.85)) - gap) < HEARD_RATE // 50


def test_a_pause_is_silence_and_no_sample_is_lost(sound_server: SoundServer, tmp_path: Path, player: Player) -> None:
    with Ears(sound_server, tmp_path) as ears:
        player.play(file_of(tmp_path, sweep(2.5)))
        until(lambda: player.state.position_s > 0.4)
        player.pause()
        until(lambda: player.state.phase == "paused")
        heard = player.state.position_s
        ears_at = ears.seconds
        until(lambda: ears.seconds > ears_at + 0.8)
        place = player.state.position_s
        assert place - heard < 0.6
        player.resume()
        until(ended(player))
    whole = sweep(2.5, rate=HEARD_RATE)
    early, late = round((place - 0.05) * HEARD_RATE), round((place + 0.05) * HEARD_RATE)
    before, like_before = ears.place(whole[:early])
    after, like_after = ears.place(whole[late:])
    assert min(like_before, like_after) > 0.99
    gap = after - before - late
    assert gap > 0
    assert abs(ears.silence_after(before + early) - gap) < HEARD_RATE // 50


def test_nothing_clicks(sound_server: SoundServer, tmp_path: Path, player: Player) -> None:
    with Ears(sound_server, tmp_path) as ears:
        player.play(file_of(tmp_path, low_tone(60.0)))
        until(lambda: player.state.position_s > 0.2)
        for number, order in enumerate(
            (
                player.pause,
                player.resume,
                lambda: player.seek(20.123),
                lambda: setattr(player, "volume", 0.3),
                lambda: player.seek(3.077),
                lambda: setattr(player, "volume", 1.0),
                player.stop,
            )
        ):
            order()
            at = ears.seconds
            until(lambda at=at: ears.seconds > at + 0.3)
            assert number == 6 or player.state.phase in ("playing", "paused", "stalled")
    assert float(np.abs(ears.sound).max()) > 0.45
    assert steepest(ears.sound) < STEEPEST


def test_seeking_is_heard(sound_server: SoundServer, tmp_path: Path, player: Player) -> None:
    with Ears(sound_server, tmp_path) as ears:
        player.play(file_of(tmp_path, sweep(40.0), "mp3"))
        until(lambda: player.state.position_s > 0.2)
        player.seek(39.0)
        until(ended(player))
    assert ears.place(sweep(0.9, rate=HEARD_RATE, start=39.05))[1] > 0.97


def test_half_as_loud_is_half_as_loud(sound_server: SoundServer, tmp_path: Path, player: Player) -> None:
    player.volume = 0.5
    with Ears(sound_server, tmp_path) as ears:
        player.play(file_of(tmp_path, low_tone(0.5)))
        until(ended(player))
    assert abs(float(np.abs(ears.sound).max()) - 0.25) < 0.01


def test_the_sound_server_dies_and_comes_back(own_sound_server: SoundServer, tmp_path: Path, player: Player) -> None:
    player.play(file_of(tmp_path, sweep(4.0)))
    until(lambda: player.state.position_s > 0.3)
    own_sound_server.kill()
    until(lambda: player.state.phase == "failed")
    assert isinstance(player.state.problem, DeviceLostError)
    place = player.state.position_s
    assert 0.3 < place < 4
    player.resume()
    until(lambda: player.state.phase == "failed" and not isinstance(player.state.problem, DeviceLostError))
    assert isinstance(player.state.problem, SoundError)
    own_sound_server.start()
    player.seek(3.8)
    player.resume()
    until(lambda: player.state.phase == "ended")


_PLAY = """
import sys, threading
from pathlib import Path
from lmstudio_tui.audio.player import Player
player = Player()
player.play(Path(sys.argv[1]))
ready = threading.Event()
while player.state.position_s < 0.1 and player.state.phase != "failed":
    ready.wait(0.01)
print(player.state.phase, flush=True)
"""


def test_a_program_ends_while_it_plays(sound_server: SoundServer, tmp_path: Path) -> None:
    path = file_of(tmp_path, sweep(60.0))
    done = subprocess.run(
        [sys.executable, "-c", _PLAY, str(path)],
        env=sound_server.surroundings(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "playing\n", "")
