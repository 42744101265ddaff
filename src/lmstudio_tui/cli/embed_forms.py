"""What `embed` writes for other programs, piece by piece: JSON, JSON lines, CSV, and numpy's own format.

Every number is written so that it reads back as exactly the same.
"""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic_core import to_json

from lmstudio_tui.cli.console import json_text
from lmstudio_tui.cli.outcome import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lmstudio_tui.cli.outcome import Failure
    from lmstudio_tui.features.embeddings.comparison import Likeness, NearText
    from lmstudio_tui.features.embeddings.embedded import Embedded

Task = Literal["embed", "similarity", "query"]
Form = Literal["text", "json", "jsonl", "csv", "npy", "parquet"]

_ALIGNED = 64
"""Bytes to which the head of an npy file is filled up, as the format wants it."""


@dataclass(frozen=True)
class Result:
    """What there is to be written.

    Attributes:
        task: what was asked for.
        texts: without their prefixes.
        sources: the file that each came from.
        prefix: went before each.
        sides: their vectors by each model.
        several: whether more than one model was asked for.
        metric: how near was measured.
        likenesses: of each model, for `similarity`.
        query: what the texts were ranked by.
        rankings: the nearest texts by each model, for `query`; the place in each is that model's own.
        failure: why it is not all; None when it is.
    """

    task: Task
    texts: Sequence[str]
    sides: Sequence[Embedded]
    several: bool
    metric: str
    likenesses: Sequence[Likeness] = ()
    query: str = ""
    rankings: Sequence[Sequence[NearText]] = ()
    failure: Failure | None = None
    sources: Sequence[str] = ()
    prefix: str = ""


def nothing(task: Task, metric: str, query: str, failure: Failure, *, several: bool) -> dict[str, Any]:
    """The object of something that was never begun."""
    if several:
        return {"models": [], "error": as_json(failure)}
    empty: dict[Task, dict[str, Any]] = {
        "embed": {"model": None, "dimensions": None, "data": [], "usage": None},
        "similarity": {"model": None, "metric": metric, "labels": [], "matrix": []},
        "query": {"model": None, "query": query, "results": []},
    }
    return {**empty[task], "error": as_json(failure)}


def json_pieces(result: Result, *, ascii_only: bool) -> Iterator[str]:
    """One object; with several models, one that has the object of each."""
    if not result.sides and result.failure is not None:
        empty = nothing(result.task, result.metric, result.query, result.failure, several=result.several)
        yield f"{json_text(empty, ascii_only=ascii_only, indent=2)}\n"
        return
    writer = _JsonWriter(result, ascii_only)
    if not result.several:
        yield from writer.one(0)
    else:
        yield '{"models": ['
        for side in range(len(result.sides)):
            yield ",\n" if side else "\n"
            yield from writer.one(side)
        yield "\n]"
        yield from writer.error()
        yield "}"
    yield "\n"


def json_line_pieces(result: Result, *, ascii_only: bool) -> Iterator[str]:
    """An object on each line: a text with its vector, a row of the matrix, or a place of the ranking."""
    for number, side in enumerate(result.sides):
        start = {"model": side.key.model or None} if result.several else {}
        if result.task == "embed":
            for index in side.indices:
                described = {**start, "index": index, "text": result.texts[index]}
                yield f'{json_text(described, ascii_only=ascii_only)[:-1]}, "embedding": {_vector(side, index)}}}\n'
        elif result.task == "similarity":
            for index, row in enumerate(result.likenesses[number].rows()):
                described = {**start, "index": index, "label": result.texts[index]}
                yield f'{json_text(described, ascii_only=ascii_only)[:-1]}, "similarities": {_numbers(row)}}}\n'
        else:
            for one in _results(result, number):
                yield f"{json_text({**start, **one}, ascii_only=ascii_only)}\n"


def csv_pieces(result: Result) -> Iterator[str]:
    """A table with a heading; of one model."""
    space = io.StringIO(newline="")
    writer = csv.writer(space)
    for row in _table(result):
        writer.writerow(row)
        yield space.getvalue()
        space.seek(0)
        space.truncate()


def npy_pieces(result: Result) -> Iterator[bytes]:
    """The numbers of one model, a row for each text, of NaN where a text was not embedded."""
    side = result.sides[0]
    if result.task == "similarity":
        yield _npy_head((side.count, side.count), "<f8")
        for row in result.likenesses[0].rows():
            yield _little("d", [float("nan") if value is None else value for value in row])
        return
    kind = "d" if side.matrix is None else side.matrix.vector(0).typecode
    yield _npy_head((side.count, side.dimensions), "<f8" if kind == "d" else "<f4")
    for index in range(side.count):
        vector = side.vector(index)
        yield _little(kind, [float("nan")] * side.dimensions if vector is None else vector)


