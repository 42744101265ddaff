"""Vectors as files and as text."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
from array import array
from typing import IO, TYPE_CHECKING, Any, Self

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vector_parts import missing, mixture, most_memory, put_module, small_sets, vectors

from lmstudio_tui.vectors import export
from lmstudio_tui.vectors.export import as_json, as_numpy, as_python, export_forms, write_vectors, written
from lmstudio_tui.vectors.matrix import Matrix
from lmstudio_tui.vectors.values import EXPORT_FORMS, ExportForm, Stopped, VectorsError

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.vectors.values import Vector

own_forms = pytest.mark.parametrize("form", ["npy", "jsonl", "csv"])
rows_of_any_kind = small_sets() | small_sets("d")
texts_of_any_kind = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["a\nb", "a\rb", '"q", "r"', "\u2028\x85\u2029", "\x00\x1b", "=1+1", " "]
)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def file_of(form: ExportForm, rows: list[Vector], texts: list[str], sources: list[str], prefix: str = "") -> io.BytesIO:
    """What is written."""
    file = io.BytesIO()
    write_vectors(file, form, texts, sources, Matrix.of(rows), model="modèle", prefix=prefix)
    return io.BytesIO(file.getvalue())


@given(rows=rows_of_any_kind)
def test_npy_is_read_by_numpy(rows: list[Vector]) -> None:
    numbers = np.load(file_of("npy", rows, [""] * len(rows), []), allow_pickle=False)
    assert numbers.dtype == (np.float32 if rows[0].typecode == "f" else np.float64)
    assert numbers.tolist() == [list(row) for row in rows]


@given(rows=rows_of_any_kind, prefix=texts_of_any_kind, data=st.data())
def test_jsonl_is_an_object_on_each_line(rows: list[Vector], prefix: str, data: st.DataObject) -> None:
    texts = data.draw(st.lists(texts_of_any_kind, min_size=len(rows), max_size=len(rows)))
    content = file_of("jsonl", rows, texts, ["a.txt"] * len(rows), prefix).read()
    lines = content.decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"index": index, "text": text, "source": "a.txt", "model": "modèle", "prefix": prefix, "embedding": list(row)}
        for index, (text, row) in enumerate(zip(texts, rows, strict=True))
    ]


@given(rows=rows_of_any_kind, data=st.data())
def test_csv_is_read_by_the_csv_module(rows: list[Vector], data: st.DataObject) -> None:
    texts = data.draw(st.lists(texts_of_any_kind, min_size=len(rows), max_size=len(rows)))
    content = io.TextIOWrapper(file_of("csv", rows, texts, [], "p: "), "utf-8", newline="")
    header, *lines = csv.reader(content)
    assert header[:5] == ["index", "text", "source", "model", "prefix"]
    assert header[5:] == [f"embedding_{number}" for number in range(len(rows[0]))]
    assert [line[:5] for line in lines] == [[str(n), text, "", "modèle", "p: "] for n, text in enumerate(texts)]
    assert [[float(number) for number in line[5:]] for line in lines] == [list(row) for row in rows]


def test_half_a_surrogate_pair_does_not_stop_anything() -> None:
    rows = vectors([[1.0], [2.0]])
    lines = file_of("jsonl", rows, ["a\ud800", "ä"], []).read().decode().splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["a\ud800", "ä"]
    assert "a?" in file_of("csv", rows, ["a\ud800", "ä"], []).read().decode()


@own_forms
def test_a_file_replaces_another_when_it_is_whole(tmp_path: Path, form: ExportForm) -> None:
    path = tmp_path / "new" / f"vectors.{form}"
    matrix = Matrix.of(mixture(700, 256)[1])
    told: list[int] = []
    written(path, form, ["t"] * 700, [], matrix, model="m", on_rows=told.append)
    assert told == [256, 512, 700]
    before = path.read_bytes()
    answers = iter([False, False, True])
    with pytest.raises(Stopped):
        written(path, form, ["other"] * 700, [], matrix, model="m", stop=lambda: next(answers))
    assert path.read_bytes() == before
    assert names_in(path.parent) == [path.name]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@own_forms
def test_a_disk_that_is_full_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: ExportForm
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_text("old")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(VectorsError, match=r"file cannot be written: no space left on device\. Choose another folder"):
        written(path, form, ["t"], [], Matrix.of(vectors([[1.0]])), model="m")
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["file"]


def test_a_folder_in_the_way_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(VectorsError, match="cannot be written: is a directory"):
        written(tmp_path, "npy", ["t"], [], Matrix.of(vectors([[1.0]])), model="m")


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has such files")
def test_a_link_stays_one_and_a_pipe_is_written_to(tmp_path: Path) -> None:
    matrix = Matrix.of(vectors([[1.0, 2.0]]))
    link, real = tmp_path / "link", tmp_path / "real.npy"
    link.symlink_to(real)
    written(link, "npy", ["t"], [], matrix, model="m")
    assert link.is_symlink()
    assert np.load(real).tolist() == [[1.0, 2.0]]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        written(pipe, "jsonl", ["t"], [], matrix, model="m")
        assert json.loads(reader.communicate()[0])["embedding"] == [1.0, 2.0]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@own_forms
def test_texts_and_vectors_that_do_not_belong_together(tmp_path: Path, form: ExportForm) -> None:
    matrix = Matrix.of(vectors([[1.0], [2.0]]))
    for texts, sources in ((["a"], []), (["a", "b"], ["x"])):
        with pytest.raises(VectorsError, match="they do not belong together"):
            written(tmp_path / "file", form, texts, sources, matrix, model="m")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_large_file_is_not_in_memory(tmp_path: Path, form: ExportForm) -> None:
    matrix = Matrix.of(mixture(1500, 384)[1])
    with most_memory() as most:
        written(tmp_path / "file", form, ["t"] * 1500, [], matrix, model="m")
    assert (tmp_path / "file").stat().st_size > 10_000_000
    assert most[0] < 5_000_000


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_texts_keep_their_numbers_where_some_were_left_out(form: ExportForm) -> None:
    file = io.BytesIO()
    write_vectors(file, form, ["a", "b"], [], Matrix.of(vectors([[1.0], [2.0]])), model="m", indices=[3, 7])
    lines = file.getvalue().decode().splitlines()[-2:]
    assert [line.removeprefix('{"index": ')[0] for line in lines] == ["3", "7"]


def test_parquet_needs_a_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(export, "installed", missing)
    assert export_forms() == ("npy", "jsonl", "csv")
    with pytest.raises(VectorsError, match=r'which is not installed: pip install "lmstudio-tui\[parquet\]"'):
        written(tmp_path / "file", "parquet", ["t"], [], Matrix.of(vectors([[1.0]])), model="m")
    assert names_in(tmp_path) == []


class FakeParquet:
    """What is used of pyarrow, as far as it is: columns are kept as they are handed over."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.schema_: Any = None
        self.FixedSizeListArray = self
        self.ParquetWriter = self

    def __getattr__(self, name: str) -> Any:
        def described(*arguments: Any) -> tuple[Any, ...]:
            return (name, *arguments)

        return described

    def imported(self, name: str) -> FakeParquet:
        assert name in {"pyarrow", "pyarrow.parquet"}
        return self

    def schema(self, columns: Any, metadata: Any) -> Any:
        self.schema_ = (columns, metadata)
        return self.schema_

    def array(self, values: Any, kind: Any = None) -> list[Any]:
        return list(values)

    def from_arrays(self, numbers: list[float], size: int) -> Any:
        return [list(map(float, numbers[n : n + size])) for n in range(0, len(numbers), size)]

    def record_batch(self, arrays: Any, schema: Any) -> Any:
        assert schema is self.schema_
        return arrays

    def __call__(self, file: IO[bytes], schema: Any) -> FakeParquet:
        file.write(b"PAR1")
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def write_batch(self, batch: list[Any]) -> None:
        self.batches.append(batch)


