"""The embeddings pane."""

from lmstudio_tui.tui.panes.embeddings.pane import EmbeddingsPane

__all__ = ["EmbeddingsPane"]
