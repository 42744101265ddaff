"""Recordings, utterances and images on disk: they come back whole, and nothing in the folder is able to hide one."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import wave
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmstudio_tui.store.media.looking import GONE
from lmstudio_tui.store.media.mending import CUT_SHORT
from lmstudio_tui.store.media.records import (
    ImageRecord,
    RecordingRecord,
    SegmentRecord,
    TranscriptRecord,
    UtteranceRecord,
)
from lmstudio_tui.store.media.shelf import DAMAGED, MediaShelf, StoreError
from lmstudio_tui.store.media.trash import KEPT_S

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)
reuse_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60
)
MEMBERS = ["version", "file", "made_at", "name", "source", "duration_s", "transcripts", "segments", "text", "start_s"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=6),
    max_leaves=12,
)


@pytest.fixture
def media(tmp_path: Path) -> Iterator[MediaShelf]:
    shelf = MediaShelf(tmp_path / "data", lambda: NOW)
    yield shelf
    shelf.close()


def wav(path: Path, seconds: float = 0.5) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2 * round(16_000 * seconds)))
    return path


def recorded(media: MediaShelf, name: str = "Meeting", **more: Any) -> RecordingRecord:
    id, path = media.recordings.new_file(".wav")  # noqa: A001
    wav(path)
    return media.recordings.keep(RecordingRecord(id=id, path=path, made_at=NOW, name=name, duration_s=0.5, **more))


def another(media: MediaShelf) -> MediaShelf:
    """A second app on the same folder."""
    return MediaShelf(media.folder, lambda: NOW)


def test_nothing_is_made_before_something_is_kept(media: MediaShelf) -> None:
    assert media.recordings.all() == media.utterances.all() == media.images.all() == ()
    assert media.recordings.get("x") is None
    assert not media.recordings.remove("x")
    assert media.recordings.restore("x") is None
    media.close()
    assert not media.folder.exists()


def test_each_kind_comes_back_whole(media: MediaShelf) -> None:
    heard = TranscriptRecord(
        id="t1",
        made_at=NOW,
        task="translate",
        text="hello\nworld ↗",
        segments=(SegmentRecord(0.0, 1.5, "hello"), SegmentRecord(1.5, 2.0, "world ↗")),
        model="whisper",
        server="http://127.0.0.1:8000",
        language="de",
        duration_s=2.0,
        took_s=0.1,
        edited=True,
        prompt="names: Ada",
        problem="It broke off.",
    )
    recording = recorded(media, transcripts=(heard,), problem="The microphone was pulled out.")
    id, path = media.utterances.new_file("mp3")  # noqa: A001
    path.write_bytes(b"ID3")
    spoken = UtteranceRecord(
        id=id,
        path=path,
        made_at=NOW,
        text="Good morning.",
        model="kokoro",
        voice="af_sky",
        format="mp3",
        speed=1.2,
        server="http://127.0.0.1:8880",
        duration_s=1.5,
        size_bytes=3,
        first_audio_ms=87.5,
        problem="It broke off.",
        note="It cannot be played here.",
    )
    id, path = media.images.new_file(".png")  # noqa: A001
    path.write_bytes(b"\x89PNG")
    image = ImageRecord(
        id=id,
        path=path,
        made_at=NOW,
        prompt="a fox",
        revised_prompt="a red fox",
        model="sd",
        size="512x512",
        width=512,
        height=512,
        seed=-1,
        server="http://127.0.0.1:8080",
        took_s=3.5,
        size_bytes=4,
    )
    assert media.utterances.keep(spoken) == spoken
    assert media.images.keep(image) == image
    again = another(media)
    assert again.recordings.all() == (recording,) == (again.recordings.get(recording.id),)
    assert recording.transcripts == (heard,)
    assert recording.size_bytes == recording.path.stat().st_size
    assert again.utterances.all() == (spoken,)
    assert again.images.all() == (image,)
    assert path.suffix == ".png"


def test_the_newest_comes_first(media: MediaShelf) -> None:
    first, second, third = (recorded(media, name) for name in ("a", "b", "c"))
    media.recordings.keep(replace(first, made_at=NOW + timedelta(days=1)))
    assert [one.name for one in media.recordings.all()] == ["a", "c", "b"]
    assert len({first.id, second.id, third.id}) == 3


@pytest.mark.skipif(os.name != "posix", reason="Windows knows no such permissions")
def test_what_is_kept_is_for_its_owner_only(media: MediaShelf) -> None:
    record = recorded(media)
    assert media.recordings.folder.stat().st_mode & 0o777 == 0o700
    assert record.path.with_suffix(".json").stat().st_mode & 0o777 == 0o600


def test_what_a_later_version_adds_is_kept(media: MediaShelf) -> None:
    record = recorded(media)
    described = record.path.with_suffix(".json")
    later = json.loads(described.read_bytes()) | {"version": 7, "speakers": ["Ada"], "name": "Later"}
    described.write_text(json.dumps(later))
    (found,) = media.recordings.all()
    assert found.name == "Later"
    media.recordings.keep(replace(found, name="Mine"))
    members = json.loads(described.read_bytes())
    assert (members["version"], members["speakers"], members["name"]) == (7, ["Ada"], "Mine")


@pytest.mark.parametrize(
    "content", [b"", b"[1, 2]", b"nonsense", b'"text"', b"\xff\xfe\x00", b"[" * 100_000, b'{"a": ' + b"9" * 5000]
)
def test_a_damaged_description_hides_nothing_and_is_set_aside_when_it_is_replaced(
    media: MediaShelf, content: bytes
) -> None:
    record = recorded(media)
    described = record.path.with_suffix(".json")
    described.write_bytes(content)
    (found,) = media.recordings.all()
    assert (found.id, found.path, found.problem) == (record.id, record.path, DAMAGED)
    assert described.read_bytes() == content, "looking changes nothing"
    assert media.recordings.keep(replace(found, name="Mended")).problem == ""
    assert described.with_suffix(".json.broken").read_bytes() == content
    assert [one.name for one in media.recordings.all()] == ["Mended"]


@reuse_folder
@given(json_values)
def test_whatever_a_description_says_the_audio_is_listed(media: MediaShelf, value: object) -> None:
    id, path = media.recordings.new_file(".wav")  # noqa: A001
    wav(path, 0.01)
    described = path.with_suffix(".json")
    described.write_text(json.dumps(value))
    found = media.recordings.get(id)
    assert found is not None
    assert found in media.recordings.all()
    media.recordings.keep(replace(found, path=path, source="microphone"))
    described.unlink()
    path.unlink()


def test_absurd_values_get_their_defaults(media: MediaShelf) -> None:
    record = recorded(media)
    absurd = {
        "file": record.path.name,
        "name": "a\n\x1b[31mb" + "x" * 5000,
        "made_at": "9999-12-31T23:59:59+00:00",
        "duration_s": float("inf"),
        "source": ["file"],
        "transcripts": [
            {"segments": [{"start_s": -1, "end_s": 2}, {"start_s": 5, "end_s": 3, "text": "late"}], "took_s": 1e300},
            7,
            {"id": "transcript-0", "text": "twice"},
        ],
    }
    record.path.with_suffix(".json").write_text(json.dumps(absurd))
    (found,) = media.recordings.all()
    assert (found.duration_s, found.source) == (None, "microphone")
    assert found.name.startswith("a bx")
    assert len(found.name) <= 1000
    assert abs(found.made_at.timestamp() - record.path.stat().st_mtime) < 1
    (heard,) = found.transcripts
    assert heard.segments == (SegmentRecord(5.0, 5.0, "late"),)
    assert heard.took_s == 0


@pytest.mark.parametrize("file", ["../../secret.wav", "/etc/passwd", "..", "", "sub/x.wav", "\0", 7, None])
def test_a_description_never_leads_out_of_the_folder(media: MediaShelf, tmp_path: Path, file: object) -> None:
    secret = wav(tmp_path / "secret.wav")
    folder = media.utterances.folder
    folder.mkdir(parents=True)
    (folder / "x.json").write_text(json.dumps({"file": file, "source": "file", "text": "hello"}))
    (found,) = media.utterances.all()
    assert found.path.parent == folder
    assert found.problem == GONE
    assert media.utterances.remove("x")
    assert secret.exists()


def test_ids_never_lead_out_of_the_folder(media: MediaShelf, tmp_path: Path) -> None:
    recorded(media)
    wav(media.folder / "outside.wav")
    (media.folder / "outside.json").write_text("{}")
    for id in ("../outside", "..", "", ".", "a/b", "/etc/passwd", "x\0", "x" * 300):  # noqa: A001
        assert media.recordings.get(id) is None
        assert not media.recordings.remove(id)
        assert media.recordings.restore(id) is None
    record = RecordingRecord(id="x", path=tmp_path / "elsewhere.wav", made_at=NOW, name="x")
    with pytest.raises(ValueError, match="not the file of"):
        media.recordings.keep(record)
    with pytest.raises(ValueError, match="no id"):
        media.recordings.keep(replace(record, id="../x", source="file"))


def test_what_a_server_calls_its_format_cannot_lead_out_of_the_folder(media: MediaShelf) -> None:
    _, path = media.utterances.new_file("/../../evil suffix!")
    assert path.parent == media.utterances.folder
    assert path.suffix == ".evilsuff"


def test_a_file_of_the_users_own_is_described_and_never_touched(media: MediaShelf, tmp_path: Path) -> None:
    mine = wav(tmp_path / "mine.wav")
    record = RecordingRecord(
        id=media.recordings.new_id(), path=mine, made_at=NOW, name="mine.wav", source="file", duration_s=0.5
    )
    kept = media.recordings.keep(record)
    assert kept == replace(record, size_bytes=mine.stat().st_size)
    assert media.recordings.remove(kept.id)
    assert mine.exists()
    assert media.recordings.all() == ()
    assert media.recordings.restore(kept.id) == kept
    mine.unlink()
    (gone,) = media.recordings.all()
    assert gone.problem == GONE
    assert gone.name == "mine.wav"
    kept_anyway = media.recordings.keep(replace(gone, name="A talk"))
    assert kept_anyway.problem == GONE
    wav(mine)
    assert media.recordings.all()[0].problem == "", "once it is there again nothing is the matter"


def test_what_another_app_changes_is_seen_here(media: MediaShelf) -> None:
    record = recorded(media)
    assert media.recordings.all() == (record,)
    other = another(media)
    other.recordings.keep(replace(record, name="Renamed"))
    assert [one.name for one in media.recordings.all()] == ["Renamed"]
    wav(record.path, 2.0)
    assert media.recordings.all()[0].size_bytes == record.path.stat().st_size
    other.recordings.remove(record.id)
    assert media.recordings.all() == ()
    assert media.recordings.get(record.id) is None
    other.recordings.restore(record.id)
    record.path.unlink()
    assert media.recordings.all()[0].problem == GONE


def test_removing_can_be_undone_until_the_app_ends(media: MediaShelf) -> None:
    record = recorded(media)
    assert media.recordings.remove(record.id)
    assert media.recordings.all() == ()
    assert not record.path.exists()
    assert media.recordings.restore(record.id) == record
    assert media.recordings.all() == (record,)
    assert media.recordings.remove(record.id)
    media.close()
    assert media.recordings.restore(record.id) is None
    assert list(media.recordings.folder.iterdir()) == []


def test_another_app_does_not_empty_this_ones_trash(media: MediaShelf) -> None:
    record = recorded(media)
    media.recordings.remove(record.id)
    other = another(media)
    other.empty_trash()
    other.close()
    assert media.recordings.restore(record.id) == record
    media.recordings.remove(record.id)
    trash = media.recordings.folder / ".trash" / record.id
    old = trash.stat().st_mtime - KEPT_S - 60
    os.utime(trash, (old, old))
    other.empty_trash()
    assert media.recordings.restore(record.id) is None, "what was left behind by a crash goes after a day"


def test_what_a_crash_left_of_a_description_goes_after_a_day(media: MediaShelf) -> None:
    record = recorded(media)
    old, new = (media.recordings.folder / f".{name}.tmp" for name in ("old", "new"))
    for path in (old, new):
        path.touch()
    os.utime(old, (1_700_000_000, 1_700_000_000))
    media.empty_trash()
    assert (old.exists(), new.exists()) == (False, True)
    assert media.recordings.all() == (record,)


def test_taking_back_never_overwrites(media: MediaShelf) -> None:
    record = recorded(media)
    media.recordings.remove(record.id)
    record.path.write_bytes(b"another one")
    with pytest.raises(StoreError, match="cannot be taken back"):
        media.recordings.restore(record.id)
    assert record.path.read_bytes() == b"another one"
    record.path.unlink()
    assert media.recordings.restore(record.id) == record


def test_files_that_somebody_put_there_are_listed_and_left_alone(media: MediaShelf) -> None:
    folder = media.recordings.folder
    folder.mkdir(parents=True)
    content = wav(folder / "talk.wav").read_bytes()[:-100]
    (folder / "talk.wav").write_bytes(content)
    (folder / "talk.mp3").write_bytes(b"ID3 no audio at all")
    (folder / "notes.txt").write_text("not audio")
    (folder / ".hidden.wav").write_bytes(content)
    (folder / "empty.wav").touch()
    found = {one.id: one for one in media.recordings.all()}
    assert set(found) == {"talk", "talk.wav"}
    assert all(media.recordings.get(one.id) == one for one in found.values())
    assert (folder / "talk.wav").read_bytes() == content
    assert not list(folder.glob("*.json")), "somebody may still be copying them"
    os.utime(folder / "talk.mp3", (1_700_000_000, 1_700_000_000))
    assert {one.id for one in media.recordings.all()} == set(found)
    assert [path.name for path in folder.glob("*.json")] == ["talk.json"]
    assert media.recordings.keep(replace(found["talk.wav"], name="A talk")).name == "A talk"
    assert {one.id: one.name for one in media.recordings.all()} == {"talk": "talk.mp3", "talk.wav": "A talk"}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes in folders")
def test_a_pipe_in_the_folder_stops_nobody(media: MediaShelf) -> None:
    record = recorded(media)
    os.mkfifo(media.recordings.folder / "pipe.wav")
    os.mkfifo(media.recordings.folder / "other.json")
    assert record in media.recordings.all()


WRITES = """
import sys, time
from pathlib import Path
from lmstudio_tui.audio.wavfile import WavWriter
from lmstudio_tui.store.media.shelf import MediaShelf
media = MediaShelf(Path(sys.argv[1]))
id, path = media.recordings.new_file(".wav")
writer = WavWriter(path, 16_000, 1)
writer.write(bytes(32_000))
print(id, flush=True)
sys.stdin.read()
"""


def test_what_another_app_is_writing_is_not_listed_and_what_a_crash_leaves_is_mended(media: MediaShelf) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITES, str(media.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    id = writer.stdout.readline().strip()  # noqa: A001
    assert media.recordings.all() == (), "it is being written"
    writer.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    writer.communicate()
    (found,) = media.recordings.all()
    assert (found.id, found.duration_s, found.problem) == (id, 1.0, CUT_SHORT)
    assert f"{found.made_at:%Y%m%d-%H%M%S}" == id[:15]
    assert found.name == f"Recording {found.made_at:%d %b %H:%M}"
    assert found.source == "microphone"
    with wave.open(str(found.path)) as file:
        assert file.getnframes() == 16_000, "its header is right again"
    assert another(media).recordings.all() == (found,)


def test_what_this_app_is_writing_is_not_listed(media: MediaShelf) -> None:
    id, path = media.recordings.new_file(".wav")  # noqa: A001
    wav(path)
    assert media.recordings.all() == another(media).recordings.all() == ()
    media.recordings.keep(RecordingRecord(id=id, path=path, made_at=NOW, name="x"))
    assert len(media.recordings.all()) == len(another(media).recordings.all()) == 1


def test_what_was_not_kept_before_the_app_ended_is_found_by_the_next_one(media: MediaShelf) -> None:
    _, path = media.recordings.new_file(".wav")
    wav(path)
    media.close()
    (found,) = another(media).recordings.all()
    assert (found.duration_s, found.problem) == (0.5, CUT_SHORT)


def test_no_room_is_said_in_words_and_nothing_is_lost(media: MediaShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    record = recorded(media)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("lmstudio_tui.store.media.shelf.write_atomic", full)
    with pytest.raises(StoreError, match="the disk is full") as caught:
        media.recordings.keep(replace(record, name="New"))
    assert caught.value.hint == "Make room on it, then try again."
    assert media.recordings.all() == (record,)


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    media = MediaShelf(tmp_path / "data")
    with pytest.raises(StoreError, match="a file is where a folder should be"):
        media.images.new_file(".png")
    assert media.images.all() == ()
    media.close()
