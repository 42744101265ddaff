"""The last list of models of each server: it comes back whole, and no fault of a file stops anything."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lmstudio_tui.sdk import ModelInstance, ModelListing, ModelSummary
from lmstudio_tui.store.models_cache import REMEMBERED_SERVERS, ModelsCache

HERE = "http://127.0.0.1:1234"
LISTING = ModelListing(
    models=(
        ModelSummary(id="qwen/qwen3-8b", type="llm", size_bytes=5, capabilities=("tools",), state="loaded"),
        ModelSummary(id="\u6a21\u578b", instances=(ModelInstance(id="a", context_length=9),)),
    ),
    sources=("/api/v1/models",),
    fetched_at=datetime(2026, 11, 20, 9, 41, 0, 123, tzinfo=UTC),
)


@pytest.fixture
def cache(tmp_path: Path) -> ModelsCache:
    return ModelsCache(tmp_path / "cache" / "models")


def test_what_was_saved_comes_back(cache: ModelsCache) -> None:
    cache.save(HERE, LISTING)
    found = cache.load(HERE)
    assert found is not None
    assert (found.models, found.sources, found.fetched_at) == (LISTING.models, LISTING.sources, LISTING.fetched_at)
    assert cache.path_for(HERE).stat().st_mode & 0o777 == 0o600


def test_each_server_has_its_own(cache: ModelsCache) -> None:
    cache.save(HERE, LISTING)
    assert cache.load("http://127.0.0.1:9") is None


def test_nothing_is_made_before_something_is_saved(cache: ModelsCache) -> None:
    assert cache.load(HERE) is None
    assert not cache.folder.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b"{}",
        json.dumps({"base_url": HERE, "models": [], "fetched_at": "yesterday"}).encode(),
        json.dumps({"base_url": HERE, "models": 3, "fetched_at": "2026-11-20T09:41:00+00:00"}).encode(),
        json.dumps({"base_url": "http://other", "models": [], "fetched_at": "2026-11-20T09:41:00"}).encode(),
    ],
    ids=["empty", "cut off", "a list", "not Unicode", "too deep", "no members", "no time", "no list", "another server"],
)
def test_a_file_of_no_use_is_set_aside(cache: ModelsCache, content: bytes) -> None:
    path = cache.path_for(HERE)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert cache.load(HERE) is None
    assert [one.name for one in path.parent.iterdir()] == [f"{path.name}.broken"]
    cache.save(HERE, LISTING)
    assert cache.load(HERE) is not None


def test_what_is_no_model_is_passed_over(cache: ModelsCache) -> None:
    path = cache.path_for(HERE)
    path.parent.mkdir(parents=True)
    entries = [{"id": "a", "size_bytes": "big", "of_a_later_version": 1}, {"state": "loaded"}, 7]
    members = {"base_url": HERE, "models": entries, "fetched_at": "2026-11-20T09:41:00", "sources": ["/x", 3]}
    path.write_text(json.dumps(members))
    found = cache.load(HERE)
    assert found is not None
    assert [(model.id, model.size_bytes) for model in found.models] == [("a", None)]
    assert (found.sources, found.fetched_at.tzinfo) == (("/x",), UTC)


def test_the_servers_longest_unused_are_forgotten(cache: ModelsCache) -> None:
    for number in range(REMEMBERED_SERVERS + 3):
        address = f"http://127.0.0.1:{number + 1}"
        cache.save(address, LISTING)
        os.utime(cache.path_for(address), (number, number))
    cache.save(HERE, LISTING)
    assert len(list(cache.folder.iterdir())) == REMEMBERED_SERVERS
    assert cache.load("http://127.0.0.1:1") is None
    assert cache.load(HERE) is not None


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(OSError, match="cache"):
        ModelsCache(tmp_path / "cache" / "models").save(HERE, LISTING)
