"""The text of one turn: cleaned as it arrives, and cut into pieces."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from lmstudio_tui.text_safety import StreamCleaner, clean, clean_line
from lmstudio_tui.tui.widgets.transcript.blocks import MarkdownSplitter
from lmstudio_tui.tui.widgets.transcript.literal import LiteralSplitter
from lmstudio_tui.tui.widgets.transcript.model import CodeBlock, Role, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

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


class Part:
    """A text that grows by deltas: kept as UTF-8, and cut into pieces only once somebody wants to see it."""

    __slots__ = ("_cleaner", "_make", "_splitter", "_stored", "begun", "characters", "newlines")

    def __init__(self, make: Callable[[], Splitter]) -> None:
        self.begun = False
        self.characters = 0
        self.newlines = 0
        self._make = make
        self._splitter: Splitter | None = None
        self._stored = bytearray()
        self._cleaner: StreamCleaner | None = None

    @property
    def splitter(self) -> Splitter:
        """What cuts the text into pieces."""
        if self._splitter is None:
            self._splitter = self._make()
            if self._stored:
                self._splitter.feed(self.text)
        return self._splitter

    @property
    def closed(self) -> list[Piece]:
        """The finished pieces."""
        return [] if self._splitter is None else self._splitter.closed

    @property
    def open(self) -> list[Piece]:
        """The pieces of the rest."""
        return [] if self._splitter is None else self._splitter.open

    def append(self, delta: str) -> str:
        """Take more, and return what of it is shown."""
        if not delta:
            return ""
        if self._cleaner is None:
            self._cleaner = StreamCleaner()
        return self._add(self._cleaner.feed(delta))

    def flush(self) -> str:
        """Take what the cleaner held back, at the end of the text."""
        held = "" if self._cleaner is None else self._cleaner.flush()
        self._cleaner = None
        return self._add(held)

    def advance(self, final: bool, deadline: float | None) -> bool:
        """Cut what has arrived; False when time ran out first."""
        return not self.characters or self.splitter.advance(final, deadline)

    def _add(self, text: str) -> str:
        if text:
            self._stored += text.encode()
            if self._splitter is not None:
                self._splitter.feed(text)
            self.characters += len(text)
            self.newlines += text.count("\n")
            self.begun = self.begun or not text.isspace()
        return text

    @property
    def text(self) -> str:
        """All of it."""
        return self._stored.decode()

    def unload(self) -> None:
        """Let go of the pieces."""
        self._splitter = None

    def holds(self, *parts: bytes) -> bool:
        """Whether any of these stand in it, in UTF-8."""
        return any(part in self._stored for part in parts)


class TurnContent:
    """The values of a turn, with its text and its reasoning cut into pieces.

    Args:
        turn: The turn as it is at first.
        parser: Parses Markdown.
    """

    def __init__(self, turn: Turn, parser: MarkdownIt) -> None:
        self._parser = parser
        self.generation = 0
        """Goes up each time the text begins anew."""
        self._load(turn)

    def _load(self, turn: Turn) -> None:
        role = turn.role
        self.generation += 1
        self.answer = Part(lambda: self._split_answer(role))
        self.thoughts = Part(lambda: LiteralSplitter("reasoning"))
        self.words = 0
        self._in_word = False
        self.pending = True
        """Whether there is anything that the rows do not show yet."""
        self.values = _bare(turn)
        self.append_text(turn.text)
        self.append_reasoning(turn.reasoning)
        if self.is_final:
            self._flush()

    def _split_answer(self, role: Role) -> Splitter:
        if role is Role.ASSISTANT:
            return MarkdownSplitter(self._parser)
        return LiteralSplitter("dim" if role is Role.NOTICE else "", fences=role is Role.USER)

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
        return self.answer.splitter.codes if self.answer.characters else []

    @property
    def size(self) -> int:
        """How many characters there are."""
        return self.answer.characters + self.thoughts.characters

    @property
    def has_code(self) -> bool:
        """Whether there may be code at all; quick, and without looking at the text closely."""
        return self.answer.holds(b"```", b"~~~", b"    ", b"\t")

    def append_text(self, delta: str) -> None:
        """Take more of the answer."""
        self.answer.append(delta)
        self.pending = True

    def append_reasoning(self, delta: str) -> None:
        """Take more of the reasoning."""
        self._count(self.thoughts.append(delta))
        self.pending = True

    def update(self, turn: Turn, text: str | None = None, reasoning: str | None = None) -> bool:
        """Take new values.

        Args:
            turn: The values; its texts are left aside.
            text: Another answer, or None where it stays as it is.
            reasoning: Another reasoning, or None.

        Returns:
            Whether the text was begun anew.
        """
        reopened = self.is_final and turn.status == "streaming"
        other = text is not None and text != self.answer.text
        other = other or (reasoning is not None and reasoning != self.thoughts.text)
        if other or reopened or turn.role != self.values.role:
            text = self.answer.text if text is None else text
            self._load(replace(turn, text=text, reasoning=self.thoughts.text if reasoning is None else reasoning))
            return True
        self.values = _bare(turn)
        if self.is_final:
            self._flush()
        self.pending = True
        return False

    def advance(self, deadline: float | None) -> bool:
        """Cut what has arrived into pieces; False when time ran out first."""
        done = self.thoughts.advance(self.is_final, deadline)
        return self.answer.advance(self.is_final, deadline) and done

    def unload(self) -> None:
        """Keep only the text; it is cut into pieces again when somebody wants to see it."""
        self.answer.unload()
        self.thoughts.unload()
        self.pending = True

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
        model=_line(turn.model) if turn.model else turn.model,
        time=_line(turn.time),
        footer=_line(turn.footer),
        note=clean(turn.note).strip() if turn.note else "",
        reasoning_label=_line(turn.reasoning_label),
        activity=_line(turn.activity),
        attachments=tuple([" ".join(clean(line).split("\n")) for line in turn.attachments]),
        phases=tuple([(_line(name), length) for name, length in turn.phases]),
        caution=_line(turn.caution),
    )


def _line(text: str) -> str:
    # Most are empty, and a conversation has thousands of turns.
    return clean_line(text) if text else text
