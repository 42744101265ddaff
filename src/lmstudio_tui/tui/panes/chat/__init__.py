"""The chat pane."""

from lmstudio_tui.tui.panes.chat.pane import ChatPane

__all__ = ["ChatPane"]
