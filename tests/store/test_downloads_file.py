"""The downloads that outlive the app: they come back whole, and no fault of the file reaches the app."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmstudio_tui.store.downloads import REMEMBERED_DOWNLOADS, REMEMBERED_SERVERS, DownloadsFile, KnownDownload

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://127.0.0.1:1234"
ONE, TWO = KnownDownload("job_1", "qwen3-4b", "q8"), KnownDownload("job_2", "phi-4")
reuse_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=100
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([URL, "job_id", "model"]), inner),
)


@pytest.fixture
def file(tmp_path: Path) -> DownloadsFile:
    return DownloadsFile(tmp_path / "state" / "downloads.json")


def put(file: DownloadsFile, content: bytes) -> None:
    file.path.parent.mkdir(exist_ok=True)
    file.path.write_bytes(content)


def test_nothing_is_made_before_something_is_remembered(file: DownloadsFile) -> None:
    assert file.load(URL) == ()
    assert file.remove(URL, "job_1")
    assert not file.path.parent.exists()


def test_downloads_come_back_by_server_in_their_order(file: DownloadsFile) -> None:
    assert file.add(URL, ONE)
    assert file.add(URL, TWO)
    assert file.add("http://other", ONE)
    assert DownloadsFile(file.path).load(URL) == (ONE, TWO)
    assert file.load("http://other") == (ONE,)
    assert file.load("http://third") == ()


def test_one_that_ended_is_forgotten_and_a_server_with_its_last_one(file: DownloadsFile) -> None:
    file.add(URL, ONE)
    file.add(URL, TWO)
    assert file.remove(URL, "job_1")
    assert file.load(URL) == (TWO,)
    assert file.remove(URL, "job_2")
    assert json.loads(file.path.read_bytes()) == {}


def test_the_same_job_is_remembered_once(file: DownloadsFile) -> None:
    file.add(URL, ONE)
    file.add(URL, KnownDownload("job_1", "renamed"))
    assert file.load(URL) == (KnownDownload("job_1", "renamed"),)


def test_the_oldest_are_forgotten(file: DownloadsFile) -> None:
    for number in range(REMEMBERED_DOWNLOADS + 3):
        file.add(URL, KnownDownload(f"job_{number}", "m"))
    assert [one.job_id for one in file.load(URL)][:1] == ["job_3"]
    for number in range(REMEMBERED_SERVERS):
        file.add(f"http://127.0.0.1:{number}", ONE)
    assert file.load(URL) == ()
    assert len(json.loads(file.path.read_bytes())) == REMEMBERED_SERVERS


@reuse_folder
@given(content=st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_content_stops_the_app(file: DownloadsFile, content: bytes) -> None:
    put(file, content)
    before = file.load(URL)
    assert file.add(URL, ONE)
    assert file.load(URL)[-1] == ONE
    assert len(file.load(URL)) <= len(before) + 1


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe{}", b"[" * 100_000, b'{"a": ' + b"9" * 5_000 + b"}"]
)
def test_a_broken_file_is_set_aside(file: DownloadsFile, content: bytes) -> None:
    put(file, content)
    assert file.load(URL) == ()
    assert file.broken_path.read_bytes() == content
    assert not file.path.exists()


@pytest.mark.parametrize(
    "entries",
    [
        3,
        {"job_id": "j"},
        [None, 3, "x", {}, {"job_id": "", "model": "m"}, {"job_id": "j"}, {"job_id": "j", "model": 3}],
        [{"job_id": "\ud800", "model": "m"}],
    ],
)
def test_entries_of_no_use_are_passed_over(file: DownloadsFile, entries: object) -> None:
    put(file, json.dumps({URL: entries, "http://b": [{"job_id": "j", "model": "m", "more": 1}]}).encode())
    assert file.load(URL) == ()
    assert file.load("http://b") == (KnownDownload("j", "m"),)


def test_a_home_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    file = DownloadsFile(tmp_path / "file" / "downloads.json")
    assert not file.add(URL, ONE)
    assert file.load(URL) == ()


def test_many_threads_may_remember_at_once(file: DownloadsFile) -> None:
    threads = [
        threading.Thread(target=file.add, args=(URL, KnownDownload(f"job_{number}", "m"))) for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.job_id for one in file.load(URL)} == {f"job_{number}" for number in range(12)}