def parquet_bytes(result: Result) -> bytes:
    """The vectors of one model that there are, with their texts; of one at least."""
    from lmstudio_tui.vectors.export import write_vectors

    side, file = result.sides[0], io.BytesIO()
    assert side.matrix is not None, "nothing is written where there is nothing"
    write_vectors(
        file,
        "parquet",
        [result.texts[index] for index in side.indices],
        [result.sources[index] for index in side.indices],
        side.matrix,
        model=side.key.model,
        prefix=result.prefix,
        indices=side.indices,
    )
    return file.getvalue()


class _JsonWriter:
    def __init__(self, result: Result, ascii_only: bool) -> None:
        self._result = result
        self._ascii = ascii_only

    def one(self, number: int) -> Iterator[str]:
        """The object of one model."""
        result, side = self._result, self._result.sides[number]
        yield f'{{\n  "model": {self._text(side.key.model or None)},\n'
        if result.task == "embed":
            yield f'  "dimensions": {side.dimensions or "null"},\n'
            yield from self._list("data", self._data(side))
            yield f',\n  "usage": {self._text(_usage(side))}'
        elif result.task == "similarity":
            yield f'  "metric": {self._text(result.metric)},\n'
            yield from self._list("labels", (self._text(text) for text in result.texts))
            yield ",\n"
            yield from self._list("matrix", (_numbers(row) for row in result.likenesses[number].rows()))
        else:
            yield f'  "query": {self._text(result.query)},\n'
            yield from self._list("results", (self._text(one) for one in _results(result, number)))
        if side.refused:
            yield ",\n"
            yield from self._list("refused", (self._text(one) for one in _refused(result, side)))
        if not result.several:
            yield from self.error()
        yield "\n}"

    def error(self) -> Iterator[str]:
        """The member that says why it is not all."""
        if self._result.failure is not None:
            yield f',\n  "error": {self._text(as_json(self._result.failure))}'

    def _data(self, side: Embedded) -> Iterator[str]:
        for index in side.indices:
            text = self._text(self._result.texts[index])
            yield f'{{"index": {index}, "text": {text}, "embedding": {_vector(side, index)}}}'

    def _list(self, name: str, members: Iterator[str]) -> Iterator[str]:
        yield f'  "{name}": ['
        several = False
        for member in members:
            yield f",\n    {member}" if several else f"\n    {member}"
            several = True
        yield "\n  ]" if several else "]"

    def _text(self, value: object) -> str:
        return json_text(value, ascii_only=self._ascii)


def _results(result: Result, number: int) -> Iterator[dict[str, Any]]:
    for one in result.rankings[number] if number < len(result.rankings) else ():
        place = one.places[number]
        if place is not None:
            yield {"rank": place.rank, "index": one.index, "text": result.texts[one.index], "score": place.score}


def _refused(result: Result, side: Embedded) -> Iterator[dict[str, Any]]:
    for index, message in side.refused.items():
        yield {"index": index, "text": result.texts[index], "message": message}


def _usage(side: Embedded) -> dict[str, int] | None:
    tokens = side.prompt_tokens
    return None if tokens is None else {"prompt_tokens": tokens, "total_tokens": tokens}


def _vector(side: Embedded, index: int) -> str:
    vector = side.vector(index)
    return "null" if vector is None else _numbers(vector.tolist())


def _numbers(values: Sequence[float | None]) -> str:
    # Several times as fast as json, and as exact; what is not finite is null.
    return to_json(values, inf_nan_mode="null").decode()


def _table(result: Result) -> Iterator[Sequence[object]]:
    side = result.sides[0]
    if result.task == "embed":
        yield ("index", "text", *(f"embedding_{at}" for at in range(side.dimensions)))
        for index in side.indices:
            vector = side.vector(index)
            yield (index, result.texts[index], *(() if vector is None else vector))
    elif result.task == "similarity":
        yield ("", *result.texts)
        for index, row in enumerate(result.likenesses[0].rows()):
            yield (result.texts[index], *("" if value is None else value for value in row))
    else:
        yield ("rank", "index", "text", "score")
        for one in _results(result, 0):
            yield tuple(one.values())


def _npy_head(shape: tuple[int, int], kind: str) -> bytes:
    """The head of an npy file (version 1.0 of the format)."""
    start = b"\x93NUMPY\x01\x00"
    told = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    room = -(len(start) + 2 + len(told) + 1) % _ALIGNED
    head = f"{told}{' ' * room}\n".encode("latin-1")
    return start + len(head).to_bytes(2, "little") + head


def _little(kind: str, numbers: Sequence[float]) -> bytes:
    from array import array

    values = array(kind, numbers)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()
