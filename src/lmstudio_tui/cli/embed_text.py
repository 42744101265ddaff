"""What `embed` prints for people: a few numbers of each vector, a small table, a ranking with bars."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lmstudio_tui.cli.embed_forms import Result
    from lmstudio_tui.features.embeddings.comparison import NearText
    from lmstudio_tui.features.embeddings.embedded import Embedded

_WIDEST = 160
_PIPED = 100
"""Columns where there is no terminal."""
_SHOWN = 40
"""Texts of which something is shown; other forms have all."""
_NUMBERS = 4
_LABEL = 28
_CELL = 7
_BAR = 16
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def text_pieces(result: Result) -> Iterator[str]:
    """What there is, in lines."""
    width = min(_WIDEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else _PIPED
    if result.task == "query":
        for line in _ranking(result, width):
            yield f"{line.rstrip()}\n"
        return
    for number, side in enumerate(result.sides):
        if number:
            yield "\n"
        lines = _vectors(result, side, width) if result.task == "embed" else _matrix(result, number, width)
        for line in lines:
            yield f"{line.rstrip()}\n"


def _vectors(result: Result, side: Embedded, width: int) -> Iterator[str]:
    yield _fitted(_title(side), width)
    digits = len(str(max(0, side.count - 1)))
    head = f"  {'#':>{digits}}  {'norm':>8}  {'first numbers':<{_NUMBERS * 9 + 1}}  text"
    yield head
    for index in side.indices[:_SHOWN]:
        vector = side.vector(index)
        if vector is not None:
            numbers = "".join(f"{_within(number, 8):>9}" for number in vector[:_NUMBERS]) + " …"
            norm = 0.0 if side.matrix is None else float(side.matrix.norms[side.row_of[index]])
            line = f"  {index:>{digits}}  {_within(norm, 8):>8}  {numbers:<{_NUMBERS * 9 + 2}} "
            yield _fitted(line + clean_line(result.texts[index]), width)
    yield from _rest(side.embedded)


def _matrix(result: Result, number: int, width: int) -> Iterator[str]:
    side, likeness = result.sides[number], result.likenesses[number]
    yield _fitted(f"{_title(side)}  {result.metric}", width)
    digits = len(str(max(0, side.count - 1)))
    label = min(_LABEL, width // 5, max((cell_len(clean_line(text)) for text in result.texts[:_SHOWN]), default=0))
    start = 2 + digits + 2 + label
    shown = range(min(side.count, _SHOWN, max(1, (width - start) // _CELL)))
    yield " " * start + "".join(f"{index:>{_CELL}}" for index in shown)
    for index, row in zip(shown, likeness.tile(shown, shown), strict=True):
        cells = "".join(
            "·".rjust(_CELL) if value is None else f"{_within(value, _CELL - 1, 3):>{_CELL}}" for value in row
        )
        name = _fitted(clean_line(result.texts[index]), label)
        yield f"  {index:>{digits}}  {set_cell_size(name, label)}{cells}"
    yield from _rest(side.count, len(shown))


def _ranking(result: Result, width: int) -> Iterator[str]:
    names = ", ".join(clean_line(side.key.model) or "the server's model" for side in result.sides)
    yield _fitted(f"{names}  {result.metric}  {clean_line(result.query)}", width)
    nearest = result.rankings[0] if result.rankings else ()
    scores = [place.score for one in nearest if (place := one.places[0]) is not None]
    if result.several:
        yield f"  {'rank':>4}  {'score':>8}  {'':<{_BAR}}" + "".join(
            f"  {f'by {number + 1}':>6}" for number in range(1, len(result.sides))
        )
        for number, side in enumerate(result.sides[1:], 2):
            yield _fitted(f"  by {number}: the rank that {clean_line(side.key.model)} gives", width)
    for one in nearest:
        yield _fitted(_place(result, one, scores), width)
    if not nearest:
        yield "  Nothing was ranked."


def _place(result: Result, one: NearText, scores: Sequence[float]) -> str:
    place = one.places[0]
    assert place is not None, "it was ranked by the first model"
    bar = _bar(_share(place.score, scores, result.metric))
    others = "".join(f"  {'·' if other is None else other.rank:>6}" for other in one.places[1:])
    return f"  {place.rank:>4}  {_within(place.score, 8):>8}  {bar}{others}  {clean_line(result.texts[one.index])}"


def _within(number: float, width: int, places: int = 4) -> str:
    """A number in so many characters, as exactly as they allow."""
    fixed = f"{number:.{places}f}"
    if len(fixed) <= width:
        return fixed
    return next(
        (text for digits in range(width, 0, -1) if len(text := f"{number:.{digits}g}") <= width), f"{number:.0e}"
    )


def _share(score: float, scores: Sequence[float], metric: str) -> float:
    """How long a bar is, from 0 to 1."""
    if metric == "cosine":
        return score
    best = scores[0]
    if metric == "euclidean":
        return best / score if score > 0 else 1.0
    return score / best if best > 0 else 0.0


def _bar(share: float) -> str:
    eighths = round(max(0.0, min(1.0, share)) * _BAR * 8)
    whole, part = divmod(eighths, 8)
    return f"{'█' * whole}{_EIGHTHS[part] if part else ''}".ljust(_BAR)


def _title(side: Embedded) -> str:
    name = clean_line(side.key.model) or "the server's model"
    return f"{name}  {side.dimensions:,} dimensions  {side.embedded:,} of {side.count:,} texts"


def _rest(count: int, shown: int = _SHOWN) -> Iterator[str]:
    if count > shown:
        yield f"  … and {count - shown:,} more; --json or -o FILE has all."


def _fitted(line: str, width: int) -> str:
    """A line in no more than so many cells."""
    return line if cell_len(line) <= width else f"{set_cell_size(line, max(1, width - 1)).rstrip()}…"
