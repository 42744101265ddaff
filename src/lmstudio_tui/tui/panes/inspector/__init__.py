"""The inspector pane."""

from lmstudio_tui.tui.panes.inspector.pane import InspectorPane

__all__ = ["InspectorPane"]
