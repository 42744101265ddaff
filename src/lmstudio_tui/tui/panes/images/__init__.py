"""The images pane."""

from lmstudio_tui.tui.panes.images.pane import ImagesPane

__all__ = ["ImagesPane"]
