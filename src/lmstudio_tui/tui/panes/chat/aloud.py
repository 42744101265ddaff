"""An answer that is read aloud while it arrives, and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lmstudio_tui.audio.values import SoundError
from lmstudio_tui.sdk import LMStudioError, RequestCancelledError
from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.tui.panes.chat.dictation import in_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lmstudio_tui.audio.player import Feed, Player
    from lmstudio_tui.audio.sound import Sound
    from lmstudio_tui.audio.values import PlayerState
    from lmstudio_tui.features.speaking import SpeakOptions
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.store.media.shelf import MediaShelf
    from lmstudio_tui.tui.worker_bridge import Run, Runs

Phase = Literal["asking", "arriving", "arrived", "over"]


@dataclass(frozen=True, slots=True)
class _Spoken:
    """How the request ended: a problem in words, empty when there was none."""

    problem: str = ""


class Aloud:
    """One text, spoken.

    Args:
        runs: what runs on behalf of the pane.
        sound: gives the player.
        media: where what was spoken is kept.
        now: the time of day.
        ended: is told why it could not be spoken; empty when it was, to its end.
    """

    def __init__(
        self,
        runs: Runs,
        sound: Sound,
        media: MediaShelf,
        now: Callable[[], datetime],
        ended: Callable[[str], None],
    ) -> None:
        self.phase: Phase = "asking"
        self._runs = runs
        self._player: Player = sound.player()
        self._shelf = media.utterances
        self._now = now
        self._ended = ended
        self._feed: Feed | None = None
        self._run: Run[Literal["arriving"], _Spoken] | None = None
        self._problem = ""

    @property
    def state(self) -> PlayerState:
        """How far the playing is."""
        return self._player.state

    def start(self, client: LMStudioSDK, text: str, options: Callable[[], SpeakOptions]) -> None:
        """Ask the server, and play what comes.

        Args:
            client: of the server for audio.
            text: without markup.
            options: gives how; called in the thread.
        """

        def work(emit: Callable[[Literal["arriving"]], None], scope: CancelScope) -> _Spoken:
            return self._spoken(client, text, options, lambda: emit("arriving"), scope)

        self._run = self._runs.start(
            work, items=self._arriving, finished=self._finished, crashed=self._crashed, name="speech"
        )

    def stop(self) -> None:
        """Be silent at once."""
        if self.phase != "over":
            asking, self.phase = self.phase == "asking", "over"
            if self._run is not None:
                self._run.cancel()
            # Before the first sound the player is not ours.
            if not asking:
                self._player.stop()

    def tick(self) -> None:
        """See whether it was heard to its end."""
        if self.phase in {"arriving", "arrived"}:
            state = self.state
            if state.phase == "failed":
                self._end(in_words(state.problem) if state.problem is not None else "It cannot be played.")
            elif self.phase == "arrived" and state.phase in {"ended", "idle"}:
                self._end(self._problem)

    def _spoken(
        self,
        client: LMStudioSDK,
        text: str,
        options: Callable[[], SpeakOptions],
        arriving: Callable[[], None],
        scope: CancelScope,
    ) -> _Spoken:
        """Ask, play and keep. Blocks until all of it has come."""
        from lmstudio_tui.features.speaking import PCM_RATE, speak

        def began(audio_format: str, rate: int | None) -> None:
            if not scope.cancelled:
                self._feed = self._player.stream(audio_format, pcm_rate=rate or PCM_RATE)
                arriving()

        def heard(piece: bytes) -> None:
            if self._feed is not None:
                self._feed.feed(piece)

        problem = ""
        try:
            record = speak(
                client,
                text,
                options(),
                path_for=lambda suffix: self._shelf.new_file(suffix)[1],
                sink=heard,
                began=began,
                scope=scope,
                now=self._now,
            )
            problem = record.problem
            self._shelf.keep(record)
        except RequestCancelledError:
            pass
        except (SoundError, StoreError, LMStudioError) as error:
            problem = in_words(error)
        finally:
            if self._feed is not None:
                self._feed.end(problem)
        return _Spoken(problem)

    def _arriving(self, items: list[Literal["arriving"]]) -> None:
        del items
        if self.phase == "asking":
            self.phase = "arriving"

    def _finished(self, spoken: _Spoken) -> None:
        if self.phase == "asking":
            self._end(spoken.problem)
        elif self.phase == "arriving":
            # It goes on being heard.
            self.phase, self._problem = "arrived", spoken.problem
            self.tick()

    def _crashed(self, error: BaseException) -> None:
        self._end(f"Something went wrong in the app itself ({type(error).__name__}).")

    def _end(self, problem: str) -> None:
        if self.phase != "over":
            self.phase = "over"
            self._ended(problem)
