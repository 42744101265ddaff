"""A set of texts as a line of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.text import Text

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from datetime import datetime

    from lmstudio_tui.store.embeddings import SetRecord

_TIME: Final = 12
_MODELS_FROM: Final = 74
"""Columns from which on the models of a set are shown, too."""


def set_line(record: SetRecord, width: int, now: datetime, *, current: bool) -> Text:
    """The name of a set, its models where there is room, how many texts, and when it was changed.

    Args:
        record: the set.
        width: cells that there are.
        now: the time of day, with its time zone.
        current: whether it is in front.
    """
    models = ", ".join(clean_line(model).rpartition("/")[2] for model in record.models)
    texts = "text " if record.count == 1 else "texts"
    rest = f"  {record.count:>6,} {texts}{_when(record.updated_at, now):>{_TIME}}"
    room = width - cell_len(rest)
    beside = min(30, room // 3) if width >= _MODELS_FROM else 0
    name = fitted(clean_line(record.name) or "without a name", max(1, room - beside - 2))
    line = Text(f"{'▸ ' if current else '  '}{name}", no_wrap=True)
    if beside:
        line.append(f"  {fitted(models, beside - 2)}", style="dim")
    return line.append(rest, style="dim")


def _when(moment: datetime, now: datetime) -> str:
    local = moment.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b}" if local.year == now.year else f"{local:%Y-%m-%d}"
