"""Where a server hears, as far as that is known."""

from __future__ import annotations

from lmstudio_tui.sdk.traits import WHISPER_CPP


class WhereToAsk:
    """Which endpoint a server has, as far as that has turned out. Shared by the calls of a client."""

    def __init__(self) -> None:
        self.inference = False
        """Whether it is whisper.cpp's own."""
        self._settled = False

    def settle(self, *, inference: bool) -> None:
        """One of them has answered."""
        self.inference, self._settled = inference, True

    def learn(self, software: str) -> None:
        """Take over which server it is, where nothing has answered yet."""
        if not self._settled:
            self.inference = software == WHISPER_CPP
