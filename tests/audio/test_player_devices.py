"""The player, and loudspeakers that are not there, go away, hang, or are not needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from player_parts import AT_DEVICE, DEVICE_RATE, Shop, file_of, phase_is
from sample_sounds import alike, sweep

from lmstudio_tui.audio import playing
from lmstudio_tui.audio.player import Player
from lmstudio_tui.audio.values import DeviceLostError, NoDeviceError, PortAudioMissingError, SoundError
from waiting import until


@pytest.mark.parametrize("error", [NoDeviceError("There is no loudspeaker."), PortAudioMissingError("No PortAudio.")])
def test_without_a_loudspeaker_it_says_so_and_can_be_tried_again(
    tmp_path: Path, player: Player, shop: Shop, error: SoundError
) -> None:
    shop.refuses = error
    player.play(file_of(tmp_path))
    until(phase_is(player, "failed"))
    assert player.state.problem is error
    shop.refuses = None
    player.resume()
    until(phase_is(player, "ended"))
    assert player.state.problem is None
    assert alike(AT_DEVICE, shop.sound) > 0.97


def test_a_loudspeaker_that_is_unplugged(tmp_path: Path, player: Player, shop: Shop) -> None:
    player.play(file_of(tmp_path, sweep(30.0)))
    until(lambda: player.state.position_s > 0.5)
    shop.given[0].lose()
    until(phase_is(player, "failed"))
    place = player.state.position_s
    assert place > 0.5
    assert isinstance(player.state.problem, DeviceLostError)
    assert "went away" in player.state.problem.message
    assert shop.given[0].closed.is_set()
    player.use_device("another")
    player.resume()
    until(lambda: player.state.phase == "playing" and player.state.position_s > place + 0.1)
    assert player.state.device == "another"
    assert player.state.problem is None


def test_one_that_is_unplugged_in_a_pause_is_no_problem(tmp_path: Path, player: Player, shop: Shop) -> None:
    player.play(file_of(tmp_path))
    until(phase_is(player, "playing"))
    player.pause()
    until(phase_is(player, "paused"))
    shop.given[0].lose()
    until(shop.given[0].closed.is_set)
    assert player.state.phase == "paused"
    player.resume()
    until(phase_is(player, "ended"))
    assert len(shop.given) == 2


def test_one_that_hangs(tmp_path: Path, player: Player, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    player.play(file_of(tmp_path, sweep(30.0)))
    until(phase_is(player, "playing"))
    shop.given[0].hung = True
    monkeypatch.setattr(playing, "_HANGS_S", 0.2)
    until(phase_is(player, "failed"))
    assert isinstance(player.state.problem, DeviceLostError)
    assert "takes no sound" in player.state.problem.message


def test_another_loudspeaker_goes_on_where_it_was(tmp_path: Path, player: Player, shop: Shop) -> None:
    player.play(file_of(tmp_path))
    until(lambda: player.state.position_s > 0.2)
    player.use_device("headphones")
    until(phase_is(player, "ended"))
    assert [speaker.key for speaker in shop.given] == ["", "headphones"]
    assert shop.given[0].closed.is_set()
    assert abs(len(shop.sound) - len(AT_DEVICE)) < 0.1 * DEVICE_RATE


def test_a_loudspeaker_that_is_not_needed_is_let_go_of(
    tmp_path: Path, player: Player, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "_IDLE_S", 0.05)
    player.play(file_of(tmp_path))
    until(lambda: player.state.position_s > 0.2)
    player.pause()
    until(shop.given[0].closed.is_set)
    assert player._deck.patience_s is None
    assert player.state.position_s > 0.2
    player.resume()
    until(phase_is(player, "ended"))
    assert len(shop.given) == 2
    assert alike(AT_DEVICE, shop.sound) > 0.9
    until(shop.given[1].closed.is_set)
    assert player._deck.patience_s is None
