"""What is done with texts, sets and models; it asks in dialogs where it has to."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lmstudio_tui.store.embeddings import StoreError
from lmstudio_tui.tui.commands import key_of, told
from lmstudio_tui.tui.messages import CopyWanted, ModelChosen, ServerDoubted
from lmstudio_tui.tui.panes.embeddings.exporting import choose_copy, export
from lmstudio_tui.tui.panes.embeddings.opening import choose_files, read_files
from lmstudio_tui.tui.panes.embeddings.picker import EmbeddingModelPicker
from lmstudio_tui.tui.panes.embeddings.set_desk import MOST
from lmstudio_tui.tui.panes.embeddings.view import EmbeddingsView
from lmstudio_tui.tui.panes.embeddings.words import absence_in_words, added_in_words, count_of, short, unable_in_words
from lmstudio_tui.tui.screens.embedding_prefixes import EmbeddingPrefixes
from lmstudio_tui.tui.screens.embedding_sets import EmbeddingSets, SetsDesk
from lmstudio_tui.tui.screens.text_entry import TextEntry
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from textual.screen import Screen
    from textual.widget import Widget

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.embeddings import SetRecord, TextRecord
    from lmstudio_tui.tui.screens.embedding_prefixes import Prefixes

Result = TypeVar("Result")


class EmbeddingsDoing(EmbeddingsView):
    """Does what is asked for. The arguments are those of `EmbeddingsView`."""

    _gone: str = ""
    """The set that was in front when it was deleted."""

    def _open(self, screen: Screen[Result], done: Callable[[Result | None], None]) -> None:
        app_of(self).push_screen(screen, done)

    # The text that one looks at

    def _look_at(self, index: int, *, but: Widget | None = None) -> None:
        """Put the cursor on a text, in the list and in the views.

        Args:
            index: which.
            but: has its cursor there already.
        """
        if index == self._pictures.cursor and but is None and self.list.chosen == index:
            return
        self._pictures.cursor = index
        if self.list.chosen != index:
            self.list.choose(index)
        self._pictures.show_cursor(index, but)

    def _find_like(self, index: int) -> None:
        """Rank all texts by how near they are to one of them."""
        records = self._desk.held.texts.records
        if index < len(records):
            self._look_at(index)
            self._bring("nearest")
            self.views.nearest.ask(records[index].text)
            self.views.take_keys()

    # Texts

    def action_open_file(self) -> None:
        """Take the texts of a file."""
        choose_files(self, self._read)

    def _read(self, paths: Iterable[Path]) -> None:
        read_files(self, self._runs, tuple(paths), self._add_read, self._warn)

    def _add_read(self, name: str, texts: list[TextRecord], note: str) -> None:
        count = self._desk.add(texts, name)
        said = added_in_words(count, len(texts), MOST, name)
        self._say(f"{said} {note}".strip(), "warning" if note or count < len(texts) else "information")

    def action_edit(self) -> None:
        """Edit the text under the cursor."""
        index = self.list.chosen
        records, revision = self._desk.held.texts.records, self._desk.held.revision
        if index is None or index >= len(records):
            return

        def edited(text: str | None) -> None:
            # Whatever has come in between, such as another set: this text is no longer at its place.
            if text and revision == self._desk.held.revision:
                self._desk.held.edit(index, text)

        self._open(TextEntry(f"Text {index + 1}", records[index].text), edited)

    def action_delete(self) -> None:
        """Delete the marked texts, else the one under the cursor."""
        if count := self._desk.held.remove(self.list.picked):
            self._say(
                f"{count_of(count)} deleted. {key_of('embeddings.undo')} brings {'it' if count == 1 else 'them'} back."
            )

    def action_undo(self) -> None:
        """Take the last change of the texts back."""
        if self._gone and not self._desk.held.can_undo:
            self._bring_back()
        else:
            self._say(self._desk.held.undo() or "There is nothing to take back.")

    def _bring_back(self) -> None:
        """Bring the set back that was in front when it was deleted."""
        shelf, self._gone = self._desk.shelf, ""

        def undo(emit: object, scope: CancelScope) -> SetRecord | str:
            del emit, scope
            try:
                return shelf.undo() or "There is nothing to take back."
            except StoreError as error:
                return f"{error.message} {error.hint}"

        def done(found: SetRecord | str) -> None:
            if isinstance(found, str):
                self._warn(found)
            else:
                self._say("The set is back.")
                self._desk.open(found.id)

        self._runs.start(undo, finished=done, name="embeddings")

    # Embedding

    def action_embed(self) -> None:
        """Embed what is missing, however much it is."""
        if self._desk.can_ask and (self._desk.embedding.missing or not self._desk.sides or self._desk.behind):
            self._desk.embed()
            self._show_all()
            return
        if self._desk.sides and not self._desk.embedding.missing and not self._desk.behind:
            refused = any(side.refused for side in self._desk.sides)
            self._say("Nothing is missing: all texts were " + ("embedded or refused." if refused else "embedded."))
            return
        view = self._desk.view
        if view.online:
            self._warn(" ".join(filter(None, unable_in_words(view) or (told("Choose a model: {embeddings.model}."),))))
            return
        self.post_message(ServerDoubted())
        if self._desk.notice() or self._desk.broken is not None:
            # Why nothing is embedded stands in the pane already.
            self._say("Looking for the server again …")
        else:
            what, *_, way = absence_in_words(view)
            self._warn(f"{what} {way}" if way != what else what)

    def action_choose_model(self) -> None:
        """Choose the model."""

        def chosen(model: str | None) -> None:
            if model:
                self.try_model(model)

        current = next(iter(self._desk.choice.models), None)
        self._open(EmbeddingModelPicker(self._desk.view.models, current, "Model"), chosen)

    def try_model(self, model: str) -> None:
        """Embed by this model from now on, here and in sets to come; a second one stays."""
        self._desk.use_model(model)
        self.post_message(ModelChosen(model, "embeddings"))

    def action_second_model(self) -> None:
        """Choose a second model, or take it off again."""
        models = self._desk.choice.models
        if len(models) > 1:
            self._desk.use_models(models[0])
            self._say(f"{short(models[1])} is off again; what it has embedded is kept.")
            return
        if not models:
            self.action_choose_model()
            return

        def chosen(model: str | None) -> None:
            if model and model != models[0]:
                self._desk.use_models(models[0], model)

        others = [model for model in self._desk.view.models if model.id != models[0]]
        self._open(EmbeddingModelPicker(others, None, "Second model"), chosen)

    def action_prefixes(self) -> None:
        """Ask what goes before a query, and before each text."""
        texts = self._desk.held.texts

        def taken(prefixes: Prefixes | None) -> None:
            if prefixes is not None:
                self._desk.held.use_prefixes(*prefixes)

        model = next(iter(self._desk.choice.models), "")
        self._open(EmbeddingPrefixes(texts.query_prefix, texts.document_prefix, model), taken)

    # Sets

    def action_new_set(self) -> None:
        """Begin a new set; the one before is kept."""
        if self._desk.held.count or not self._desk.loaded:
            self._desk.begin()
        self.entry.focus()

    def action_sets(self) -> None:
        """Show the sets."""
        shelf, writer = self._desk.shelf, self._desk.writer

        def found(query: str) -> list[SetRecord]:
            writer.flush()
            return shelf.sets(query)

        def deleted(set_id: str) -> None:
            if set_id == self._desk.held.id:
                self._gone = set_id
                self._desk.begin()

        def restored(set_id: str) -> None:
            if set_id == self._gone and not self._desk.held.count:
                self._gone = ""
                self._desk.open(set_id)

        def rename(set_id: str, name: str) -> None:
            shelf.change(set_id, name=name)

        def renamed(set_id: str, name: str) -> None:
            if set_id == self._desk.held.id:
                self._desk.held.name = name
                self._show_all()

        def chosen(set_id: str | None) -> None:
            if set_id == "":
                self.action_new_set()
            elif set_id is not None:
                self._desk.open(set_id)
                self.list.focus()

        desk = SetsDesk(found, rename, shelf.delete, shelf.undo, deleted, renamed, restored)
        self._open(EmbeddingSets(desk, self._desk.held.id, self._services.now), chosen)

    # Handing on

    def action_copy(self) -> None:
        """Copy the vector of the text under the cursor."""
        vectors = [(side.key.model, side.vector(self._pictures.cursor)) for side in self._desk.sides]

        def taken(text: str, what: str) -> None:
            self.post_message(CopyWanted(text, what))

        choose_copy(self, [(model, vector) for model, vector in vectors if vector is not None], taken)

    def action_export(self) -> None:
        """Write all vectors to a file."""
        job = self._desk.shown
        if job is not None:
            export(self, job, [side for side in self._desk.sides if side.embedded], self._say)
