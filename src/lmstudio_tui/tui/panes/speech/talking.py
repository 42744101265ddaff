"""Having a text spoken: one at a time, in a thread, kept in a file and played while it comes."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lmstudio_tui.features.speaking import PCM_RATE, SpeakOptions, speak
from lmstudio_tui.sdk import LMStudioError, RequestCancelledError, StatusError
from lmstudio_tui.store.media.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from lmstudio_tui.audio.player import Feed, Player
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.store.media.records import UtteranceRecord
    from lmstudio_tui.store.media.shelf import Shelf
    from lmstudio_tui.tui.worker_bridge import Run, Runs


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is.

    Attributes:
        started_at: by `time.monotonic`, when it was asked for.
        began_ms: from then to the first bytes of sound; None before.
        received: bytes.
        format: of them; empty before the first.
    """

    started_at: float
    began_ms: float | None = None
    received: int = 0
    format: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """How it ended.

    Attributes:
        record: what was kept; None when nothing was.
        problem: why there is nothing, or why it is not in the list for good; empty when all is well.
        hint: the next step, or nothing.
        stopped: whether it was stopped before any sound.
        began_ms: from asking to the first bytes of sound; None when there were none.
        played: whether it was handed to the player.
        options: how it was asked for.
    """

    record: UtteranceRecord | None = None
    problem: str = ""
    hint: str = ""
    stopped: bool = False
    began_ms: float | None = None
    played: bool = False
    options: SpeakOptions = field(default_factory=SpeakOptions)


class Speaker:
    """Has texts spoken.

    Args:
        runs: the threads of the pane.
        player: gives the one that plays.
        shelf: where it is kept.
        now: the time of day.
        ended: is called with how it ended. What was replaced by another text is told of, too.
    """

    def __init__(
        self,
        runs: Runs,
        player: Callable[[], Player],
        shelf: Shelf[UtteranceRecord],
        now: Callable[[], datetime],
        ended: Callable[[Spoken, bool], None],
    ) -> None:
        self._runs = runs
        self._player = player
        self._shelf = shelf
        self._now = now
        self._ended = ended
        self._run: Run[Progress, Spoken] | None = None
        # Between a stop and what the thread does at that very moment.
        self._lock = threading.Lock()
        self.progress = Progress(0.0)

    @property
    def running(self) -> bool:
        """Whether something more is expected of the server."""
        return self._run is not None

    def stop(self) -> None:
        """Ask for no more; what came is kept."""
        run, self._run = self._run, None
        if run is not None:
            with self._lock:
                run.cancel()

    def speak(
        self,
        client: LMStudioSDK,
        text: str,
        options: SpeakOptions,
        voice: Callable[[CancelScope], str] | None,
    ) -> None:
        """Have a text spoken in place of the one before.

        Args:
            client: of the server that speaks.
            text: what is said.
            options: how.
            voice: gives one to ask for, where the server wants one to be named and none was chosen; empty when there
                is none. Called in the thread; may ask the server. None leaves it at the refusal.
        """
        self.stop()
        started_at = time.monotonic()
        self.progress = Progress(started_at)

        def work(emit: Callable[[Progress], None], scope: CancelScope) -> Spoken:
            return _Work(self, client, text, started_at, emit, scope).done(options, voice)

        def items(progress: list[Progress]) -> None:
            if self._run is run:
                self.progress = progress[-1]

        def finished(spoken: Spoken) -> None:
            current = self._run is run
            if current:
                self._run = None
            self._ended(spoken, current)

        run: Run[Progress, Spoken] = self._runs.start(
            work, items=items, finished=finished, crashed=lambda error: finished(_crash(error)), name="speak"
        )
        self._run = run

    # In the thread

    def begin(self, kind: str, rate: int | None, scope: CancelScope) -> Feed | None:
        """The player's ear for what comes; None when it was stopped at this very moment."""
        with self._lock:
            return None if scope.cancelled else self._player().stream(kind, pcm_rate=rate or PCM_RATE)

    def place(self, suffix: str) -> Path:
        """Where the file goes."""
        return self._shelf.new_file(suffix)[1]

    def keep(self, record: UtteranceRecord) -> UtteranceRecord:
        """Describe the file, so that it is listed."""
        return self._shelf.keep(record)

    def tell_time(self) -> datetime:
        """The time of day."""
        return self._now()


class _Work:
    """One text on its way, in the thread."""

    def __init__(
        self,
        speaker: Speaker,
        client: LMStudioSDK,
        text: str,
        started_at: float,
        emit: Callable[[Progress], None],
        scope: CancelScope,
    ) -> None:
        self._speaker = speaker
        self._client = client
        self._text = text
        self._emit = emit
        self._scope = scope
        self._progress = Progress(started_at)
        self._feed: Feed | None = None

    def done(self, options: SpeakOptions, voice: Callable[[CancelScope], str] | None) -> Spoken:
        """Speak, play and keep it."""
        problem = "It ended too early."
        try:
            try:
                record = self._speak(options)
            except StatusError as error:
                named = voice(self._scope) if voice is not None and _about_voices(error) else ""
                if not named:
                    raise
                options = replace(options, voice=named)
                record = self._speak(options)
            problem = record.problem
        except RequestCancelledError:
            return Spoken(stopped=True, options=options)
        except (LMStudioError, StoreError) as error:
            problem = error.message
            return self._spoken(None, options, error.message, error.hint)
        finally:
            if self._feed is not None:
                self._feed.end(problem)
        return self._kept(record, options)

    def _speak(self, options: SpeakOptions) -> UtteranceRecord:
        return speak(
            self._client,
            self._text,
            options,
            path_for=self._speaker.place,
            sink=self._came,
            began=self._began,
            scope=self._scope,
            now=self._speaker.tell_time,
        )

    def _kept(self, record: UtteranceRecord, options: SpeakOptions) -> Spoken:
        try:
            return self._spoken(self._speaker.keep(record), options)
        except StoreError as error:
            return self._spoken(record, options, error.message, error.hint)

    def _spoken(
        self, record: UtteranceRecord | None, options: SpeakOptions, problem: str = "", hint: str = ""
    ) -> Spoken:
        began, played = self._progress.began_ms, self._feed is not None
        return Spoken(record, problem, hint, began_ms=began, played=played, options=options)

    def _began(self, kind: str, rate: int | None) -> None:
        began_ms = (time.monotonic() - self._progress.started_at) * 1000
        self._progress = replace(self._progress, began_ms=began_ms, format=kind)
        self._feed = self._speaker.begin(kind, rate, self._scope)

    def _came(self, piece: bytes) -> None:
        self._progress = replace(self._progress, received=self._progress.received + len(piece))
        if self._feed is not None:
            self._feed.feed(piece)
        self._emit(self._progress)


def _about_voices(error: StatusError) -> bool:
    return "voice" in error.message.casefold()


def _crash(error: BaseException) -> Spoken:
    return Spoken(problem=f"Something went wrong in the app itself ({type(error).__name__}).")
