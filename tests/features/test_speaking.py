"""Text into speech: what comes is played and kept as it comes, whatever it is, and nothing of it is lost."""

from __future__ import annotations

import errno
import struct
import wave
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from media_servers import NOW, Exchange, Reply, Server, encoded, now, refuses, says, serving, tone, wav

from lmstudio_tui.features import speaking
from lmstudio_tui.features.speaking import PCM_RATE, SpeakOptions, speak, suffix_of
from lmstudio_tui.sdk import BadRequestError, CancelScope, LMStudioError, RequestCancelledError, ValidationError
from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.store.media.shelf import MediaShelf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lmstudio_tui.store.media.records import UtteranceRecord


@dataclass
class Ears:
    """Whoever plays what comes."""

    began: list[tuple[str, int | None]] = field(default_factory=list[tuple[str, int | None]])
    pieces: list[bytes] = field(default_factory=list[bytes])
    each: Callable[[], None] = lambda: None

    def hear(self, piece: bytes) -> None:
        assert self.began, "the format is told first"
        self.pieces.append(piece)
        self.each()

    def start(self, format: str, rate: int | None) -> None:
        assert not self.began
        self.began.append((format, rate))

    @property
    def all(self) -> bytes:
        return b"".join(self.pieces)


def sound(*pieces: bytes, kind: str = "audio/mpeg", cut: bool = False, **headers: str) -> Reply:
    """Sends sound in pieces."""

    def reply(exchange: Exchange) -> None:
        exchange.begin(kind, **headers)
        for piece in pieces:
            exchange.piece(piece)
        if cut:
            exchange.cut()
        else:
            exchange.end()

    return reply


def spoken(
    server: Server,
    folder: Path,
    options: SpeakOptions | None = None,
    *,
    ears: Ears | None = None,
    scope: CancelScope | None = None,
    text: str = "Good morning.",
) -> UtteranceRecord:
    with server.client() as client:
        return speak(
            client,
            text,
            options or SpeakOptions(),
            path_for=lambda suffix: folder / f"said{suffix}",
            sink=ears.hear if ears else None,
            began=ears.start if ears else None,
            scope=scope,
            now=now,
        )


