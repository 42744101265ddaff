"""The player, and what cannot be played: damaged, cut off, or no longer wanted before it is open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from player_parts import AT_DEVICE, ORIGINAL, Shop, phase_is
from sample_sounds import alike, encoded

from lmstudio_tui.audio import tracks
from lmstudio_tui.audio.file_readers import OpenedFile
from lmstudio_tui.audio.player import Player
from lmstudio_tui.audio.values import AudioFormatError
from waiting import until


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@contextmanager
def paused(player: Player) -> Generator[None]:
    """Within the block the player's thread obeys nothing."""
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        go_on.wait(60)

    player._order(wait)
    assert begun.wait(60)
    yield
    go_on.set()


class Opening:
    """Files that take until somebody lets them be opened, or nobody wants them any more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[Path] = []
        self.given_up: list[Path] = []
        self.held = threading.Event()
        self._open = OpenedFile
        monkeypatch.setattr(tracks, "OpenedFile", self)

    def __call__(self, path: Path, wanted: Callable[[], bool]) -> OpenedFile:
        self.begun.append(path)
        until(lambda: not self.held.is_set() or not wanted())
        try:
            return self._open(path, wanted)
        except OSError:
            self.given_up.append(path)
            raise


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"error": "no such voice"}', "JSON"),
        (b"", "no sound"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0" + bytes(9000), "M4A"),
    ],
)
def test_a_stream_that_cannot_be_decoded(player: Player, shop: Shop, data: bytes, words: str) -> None:
    feed = player.stream("mp3")
    feed.feed(data)
    feed.end()
    until(phase_is(player, "failed"))
    feed.feed(data)
    problem = player.state.problem
    assert isinstance(problem, AudioFormatError)
    assert words in problem.message
    assert not shop.given
    player.resume()
    until(phase_is(player, "failed"))


def test_a_stream_that_broke_is_played_as_far_as_it_came(player: Player, shop: Shop) -> None:
    feed = player.stream("wav")
    feed.feed(encoded(ORIGINAL, "wav")[:40_000])
    feed.end("The connection was cut.")
    until(phase_is(player, "ended"))
    problem = player.state.problem
    assert problem is not None
    assert problem.message == "The connection was cut."
    assert len(shop.sound) > 30_000
    feed = player.stream("wav")
    feed.end("The server is gone.")
    until(phase_is(player, "failed"))
    assert player.state.problem is not None
    assert player.state.problem.message == "The server is gone."


@pytest.mark.parametrize(("name", "words"), [("gone.wav", "cannot be read"), ("notes.txt", "notes.txt is text")])
def test_a_file_that_cannot_be_played(tmp_path: Path, player: Player, name: str, words: str) -> None:
    (tmp_path / "notes.txt").write_text("Nothing to hear here. " * 20)
    player.play(tmp_path / name)
    until(phase_is(player, "failed"))
    assert player.state.problem is not None
    assert words in player.state.problem.message


def test_what_was_replaced_before_its_turn_is_not_opened(
    tmp_path: Path, player: Player, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = Opening(monkeypatch)
    paths = [write(tmp_path / f"{number}", encoded(ORIGINAL, "mp3")) for number in range(9)]
    with paused(player):
        for path in paths:
            player.play(path)
    until(phase_is(player, "ended"))
    assert opening.begun == paths[-1:]
    assert alike(AT_DEVICE, shop.sound) > 0.97
    with paused(player):
        for path in paths:
            player.play(path)
        player.stop()
    until(phase_is(player, "idle"))
    assert opening.begun == paths[-1:]


@pytest.mark.parametrize("leave", ["stop", "play", "close"])
def test_a_file_that_takes_long_to_open_is_given_up_when_nobody_wants_it(
    tmp_path: Path, player: Player, shop: Shop, monkeypatch: pytest.MonkeyPatch, leave: str
) -> None:
    opening = Opening(monkeypatch)
    opening.held.set()
    long, other = (write(tmp_path / name, encoded(ORIGINAL, "mp3")) for name in ("long", "other"))
    player.play(long)
    until(lambda: opening.begun)
    {"stop": player.stop, "close": player.close, "play": lambda: player.play(other)}[leave]()
    until(lambda: opening.given_up == [long])
    opening.held.clear()
    if leave == "stop":
        until(phase_is(player, "idle"))
        player.play(other)
    if leave != "close":
        until(phase_is(player, "ended"))
    assert player.state.problem is None
    assert len(shop.given) == (leave != "close")
