"""A conversation drawn line by line, as long as it may get: `Transcript` shows a list of `Turn`."""

from lmstudio_tui.tui.widgets.transcript.model import CodeBlock, Role, Status, ToolState, ToolView, Turn
from lmstudio_tui.tui.widgets.transcript.widget import Transcript

__all__ = ["CodeBlock", "Role", "Status", "ToolState", "ToolView", "Transcript", "Turn"]
