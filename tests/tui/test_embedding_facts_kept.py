"""What was measured of models outlives the app: kept, read again, and never in the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from app_parts import FakeServer
from embeddings_parts import TEXTS, embeddings_app

from lmstudio_tui.features.embeddings.sweeping import BatchPace
from lmstudio_tui.store.embeddings import VectorKey
from lmstudio_tui.tui.panes.embeddings.facts_kept import Measured, Speed, add, read, when

pytestmark = pytest.mark.anyio

URL = "http://127.0.0.1:1234"
KEY = VectorKey(URL, "nomic")
SPEED = Speed("2026-01-02T03:04:05+00:00", 200, 2.5, None, 32, 0.25)
SWEPT = Measured(None, "2026-01-03T00:00:00+00:00", (BatchPace(1, 5, 0.5, 2.0),), ("Few texts.",))


def test_what_was_measured_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    assert read(file) == {}
    add(file, KEY, Measured(SPEED))
    add(file, VectorKey("other", "bge"), Measured(SPEED))
    add(file, KEY, SWEPT)
    assert read(file)[KEY] == Measured(SPEED, SWEPT.swept_at, SWEPT.paces, SWEPT.problems)
    later = Speed("2026-02-02T00:00:00+00:00", 10, 0.5, 40, 10, 0.5)
    add(file, KEY, Measured(later))
    assert read(file)[KEY] == Measured(later, SWEPT.swept_at, SWEPT.paces, SWEPT.problems)


def test_those_measured_the_longest_ago_go(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    for number in range(103):
        add(file, VectorKey("server", f"model {number}"), Measured(SPEED))
    assert [key.model for key in read(file)] == [f"model {number}" for number in range(3, 103)]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"models": 3}', '{"models": [3, {}, {"server": "a"}]}', '{"models": {"a": 1}}']
)
def test_a_file_that_is_of_no_use_is_no_obstacle(tmp_path: Path, content: str) -> None:
    file = tmp_path / "measured.json"
    file.write_text(content, encoding="utf-8")
    assert read(file) == {}
    add(file, KEY, Measured(SPEED))
    assert read(file) == {KEY: Measured(SPEED)}


def test_a_part_that_is_of_no_use_costs_no_others(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    add(file, KEY, Measured(SPEED))
    members = json.loads(file.read_text(encoding="utf-8"))
    members["models"].insert(0, {"server": "a", "model": "b", "dimensions": "many"})
    file.write_text(json.dumps(members), encoding="utf-8")
    assert read(file) == {KEY: Measured(SPEED)}


def test_times_are_the_users_own() -> None:
    here = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    assert when(here.isoformat()) == here.astimezone().strftime("%Y-%m-%d %H:%M")
    assert when("") == when("yesterday") == ""


async def test_the_speed_is_known_after_a_restart(tmp_path: Path) -> None:
    connect = FakeServer().connect
    async with embeddings_app(URL, tmp_path, connect=connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.view("facts")
        await ui.shows("Speed, when last asked", "texts in a second")
        await ui.hides("measure anew")
    async with embeddings_app(URL, tmp_path, connect=connect) as ui:
        await ui.all_embedded()
        await ui.view("facts")
        await ui.shows("Speed, when last asked", "measured", "texts in a second", "measure anew", "b, by requests")
    (tmp_path / "embeddings-measured.json").unlink()
    async with embeddings_app(URL, tmp_path, connect=connect) as ui:
        await ui.all_embedded()
        await ui.view("facts")
        await ui.shows("not measured yet", "out of the store")
