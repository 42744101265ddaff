"""Vectors as files for other programs, and as text for the clipboard."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from dataclasses import dataclass, replace
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Final

from lmstudio_tui.vectors.arithmetic import ask
from lmstudio_tui.vectors.extras import how_to_install, installed
from lmstudio_tui.vectors.replacing import replaced
from lmstudio_tui.vectors.values import EXPORT_FORMS, ExportForm, VectorsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from lmstudio_tui.vectors.matrix import Matrix
    from lmstudio_tui.vectors.values import Stop, Vector

_AT_A_TIME: Final = 1 << 16
"""Numbers that are written between two questions whether to stop."""
_ROW_GROUP: Final = 1 << 21
"""Numbers that lie together in a Parquet file: 8 MB of 32 bits."""
_WIDTH: Final = 100
"""Columns of the lines of numbers in a program."""
_LINE_ENDS: Final = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})
"""Characters that some readers take for the end of a line, as JSON may write them as well."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is written: as the arguments of `written`."""

    texts: Sequence[str]
    sources: Sequence[str]
    matrix: Matrix
    model: str
    prefix: str
    stop: Stop | None
    on_rows: Callable[[int], None] | None
    indices: Sequence[int] = ()

    def index(self, row: int) -> int:
        """The number of a row's text."""
        return self.indices[row] if self.indices else row

    def parts(self, numbers: int = _AT_A_TIME) -> Iterator[range]:
        """All of them, so many numbers at a time."""
        step = max(1, numbers // self.matrix.dimensions)
        for start in range(0, self.matrix.count, step):
            ask(self.stop)
            part = range(start, min(start + step, self.matrix.count))
            yield part
            if self.on_rows is not None:
                self.on_rows(part.stop)

    def numbers(self, part: range) -> list[list[float]]:
        """The vectors of some of them."""
        return self.matrix.values[part.start : part.stop].tolist()


def export_forms() -> tuple[ExportForm, ...]:
    """Which forms can be written on this machine."""
    return tuple(form for form in EXPORT_FORMS if form != "parquet" or installed("pyarrow"))


def written(
    path: Path,
    form: ExportForm,
    texts: Sequence[str],
    sources: Sequence[str],
    matrix: Matrix,
    *,
    model: str,
    prefix: str = "",
    stop: Stop | None = None,
    on_rows: Callable[[int], None] | None = None,
    indices: Sequence[int] = (),
) -> None:
    """Write vectors with their texts to a file, which replaces another when it is whole. Numbers lose nothing.

    - npy: the numbers alone, a row for each text, in 32 bits if all are such numbers, else in 64.
    - jsonl: on each line `index`, `text`, `source`, `model`, `prefix`, `embedding`.
    - csv: `index`, `text`, `source`, `model`, `prefix`, and a column for each dimension, from `embedding_0` on.
    - parquet: `index`, `text`, `source`, `embedding` (a list of fixed length); `model` and `prefix` in its metadata.

    Args:
        path: of the file.
        form: what kind of file.
        texts: one for each vector.
        sources: the file that each text came from; no more than an empty list when none came from one.
        matrix: the vectors.
        model: that made them.
        prefix: what went before each text when it was embedded.
        stop: asked often.
        on_rows: told how many are written.
        indices: the number of each text, where some were left out; else they are counted from 0.

    Raises:
        VectorsError: when the counts differ, a library is missing, or the file cannot be written.
        Stopped: when it was told to stop; what was there before is then still there.
    """
    try:
        with replaced(path) as file:
            rows = _Rows(texts, sources, matrix, model, prefix, stop, on_rows, indices)
            _write(file, form, rows)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise VectorsError(f"{path} cannot be written: {reason}. Choose another folder, or make room there.") from error


def write_vectors(
    file: IO[bytes],
    form: ExportForm,
    texts: Sequence[str],
    sources: Sequence[str],
    matrix: Matrix,
    *,
    model: str,
    prefix: str = "",
    stop: Stop | None = None,
    on_rows: Callable[[int], None] | None = None,
    indices: Sequence[int] = (),
) -> None:
    """The same to a file that is open already, for instance standard output.

    Raises:
        OSError: when it cannot be written to.
        VectorsError, Stopped: as `written`.
    """
    _write(file, form, _Rows(texts, sources, matrix, model, prefix, stop, on_rows, indices))


def _write(file: IO[bytes], form: ExportForm, rows: _Rows) -> None:
    count = rows.matrix.count
    if len(rows.texts) != count or len(rows.sources) not in (0, count):
        raise VectorsError(f"There are {len(rows.texts):,} texts, but {count:,} vectors: they do not belong together.")
    if form not in export_forms():
        raise VectorsError(f"Parquet needs pyarrow, which is not installed: {how_to_install('parquet')}")
    _WRITERS[form](file, rows if rows.sources else replace(rows, sources=[""] * count))


def as_json(vector: Vector) -> str:
    """The numbers as a JSON array."""
    return json.dumps(vector.tolist())


def as_python(vector: Vector) -> str:
    """The numbers as a Python list, in lines that an editor can show."""
    numbers = textwrap.fill(
        ", ".join(map(repr, vector.tolist())), _WIDTH, break_long_words=False, break_on_hyphens=False
    )
    return f"[\n{textwrap.indent(numbers, '    ')},\n]" if numbers else "[]"


def as_numpy(vector: Vector) -> str:
    """A Python expression for a numpy array of the same precision; it takes numpy to be imported as `np`."""
    return f"np.array({as_python(vector)}, dtype=np.float{vector.itemsize * 8})"


def _write_npy(file: IO[bytes], rows: _Rows) -> None:
    import numpy as np

    values = rows.matrix.values
    kind = values.dtype.newbyteorder("<")
    header = {"descr": kind.str, "fortran_order": False, "shape": values.shape}
    np.lib.format.write_array_header_1_0(file, header)
    for part in rows.parts():
        file.write(values[part.start : part.stop].astype(kind, copy=False).tobytes())


def _write_jsonl(file: IO[bytes], rows: _Rows) -> None:
    for part in rows.parts():
        for index, numbers in zip(part, rows.numbers(part), strict=True):
            described = {
                "index": rows.index(index),
                "text": rows.texts[index],
                "source": rows.sources[index],
                "model": rows.model,
                "prefix": rows.prefix,
            }
            file.write(_json_bytes(described)[:-1] + b', "embedding": ' + json.dumps(numbers).encode() + b"}\n")


def _json_bytes(value: dict[str, Any]) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False).translate(_LINE_ENDS).encode()
    except UnicodeEncodeError:  # Half a surrogate pair, which only an escape can say.
        return json.dumps(value).encode()


