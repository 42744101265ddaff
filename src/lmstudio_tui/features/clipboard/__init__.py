"""Copying, and the truth about whether it worked."""

from lmstudio_tui.features.clipboard.copying import Copied, copy
from lmstudio_tui.features.clipboard.surroundings import is_remote

__all__ = ["Copied", "copy", "is_remote"]
