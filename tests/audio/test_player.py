"""The player, with a loudspeaker that is a stand-in: what it is given, and what the player says meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from player_parts import AT_DEVICE, DEVICE_RATE, ORIGINAL, Shop, file_of, phase_is
from sample_sounds import FORMATS, RATE, alike, encoded, sweep

from lmstudio_tui.audio.player import Player
from waiting import until


def test_nothing_is_played_before_something_is(player: Player, shop: Shop) -> None:
    for ask in (player.pause, player.resume, player.stop):
        ask()
    player.seek(3.0)
    assert player.state.phase == "idle"
    assert not shop.given


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_played_at_the_rate_of_the_device(tmp_path: Path, player: Player, shop: Shop, form: str) -> None:
    player.play(file_of(tmp_path, form=form))
    assert player.state.phase in {"waiting", "playing"}
    until(phase_is(player, "ended", "failed"))
    state = player.state
    assert state.problem is None
    assert alike(AT_DEVICE, shop.sound) > 0.97
    assert abs(state.position_s - 1.5) < 0.03
    assert state.position_s == state.duration_s
    assert state.complete
    assert state.first_sound_ms is not None
    assert state.first_sound_ms >= 0
    assert state.device == "default"


@pytest.mark.parametrize("form", [*FORMATS, "pcm"])
def test_a_stream_is_played_as_it_comes(player: Player, shop: Shop, form: str) -> None:
    data = encoded(ORIGINAL, "wav")[44:] if form == "pcm" else encoded(ORIGINAL, form)
    feed = player.stream(form, pcm_rate=RATE)
    for start in range(0, len(data), 1111):
        feed.feed(data[start : start + 1111])
    assert not player.state.complete
    feed.end()
    until(phase_is(player, "ended", "failed"))
    assert player.state.problem is None
    assert player.state.complete
    assert alike(AT_DEVICE, shop.sound) > 0.97


def test_it_begins_before_all_of_it_is_there_and_waits_in_a_gap(player: Player, shop: Shop) -> None:
    data = encoded(ORIGINAL, "wav")[44:]
    feed = player.stream("pcm")
    feed.feed(data[: RATE // 50])
    assert player.state.phase == "waiting"
    feed.feed(data[RATE // 50 : RATE])
    until(phase_is(player, "stalled"))
    state = player.state
    assert state.stalls == 1
    assert 0.4 < state.position_s <= state.duration_s
    assert not state.complete
    feed.feed(data[RATE : RATE + 4000])  # Too little to go on.
    until(lambda: player.state.duration_s > 0.55)
    assert player.state.phase == "stalled"
    feed.feed(data[RATE + 4000 :])
    feed.end()
    until(phase_is(player, "ended"))
    assert player.state.stalls == 1
    # A fade on both sides of the gap, and no sample too many or too few.
    assert abs(len(shop.sound) - len(AT_DEVICE)) < 20
    assert alike(AT_DEVICE, shop.sound) > 0.97


def test_a_pause_loses_nothing(tmp_path: Path, player: Player, shop: Shop) -> None:
    player.play(file_of(tmp_path))
    until(phase_is(player, "playing"))
    until(lambda: player.state.position_s > 0.2)
    player.pause()
    until(phase_is(player, "paused"))
    until(shop.given[0].mixer.silenced.is_set)
    place = player.state.position_s
    assert 0.2 < place < 1.5
    heard = len(shop.sound)
    until(lambda: len(shop.given[0].heard) > 500)
    assert len(shop.sound) == heard
    assert player.state.position_s - place < 0.02
    player.resume()
    until(phase_is(player, "ended"))
    assert abs(len(shop.sound) - len(AT_DEVICE)) < 20
    assert alike(AT_DEVICE, shop.sound) > 0.97


def test_what_is_paused_before_it_begins_stays_silent(player: Player, shop: Shop) -> None:
    feed = player.stream("wav")
    player.pause()
    feed.feed(encoded(ORIGINAL, "wav"))
    feed.end()
    until(lambda: player.state.complete)
    until(phase_is(player, "paused"))
    assert not shop.given
    player.resume()
    until(phase_is(player, "ended"))
    assert alike(AT_DEVICE, shop.sound) > 0.97


def test_seeking_in_a_file(tmp_path: Path, player: Player, shop: Shop) -> None:
    player.play(file_of(tmp_path, sweep(60.0)), from_s=59.0)
    assert 59.0 <= player.state.position_s < 60.0
    until(phase_is(player, "ended"))
    assert alike(sweep(1.0, rate=DEVICE_RATE, start=59.0), shop.sound) > 0.97
    player.seek(30.0)
    assert player.state.position_s == 30.0
    until(phase_is(player, "paused"))
    player.resume()
    until(lambda: player.state.phase == "playing" and player.state.position_s > 30.1)
    player.seek(5.0)
    assert 5.0 <= player.state.position_s < 30.0
    until(lambda: 5.1 < player.state.position_s < 30)
    player.seek(10_000)
    until(phase_is(player, "ended"))
    player.resume()
    until(phase_is(player, "playing"))
    assert player.state.position_s < 50
    player.seek(-3)
    until(lambda: player.state.position_s > 0)


def test_seeking_in_a_stream_reaches_what_has_come(player: Player, shop: Shop) -> None:
    data = encoded(sweep(8.0), "wav")[44:]
    feed = player.stream("pcm")
    feed.feed(data[: RATE * 2 * 6])
    until(lambda: player.state.position_s > 0.1 and player.state.duration_s > 5.9)
    player.seek(7.5)
    until(phase_is(player, "stalled"))
    assert abs(player.state.position_s - 6.0) < 0.05
    assert player.state.stalls == 0
    feed.feed(data[RATE * 2 * 6 :])
    feed.end()
    until(phase_is(player, "ended"))
    shop.given[0].heard.clear()
    player.seek(1.0)
    player.resume()
    until(lambda: player.state.phase == "playing" and player.state.position_s > 1.5)
    assert alike(sweep(0.4, rate=DEVICE_RATE, start=1.0), shop.sound) > 0.9


def test_the_next_replaces_the_one_before(tmp_path: Path, player: Player, shop: Shop) -> None:
    first = player.stream("pcm")
    first.feed(bytes(100_000))
    until(phase_is(player, "playing"))
    player.play(file_of(tmp_path))
    state = player.state
    assert (state.position_s, state.stalls, state.first_sound_ms) == (0.0, 0, None)
    first.feed(encoded(ORIGINAL, "wav"))
    first.end()
    until(phase_is(player, "ended"))
    assert alike(AT_DEVICE, shop.sound) > 0.97
    assert len(shop.given) == 1


def test_stop_lets_go_of_it(tmp_path: Path, player: Player) -> None:
    player.play(file_of(tmp_path))
    until(phase_is(player, "playing"))
    player.stop()
    until(phase_is(player, "idle"))
    assert player.state.position_s == 0
    player.resume()
    player.seek(1.0)
    player.play(tmp_path / "speech")
    until(phase_is(player, "ended"))


def test_how_loud_it_is(tmp_path: Path, player: Player, shop: Shop) -> None:
    assert player.volume == 1
    player.volume = 9
    assert player.volume == 2
    player.volume = -1
    assert player.state.volume == 0
    player.volume = 0.25
    player.play(file_of(tmp_path))
    until(phase_is(player, "ended"))
    quiet = float(np.sqrt(np.mean(shop.sound**2)))
    assert abs(quiet / float(np.sqrt(np.mean(AT_DEVICE**2))) - 0.25) < 0.02


def test_the_end_of_everything(tmp_path: Path, shop: Shop) -> None:
    player = Player()
    player.play(file_of(tmp_path))
    until(phase_is(player, "playing"))
    player.close()
    assert shop.given[0].closed.is_set()
    player.close()
    player.play(tmp_path / "speech")
    player.stream("wav").feed(b"RIFF")
    player.pause()
    assert len(shop.given) == 1


def test_orders_in_any_order(tmp_path: Path, player: Player) -> None:
    path = file_of(tmp_path, sweep(20.0))
    for number in range(60):
        orders: tuple[Callable[[], Any], ...] = (
            lambda: player.play(path),
            player.pause,
            lambda: player.seek(3.0),
            player.resume,
            lambda: player.stream("wav").feed(encoded(ORIGINAL, "wav")),
            lambda: player.use_device("b"),
            player.stop,
        )
        orders[number * 5 % len(orders)]()
        assert player.state.position_s >= 0
    player.play(path, 19.5)
    until(phase_is(player, "ended"))