def _write_csv(file: IO[bytes], rows: _Rows) -> None:
    lines = io.TextIOWrapper(file, "utf-8", errors="replace", newline="", write_through=False)
    try:
        writer = csv.writer(lines)
        columns = (f"embedding_{dimension}" for dimension in range(rows.matrix.dimensions))
        writer.writerow(("index", "text", "source", "model", "prefix", *columns))
        for part in rows.parts():
            for index, numbers in zip(part, rows.numbers(part), strict=True):
                described = (rows.index(index), rows.texts[index], rows.sources[index], rows.model, rows.prefix)
                writer.writerow((*described, *numbers))
        lines.flush()
    finally:
        lines.detach()  # The file is not this function's to close.


def _write_parquet(file: IO[bytes], rows: _Rows) -> None:
    import numpy as np

    arrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    number = arrow.float64() if rows.matrix.values.dtype == np.float64 else arrow.float32()
    embedding = arrow.list_(number, rows.matrix.dimensions)
    columns = [("index", arrow.int64()), ("text", arrow.string()), ("source", arrow.string()), ("embedding", embedding)]
    metadata = {"model": _encodable(rows.model), "prefix": _encodable(rows.prefix)}
    schema = arrow.schema(columns, metadata=metadata)
    with parquet.ParquetWriter(file, schema) as writer:
        for part in rows.parts(_ROW_GROUP):
            numbers = arrow.array(rows.matrix.values[part.start : part.stop].ravel())
            arrays = [
                arrow.array([rows.index(row) for row in part], arrow.int64()),
                arrow.array([_encodable(rows.texts[index]) for index in part], arrow.string()),
                arrow.array([_encodable(rows.sources[index]) for index in part], arrow.string()),
                arrow.FixedSizeListArray.from_arrays(numbers, rows.matrix.dimensions),
            ]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))


def _encodable(text: str) -> str:
    """The text with half surrogate pairs replaced."""
    return text.encode(errors="replace").decode()


_WRITERS: Final[dict[ExportForm, Callable[[IO[bytes], _Rows], None]]] = {
    "npy": _write_npy,
    "jsonl": _write_jsonl,
    "csv": _write_csv,
    "parquet": _write_parquet,
}
