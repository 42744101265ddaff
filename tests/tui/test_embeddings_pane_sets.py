"""The embeddings pane: sets, files, prefixes, edits that can be taken back, and what is handed on."""

from __future__ import annotations

import json
import threading
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest
from app_parts import FakeServer
from embeddings_parts import TEXTS, Embeddings, embeddings_app
from textual.widgets import Input

from lmstudio_tui.sdk import CancelScope, EmbeddingBatch
from lmstudio_tui.sdk.types.embeddings import RefusedInput
from lmstudio_tui.tui.screens.attach_file import AttachFile
from lmstudio_tui.tui.screens.choose import Choose
from lmstudio_tui.tui.screens.embedding_prefixes import EmbeddingPrefixes
from lmstudio_tui.tui.screens.embedding_sets import EmbeddingSets
from lmstudio_tui.tui.screens.save_file import SaveFile
from lmstudio_tui.tui.screens.text_entry import TextEntry
from lmstudio_tui.tui.widgets.submit_text_area import SubmitTextArea

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:9"


async def on_list(ui: Embeddings) -> None:
    ui.embeddings.list.focus()
    await ui.until(lambda: ui.embeddings.list.has_focus_within)


async def dialog(ui: Embeddings, kind: type) -> None:
    await ui.until(lambda: isinstance(ui.app.screen, kind))


