"""Files of the user's own: looked at in a thread, and put among the recordings; the files stay where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.audio.values import SoundError
from lmstudio_tui.features.chat.browsing import FileKind
from lmstudio_tui.features.models.saying import sentence
from lmstudio_tui.store.media.records import RecordingRecord
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.transcribe.words import defect_in_words, failure_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.tui.panes.transcribe.keeping import Recordings
    from lmstudio_tui.tui.worker_bridge import Runs


AUDIO_FILES: Final = FileKind(
    "audio files", frozenset({".wav", ".wave", ".bwf", ".rf64", ".flac", ".ogg", ".oga", ".opus", ".mp3"})
)
"""As those are mostly called that can be opened; what a file is, is told by its content."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """A file that is none of those that can be read, with why."""

    why: str


class Opening:
    """Opens files.

    Args:
        runs: for the threads.
        recordings: where they are listed.
        now: the time of day.
    """

    def __init__(self, runs: Runs, recordings: Recordings, now: Callable[[], datetime]) -> None:
        self._runs = runs
        self._recordings = recordings
        self._now = now

    def open(
        self,
        paths: Sequence[Path],
        opened: Callable[[RecordingRecord], None],
        refused: Callable[[str], None],
    ) -> None:
        """Look at files, and list those that can be read.

        Args:
            paths: of the files.
            opened: is given the last of those that could be.
            refused: is given a sentence about each that could not.
        """
        wanted = tuple(paths)

        def work(emit: object, scope: CancelScope) -> list[RecordingRecord | _Refused]:
            del emit
            found: list[RecordingRecord | _Refused] = []
            for path in wanted:
                scope.raise_if_cancelled()
                found.append(self._look(path))
            return found

        def finished(found: list[RecordingRecord | _Refused]) -> None:
            last: RecordingRecord | None = None
            for one in found:
                if isinstance(one, _Refused):
                    refused(one.why)
                    continue
                known = next((each for each in self._recordings.all if each.path == one.path), None)
                last = known or one
                if known is None:
                    self._recordings.add(one)
            if last is not None:
                opened(last)

        self._runs.start(work, finished=finished, crashed=lambda error: refused(defect_in_words(error)), name="files")

    def _look(self, path: Path) -> RecordingRecord | _Refused:
        from lmstudio_tui.audio.files import inspect

        try:
            facts = inspect(path)
        except SoundError as error:
            return _Refused(failure_in_words(error))
        except OSError as error:
            reason = sentence(error.strerror or type(error).__name__)
            return _Refused(f"{clean_line(path.name)} cannot be read: {reason}")
        return RecordingRecord(
            id=self._recordings.shelf.new_id(),
            path=path.absolute(),
            made_at=self._now(),
            name=path.name,
            source="file",
            duration_s=facts.duration_s,
            size_bytes=facts.size_bytes,
        )
