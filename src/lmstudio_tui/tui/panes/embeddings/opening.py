"""Taking the texts of files: which file, which column, and reading it in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.chat.browsing import FileKind
from lmstudio_tui.features.embeddings.reading import ReadingError, read_texts
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.screens.embedding_columns import EmbeddingColumns
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.widget import Widget

    from lmstudio_tui.features.embeddings.reading import TextsRead
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.embeddings import TextRecord
    from lmstudio_tui.tui.worker_bridge import Runs

    Take = Callable[[str, list[TextRecord], str], None]
    """Is given the name of a file, its texts, and what is to be known of them."""

_KIND: Final = FileKind("files of texts", frozenset({".txt", ".csv", ".tsv", ".json", ".jsonl", ".ndjson"}))


def choose_files(widget: Widget, read: Callable[[list[Path]], None]) -> None:
    """Ask for files.

    Args:
        widget: on whose behalf.
        read: is given those that were chosen.
    """
    from lmstudio_tui.tui.screens.attach_file import AttachFile

    def chosen(paths: list[Path] | None) -> None:
        if paths:
            read(paths)

    app_of(widget).push_screen(AttachFile(title="Take the texts of a file", take="Take", kind=_KIND), chosen)


def read_files(widget: Widget, runs: Runs, paths: tuple[Path, ...], take: Take, failed: Callable[[str], None]) -> None:
    """Read files, one after the other; where one has several columns, ask which holds the texts.

    Args:
        widget: on whose behalf.
        runs: what runs on its behalf.
        paths: of the files.
        take: is given what came of each.
        failed: is told why one gave nothing.
    """
    if paths:
        _Reading(widget, runs, paths, take, failed).read(None)


@dataclass(frozen=True)
class _Reading:
    """The arguments are those of `read_files`."""

    widget: Widget
    runs: Runs
    paths: tuple[Path, ...]
    take: Take
    failed: Callable[[str], None]

    @property
    def path(self) -> Path:
        return self.paths[0]

    def read(self, column: str | None) -> None:
        """Read the first file; its column is asked for unless one is named."""
        path = self.path

        def work(emit: object, scope: CancelScope) -> TextsRead | ReadingError:
            del emit, scope
            try:
                return read_texts(path, column=column)
            except ReadingError as error:
                return error

        def found(what: TextsRead | ReadingError) -> None:
            if isinstance(what, ReadingError):
                self.failed(f"{what.message} {what.hint}".strip())
                self.go_on()
            elif column is None and len(what.columns) > 1:
                self.ask(what)
            else:
                self.add(what)

        self.runs.start(work, finished=found, name="read")

    def ask(self, what: TextsRead) -> None:
        """Which column is it?"""

        def chosen(column: str | None) -> None:
            if column is None:
                self.go_on()
            else:
                self.read(column)

        screen = EmbeddingColumns(self.path.name, what.columns, what.samples, what.column)
        app_of(self.widget).push_screen(screen, chosen)

    def add(self, what: TextsRead) -> None:
        """Hand on what came of it, and read the next file."""
        self.take(clean_line(self.path.name), what.texts, " ".join(what.notes))
        self.go_on()

    def go_on(self) -> None:
        """Read the next file."""
        read_files(self.widget, self.runs, self.paths[1:], self.take, self.failed)
