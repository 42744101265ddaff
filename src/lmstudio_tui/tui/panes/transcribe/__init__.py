"""The transcribe pane."""

from lmstudio_tui.tui.panes.transcribe.pane import TranscribePane

__all__ = ["TranscribePane"]
