"""All of sound, with a real sound server: of several players one is heard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from audio_parts import tone, write_wav

from lmstudio_tui.audio.player import Player
from lmstudio_tui.audio.sound import Sound
from lmstudio_tui.audio.values import RecordingOptions
from sound_server import SoundServer
from waiting import until

LONG_S = 600.0
"""Longer than any of these tests waits."""


@pytest.fixture
def sound(sound_server: SoundServer) -> Iterator[Sound]:
    assert sound_server.process is not None
    sound = Sound()
    yield sound
    sound.close()


def is_heard(player: Player) -> bool:
    state = player.state
    return state.phase == "playing" and state.position_s > 0


def test_when_one_begins_the_others_pause(sound: Sound, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(LONG_S))
    first, second, idle = sound.player(), sound.player(), sound.player()
    first.play(path)
    until(lambda: is_heard(first))
    second.play(path)
    until(lambda: is_heard(second))
    assert first.state.phase == "paused"
    place_s = first.state.position_s
    first.resume()
    until(lambda: is_heard(first) and first.state.position_s > place_s)
    assert second.state.phase == "paused"
    feed = second.stream("wav")
    until(lambda: first.state.phase == "paused")
    feed.feed(path.read_bytes())
    until(lambda: is_heard(second))
    assert first.state.phase == "paused"
    assert idle.state.phase == "idle"
    assert not any(player.state.problem for player in (first, second, idle))


def test_the_last_of_many_that_begin_at_once_is_heard(sound: Sound, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(LONG_S))
    players = [sound.player() for _ in range(5)]
    for player in players:
        player.play(path)
    until(lambda: is_heard(players[-1]))
    until(lambda: all(player.state.phase == "paused" for player in players[:-1]))


def test_the_end_of_all_of_it(sound: Sound, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(LONG_S))
    players = [sound.player() for _ in range(4)]
    for player in players:
        player.play(path)
        until(lambda player=player: is_heard(player))
    sound.recorder().start(tmp_path / "b.wav", RecordingOptions())
    until(lambda: sound.recorder().state.elapsed_s > 0.2)
    sound.close()
    until(lambda: "player" not in [thread.name for thread in threading.enumerate()])
    assert (tmp_path / "b.wav").stat().st_size > 44
    sound.close()
