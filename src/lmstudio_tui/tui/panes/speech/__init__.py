"""The speech pane."""

from lmstudio_tui.tui.panes.speech.pane import SpeechPane

__all__ = ["SpeechPane"]
