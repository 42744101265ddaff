"""The file of embeddings while the app is open: another program uses it, it is damaged, old sets are removed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from app_parts import NOW, FakeServer
from embeddings_parts import embeddings_app

from lmstudio_tui.store.embeddings import EmbeddingShelf, TextRecord
from lmstudio_tui.tui import upkeep

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:9"


def damage(path: Path) -> None:
    """Write over everything behind the header."""
    path.write_bytes(path.read_bytes()[:100] + bytes(range(256)) * 100)


async def test_what_another_program_has_made_is_among_the_sets(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        other = EmbeddingShelf(ui.shelf.path)
        other.create("Of the other program", [TextRecord("one"), TextRecord("two")])
        await ui.press("f7")
        await ui.shows("Of the other program")


async def test_a_file_that_turns_out_to_be_damaged_is_said(tmp_path: Path) -> None:
    path = tmp_path / "embeddings.sqlite"
    shelf = EmbeddingShelf(path)
    shelf.create("Old", [TextRecord("one")])
    shelf.close()
    damage(path)
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.until(lambda: "set aside" in ui.told)
        # It goes on in a new one.
        await ui.paste("first", "second")
        await ui.all_embedded()
    assert [one.count for one in EmbeddingShelf(path).sets()] == [2]


async def test_a_file_that_another_program_has_set_aside(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste("first", "second")
        await ui.all_embedded()
        ui.desk.writer.flush()
        ui.shelf.close()
        damage(ui.shelf.path)
        other = EmbeddingShelf(ui.shelf.path)
        other.create("In the new file", [TextRecord("one")])
        await ui.press("f7")
        await ui.shows("In the new file")
        assert "damaged" not in ui.told


async def test_what_was_deleted_long_ago_is_removed_some_time_after_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "TIDIED_AFTER", 0.1)
    before = EmbeddingShelf(tmp_path / "embeddings.sqlite", lambda: NOW - timedelta(days=8))
    before.delete(before.create("Old", [TextRecord("one")]).id)
    before.close()
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.until(lambda: before.undo() is None)
