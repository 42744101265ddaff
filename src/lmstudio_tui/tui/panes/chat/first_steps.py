"""What somebody is told who has never seen the app: where things are, and five keys. Pure."""

from __future__ import annotations

from typing import Final

from rich.cells import set_cell_size
from rich.text import Text

from lmstudio_tui.tui.commands import key_of

SUGGESTIONS: Final = (
    "Explain in three sentences what an embedding is.",
    "Write a Python function that reads a CSV file, with an example.",
    "Compare error handling in Rust and Go, in a short table.",
)
"""Prompts that somebody may begin with who has none yet; the last one is met first."""

_PLACES: Final = (
    ("the first line", "the server, how it is, and the model asked"),
    ("below, or left", "the panes: chat, models, embeddings …"),
    ("the middle", "what was said; the prompt is below it"),
)
_KEYS: Final = (
    ("chat.send", "sends what is typed"),
    ("chat.model", "asks another model"),
    ("app.go_to", "goes to another pane: its number follows"),
    ("app.palette", "searches all that can be done, by name"),
    ("app.help", "shows the keys that work here"),
)
"""The five that matter first, and what each does."""
_LEFT: Final = 16
_WIDEST: Final = 72
_MARGINS: Final = 2
"""Columns of a page that its words cannot have."""
NARROWEST: Final = 44
"""Columns below which there is no room for it."""


def tour_of(width: int, *, ending: str = "") -> Text:
    """What is where, and the keys; every line of the same width, so that it can stand in the middle.

    Args:
        width: columns that there are.
        ending: a last line, said quietly.
    """
    room = min(_WIDEST, width)
    lines = [Text.assemble((set_cell_size(place, _LEFT), "dim"), what) for place, what in _PLACES]
    lines.append(Text())
    lines += [Text.assemble((set_cell_size(key_of(id_), _LEFT), "bold"), what) for id_, what in _KEYS]
    if ending:
        lines += [Text(), Text(ending, "dim")]
    for line in lines:
        line.truncate(room, overflow="ellipsis", pad=True)
    return Text("\n").join(lines)


def first_welcome(model: str, size: tuple[int, int]) -> Text:
    """The first page of all: who listens, the tour, and what one may begin with.

    Args:
        model: the one that is asked.
        size: columns and rows that there are.
    """
    columns, rows = size
    text = Text.assemble((f"{model} is listening. Type below.\n\n", "bold"))
    escape, before = key_of("dialog.leave"), key_of("chat.previous_prompt")
    ending = f"{before} puts a question into the prompt.  {escape} ends this tour."
    text.append_text(tour_of(columns - _MARGINS, ending=ending))
    left = rows - len(text.plain.splitlines())
    return text if left >= 0 else Text("\n").join(line for line in text.split("\n") if line.plain.strip())
