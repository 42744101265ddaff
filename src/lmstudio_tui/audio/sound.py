"""All of sound that the app is handed: devices, one recorder, and players of which one is heard at a time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lmstudio_tui.audio.player import Player
    from lmstudio_tui.audio.recorder import Recorder
    from lmstudio_tui.audio.values import Device


class Sound:
    """The sound of this machine. Nothing is loaded or opened before it is needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recorder: Recorder | None = None
        self._players: list[Player] = []

    def devices(self) -> tuple[Device, ...]:
        """All devices there are now, the default ones first. Takes a while: call it in a thread.

        Raises:
            PortAudioMissingError: when the library is not there.
            SoundError: when the sound system does not answer.
        """
        from lmstudio_tui.audio.devices import devices

        # The list is made anew only while no device is open.
        return devices() if self._recorder is None else self._recorder.without_monitor(devices)

    def recorder(self) -> Recorder:
        """The one recorder. Cheap: it opens nothing yet."""
        with self._lock:
            if self._recorder is None:
                from lmstudio_tui.audio.recorder import Recorder

                self._recorder = Recorder()
            return self._recorder

    def player(self) -> Player:
        """A player of one's own. When it begins to sound the others pause. Cheap: it opens nothing yet."""
        from lmstudio_tui.audio.player import Player

        player = Player(lambda: self._hush(player))
        with self._lock:
            self._players.append(player)
        return player

    def _hush(self, heard: Player) -> None:
        """Have the others pause."""
        with self._lock:
            others = [one for one in self._players if one is not heard]
        for one in others:
            if one.state.phase in {"waiting", "playing", "stalled"}:
                one.pause()

    def close(self) -> None:
        """End whatever sounds, and whatever is recorded; the recording is kept."""
        with self._lock:
            recorder, self._recorder = self._recorder, None
            players, self._players = self._players, []
        if recorder is not None:
            recorder.close()
        for player in players:
            player.close()
