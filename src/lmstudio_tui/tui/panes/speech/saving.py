"""Writing a copy of what was spoken to a file that the user names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.tui.screens.save_file import SaveFile

if TYPE_CHECKING:
    from pathlib import Path


class SaveAudio(SaveFile):
    """Gives the path that was written, or None; never writes over another file without asking.

    Args:
        what: says what is saved.
        suggested: where it may go.
        audio: the content.
    """

    def __init__(self, what: str, suggested: Path, audio: bytes) -> None:
        super().__init__(what, suggested, "")
        self._content = audio
