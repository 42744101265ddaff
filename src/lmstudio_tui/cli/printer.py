"""Writing an answer to standard output as it comes: cleaned for a terminal, byte for byte into a pipe."""

from __future__ import annotations

import os
import sys

from lmstudio_tui.cli.console import say, warn, write
from lmstudio_tui.sdk import (
    ReasoningDelta,
    Reclassified,
    StreamEvent,
    StreamingDowngraded,
    StreamRetried,
    StreamWarning,
    TextDelta,
)
from lmstudio_tui.text_safety import StreamCleaner

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


class Silent:
    """Shows nothing: for the object at the end, which has it all."""

    def show(self, event: StreamEvent) -> None:
        """Nothing to do."""

    def end(self) -> None:
        """Nothing to do."""


class Printer(Silent):
    """Writes the answer to standard output; what is to be said about it, to standard error.

    On a terminal the reasoning is shown, too, dimmed: a person wants to see that something goes on. It is no part of
    the answer, so it is written to standard error, and nowhere else.
    """

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._one_screen = self._terminal and sys.stderr.isatty()
        plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        self._dim, self._undim = ("", "") if plain else (_DIM, _PLAIN)
        self._cleaner = StreamCleaner()
        self._thoughts = StreamCleaner()
        self._thinking = False
        self._printed: list[str] = []
        self._fresh = True
        """Whether the cursor is at the start of a line."""

    def show(self, event: StreamEvent) -> None:
        """Show one event of the stream."""
        match event:
            case TextDelta(text=text):
                self._text(text)
            case ReasoningDelta(text=text):
                self._reasoning(text)
            case Reclassified(text=text):
                self._reclassified(text)
            case StreamWarning(message=message):
                self._break_line()
                warn(message)
            case StreamRetried(reason=reason):
                self._break_line()
                say(f"note: {reason} Trying once more.")
            case StreamingDowngraded(reason=reason):
                self._break_line()
                say(f"note: without streaming: {reason}")
            case _:
                pass

    def end(self) -> None:
        """Leave the cursor at the start of a line."""
        self._stop_thinking()
        if self._terminal:
            self._put(self._cleaner.flush())
        if not self._fresh:
            self._put("\n")

    def _put(self, text: str) -> None:
        if text:
            # A signal may end this between the two: better a line end too many than none.
            self._fresh = False
            write(text)
            self._fresh = text.endswith("\n")

    def _text(self, text: str) -> None:
        self._stop_thinking()
        self._printed.append(text)
        self._put(self._cleaner.feed(text) if self._terminal else text)

    def _reasoning(self, text: str) -> None:
        if not self._one_screen:
            return
        if not self._thinking:
            self._break_line()
            self._thinking = True
        self._think(self._thoughts.feed(text))

    def _think(self, text: str) -> None:
        # Each piece by itself, so that no end, however sudden, leaves the terminal dim.
        if text:
            write(f"{self._dim}{text}{self._undim}", sys.stderr)

    def _stop_thinking(self) -> None:
        if self._thinking:
            self._thinking = False
            self._think(self._thoughts.flush())
            write("\n\n", sys.stderr)

    def _reclassified(self, text: str) -> None:
        """What was printed cannot be taken back: print what is missing, or say what it was."""
        before = "".join(self._printed)
        if text.startswith(before):
            self._text(text[len(before) :])
            return
        self._stop_thinking()
        self._put("\n" if self._fresh else "\n\n")
        say("note: what came before this line was the model's reasoning.")
        self._printed.clear()
        self._text(text)

    def _break_line(self) -> None:
        """Begin a new line on the terminal before something is said there, and leave the answer itself alone."""
        self._stop_thinking()
        if self._one_screen and not self._fresh:
            write("\n", sys.stderr)
            self._fresh = True