async def test_texts_are_edited_deleted_and_brought_back(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await on_list(ui)
        await ui.press("x")
        await ui.until(lambda: ui.texts == list(TEXTS[1:]))
        await ui.press("f8")
        await ui.until(lambda: ui.texts == list(TEXTS))
        await ui.press("e")
        await ui.shows("Text 1")
        await ui.until(lambda: isinstance(ui.app.screen, TextEntry))
        ui.app.screen.query_one(SubmitTextArea).text = "How can I get in?"
        await ui.press("enter")
        await ui.until(lambda: ui.texts[0] == "How can I get in?")
        await ui.all_embedded()
        await ui.press("f8")
        await ui.until(lambda: ui.texts == list(TEXTS))
        await ui.all_embedded()
        assert ui.desk.sides[0].asked == 0, "what was embedded once is not asked for again"


async def test_marked_texts_are_deleted_together(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await on_list(ui)
        await ui.press("space", "space", "x")
        await ui.until(lambda: ui.texts == list(TEXTS[2:]))
        assert "2 texts deleted" in ui.told


async def test_sets_are_searched_opened_renamed_deleted_and_brought_back(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.press("ctrl+n")
        await ui.until(lambda: ui.texts == [])
        await ui.paste("red", "blue")
        await ui.press("f7")
        await dialog(ui, EmbeddingSets)
        await ui.shows("red", "How do I reset my password?", "2 texts", "6 texts")
        await ui.type("invoice")
        await ui.hides("2 texts   ")
        await ui.press("enter")
        await ui.until(lambda: ui.texts == list(TEXTS))

        await ui.press("f7")
        await dialog(ui, EmbeddingSets)
        await ui.shows("6 texts")
        await ui.press("f2")
        await ui.shows("Rename the set")
        ui.app.screen.query_one(Input).value = "Questions"
        await ui.press("enter")
        await dialog(ui, EmbeddingSets)
        await ui.shows("Questions")
        await ui.press("delete")
        await ui.shows("F8 brings it back")
        await ui.until(lambda: [one.count for one in ui.shelf.sets()] == [2])
        assert ui.texts == []
        await ui.press("f8")
        await ui.until(lambda: sorted(one.count for one in ui.shelf.sets()) == [2, 6])
        await ui.shows("6 texts")
        await ui.press("escape")


async def test_the_set_in_front_that_was_renamed_keeps_its_new_name(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.press("f7")
        await dialog(ui, EmbeddingSets)
        await ui.shows("6 texts")
        await ui.press("f2")
        await ui.shows("Rename the set")
        ui.app.screen.query_one(Input).value = "Questions"
        await ui.press("enter")
        await dialog(ui, EmbeddingSets)
        await ui.shows("Questions")
        await ui.press("escape")
        await ui.shows("6 texts ─ Questions")


async def test_texts_come_out_of_files_and_keep_their_names(tmp_path: Path) -> None:
    table, lines = tmp_path / "faq.csv", tmp_path / "more.txt"
    table.write_text("id,question,answer\n1,Where is it?,Here\n2,Who is it?,Me\n")
    lines.write_text("one\ntwo\n")
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.press("alt+a")
        await dialog(ui, AttachFile)
        ui.app.screen.query_one(Input).value = str(table)
        await ui.press("enter")
        await ui.shows("The column of texts in faq.csv", "question", "Where is it?", "· Who is it?")
        await ui.press("down", "enter")
        await ui.until(lambda: len(ui.texts) == 2)
        assert ui.texts == ["Here", "Me"]
        ui.embeddings._read([lines])  # pyright: ignore[reportPrivateUsage]
        await ui.until(lambda: len(ui.texts) == 4)
        assert ui.desk.held.texts.sources == ["faq.csv", "faq.csv", "more.txt", "more.txt"]
        await ui.all_embedded()
        await ui.view("map")
        await on_list(ui)
        await ui.press("c")
        await ui.shows("faq.csv", "more.txt")


async def test_a_file_without_texts_is_said(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        ui.embeddings._read([tmp_path / "nothing.txt"])  # pyright: ignore[reportPrivateUsage]
        await ui.until(lambda: "There is no file" in ui.told)


async def test_prefixes_are_sent_and_kept(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await on_list(ui)
        await ui.press("p")
        await dialog(ui, EmbeddingPrefixes)
        await ui.shows("nomic-embed-text", "text-embedding-nomic may want those of nomic")
        await ui.press("tab", "tab", "enter")
        await ui.until(lambda: ui.app.screen.query_one("#document", Input).value == "search_document: ")
        await ui.press("enter")
        await ui.all_embedded()
        assert ui.desk.sides[0].asked == 6
        assert ui.desk.held.texts.sent[0] == f"search_document: {TEXTS[0]}"
        await ui.until(lambda: ui.shelf.sets()[0].query_prefix == "search_query: ")


async def test_the_vector_is_copied_and_all_are_written(tmp_path: Path) -> None:
    copies: list[str] = []
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect, copies=copies) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.view("vector")
        await on_list(ui)
        await ui.press("y")
        await dialog(ui, Choose)
        await ui.press("enter")
        await ui.until(lambda: len(copies) == 1)
        numbers = array("f", json.loads(copies[0]))
        assert numbers == ui.desk.sides[0].vector(0)

        await ui.press("w")
        await dialog(ui, Choose)
        await ui.press("down", "enter")
        await dialog(ui, SaveFile)
        path = tmp_path / "out.jsonl"
        ui.app.screen.query_one(Input).value = str(path)
        await ui.press("enter")
        await ui.until(lambda: path.exists() and "Written" in ui.told)
        assert [json.loads(line)["text"] for line in path.read_text().splitlines()] == list(TEXTS)


class PickyServer(FakeServer):
    """Refuses texts that have the word `bad` in them."""

    asked: int = 0

    def embedded(self, texts: Sequence[str], batch: EmbeddingBatch, scope: CancelScope) -> EmbeddingBatch:
        self.asked += len(texts)
        good = [at for at, text in enumerate(texts) if "bad" not in text]
        bad = [at for at, text in enumerate(texts) if "bad" in text]
        return EmbeddingBatch(
            tuple(batch.indices[at] for at in good),
            tuple(batch.vectors[at] for at in good),
            tuple(RefusedInput(batch.indices[at], "The text is too long.") for at in bad),
            took_s=batch.took_s,
            model=batch.model,
        )


async def test_refused_texts_are_marked_with_the_reason_and_not_asked_for_each_time(tmp_path: Path) -> None:
    server = PickyServer()
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.paste("good", "a bad one", "fine")
        await ui.until(lambda: "1 text was refused" in ui.work)
        await ui.shows("! a bad one", "text 2; e edits it, x deletes it.")
        asked = server.asked
        await ui.paste("another one", "and one more")
        await ui.until(lambda: ui.embedded == [4])
        assert server.asked == asked + 2
        assert ui.desk.sides[0].row_of == (0, None, 1, 2, 3)
        await ui.view("vector")
        await on_list(ui)
        await ui.press("home", "down")
        await ui.shows("The text is too long.")


async def test_texts_keep_their_numbers_in_a_file_from_which_some_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    async with embeddings_app(URL, tmp_path, connect=PickyServer().connect) as ui:
        await ui.paste("a bad one", "good", "another bad one", "fine")
        await ui.until(lambda: ui.embedded == [2])
        await on_list(ui)
        await ui.press("w")
        await dialog(ui, Choose)
        await ui.press("down", "enter")
        await dialog(ui, SaveFile)
        ui.app.screen.query_one(Input).value = str(path)
        await ui.press("enter")
        await ui.until(lambda: path.exists() and "Written" in ui.told)
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert [(line["index"], line["text"]) for line in lines] == [(1, "good"), (3, "fine")]


@pytest.mark.parametrize("last", ["enter", "delete", "f2"])
async def test_words_and_a_key_in_one_burst_are_about_the_set_that_the_words_find(last: str, tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.press("ctrl+n")
        await ui.until(lambda: ui.texts == [])
        await ui.paste("red", "blue")
        await ui.press("f7")
        await dialog(ui, EmbeddingSets)
        await ui.shows("2 texts", "6 texts")
        for key in (*"invoice", last):
            ui.app.simulate_key(key)
        match last:
            case "enter":
                await ui.until(lambda: ui.texts == list(TEXTS))
            case "delete":
                await ui.until(lambda: [one.count for one in ui.shelf.sets()] == [2])
                assert ui.texts == ["red", "blue"]
            case _:
                await ui.shows("Rename the set")
                assert ui.app.screen.query_one(Input).value == TEXTS[0]


async def test_steps_in_one_burst_are_taken_in_the_list_that_comes(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        for texts in (("red one",), ("green",), ("red two",)):
            await ui.press("ctrl+n")
            await ui.until(lambda: ui.texts == [])
            await ui.paste(*texts)
        await ui.until(lambda: len(ui.shelf.sets()) == 3)
        second = ui.shelf.sets("red")[1]
        await ui.press("f7")
        await dialog(ui, EmbeddingSets)
        for key in (*"red", "home", "up", "up", "down", "enter"):
            ui.app.simulate_key(key)
        await ui.until(lambda: not isinstance(ui.app.screen, EmbeddingSets))
        await ui.until(lambda: ui.texts == [record.text for record in ui.shelf.texts(second.id)])


async def test_letters_behind_tab_are_for_the_next_field(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.press("alt+p")
        await dialog(ui, EmbeddingPrefixes)
        await ui.until(lambda: ui.app.screen.query_one("#query").has_focus)
        for key in ("q", "tab", "d", "shift+tab", "r"):
            ui.app.simulate_key(key)
        query, document = (ui.app.screen.query_one(f"#{name}", Input) for name in ("query", "document"))
        await ui.until(lambda: (query.value, document.value) == ("qr", "d"))


async def test_leaving_in_the_middle_keeps_what_is_done(tmp_path: Path) -> None:
    server = FakeServer(hold=threading.Event())
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.paste(*(f"text {number}" for number in range(250)))
        await ui.shows("250 texts are not embedded yet.")
        await ui.press("ctrl+r")
        await ui.until(lambda: "224 of 250" in ui.work)
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.all_embedded()
        await ui.until(lambda: (ui.desk.sides[0].reused, ui.desk.sides[0].asked) == (224, 26))


async def test_a_narrow_terminal_shows_the_texts_or_a_view(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect, size=(50, 16)) as ui:
        await ui.paste(*TEXTS)
        await ui.shows("How do I reset my password?")
        await ui.all_embedded()
        await ui.press("alt+s")
        await ui.shows("1 Similarity", "with itself")
        await ui.press("escape")
        await ui.shows("● How do I reset my password?")
        await ui.hides("1 Similarity")
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect, size=(80, 24)) as ui:
        await ui.all_embedded()
        await ui.shows("1 Similarity", "5 Facts")