def halves(content: bytes) -> tuple[bytes, bytes]:
    return content[: len(content) // 2], content[len(content) // 2 :]


def test_a_text_becomes_a_record_and_is_heard_while_it_comes(tmp_path: Path) -> None:
    content = encoded(tmp_path / "a.mp3", "MP3", 2.0).read_bytes()
    ears = Ears()
    options = SpeakOptions(model="kokoro", voice="af_sky", format="mp3", speed=1.2)
    with serving(sound(*halves(content))) as server:
        record = spoken(server, tmp_path, options, ears=ears)
    assert server.asked[0].path == "/v1/audio/speech"
    asked = {"model": "kokoro", "voice": "af_sky", "input": "Good morning.", "response_format": "mp3", "speed": 1.2}
    assert server.asked[0].json == asked
    assert ears.began == [("mp3", None)]
    assert ears.all == record.path.read_bytes() == content
    assert record.path == tmp_path / "said.mp3"
    assert (record.id, record.made_at, record.text) == ("said", NOW, "Good morning.")
    assert (record.model, record.voice, record.format, record.speed) == ("kokoro", "af_sky", "mp3", 1.2)
    assert (record.server, record.size_bytes) == (server.base_url, len(content))
    assert record.duration_s is not None
    assert 1.9 < record.duration_s < 2.2
    assert record.first_audio_ms is not None
    assert record.problem == record.note == ""


def test_nothing_that_was_not_asked_for_is_sent(tmp_path: Path) -> None:
    with serving(sound(wav(tmp_path / "a.wav").read_bytes())) as server:
        spoken(server, tmp_path, SpeakOptions(model="", voice="", format=""))
    assert server.asked[0].json == {"input": "Good morning."}


@pytest.mark.parametrize(
    ("kind", "format", "suffix"), [("WAV", "wav", ".wav"), ("FLAC", "flac", ".flac"), ("OGG", "ogg", ".ogg")]
)
def test_the_bytes_say_what_it_is(tmp_path: Path, kind: str, format: str, suffix: str) -> None:
    content = encoded(tmp_path / "a", kind, 1.0).read_bytes()
    with serving(sound(content, kind="audio/mpeg")) as server:
        record = spoken(server, tmp_path, SpeakOptions(format="mp3"))
    assert (record.format, record.path.suffix) == (format, suffix)
    assert record.duration_s is not None
    assert 0.9 < record.duration_s < 1.1


def test_samples_alone_are_kept_as_wav_and_played_as_they_are(tmp_path: Path) -> None:
    samples = tone(1.0, 24_000)
    ears = Ears()
    with serving(sound(samples[:1001], samples[1001:], kind="audio/pcm")) as server:
        record = spoken(server, tmp_path, SpeakOptions(format="pcm"), ears=ears)
    assert ears.began == [("pcm", PCM_RATE)]
    assert ears.all == samples
    with wave.open(str(record.path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        assert file.readframes(file.getnframes()) == samples
    assert (record.format, record.path.suffix, record.duration_s) == ("wav", ".wav", 1.0)
    with serving(sound(samples, kind="audio/pcm;rate=48000")) as server:
        record = spoken(server, tmp_path, SpeakOptions(format="pcm"), ears=(ears := Ears()))
    assert ears.began == [("pcm", 48_000)]
    assert record.duration_s == 0.5


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFFFFF, 0])
def test_a_wav_that_did_not_know_its_length_is_mended(tmp_path: Path, length: int) -> None:
    content = bytearray(wav(tmp_path / "a.wav", 1.0).read_bytes())
    content[4:8] = content[40:44] = struct.pack("<I", length)
    with serving(sound(bytes(content), kind="audio/wav")) as server:
        record = spoken(server, tmp_path)
    with wave.open(str(record.path)) as file:
        assert file.getnframes() == 16_000
    assert record.duration_s == 1.0


@pytest.mark.parametrize("kind", ["audio/aac", "application/octet-stream"])
def test_a_format_that_cannot_be_played_is_kept_and_said_so(tmp_path: Path, kind: str) -> None:
    content = bytes(range(256)) * 20
    ears = Ears()
    with serving(sound(content, kind=kind)) as server:
        record = spoken(server, tmp_path, ears=ears)
    assert record.path.read_bytes() == ears.all == content
    assert record.path.suffix == (".aac" if kind == "audio/aac" else ".audio")
    assert record.duration_s is None
    assert record.problem == ""
    assert record.note.startswith("It is kept, and cannot be played here: ")
    assert record.path.name not in record.note


def test_what_came_before_an_interruption_is_kept(tmp_path: Path) -> None:
    samples = tone(1.0, 24_000)
    ears = Ears()
    with serving(sound(samples, kind="audio/pcm", cut=True)) as server:
        record = spoken(server, tmp_path, SpeakOptions(format="pcm"), ears=ears)
    assert "interrupted" in record.problem
    assert record.duration_s == 1.0
    assert ears.all == samples


def test_speech_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "MOST_BYTES", 3 << 20)

    def never_ends(exchange: Exchange) -> None:
        exchange.begin("audio/pcm")
        with suppress(OSError):
            while True:
                exchange.piece(tone(1.0, 24_000))

    ears = Ears()
    with serving(never_ends) as server:
        record = spoken(server, tmp_path, SpeakOptions(format="pcm"), ears=ears)
    assert record.problem == "It did not end, and was stopped after 3 MB."
    assert 3 << 20 <= len(ears.all) < 4 << 20
    assert record.path.read_bytes()[44:] == ears.all[: record.size_bytes - 44]
    assert record.duration_s is not None
    assert record.duration_s > 60


def test_several_files_in_one_are_kept_as_they_came(tmp_path: Path) -> None:
    """Each has a header of its own, and none of them is sound."""
    one = wav(tmp_path / "a.wav", 1.0).read_bytes()
    with serving(sound(one, one, one, kind="audio/wav")) as server:
        record = spoken(server, tmp_path)
    assert record.path.read_bytes() == one * 3
    assert record.duration_s == 3.0


