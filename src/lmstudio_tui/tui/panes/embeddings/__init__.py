"""The embeddings pane."""
