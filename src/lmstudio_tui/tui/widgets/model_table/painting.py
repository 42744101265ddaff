"""The rows of the table of models as strips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from lmstudio_tui.tui.widgets.model_table.fitting import (
    GAP,
    MARK,
    cut,
    publisher_in,
    shortened_name,
    shortened_words,
    times_in_words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

    from lmstudio_tui.features.models.columns import Entry
    from lmstudio_tui.features.models.order import Order
    from lmstudio_tui.tui.widgets.model_table.fitting import Place

STYLES: Final = (
    "base",
    "heading",
    "sorted",
    "cursor",
    "cursor-blurred",
    "dim",
    "loaded",
    "busy",
    "match",
    "use",
    "name",
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a row is to look.

    Attributes:
        cursor: whether the cursor is on it.
        focused: whether the table has the keyboard.
        stale: whether the list is an old one.
        busy: what goes on with the model, such as `loading 12 s`.
        uses: what it is used for, such as `chat`.
        marks: what is highlighted in its name, in small letters.
        alike: whether another model is called the same but for its publisher.
    """

    cursor: bool = False
    focused: bool = False
    stale: bool = False
    busy: str = ""
    uses: str = ""
    marks: tuple[str, ...] = ()
    alike: bool = False


class RowPainter:
    """Draws rows in the columns and styles that it was told.

    Args:
        width: cells of a row.
        places: the columns.
        styles: by the names in `STYLES`; those but the first, the heading and the cursors are colours only.
    """

    def __init__(self, width: int, places: Sequence[Place], styles: dict[str, Style]) -> None:
        self._width = width
        self._places = places
        self._styles = styles

    def heading(self, order: Order) -> Strip:
        """The titles, with an arrow at the one that is sorted by."""
        style = self._styles["heading"]
        segments = [Segment(" " * MARK, style)]
        for at, place in enumerate(self._places):
            is_sorted = order.by == place.column.id
            text = cut(place.column.title, place.width, right=place.right)
            arrow = order.arrow if is_sorted else " "
            if is_sorted and not place.right:
                # The arrow follows the word rather than the column.
                text = cut(f"{place.column.title}{arrow}", place.width + 1)
                arrow = ""
            segments.append(Segment(text + arrow, self._styles["sorted"] if is_sorted else style))
            if at < len(self._places) - 1:
                segments.append(Segment(" " * (GAP - 1), style))
        return Strip(segments).adjust_cell_length(self._width, style)

    def row(self, entry: Entry, look: Look) -> Strip:
        """A model."""
        base = self._styles["base"]
        if look.cursor:
            base += self._styles["cursor" if look.focused else "cursor-blurred"]
        quiet = base + self._styles["dim"]
        segments = [self._mark(entry, look, base)]
        busy_in = self._place_for(look.busy)
        for at, place in enumerate(self._places):
            name = place.column.id
            if name == "name":
                segments += self._name(entry, look, place.width, base)
            elif name == busy_in and look.busy:
                segments.append(Segment(cut(look.busy, place.width), base + self._styles["busy"]))
            else:
                text = entry.text(place.column)
                text = shortened_words(text, place.width) if name == "can" else text
                text = cut(text, place.width, right=place.right)
                segments.append(Segment(text, quiet if look.stale or name in {"type", "format"} else base))
            if at < len(self._places) - 1:
                segments.append(Segment(" " * GAP, base))
        return Strip(segments).adjust_cell_length(self._width, base)

    def _place_for(self, busy: str) -> str:
        """The column in which it is said what goes on: the state, unless that is too narrow."""
        widths = {place.column.id: place.width for place in self._places}
        return "state" if widths.get("state", 0) >= len(busy) or "can" not in widths else "can"

    def _mark(self, entry: Entry, look: Look, base: Style) -> Segment:
        if look.busy or entry.model.state == "loading":
            return Segment("◌ ", base + self._styles["busy"])
        if not entry.model.loaded:
            return Segment("  ", base)
        return Segment("● ", base + self._styles["dim" if look.stale else "loaded"])

    def _name(self, entry: Entry, look: Look, width: int, base: Style) -> list[Segment]:
        """The name with what was looked for highlighted in it, and what the model is used for behind it."""
        full = entry.text(self._places[0].column)
        # Where there is a column for the state, that says how often it is loaded.
        times = "" if any(place.column.id == "state" for place in self._places) else times_in_words(entry)
        uses = f" {look.uses}" if look.uses else ""
        if cell_len(full) + cell_len(times) + cell_len(uses) > width:
            # The arrow at least; the details say the rest.
            uses = uses[:2]
        uses = f"{times}{uses}"
        room = width - cell_len(uses)
        text = cut(shortened_name(full, room, whole=look.alike), room)
        style = base + self._styles["dim"] if look.stale else base
        if entry.model.loaded and not look.stale:
            style += self._styles["name"]
        name = text.rstrip(" ")
        at = len(publisher_in(name))
        quiet = base + self._styles["dim"]
        match = style + self._styles["match"]
        return [
            *_highlighted(name, look.marks, [quiet] * at + [style] * (len(name) - at), match),
            Segment(uses, base + self._styles["use"]),
            Segment(" " * (len(text) - len(name)), base),
        ]


def _highlighted(text: str, marks: tuple[str, ...], styles: list[Style], match: Style) -> list[Segment]:
    """The text in pieces: each letter in its style, or in that of what was looked for."""
    small = text.lower()
    for mark in marks if len(small) == len(text) else ():  # there are letters whose small form is longer
        at = small.find(mark)
        while at >= 0:
            styles[at : at + len(mark)] = [match] * len(mark)
            at = small.find(mark, at + 1)
    segments: list[Segment] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or styles[at] is not styles[start]:
            segments.append(Segment(text[start:at], styles[start]))
            start = at
    return segments