def test_what_came_before_it_was_stopped_is_kept(tmp_path: Path) -> None:
    content = encoded(tmp_path / "a.mp3", "MP3", 3.0).read_bytes()
    scope = CancelScope()

    def stalls(exchange: Exchange) -> None:
        exchange.begin("audio/mpeg")
        exchange.piece(halves(content)[0])
        exchange.wait()

    with serving(stalls) as server:
        record = spoken(server, tmp_path, ears=Ears(each=scope.cancel), scope=scope)
    assert record.problem == "It was stopped before its end."
    assert record.path.read_bytes() == halves(content)[0]
    assert record.duration_s is not None
    assert 1 < record.duration_s < 2


def test_stopped_before_any_sound_nothing_is_kept(tmp_path: Path) -> None:
    scope = CancelScope()

    def stop(exchange: Exchange) -> None:
        scope.cancel()
        exchange.wait()

    with serving(stop) as server, pytest.raises(RequestCancelledError):
        spoken(server, tmp_path, scope=scope)
    assert list(tmp_path.iterdir()) == []


def page(exchange: Exchange) -> None:
    exchange.answer(b"<html>Welcome</html>", "text/html")


@pytest.mark.parametrize(
    "reply",
    [
        says({"error": {"message": "Voice not found"}}),
        sound(kind="audio/mpeg"),
        refuses("Unknown voice"),
        page,
    ],
)
def test_what_is_no_sound_is_an_error_and_nothing_is_kept(tmp_path: Path, reply: Reply) -> None:
    ears = Ears()
    with serving(reply) as server, pytest.raises(LMStudioError):
        spoken(server, tmp_path, ears=ears)
    assert ears.began == ears.pieces == []
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_say_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    with serving(refuses("no")) as server:
        with pytest.raises(ValidationError, match="no text"):
            spoken(server, tmp_path, text=" \n")
        with pytest.raises(BadRequestError):
            spoken(server, tmp_path, text="x")
    assert len(server.asked) == 1


class Filling:
    """A disk that is full after a while."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, data: bytes) -> None:
        if len(data) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= len(data)

    def close(self) -> None:
        pass


def test_a_full_disk_does_not_silence_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = tone(1.0, 24_000)

    def opened(path: Path, rate: int | None) -> Filling:
        wav(path, 0.5, 24_000)
        return Filling(len(samples) // 2)

    monkeypatch.setattr("lmstudio_tui.features.speaking._opened", opened)
    ears = Ears()
    with serving(sound(*halves(samples), b"more", kind="audio/pcm")) as server:
        record = spoken(server, tmp_path, SpeakOptions(format="pcm"), ears=ears)
    assert ears.all == samples + b"more"
    assert record.problem == "The file is not whole: The speech cannot be kept: the disk is full."
    with serving(sound(*halves(samples), b"more", kind="audio/pcm")) as server:
        record = spoken(server, tmp_path, SpeakOptions(format="pcm"))
    assert "the disk is full" in record.problem


def test_what_cannot_be_kept_at_all_is_heard_and_then_said(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file")
    content = encoded(tmp_path / "a.mp3", "MP3").read_bytes()
    ears = Ears()
    with serving(sound(*halves(content))) as server, pytest.raises(StoreError, match="cannot be kept"):
        spoken(server, tmp_path / "folder", ears=ears)
    assert ears.all == content
    with serving(sound(*halves(content))) as server, pytest.raises(StoreError, match="cannot be kept"):
        spoken(server, tmp_path / "folder")


def test_it_is_kept_on_the_shelf(tmp_path: Path) -> None:
    media = MediaShelf(tmp_path / "data", now)
    content = encoded(tmp_path / "a.mp3", "MP3").read_bytes()
    with serving(sound(content)) as server, server.client() as client:
        record = speak(
            client, "Hello", SpeakOptions(), path_for=lambda suffix: media.utterances.new_file(suffix)[1], now=now
        )
    assert media.utterances.all() == (), "not before it is kept"
    assert media.utterances.keep(record) == record
    assert media.utterances.all() == (record,)
    media.close()


@pytest.mark.parametrize(
    ("format", "suffix"), [("mp3", ".mp3"), ("PCM", ".wav"), ("", ".audio"), ("../x", ".audio"), ("ogg", ".ogg")]
)
def test_suffixes(format: str, suffix: str) -> None:
    assert suffix_of(format) == suffix
