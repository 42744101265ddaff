"""The models pane."""

from lmstudio_tui.tui.panes.models.pane import ModelsPane

__all__ = ["ModelsPane"]
