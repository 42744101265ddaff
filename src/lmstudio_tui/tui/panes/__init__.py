"""The panes, each with its widgets together."""

PANES: tuple[tuple[str, str], ...] = (
    ("chat", "Chat"),
    ("models", "Models"),
    ("embeddings", "Embeddings"),
    ("transcribe", "Transcribe"),
    ("speech", "Speech"),
    ("images", "Images"),
    ("inspector", "Inspector"),
)
"""Name (for `--pane`) and title of each pane, in the order of the rail."""
