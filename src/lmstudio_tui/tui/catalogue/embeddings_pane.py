"""What can be done in the embeddings pane, whichever view is in front."""

from __future__ import annotations

from lmstudio_tui.tui.catalogue.command import Command, Where, only_in

_HERE: Where = "embeddings"

_VIEWS = (
    ("similarity", "alt+s", "Similarity", "How like each two texts are."),
    ("nearest", "alt+n", "Nearest", "Which texts are nearest to a query."),
    ("map", "alt+m", "Map", "The texts as a map, like ones near each other."),
    ("vector", "alt+v", "Vector", "The numbers of the text under the cursor."),
    ("facts", "alt+i", "Facts", "Dimensions, lengths, tokens, speed, memory."),
)
"""With the key that works while one types. Terminals' Esc and a digit, and Esc with f or b, are read as other keys."""

EMBEDDINGS_PANE: tuple[Command, ...] = (
    Command("embeddings.embed", "ctrl+r", "embed", "Embed", "Embed what is missing.", _HERE, show=True, priority=True),
    Command(
        "embeddings.leave",
        "escape",
        "leave_entry",
        "Leave",
        "In the box for new texts: leave it. What is under way goes on.",
        _HERE,
        show=True,
        palette=False,
    ),
    Command(
        "embeddings.stop",
        "escape",
        "stop",
        "Stop",
        "Stop what is under way; else go back.",
        _HERE,
        show=True,
        palette=False,
    ),
    Command("embeddings.back", "escape", "back", "Back", "Stop what is under way; else go back.", _HERE, palette=False),
    Command("embeddings.type", "a", "type", "Add", "Go to the box for new texts.", _HERE, show=True),
    Command("embeddings.file", "f", "open_file", "File", "Take the texts of a file.", _HERE, show=True),
    Command(
        "embeddings.file_typing",
        "alt+a",
        "open_file",
        "File",
        "Take the texts of a file.",
        _HERE,
        palette=False,
        priority=True,
    ),
    Command(
        "embeddings.sets",
        "f7,ctrl+l",
        "sets",
        "Sets",
        "The sets of texts: search, open, rename, delete.",
        _HERE,
        show=True,
        priority=True,
    ),
    Command("embeddings.new", "ctrl+n", "new_set", "New set", "Begin a new set.", _HERE, priority=True),
    Command(
        "embeddings.model", "ctrl+t,f2", "choose_model", "Model", "Choose the model.", _HERE, show=True, priority=True
    ),
    Command(
        "embeddings.second",
        "alt+t",
        "second_model",
        "Second",
        "Choose a second model to compare, or take it off again.",
        _HERE,
        priority=True,
    ),
    Command(
        "embeddings.prefixes", "p", "prefixes", "Prefixes", "What goes before a query, and before each text.", _HERE
    ),
    Command(
        "embeddings.prefixes_typing",
        "alt+p",
        "prefixes",
        "Prefixes",
        "What goes before a query, and before each text.",
        _HERE,
        palette=False,
        priority=True,
    ),
    Command(
        "embeddings.export", "w", "export", "Export", "Write all vectors to a file: npy, jsonl, csv, parquet.", _HERE
    ),
    Command(
        "embeddings.export_typing",
        "alt+e",
        "export",
        "Export",
        "Write all vectors to a file: npy, jsonl, csv, parquet.",
        _HERE,
        palette=False,
        priority=True,
    ),
    Command("embeddings.undo", "f8", "undo", "Undo", "Take the last change of the texts back.", _HERE, priority=True),
    *(
        Command(f"embeddings.{name}", str(number), f"view('{name}')", title, text, _HERE, palette=False)
        for number, (name, _, title, text) in enumerate(_VIEWS, 1)
    ),
    *(
        Command(f"embeddings.{name}_typing", key, f"view('{name}')", title, text, _HERE, priority=True)
        for name, key, title, text in _VIEWS
    ),
    Command("embeddings.next_view", "alt+right,alt+l", "turn(1)", "Next view", "The view after.", _HERE, priority=True),
    Command(
        "embeddings.previous_view",
        "alt+left,alt+h",
        "turn(-1)",
        "Previous view",
        "The view before.",
        _HERE,
        priority=True,
    ),
    *only_in(("texts",), Command("embeddings.edit", "e", "edit", "Edit", "Edit the text under the cursor.", _HERE)),
    *only_in(
        ("texts",),
        Command("embeddings.delete", "x,delete", "delete", "Delete", "Delete the text; undoing brings it back.", _HERE),
    ),
    *only_in(
        ("texts",),
        Command(
            "embeddings.view_after",
            "right,l",
            "turn(1)",
            "Next view",
            "In the list: the view after.",
            _HERE,
            palette=False,
        ),
    ),
    *only_in(
        ("texts",),
        Command(
            "embeddings.view_before",
            "left,h",
            "turn(-1)",
            "View before",
            "In the list: the view before.",
            _HERE,
            palette=False,
        ),
    ),
    *only_in(
        ("similarity", "nearest"),
        Command(
            "embeddings.metric", "t", "metric", "Metric", "Cosine, dot product or Euclidean distance.", _HERE, show=True
        ),
    ),
    *only_in(
        ("similarity",),
        Command(
            "embeddings.order",
            "o",
            "order",
            "Sort",
            "Sort the heat map by cluster, or as the texts stand.",
            _HERE,
            show=True,
        ),
    ),
    *only_in(
        ("map",),
        Command(
            "embeddings.method", "t", "method", "Method", "How the map is made: PCA, t-SNE or UMAP.", _HERE, show=True
        ),
    ),
    *only_in(
        ("map",),
        Command(
            "embeddings.colour",
            "c",
            "colour",
            "Colours",
            "Colour by cluster, by file, or not at all.",
            _HERE,
            show=True,
        ),
    ),
    *only_in(
        ("vector",),
        Command("embeddings.copy", "y", "copy", "Copy", "Copy the vector as JSON, Python or NumPy.", _HERE, show=True),
    ),
    *only_in(
        ("facts",),
        Command(
            "embeddings.sweep",
            "b",
            "sweep",
            "Sweep",
            "Measure how quickly batches of each size are embedded.",
            _HERE,
            show=True,
        ),
    ),
)
