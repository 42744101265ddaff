"""Vectors to the clipboard, and to files for other programs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.widgets import Input

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.words import count_of, short
from lmstudio_tui.tui.screens.choose import Choose
from lmstudio_tui.tui.screens.save_file import SaveFile
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.vectors.values import EXPORT_FORMS, VectorsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.widget import Widget

    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.tui.panes.embeddings.working import Job
    from lmstudio_tui.vectors.values import ExportForm, Vector

_FORMS: Final[dict[ExportForm, str]] = {
    "npy": "numbers alone, for numpy.load",
    "jsonl": "a line for each text, with its vector",
    "csv": "a row for each text, a column for each number",
    "parquet": "texts and vectors, for pandas, DuckDB …",
}
_UNNAMEABLE: Final = re.compile(r"[^\w.\-]+")


def choose_copy(widget: Widget, vectors: Sequence[tuple[str, Vector]], take: Callable[[str, str], None]) -> None:
    """Ask how a vector is to be written for the clipboard.

    Args:
        widget: on whose behalf.
        vectors: one of each model that has one, with its name.
        take: is given the text, and what it is.
    """
    if not vectors:
        return
    options = [
        (f"{form} {at}", words, short(model) if len(vectors) > 1 else more)
        for at, (model, _) in enumerate(vectors)
        for form, words, more in (
            ("json", "JSON", "[0.1, …]"),
            ("python", "Python", "a list, in lines"),
            ("numpy", "NumPy", "np.array([…])"),
        )
    ]

    def chosen(name: str | None) -> None:
        if name is None:
            return
        from lmstudio_tui.vectors.export import as_json, as_numpy, as_python

        form, _, at = name.partition(" ")
        written = {"json": as_json, "python": as_python, "numpy": as_numpy}[form](vectors[int(at)][1])
        take(written, "vector")

    app_of(widget).push_screen(Choose("Copy the vector as", options), chosen)


def export(widget: Widget, job: Job, sides: Sequence[Embedded], say: Callable[[str], None]) -> None:
    """Ask for the kind of file, and where it goes, and write it.

    Args:
        widget: on whose behalf.
        job: the texts.
        sides: their vectors, by each model.
        say: is told what came of it.
    """
    from lmstudio_tui.vectors.export import export_forms

    there = export_forms()
    options = [
        (f"{form} {at}", f"{form}  {short(side.key.model)}" if len(sides) > 1 else form, _FORMS[form])
        for at, side in enumerate(sides)
        for form in there
    ]

    def chosen(name: str | None) -> None:
        form: ExportForm | None = next((one for one in there if name is not None and name.startswith(f"{one} ")), None)
        if name is not None and form is not None:
            _save(widget, job, sides[int(name.rpartition(" ")[2])], form, say)

    missing = "" if len(there) == len(EXPORT_FORMS) else " (parquet needs pyarrow)"
    app_of(widget).push_screen(Choose(f"Write the vectors as{missing}", options), chosen)


def _save(widget: Widget, job: Job, side: Embedded, form: ExportForm, say: Callable[[str], None]) -> None:
    records = [job.texts.records[index] for index in side.indices]
    prefix, model = job.texts.document_prefix, side.key.model

    def write(path: Path, content: bytes) -> None:
        del content
        from lmstudio_tui.vectors.export import written

        assert side.matrix is not None
        sources = [record.source for record in records]
        texts = [record.text for record in records]
        try:
            written(path, form, texts, sources, side.matrix, model=model, prefix=prefix, indices=side.indices)
        except VectorsError as error:
            raise OSError(str(error)) from error

    def saved(path: Path | None) -> None:
        if path is not None:
            say(f"Written: {clean_line(str(path))}")

    name = _UNNAMEABLE.sub("-", short(side.key.model)).strip("-.") or "embeddings"
    left = side.count - side.embedded
    what = f"{side.embedded:,} vectors as {form}" + (f" ({count_of(left)} have none)" if left else "")
    app_of(widget).push_screen(_SaveVectors(what, Path(f"{name}.{form}"), "", write=write), saved)


class _SaveVectors(SaveFile):
    """Writes a file that is made while it is written, so that nobody knows its size before."""

    def _say_where(self) -> None:
        typed = self.query_one(Input).value.strip()
        self._say(f"To {Path.cwd() / Path(typed).expanduser()}" if typed else "Type a path.")
