"""Sound that is played while it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from lmstudio_tui.cli import sounds
from lmstudio_tui.cli.progress import Drawn

if TYPE_CHECKING:
    from threading import Event

    from lmstudio_tui.audio.player import Feed, Player
    from lmstudio_tui.audio.values import PlayerState

_EVERY = 0.1
"""Seconds between two looks at how far it is."""
_PCM_RATE = 24_000


class Playing:
    """Plays one stream through a loudspeaker. What does not work is no failure of the speaking: see `problem`.

    Args:
        device: the key of a loudspeaker; empty for the default one.

    Attributes:
        problem: why it was not heard, or not all of it; empty when it was.
    """

    def __init__(self, device: str) -> None:
        self.problem = ""
        self._device = device
        self._player: Player | None = None
        self._feed: Feed | None = None

    def __enter__(self) -> Self:
        from lmstudio_tui.audio.player import Player

        self._player = Player()
        if self._device:
            self._player.use_device(self._device)
        return self

    def __exit__(self, *_: object) -> None:
        if self._player is not None:
            self._player.close()

    def begin(self, format: str, rate: int | None) -> None:  # noqa: A002 - the field's own name
        """The sound begins; `rate` is that of bare samples."""
        if self._player is not None:
            self._feed = self._player.stream(format, pcm_rate=rate or _PCM_RATE)

    def feed(self, piece: bytes) -> None:
        """More of it."""
        if self._feed is not None:
            self._feed.feed(piece)

    def end(self, problem: str, stop: Event) -> None:
        """Nothing more comes: wait until all of it was heard, or somebody wants it to stop.

        Args:
            problem: why it is not whole; empty when it is.
            stop: is set by then.
        """
        player, feed = self._player, self._feed
        if player is None or feed is None:
            return
        feed.end(problem)
        drawn = Drawn()
        try:
            while not stop.is_set():
                state = player.state
                if state.phase in {"ended", "failed", "idle"}:
                    break
                drawn.show([_line(state)])
                stop.wait(_EVERY)
        finally:
            drawn.wipe()
        state = player.state
        player.stop()
        player.close()
        sounds.devices_at_rest()
        if state.phase == "failed" and state.problem is not None:
            self.problem = f"It could not be played: {state.problem.message} {state.problem.hint}".strip()


def _line(state: PlayerState) -> str:
    from lmstudio_tui.features.progress import duration_in_words

    return f"{duration_in_words(state.position_s):>9}  of {duration_in_words(state.duration_s)}  Ctrl+C stops it"
