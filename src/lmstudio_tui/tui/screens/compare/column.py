"""One contestant: its answer as it comes, and the figures of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from lmstudio_tui.features.chat.answers import another_model, thought_label
from lmstudio_tui.features.chat.compare import NAMES, figures_of, state_of
from lmstudio_tui.features.chat.live import LiveAnswer
from lmstudio_tui.text_safety import clean, clean_line
from lmstudio_tui.tui.commands import bindings, moves, told
from lmstudio_tui.tui.widgets.frames import BETWEEN, Tone, entitle
from lmstudio_tui.tui.widgets.transcript import Role, ToolView, Transcript, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.features.chat.compare import Contestant, State
    from lmstudio_tui.sdk import StreamEvent
    from lmstudio_tui.store.library.records import Message as Said

SIGNS: Final[dict[State, str]] = {"waiting": "·", "answering": "▸", "done": "✓", "stopped": "■", "failed": "✗"}
_WORDS: Final[dict[State, str]] = {"waiting": "waits its turn", "answering": "answering", "done": "done"}
_TONES: Final[dict[str, Tone]] = {"✓ done": "good", "▸ answering": "busy", "■ stopped": "busy", "✗ failed": "bad"}
BEST: Final = "★"
_ONE_LINE: Final = 64
"""Columns from which on the figures stand in one line."""
_LABEL: Final = 7


class AnswerText(Transcript, inherit_bindings=False):
    """An answer that is read; the keys that compare are not its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(page_up="page(-1.0)", page_down="page(1.0)", half_up="page(-0.5)", half_down="page(0.5)"),
        *moves(first="start", last="end"),
        *bindings("transcript.fold_message"),
    ]


class Column(Vertical):
    """One of those that are compared.

    Args:
        number: counts from 0.
        label: what it is called.
        contestant: who it is.
    """

    DEFAULT_CSS = """
    Column {
        width: 1fr;
        height: 1fr;
        border: round $border-blurred;
        border-title-color: $text-muted;
        padding: 0 1;
        &:focus-within { border: round $border; border-title-color: $accent; border-title-style: bold; }
        & > .state, & > .figures { text-wrap: nowrap; text-overflow: ellipsis; }
        & > .state { height: 1; color: $text-muted; }
        & > .figures {
            height: auto; min-height: 2; border-top: solid $border-blurred; color: $text-muted;
        }
    }
    """

    @dataclass
    class Looked(Message):
        """The keyboard has come here."""

        number: int

    def __init__(self, number: int, label: str, contestant: Contestant) -> None:
        super().__init__(id=f"column-{number}")
        self.number = number
        self.label = label
        self.state: State = "waiting"
        self._contestant = contestant
        self._live: LiveAnswer | None = None
        self._answer: Said | None = None
        self._best: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        yield Static(classes="state")
        yield AnswerText()
        yield Static(classes="figures")

    @property
    def text(self) -> AnswerText:
        """What it has said."""
        return self.query_one(AnswerText)

    @property
    def said(self) -> str:
        """The answer as far as it has come."""
        return self.text.turn(self._answer.id).text if self._answer is not None else ""

    def on_mount(self) -> None:
        """Show what it is asked with."""
        self._show_state("waiting")

    def on_resize(self) -> None:
        """There may be room for more, or for less."""
        self._show_state(self.state)
        self._show_figures()

    def on_descendant_focus(self) -> None:
        """The keyboard has come here."""
        self.post_message(self.Looked(self.number))

    # How it goes

    def wait(self) -> None:
        """It is not its turn yet."""
        self._answer, self._live = None, None
        self.text.clear()
        self._show_state("waiting")
        self._show_figures()

    def begin(self, begun: Said) -> None:
        """It is asked."""
        self._answer, self._live = begun, LiveAnswer()
        self.text.set_turns([Turn(id=begun.id, role=Role.ASSISTANT, status="streaming", activity=self._live.waited)])
        self._show_state("answering")
        self._show_figures()

    def receive(self, events: list[StreamEvent]) -> None:
        """More has come."""
        live, answer, shown = self._live, self._answer, self.text
        if live is None or answer is None:
            return
        for event in events:
            live.apply(event)
        if not live.waiting and shown.turn_values(answer.id).activity != live.calling:
            shown.update_turn(answer.id, activity=live.calling)
        text, reasoning, replaced = live.take()
        if replaced:
            shown.update_turn(answer.id, text=text, reasoning=reasoning)
            return
        if reasoning:
            shown.append_reasoning(answer.id, reasoning)
        if text:
            shown.append_text(answer.id, text)

    def tick(self) -> None:
        """Say for how long it has been going on."""
        if self._live is not None and self._answer is not None:
            self._show_state("answering")
            if self._live.quiet:
                self.text.update_turn(self._answer.id, activity=self._live.quiet)

    def end(self, message: Said | None, note: str) -> None:
        """It has answered; without a message it was not asked."""
        self._answer, self._live = message, None
        if message is None:
            self.text.set_turns(
                [Turn(id="none", role=Role.NOTICE, text=told("Not asked. {compare.again} asks."), status="stopped")]
            )
            self._show_state("stopped")
        else:
            self.text.set_turns([_turn(message, note)])
            self._show_state(state_of(message))
        self._show_figures()

    def show_best(self, names: Iterable[str]) -> None:
        """Mark the figures that no other answer beats."""
        if (best := frozenset(names)) != self._best:
            self._best = best
            self._show_figures()

    # Drawing

    def _show_state(self, state: State) -> None:
        self.state = state
        line = self.query_one(".state", Static)
        words = f"{SIGNS[state]} {_WORDS.get(state, state)}"
        entitle(self, f"{self.number + 1} {self.label}{BETWEEN}{words}", tones=_TONES)
        waited = "" if self._live is None else f"{time.monotonic() - self._live.started_at:.0f} s  "
        line.update(Text(f"{waited}{self._contestant.short_words}", no_wrap=True, overflow="ellipsis"), layout=False)

    def _show_figures(self) -> None:
        ended = self._answer if self._live is None else None
        figures = figures_of(ended, self._best)
        another = bool(ended is not None and another_model(ended))
        named: dict[str, Text] = {}
        for figure in figures:
            mark = f"{BEST} " if figure.best else "▲ " if another and figure.name == "model" else ""
            named[figure.name] = Text(f"{mark}{figure.words}", "bold" if figure.best else "")
        area = self.query_one(".figures", Static)
        if self.content_size.width >= _ONE_LINE:
            area.update(Text(" · ").join(_unit(name, words) for name, words in named.items()))
        else:
            area.update(
                Text("\n").join(Text.assemble((f"{name:<{_LABEL}}", "dim"), named.get(name, "")) for name in NAMES)
            )


def _unit(name: str, words: Text) -> Text:
    """A figure where its name does not stand beside it."""
    return Text.assemble("first ", words) if name == "first" else words.append(" tokens") if name == "tokens" else words


def _turn(message: Said, note: str) -> Turn:
    return Turn(
        id=message.id,
        role=Role.ASSISTANT,
        text=message.text,
        reasoning=message.reasoning,
        status=message.status,
        note=clean(note),
        reasoning_label=thought_label(message),
        tools=tuple(ToolView(call.name, call.arguments, None, "waiting") for call in message.tool_calls),
        caution=clean_line(another_model(message)),
    )
