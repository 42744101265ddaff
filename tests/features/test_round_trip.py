"""From text to speech and back, against the simulator: what is spoken is what is heard."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import pytest

from lmstudio_tui.features.hearing.subtitles import as_json, as_srt
from lmstudio_tui.features.hearing.transcribing import (
    Heard,
    Progress,
    TranscribeOptions,
    TranscriptInterruptedError,
    transcribe,
)
from lmstudio_tui.features.hearing.word_errors import word_errors
from lmstudio_tui.features.imaging import make_images
from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.features.service_view import ServiceView
from lmstudio_tui.features.speaking import SpeakOptions, speak
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, LMStudioError
from lmstudio_tui.sdk.types.images import ImageRequest
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.simulator.media.registry import MEDIA_FAULTS
from lmstudio_tui.store.media.shelf import MediaShelf

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

T = TypeVar("T")
TEXT = "The quick brown fox jumps over the lazy dog. It costs 3.50, doesn't it?"


def now() -> datetime:
    return datetime(2026, 11, 20, 9, 41, tzinfo=UTC)


@pytest.fixture(scope="module")
def sim() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(flavour="openai", speed=0)) as server:
        yield server


@pytest.fixture
def client(sim: SimulatorServer) -> Iterator[LMStudioClient]:
    config = ClientConfig(base_url=sim.base_url, enable_audio=True, enable_images=True)
    with LMStudioClient(config) as client:
        yield client


@contextmanager
def serving(fault: str) -> Generator[LMStudioClient]:
    config = SimulatorConfig(flavour="openai", speed=0, media_fault=fault)
    with (
        SimulatorServer(config) as server,
        LMStudioClient(ClientConfig(base_url=server.base_url, enable_audio=True)) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def spoken(sim: SimulatorServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spoken")
    with LMStudioClient(ClientConfig(base_url=sim.base_url, enable_audio=True)) as client:
        options = SpeakOptions(format="flac")
        return speak(client, TEXT, options, path_for=lambda suffix: folder / f"said{suffix}", now=now).path


@pytest.mark.parametrize("format", ["wav", "mp3", "flac", "opus", "pcm"])
def test_what_is_spoken_is_what_is_heard(client: LMStudioClient, tmp_path: Path, format: str) -> None:
    media = MediaShelf(tmp_path, now)
    told: list[Progress] = []
    spoken = speak(
        client,
        TEXT,
        SpeakOptions(format=format),
        path_for=lambda suffix: media.utterances.new_file(suffix)[1],
        now=now,
    )
    media.utterances.keep(spoken)
    assert spoken.duration_s
    heard = transcribe(client, spoken.path, TranscribeOptions(), tell=told.append, now=now)
    assert word_errors(TEXT, heard.text).rate == 0
    assert heard.segments
    assert heard.segments[-1].end_s <= (heard.duration_s or 0) + 0.1
    assert heard.real_time_factor is not None
    assert any(isinstance(one, Heard) for one in told)
    assert as_srt(heard).startswith("1\n00:00:00,")
    assert '"real_time_factor"' in as_json(heard)
    media.close()


def test_images_are_drawn_and_kept(client: LMStudioClient, tmp_path: Path) -> None:
    media = MediaShelf(tmp_path, now)
    made = make_images(client, ImageRequest(prompt="a red house", n=2, size="64x48"), media.images, now=now)
    assert [(one.width, one.height) for one in made.images] == [(64, 48)] * 2
    assert set(media.images.all()) == set(made.images)
    media.close()


def test_what_the_server_can_is_said(client: LMStudioClient, sim: SimulatorServer) -> None:
    seen = ServerView(sim.base_url, Presence.ONLINE, status=client.health())
    assert ServiceView("audio", sim.base_url, own=True, view=seen).can("speech")
    assert ServiceView("images", sim.base_url, own=True, view=seen).can("images")
    with SimulatorServer(SimulatorConfig(flavour="lmstudio", speed=0)) as server:
        config = ClientConfig(base_url=server.base_url, enable_audio=True, enable_images=True)
        with LMStudioClient(config) as other:
            seen = ServerView(server.base_url, Presence.ONLINE, status=other.health())
    assert not ServiceView("audio", seen.base_url, own=False, view=seen).can("transcription")
    assert not ServiceView("images", seen.base_url, own=False, view=seen).can("images")


def tried(work: Callable[[], T]) -> T | LMStudioError:
    """What came of it; no other errors than the SDK's are expected."""
    try:
        return work()
    except LMStudioError as error:
        return error


QUICK = sorted(
    name for name in MEDIA_FAULTS if not name.endswith(("-never", "-stall", "-slow", "-gap", "-byte", "-once"))
)


@pytest.mark.parametrize("fault", [name for name in QUICK if name.startswith("speech-")])
def test_whatever_a_server_sends_as_speech_is_kept_or_said(tmp_path: Path, fault: str) -> None:
    media = MediaShelf(tmp_path, now)
    heard: list[bytes] = []
    with serving(fault) as client:
        record = tried(
            lambda: speak(
                client,
                TEXT,
                SpeakOptions(),
                path_for=lambda suffix: media.utterances.new_file(suffix)[1],
                sink=heard.append,
                now=now,
            )
        )
    if isinstance(record, LMStudioError):
        assert record.message
        assert record.hint
        assert heard == []
    else:
        assert media.utterances.keep(record) == record
        assert record.size_bytes == record.path.stat().st_size > 0
        assert heard
        assert record.duration_s is not None or record.note
    media.close()


@pytest.mark.parametrize("fault", [name for name in QUICK if name.startswith("hearing-")])
@pytest.mark.parametrize("stream", [True, False])
def test_whatever_a_server_says_that_it_heard_is_kept_or_said(spoken: Path, fault: str, *, stream: bool) -> None:
    with serving(fault) as client:
        record = tried(lambda: transcribe(client, spoken, TranscribeOptions(stream=stream), now=now))
    if isinstance(record, TranscriptInterruptedError):
        assert record.record.text
        assert record.record.problem
    elif isinstance(record, LMStudioError):
        assert record.message
        assert record.hint
    else:
        assert word_errors(TEXT, record.text).rate == (1 if fault == "hearing-nothing" else 0)
        starts = [segment.start_s for segment in record.segments]
        assert starts == sorted(starts)
