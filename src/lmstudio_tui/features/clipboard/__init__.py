"""Copying, and the truth about whether it worked."""

from lmstudio_tui.features.clipboard.copying import Copied, copy, copy_in_browser
from lmstudio_tui.features.clipboard.surroundings import is_remote

__all__ = ["Copied", "copy", "copy_in_browser", "is_remote"]
