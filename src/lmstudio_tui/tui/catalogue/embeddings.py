"""What can be done with embeddings."""

from __future__ import annotations

from lmstudio_tui.tui.catalogue.command import Command, only_in

HEAT_MAP: tuple[Command, ...] = only_in(
    ("similarity",),
    Command(
        "embeddings.columns_left",
        "shift+left,H",
        "page('left')",
        "Page left",
        "A page to the left.",
        "embeddings",
        palette=False,
    ),
    Command(
        "embeddings.columns_right",
        "shift+right,L",
        "page('right')",
        "Page right",
        "A page to the right.",
        "embeddings",
        palette=False,
    ),
    Command("embeddings.row_start", "home", "edge('left')", "First", "The first column.", "embeddings", palette=False),
    Command("embeddings.row_end", "end", "edge('right')", "Last", "The last column.", "embeddings", palette=False),
    Command("embeddings.top", "g", "edge('up')", "Top", "The first row.", "embeddings", palette=False),
    Command("embeddings.bottom", "G", "edge('down')", "Bottom", "The last row.", "embeddings", palette=False),
    Command("embeddings.diagonal", "d", "diagonal", "Diagonal", "The column of the row's own text.", "embeddings"),
    Command(
        "embeddings.paint",
        "m",
        "paint",
        "Model",
        "Paint the other model, or both: one on each side of the diagonal.",
        "embeddings",
    ),
)
"""What the heat map can do by itself."""

POINT_MAP: tuple[Command, ...] = only_in(
    ("map",),
    Command("embeddings.point_up", "up", "move('up')", "Up", "The next point upwards.", "embeddings", palette=False),
    Command(
        "embeddings.point_down",
        "down",
        "move('down')",
        "Down",
        "The next point downwards.",
        "embeddings",
        palette=False,
    ),
    Command(
        "embeddings.point_left",
        "left",
        "move('left')",
        "Left",
        "The next point to the left.",
        "embeddings",
        palette=False,
    ),
    Command(
        "embeddings.point_right",
        "right",
        "move('right')",
        "Right",
        "The next point to the right.",
        "embeddings",
        palette=False,
    ),
    Command("embeddings.pan_up", "shift+up,k", "pan('up')", "Look up", "Look farther up.", "embeddings", palette=False),
    Command(
        "embeddings.pan_down",
        "shift+down,j",
        "pan('down')",
        "Look down",
        "Look farther down.",
        "embeddings",
        palette=False,
    ),
    Command(
        "embeddings.pan_left",
        "shift+left,h",
        "pan('left')",
        "Look left",
        "Look farther to the left.",
        "embeddings",
        palette=False,
    ),
    Command(
        "embeddings.pan_right",
        "shift+right,l",
        "pan('right')",
        "Look right",
        "Look farther to the right.",
        "embeddings",
        palette=False,
    ),
    Command(
        "embeddings.point_next", "n", "step(1)", "Next", "The point of the next text.", "embeddings", palette=False
    ),
    Command(
        "embeddings.point_previous",
        "N",
        "step(-1)",
        "Previous",
        "The point of the text before.",
        "embeddings",
        palette=False,
    ),
)
"""What the map of points can do by itself."""

PICTURES: tuple[Command, ...] = (
    *only_in(
        ("similarity", "map"),
        Command(
            "embeddings.zoom_in", "plus,equals_sign", "zoom(1)", "Nearer", "Look from nearer.", "embeddings", show=True
        ),
        Command(
            "embeddings.zoom_out", "minus", "zoom(-1)", "Farther", "Look from farther away.", "embeddings", show=True
        ),
        Command("embeddings.zoom_whole", "0", "whole", "Whole", "Look at all of it.", "embeddings", show=True),
    ),
    *only_in(
        ("texts", "similarity", "nearest", "map"),
        Command(
            "embeddings.open",
            "enter",
            "open",
            "Open",
            "Look closer at what is under the cursor.",
            "embeddings",
            palette=False,
        ),
    ),
)
"""What heat map and map of points have in common."""

TEXTS: tuple[Command, ...] = only_in(
    ("texts",),
    Command(
        "embeddings.mark",
        "space",
        "mark",
        "Mark",
        "Mark the text, or take the mark away, and go to the next.",
        "embeddings",
    ),
    Command(
        "embeddings.mark_all",
        "A",
        "mark_all",
        "Mark all",
        "Mark all texts that are shown, or take their marks away.",
        "embeddings",
    ),
)
"""What the list of texts can do by itself."""

TEXT_MARKS: tuple[tuple[str, str], ...] = (
    ("●", "The text is embedded."),
    ("◐", "It is embedded by one of the two models only."),
    ("○", "It is not embedded yet."),
    ("!", "It was refused: the Vector view says why."),
    ("✓", "It is marked: what is done is done with all marked texts."),
)
"""What stands before a text."""

NEAREST: tuple[Command, ...] = (
    *only_in(
        ("texts", "nearest"),
        Command("embeddings.find", "slash", "find", "Find", "Filter the texts, or type another query.", "embeddings"),
    ),
    *only_in(
        ("nearest",),
        Command(
            "embeddings.sort",
            "s",
            "sort",
            "Sort",
            "Order the texts by the ranks that the other model gives.",
            "embeddings",
        ),
    ),
)
"""What the list of the nearest texts can do by itself; the list of all texts can be searched, too."""

EMBEDDINGS: tuple[Command, ...] = (*PICTURES, *HEAT_MAP, *POINT_MAP, *TEXTS, *NEAREST)
