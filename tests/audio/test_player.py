"""The player, with a loudspeaker that is a stand-in: what it is given, and what the player says meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from audio_parts import until
from sample_sounds import FORMATS, RATE, Sound, alike, encoded, sweep

from lmstudio_tui.audio import playing, tracks
from lmstudio_tui.audio.file_readers import OpenedFile
from lmstudio_tui.audio.mixer import Mixer
from lmstudio_tui.audio.player import Player
from lmstudio_tui.audio.spool import Spool
from lmstudio_tui.audio.values import (
    AudioFormatError,
    Device,
    DeviceLostError,
    NoDeviceError,
    PortAudioMissingError,
    SoundError,
)

ORIGINAL = sweep(1.5)
DEVICE_RATE = 48_000
AT_DEVICE = sweep(1.5, rate=DEVICE_RATE)


class Speaker:
    """A loudspeaker that takes ten times as much as it should, so that tests are quick."""

    latency_s = 0.0

    def __init__(self, key: str, volume: float, wake: Callable[[], None]) -> None:
        self.key = key
        self.device = Device(key, key or "default", "Test", 0, 2, DEVICE_RATE)
        self.mixer = Mixer(DEVICE_RATE, 2, volume)
        self.alive = True
        self.hung = False
        self.closed = threading.Event()
        self.heard: list[Sound] = []
        self._wake = wake
        self._taking = threading.Thread(target=self._take, daemon=True)
        self._taking.start()

    def _take(self) -> None:
        while not self.closed.wait(0.001):
            if self.hung:
                continue
            out = np.zeros((480, 2), np.float32)
            news = self.mixer.mix(out, time.monotonic())
            self.heard.append(out[:, 0].copy())
            if news:
                self._wake()

    def lose(self) -> None:
        """It is unplugged."""
        self.alive = False
        self._wake()

    def close(self) -> None:
        self.closed.set()
        self._taking.join(20)


class Shop:
    """Gives out loudspeakers, and remembers them."""

    def __init__(self) -> None:
        self.given: list[Speaker] = []
        self.refuses: SoundError | None = None

    def __call__(self, key: str, volume: float, wake: Callable[[], None]) -> Speaker:
        if self.refuses is not None:
            raise self.refuses
        self.given.append(Speaker(key, volume, wake))
        return self.given[-1]

    @property
    def sound(self) -> Sound:
        """All that was heard, without the silence in it."""
        heard = np.concatenate([block for speaker in self.given for block in speaker.heard])
        return heard[heard != 0]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = Shop()
    monkeypatch.setattr(playing, "Loudspeaker", shop)
    return shop


@pytest.fixture
def player(shop: Shop) -> Iterator[Player]:
    player = Player()
    yield player
    player.close()


def phase_is(player: Player, *phases: str) -> Callable[[], bool]:
    return lambda: player.state.phase in phases


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


def file_of(folder: Path, sound: Sound = ORIGINAL, form: str = "wav") -> Path:
    path = folder / "speech"
    path.write_bytes(encoded(sound, form))
    return path


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
    assert player.state.position_s == 59.0
    until(phase_is(player, "ended"))
    assert alike(sweep(1.0, rate=DEVICE_RATE, start=59.0), shop.sound) > 0.97
    player.seek(30.0)
    assert player.state.position_s == 30.0
    until(phase_is(player, "paused"))
    player.resume()
    until(lambda: player.state.phase == "playing" and player.state.position_s > 30.1)
    player.seek(5.0)
    assert player.state.position_s == 5.0
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
        while self.held.is_set() and wanted():
            time.sleep(0.001)
        try:
            return self._open(path, wanted)
        except OSError:
            self.given_up.append(path)
            raise


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


def test_a_long_stream_is_kept_on_the_disk() -> None:
    spool = Spool(RATE, 2, in_memory=10_000)
    sound = np.random.default_rng(1).normal(size=(50_000, 2)).astype(np.float32)
    for start in range(0, len(sound), 480):
        spool.add(sound[start : start + 480])
    for place in (0, 49_000, 12_345, 3):
        spool.seek(place)
        block = spool.read(1000)
        assert block is not None
        assert (block == sound[place : place + 1000]).all()
    spool.seek(10**9)
    nothing = spool.read(10)
    assert nothing is not None
    assert len(nothing) == 0
    spool.ended = True
    assert spool.read(10) is None
    spool.close()
    spool.add(sound)
    spool.close()
