"""Images in words: a row of the list, the facts below one, what a filter keeps. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from lmstudio_tui.features.models import size_in_words
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, tzinfo

    from lmstudio_tui.store.media.records import ImageRecord

_GAP: Final = 2
_LEAST_PROMPT: Final = {"size": 16, "seed": 26, "model": 30, "took": 40}
"""Cells that the prompt keeps when that is shown, too."""
_WIDTHS: Final = {"size": 9, "seed": 10, "model": 18, "took": 7}
"""Cells of what stands behind the prompt; dropped from the last on where there is no room."""

_DOT: Final = " · "
_NUMBERED: Final = re.compile(r"(.*?)([0-9]{1,12})", re.DOTALL)
_FILE_WORDS: Final = 6
"""Words of the prompt in the name of a file."""


class Row(NamedTuple):
    """A row as it is drawn: the time, the prompt, and the rest, each as wide as it is."""

    time: str
    prompt: str
    rest: str


def size_of_image(record: ImageRecord) -> str:
    """`512×768`: as it came, else as it was asked for."""
    if record.width and record.height:
        return f"{record.width}×{record.height}"
    return (record.size or "").replace("x", "×")


def short_model(model: str | None) -> str:
    """The last part of a model's name."""
    return clean_line(model or "").rpartition("/")[2]


def took(record: ImageRecord) -> str:
    """How long the request took: `4.2 s`, `1:05 min`."""
    if record.took_s < 60:
        return f"{record.took_s:.1f} s"
    whole = round(record.took_s)
    return f"{whole // 60}:{whole % 60:02d} min"


def when(moment: datetime, now: datetime) -> str:
    """`09:41` today, `18 Nov` this year, else `2025`; always six columns."""
    local = moment.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M} "
    return f"{local.day:2d} {local:%b}" if local.year == now.year else f"{local.year}  "


def row_of(record: ImageRecord, width: int, now: datetime) -> Row:
    """How an image is told in the list.

    Args:
        record: the image.
        width: cells of the row.
        now: the time of day.
    """
    texts = {
        "size": size_of_image(record),
        "seed": "" if record.seed is None else f"#{record.seed}",
        "model": short_model(record.model),
        "took": took(record) if record.took_s else "",
    }
    time = when(record.made_at, now)
    room = width - len(time) - 1
    rest = ""
    for name, columns in _WIDTHS.items():
        if room - cell_len(rest) - columns - _GAP < _LEAST_PROMPT[name]:
            break
        rest += " " * _GAP + fitted(texts[name], columns)
    return Row(f"{time} ", fitted(clean_line(record.prompt), max(1, room - cell_len(rest))), rest)


def facts_of(record: ImageRecord, zone: tzinfo | None, width: int) -> list[str]:
    """What is known of an image, in lines; each fact stays whole.

    Args:
        record: the image.
        zone: of the times.
        width: cells of a line.
    """
    local = record.made_at.astimezone(zone)
    facts = (
        size_of_image(record),
        "" if record.seed is None else f"seed {record.seed}",
        clean_line(record.model or ""),
        took(record) if record.took_s else "",
        size_in_words(record.size_bytes) if record.size_bytes else "",
        f"{local:%Y-%m-%d %H:%M}",
    )
    lines: list[str] = []
    for fact in filter(None, facts):
        if lines and cell_len(lines[-1]) + len(_DOT) + cell_len(fact) <= width:
            lines[-1] += _DOT + fact
        else:
            lines.append(fact)
    return lines


def matching(records: Sequence[ImageRecord], typed: str) -> tuple[ImageRecord, ...]:
    """The images that have every word that was typed, in their prompt, model, size, seed or day."""
    words = typed.casefold().split()
    if not words:
        return tuple(records)
    return tuple(one for one in records if all(word in _haystack(one) for word in words))


def _haystack(record: ImageRecord) -> str:
    sizes = f"{record.size or ''} {record.width}x{record.height} {record.width}×{record.height}"
    seed = "" if record.seed is None else f"seed:{record.seed} #{record.seed} {record.seed}"
    texts = (record.prompt, record.revised_prompt, record.model or "", sizes, seed, f"{record.made_at:%Y-%m-%d}")
    return " ".join(texts).casefold()


def made_together(record: ImageRecord, records: Sequence[ImageRecord]) -> tuple[ImageRecord, ...]:
    """The images that came with the same request, itself among them."""
    mark = _request(record)
    return tuple(one for one in records if _request(one) == mark) or (record,)


def _request(record: ImageRecord) -> tuple[object, ...]:
    return record.made_at, record.prompt, record.server, record.took_s


def in_order(records: Iterable[ImageRecord]) -> tuple[ImageRecord, ...]:
    """The newest first; those that came at once as they came."""
    return tuple(sorted(records, key=lambda one: (-one.made_at.timestamp(), _natural(one.id))))


def _natural(name: str) -> tuple[str, int]:
    """A name that ends with a number, so that 10 comes after 9."""
    found = _NUMBERED.fullmatch(name)
    return (found[1], int(found[2])) if found is not None else (name, 0)


def title_of(shown: int, everything: int) -> str:
    """What stands in the frame of the list."""
    if not everything:
        return "Images"
    return f"Images ─ {shown:,}" if shown == everything else f"Images ─ {shown:,} of {everything:,}"


def file_name(record: ImageRecord) -> str:
    """What the file may be called: the first words of the prompt, and the seed."""
    words = re.findall(r"[\w'-]+", clean_line(record.prompt).casefold())[:_FILE_WORDS]
    name = "-".join(words)[:60].strip("-'") or "image"
    seed = "" if record.seed is None else f"-{record.seed}"
    return f"{name}{seed}{record.path.suffix or '.png'}"