@pytest.mark.parametrize("kind", ["f", "d"])
def test_parquet_is_written_some_rows_at_a_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str) -> None:
    library = FakeParquet()
    monkeypatch.setattr(export, "installed", bool)
    monkeypatch.setattr(export, "import_module", library.imported)
    assert export_forms() == EXPORT_FORMS
    monkeypatch.setattr(export, "_ROW_GROUP", 3 * 256)
    _, rows = mixture(300, 3, kind=kind)
    texts = [f"text {index}" for index in range(299)] + ["half \ud800"]
    written(tmp_path / "file", "parquet", texts, [], Matrix.of(rows), model="m", prefix="p")
    columns, metadata = library.schema_
    assert metadata == {"model": "m", "prefix": "p"}
    assert columns[-1] == ("embedding", ("list_", ("float32" if kind == "f" else "float64",), 3))
    assert [len(batch[0]) for batch in library.batches] == [256, 44]
    joined = [[each for batch in library.batches for each in batch[column]] for column in range(4)]
    assert joined == [list(range(300)), [*texts[:-1], "half ?"], [""] * 300, [list(row) for row in rows]]


def test_parquet_is_read_by_pyarrow(tmp_path: Path) -> None:
    parquet: Any = pytest.importorskip("pyarrow.parquet")
    _, rows = mixture(300, 7)
    path = tmp_path / "file"
    written(path, "parquet", ["t"] * 300, ["s"] * 300, Matrix.of(rows), model="m", prefix="p")
    table = parquet.read_table(path)
    assert table["embedding"].to_pylist() == [list(row) for row in rows]
    assert table["index"].to_pylist() == list(range(300))
    assert (table["text"][299].as_py(), table["source"][0].as_py()) == ("t", "s")
    assert {key: table.schema.metadata[key] for key in (b"model", b"prefix")} == {b"model": b"m", b"prefix": b"p"}


@given(row=rows_of_any_kind.map(lambda rows: rows[0]))
def test_text_for_the_clipboard_says_the_same_numbers(row: Vector) -> None:
    assert json.loads(as_json(row)) == list(row)
    assert eval(as_python(row)) == list(row)
    numbers = eval(as_numpy(row), {"np": np})
    assert numbers.dtype == np.dtype(row.typecode)
    assert numbers.tolist() == list(row)


def test_text_for_the_clipboard_is_in_lines() -> None:
    row = array("d", [index / 7 for index in range(768)])
    for text in (as_python(row), as_numpy(row)):
        lines = text.splitlines()
        assert len(lines) > 100
        assert max(map(len, lines)) <= 110
        assert (lines[0][-1], lines[-1][0]) == ("[", "]")
    assert as_numpy(array("f", [0.5])) == "np.array([\n    0.5,\n], dtype=np.float32)"


def test_nothing_heavy_is_imported_before_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for heavy in ("numpy", "sklearn", "umap", "pyarrow", "threadpoolctl"):
        put_module(monkeypatch, tmp_path, heavy, "raise RuntimeError('it was imported')")
    names = (
        "clusters",
        "export",
        "layout",
        "layout_process",
        "matrix",
        "nearest",
        "projection",
        "similarity",
        "statistics",
    )
    code = "; ".join(f"import lmstudio_tui.vectors.{name}" for name in names)
    subprocess.run([sys.executable, "-c", code], check=True)
