"""Speech to text: what the tone code in an audio file says, with times; of other sound an honest description."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from lmstudio_tui.simulator.engine.loudness import LoudnessMeter
from lmstudio_tui.simulator.engine.sound_files import SoundReader
from lmstudio_tui.simulator.engine.tone_ear import Ear

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lmstudio_tui.simulator.engine.tone_ear import HeardFrame

UNREADABLE = "[unreadable]"
"""Stands where something was said that could not be made out."""
CUT_OFF = "[cut off]"
"""Stands where an utterance ends before its end."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, with when it was said in seconds."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence.

    Attributes:
        text: With the blanks that belong to it: all of them joined are the whole text.
        start_s: When it begins, from the beginning of the audio.
        end_s: When it ends.
        words: Its words.
    """

    text: str
    start_s: float
    end_s: float
    words: tuple[Word, ...] = ()


@dataclass(slots=True)
class _Sentence:
    """A segment being heard: each of its characters with its time."""

    start_s: float
    end_s: float = 0.0
    text: str = ""
    times: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    def add(self, text: str, start_s: float, end_s: float) -> None:
        self.text += text
        self.times += [(start_s, end_s)] * len(text)
        self.end_s = end_s

    def add_frame(self, frame: HeardFrame) -> None:
        if frame.data is None:
            self.add(f"{UNREADABLE} ", frame.start_s, frame.end_s)
            return
        place = 0
        for character in frame.data.decode("utf-8", "replace"):
            after = place + len(character.encode())
            self.add(character, frame.time_of(place), frame.time_of(after))
            place = after
        self.end_s = frame.end_s

    def segment(self) -> Segment:
        words = tuple(
            Word(found.group(), self.times[found.start()][0], self.times[found.end() - 1][1])
            for found in re.finditer(r"\S+", self.text)
        )
        return Segment(self.text, self.start_s, self.end_s, words)


class Hearing:
    """One audio file being listened to, from beginning to end, with little memory whatever its length."""

    def __init__(self, file: BinaryIO) -> None:
        """Open the file.

        Raises:
            NotAudioError: It is no audio.
        """
        self._reader = SoundReader(file)
        self._meter = LoudnessMeter()
        self._before: HeardFrame | None = None
        self._sentence: _Sentence | None = None

    @property
    def duration_s(self) -> float:
        """How much was listened to, in seconds: all of it when `segments` has ended."""
        return self._reader.duration_s

    def segments(self, stop: Callable[[], bool] = lambda: False) -> Iterator[Segment]:
        """What is said, a sentence at a time; one that describes the sound when nothing is.

        Args:
            stop: Asked now and then; when it says so, no more is listened to.
        """
        for frame in self._frames(stop):
            if frame.header.begins or frame.header.new_sentence or self._sentence is None:
                yield from self._finished(cut=frame.header.begins)
                self._sentence = _Sentence(frame.start_s)
                self._join(self._sentence, frame)
            elif not self._follows(frame):
                self._sentence.add(f"{UNREADABLE} ", self._sentence.end_s, frame.start_s)
            self._sentence.add_frame(frame)
            self._before = frame
        yield from self._finished(cut=True)
        if self._before is None and not stop():
            yield Segment(self._meter.description(self.duration_s), 0.0, self.duration_s)

    def _frames(self, stop: Callable[[], bool]) -> Iterator[HeardFrame]:
        ear = Ear()
        for block in self._reader.blocks():
            if stop():
                return
            self._meter.hear(block)
            yield from ear.hear(block)
        yield from ear.end()

    def _follows(self, frame: HeardFrame) -> bool:
        """Whether `frame` is the one after the last one that was heard."""
        return self._before is not None and frame.header.number == (self._before.header.number + 1) & 0xFF

    def _join(self, sentence: _Sentence, frame: HeardFrame) -> None:
        """What stands between a sentence that begins with `frame` and the one before."""
        if frame.header.begins:
            if self._before is not None:
                sentence.add(" ", frame.start_s, frame.start_s)
        elif not self._follows(frame):
            sentence.add(f"{UNREADABLE} ", frame.start_s, frame.start_s)

    def _finished(self, *, cut: bool) -> Iterator[Segment]:
        """The sentence that was being heard, if there is one; `cut`: nothing of its utterance follows."""
        sentence, self._sentence = self._sentence, None
        if sentence is None or self._before is None:
            return
        if cut and not self._before.header.ends:
            sentence.add(f"{'' if sentence.text.endswith(' ') else ' '}{CUT_OFF}", sentence.end_s, sentence.end_s)
        yield sentence.segment()
