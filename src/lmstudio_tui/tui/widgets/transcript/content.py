"""The text of one turn: cleaned as it arrives, and cut into pieces."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from lmstudio_tui.text_safety import StreamCleaner, clean, clean_line
from lmstudio_tui.tui.widgets.transcript.blocks import MarkdownSplitter
from lmstudio_tui.tui.widgets.transcript.literal import LiteralSplitter
from lmstudio_tui.tui.widgets.transcript.model import CodeBlock, Role, Turn

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

    from lmstudio_tui.tui.widgets.transcript.pieces import Piece


class Splitter(Protocol):
    """Cuts a growing text into pieces."""

    closed: list[Piece]
    open: list[Piece]

    @property
    def codes(self) -> list[CodeBlock]:
        """The blocks of code so far."""
        ...

    def feed(self, text: str) -> None:
        """Take more text."""
        ...

    def advance(self, final: bool = False, deadline: float | None = None) -> bool:
        """Cut what has arrived; False when time ran out first."""
        ...


class _Part:
    """A text that grows by deltas."""

    def __init__(self, splitter: Splitter) -> None:
        self.splitter = splitter
        self.begun = False
        self.characters = 0
        self.newlines = 0
        self._deltas: list[str] = []
        self._cleaner = StreamCleaner()

    def append(self, delta: str) -> str:
        """Take more, and return what of it is shown."""
        return self._add(self._cleaner.feed(delta))

    def flush(self) -> str:
        """Take what the cleaner held back, at the end of the text."""
        return self._add(self._cleaner.flush())

    def _add(self, text: str) -> str:
        if text:
            self._deltas.append(text)
            self.splitter.feed(text)
            self.characters += len(text)
            self.newlines += text.count("\n")
            self.begun = self.begun or not text.isspace()
        return text

    @property
    def text(self) -> str:
        """All of it."""
        self._deltas = ["".join(self._deltas)]
        return self._deltas[0]


class TurnContent:
    """The values of a turn, with its text and its reasoning cut into pieces.

    Args:
        turn: The turn as it is at first.
        parser: Parses Markdown.
    """

    def __init__(self, turn: Turn, parser: MarkdownIt) -> None:
        self._parser = parser
        self._load(turn)

    def _load(self, turn: Turn) -> None:
        answer: Splitter
        if turn.role is Role.ASSISTANT:
            answer = MarkdownSplitter(self._parser)
        else:
            answer = LiteralSplitter("dim" if turn.role is Role.NOTICE else "", fences=turn.role is Role.USER)
        self.answer = _Part(answer)
        self.thoughts = _Part(LiteralSplitter("reasoning"))
        self.words = 0
        self._in_word = False
        self.pending = True
        self.values = _bare(turn)
        self.append_text(turn.text)
        self.append_reasoning(turn.reasoning)
        if self.is_final:
            self._flush()

    @property
    def turn(self) -> Turn:
        """The turn as it is now."""
        return replace(self.values, text=self.answer.text, reasoning=self.thoughts.text)

    @property
    def is_final(self) -> bool:
        """Whether no more text is expected."""
        return self.values.status != "streaming"

    @property
    def codes(self) -> list[CodeBlock]:
        """The blocks of code so far."""
        self.advance(None)
        return self.answer.splitter.codes

    def append_text(self, delta: str) -> None:
        """Take more of the answer."""
        self.answer.append(delta)
        self.pending = True

    def append_reasoning(self, delta: str) -> None:
        """Take more of the reasoning."""
        self._count(self.thoughts.append(delta))
        self.pending = True

    def update(self, turn: Turn) -> bool:
        """Take new values, given as a whole turn; True when the text was begun anew for it."""
        old = self.turn
        reopened = self.is_final and turn.status == "streaming"
        if (turn.text, turn.reasoning, turn.role) != (old.text, old.reasoning, old.role) or reopened:
            self._load(turn)
            return True
        self.values = _bare(turn)
        if self.is_final:
            self._flush()
        self.pending = True
        return False

    def advance(self, deadline: float | None) -> bool:
        """Cut what has arrived into pieces; False when time ran out first."""
        done = self.thoughts.splitter.advance(self.is_final, deadline)
        done = self.answer.splitter.advance(self.is_final, deadline) and done
        self.pending = not done
        return done

    def _flush(self) -> None:
        self.answer.flush()
        self._count(self.thoughts.flush())

    def _count(self, text: str) -> None:
        if text:
            words = len(text.split())
            self.words += words - (1 if words and self._in_word and not text[0].isspace() else 0)
            self._in_word = not text[-1].isspace()


def _bare(turn: Turn) -> Turn:
    """Return the turn without its texts, and with everything else cleaned."""
    return replace(
        turn,
        text="",
        reasoning="",
        model=None if turn.model is None else clean_line(turn.model),
        time=clean_line(turn.time),
        footer=clean_line(turn.footer),
        note=clean(turn.note).strip(),
        reasoning_label=clean_line(turn.reasoning_label),
        activity=clean_line(turn.activity),
    )
