"""The embeddings pane in words: how it stands, said once, in the room that there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from app_parts import FakeServer
from embeddings_parts import TEXTS, Embeddings, embeddings_app
from textual.containers import Vertical

from lmstudio_tui.store.embeddings import StoreError, TextRecord
from lmstudio_tui.tui.panes.embeddings import pane, set_desk
from lmstudio_tui.tui.panes.embeddings.words import added_in_words, in_room, set_title
from lmstudio_tui.tui.panes.embeddings.writing import Writer
from lmstudio_tui.tui.screens.embedding_columns import EmbeddingColumns

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:9"


def below_texts(ui: Embeddings) -> str:
    """What is said in the lower edge of the frame of the texts."""
    return str(ui.embeddings.query_one("#texts", Vertical).border_subtitle)


def test_the_title_counts_in_the_room_that_there_is() -> None:
    assert set_title(0, "", 20) == "Texts"
    assert set_title(1, "", 20) == "1 text"
    assert set_title(4, "Questions", 20) == "4 texts ─ Questions"
    assert set_title(50_000, "Questions", 20) == "50,000 texts ─ Ques…"
    assert set_title(50_000, "Questions", 18) == "50,000 texts", "four letters of a name say nothing"


def test_the_first_part_is_said_before_the_others() -> None:
    assert in_room(["", "one", "two"], 9) == "one ─ two"
    assert in_room(["one", "two"], 8) == "one"
    assert in_room(["a long one", "x"], 6) == "a lon…"
    assert in_room([], 6) == ""


@pytest.mark.parametrize(
    ("count", "offered", "source", "words"),
    [
        (1, 1, "", "1 text was added."),
        (2, 2, "a.txt", "2 texts of a.txt were added."),
        (3, 5, "a.txt", "3 of 5 texts of a.txt were added: a set has at most 9. Ctrl+N begins another."),
        (0, 1, "a.txt", "None of a.txt was added: a set has at most 9. Ctrl+N begins another."),
    ],
)
def test_what_was_added(count: int, offered: int, source: str, words: str) -> None:
    assert added_in_words(count, offered, 9, source) == words


async def test_what_there_is_no_room_for_stays_in_the_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pane, set_desk):
        monkeypatch.setattr(module, "MOST", len(TEXTS))
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.press("f8")
        await ui.until(lambda: ui.texts == [])
        await ui.paste(*TEXTS)
        ui.embeddings.entry.focus()
        await ui.type("one more")
        await ui.press("enter")
        await ui.until(lambda: "None was added: a set has at most 6." in ui.told)
        await ui.until(lambda: ui.embeddings.entry.text == "one more")
        assert ui.texts == list(TEXTS)


async def test_the_line_below_the_texts_explains_the_mark_of_the_row(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.until(lambda: below_texts(ui) == "● embedded")
        await ui.shows("6 texts ─ How do")
        ui.desk.held.add([TextRecord(f"text {number}") for number in range(300)])
        ui.embeddings.list.focus()
        await ui.press("end")
        await ui.until(lambda: below_texts(ui) == "○ not embedded yet")
        await ui.press("home")
        await ui.until(lambda: below_texts(ui) == "● embedded")


async def test_the_heat_map_says_how_it_is_sorted(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.shows("as they stand · o sorts by cluster")
        ui.embeddings.list.focus()
        await ui.press("o")
        await ui.shows("by cluster · o sorts as they stand")
        await ui.view("nearest")
        await ui.hides("o sorts")


async def test_a_new_set_begins_with_the_models_of_the_one_before(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        first = ui.desk.choice.models[0]
        second = next(model.id for model in ui.desk.view.models if model.id != first)
        ui.desk.use_models(first, second)
        await ui.until(lambda: len(ui.desk.sides) == 2)
        await ui.press("ctrl+n")
        await ui.until(lambda: ui.texts == [])
        assert ui.desk.choice.models == (first, second)
        ui.desk.use_models(second)
        await ui.paste("red", "blue")
        await ui.until(lambda: [one.models for one in ui.shelf.sets()] == [(second,), (first, second)])


async def test_a_column_is_found_by_what_stands_in_it(tmp_path: Path) -> None:
    table = tmp_path / "faq.csv"
    table.write_text("id,question,answer,note\n1,Where is it?,Behind the door,\n2,Who is it?,Me,\n")
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.opened()
        ui.embeddings._read([table])  # pyright: ignore[reportPrivateUsage]
        await ui.until(lambda: isinstance(ui.app.screen, EmbeddingColumns))
        await ui.shows("The column of texts in faq.csv", "nothing stands in it", "· Who is it?")
        await ui.type("nowhere")
        await ui.shows("No column has these words.")
        await ui.press(*["backspace"] * 7)
        await ui.type("door")
        await ui.hides("Where is it?")
        await ui.shows("· Me")
        await ui.press("enter", "enter")
        await ui.until(lambda: ui.texts == ["Behind the door", "Me"])
        ui.embeddings._read([table])  # pyright: ignore[reportPrivateUsage]
        await ui.until(lambda: isinstance(ui.app.screen, EmbeddingColumns))
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, EmbeddingColumns))
        assert len(ui.texts) == 2


class Runs:
    """Runs at once what would run in a thread."""

    def start(self, work: Any, *, finished: Any, name: str) -> None:
        del name
        finished(work(None, None))


def test_what_cannot_be_written_is_told_once() -> None:
    told: list[str] = []
    writer = Writer(Runs(), told.append)  # pyright: ignore[reportArgumentType]

    def full() -> None:
        raise StoreError("The disk is full.", hint="Make room.")

    writer.write(full)
    writer.write(full)
    assert told == ["The disk is full. Make room."]
    writer.write(lambda: None)
    writer.write(full)
    assert len(told) == 2
