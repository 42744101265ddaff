"""Having several models, or one with several sets of parameters, answer the same prompt. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from lmstudio_tui.features.chat.figures import seconds
from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.key_words import key_word
from lmstudio_tui.store.library.records import Message
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lmstudio_tui.features.chat.thread import Thread
    from lmstudio_tui.sdk import LMStudioError

FEWEST: Final = 2
MOST: Final = 4

State: TypeAlias = Literal["waiting", "answering", "done", "stopped", "failed"]

_RANKED: Final = {"speed": ("tokens_per_second", 1, True), "first": ("time_to_first_token_ms", 0, False)}
"""The figures of which one is the best: what they are of, to how many digits they count, whether more is better."""
_STATES: Final[dict[str, State]] = {"streaming": "answering", "complete": "done", "stopped": "stopped"}


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who is asked, and how.

    Args:
        model: its id.
        parameters: what it is asked with.
        preset: the name of these parameters; empty for the conversation's own.
    """

    model: str
    parameters: Parameters = field(default_factory=Parameters)
    preset: str = ""

    @property
    def with_words(self) -> str:
        """What it is asked with: `preset warm: temp 0.9`, `as the conversation: temp 0.2`."""
        name = f"preset {self.preset}" if self.preset else "as the conversation"
        return clean_line(f"{name}: {self.parameters.words}" if self.parameters.words else name)

    @property
    def short_words(self) -> str:
        """The same where there is little room; empty where nothing was changed."""
        return self.with_words if self.preset else self.parameters.words


def labels_of(contestants: Sequence[Contestant]) -> tuple[str, ...]:
    """A name for each that tells it from the others: the model, and what it is asked with where that differs."""
    models = Counter(one.model for one in contestants)
    labels: list[str] = []
    for one in contestants:
        name = one.model if models[one.model] == 1 else f"{one.model} · {one.preset or 'own parameters'}"
        labels.append(clean_line(name))
    return tuple(labels)


def why_not(prompt: str, contestants: Sequence[Contestant], *, attached: bool = False) -> str:
    """What is missing before it can begin, in a sentence; empty when nothing is."""
    if not prompt.strip() and not attached:
        return "Type a prompt first."
    if len(contestants) < FEWEST:
        return "Choose two models at least, or one model twice, with other parameters."
    return ""


def state_of(message: Message) -> State:
    """How far an answer has come."""
    return _STATES.get(message.status, "failed")


def ending_words(error: LMStudioError | None, message: Message) -> str:
    """What is said under an answer that has ended: what went wrong, and what can be done about it here."""
    if message.status == "stopped":
        return f"Stopped. {'What had arrived is kept. ' if has_output(message) else ''}r asks again."
    if error is None:
        return message.note
    parts = (error.message.strip(), error.hint.strip(), f"{key_word('compare.again', 'r')} asks again.")
    return clean_line(" ".join(part if part[-1] in ".!?…:" else f"{part}." for part in parts if part))


def has_output(message: Message) -> bool:
    """Whether anything has arrived."""
    return bool(message.text or message.reasoning or message.tool_calls)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of an answer.

    Args:
        name: what it is of.
        words: as it is shown.
        best: whether no other answer has a better one.
    """

    name: str
    words: str
    best: bool = False


NAMES: Final = ("speed", "first", "tokens", "time", "end", "model")
"""The figures, in the order in which they are shown."""


def figures_of(message: Message | None, best: Iterable[str] = ()) -> tuple[Figure, ...]:
    """The figures of an answer that are known.

    Args:
        message: the answer; None while there is none.
        best: the names of those that no other answer beats.
    """
    if message is None:
        return ()
    stats, usage = message.stats or {}, message.usage or {}
    guessed = bool(usage.get("estimated", True))
    found: dict[str, str] = {}
    if (speed := _number(stats, "tokens_per_second")) is not None:
        mark = "~" if guessed and stats.get("measured_by", "client") == "client" else ""
        found["speed"] = f"{mark}{speed:,.1f} tok/s"
    if (first := _number(stats, "time_to_first_token_ms")) is not None:
        found["first"] = seconds(first)
    if (tokens := _number(usage, "completion_tokens")) is not None:
        found["tokens"] = f"{'~' if guessed else ''}{tokens:,.0f}"
    if duration := _number(stats, "duration_ms"):
        found["time"] = seconds(duration)
    if message.finish_reason:
        found["end"] = clean_line(message.finish_reason)
    if message.model:
        found["model"] = clean_line(message.model)
    marked = frozenset(best)
    return tuple(Figure(name, found[name], name in marked) for name in NAMES if name in found)


def best_of(answers: Iterable[Message]) -> dict[str, frozenset[str]]:
    """Which answers have the best figures: the highest speed, the earliest first token.

    Only where there are two to compare. An answer that failed does not count.

    Args:
        answers: those that are compared; some may still be on their way.

    Returns:
        the names of the figures, by the ids of the answers.
    """
    ended = [one for one in answers if one.status in {"complete", "stopped"} and has_output(one)]
    found: dict[str, frozenset[str]] = {one.id: frozenset() for one in ended}
    for name, (key, digits, highest) in _RANKED.items():
        # What looks the same is the same.
        values = {one.id: round(value, digits) for one in ended if (value := _number(one.stats or {}, key)) is not None}
        if len(values) < FEWEST:
            continue
        best = max(values.values()) if highest else min(values.values())
        for id_, value in values.items():
            if value == best:
                found[id_] |= {name}
    return found


def _number(values: dict[str, object], name: str) -> float | None:
    value = values.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Question:
    """What all of them are asked.

    Args:
        prompt: the message with the prompt, as it is kept.
        before: what is sent before it; empty when it is asked without the conversation.
    """

    prompt: Message
    before: tuple[Message, ...] = ()

    @property
    def path(self) -> tuple[Message, ...]:
        """What is sent."""
        return (*self.before, self.prompt)

    def answer(self, contestant: Contestant, make_id: Callable[[], str], created_at: float) -> Message:
        """An answer of which nothing has arrived yet.

        Args:
            contestant: who is asked.
            make_id: gives an id that was never used.
            created_at: seconds since 1970.
        """
        return Message(
            id=make_id(),
            conversation_id=self.prompt.conversation_id,
            parent_id=self.prompt.id,
            role="assistant",
            status="streaming",
            requested_model=contestant.model,
            parameters=contestant.parameters.record,
            created_at=created_at,
        )


@dataclass(slots=True)
class Turns:
    """Whose turn it is: one after the other, or all at once.

    Args:
        at_once: whether nobody waits.
    """

    at_once: bool = False
    waiting: list[int] = field(default_factory=list[int])
    asked: set[int] = field(default_factory=set[int])

    @property
    def going_on(self) -> bool:
        """Whether anybody answers, or will."""
        return bool(self.waiting or self.asked)

    def line_up(self, number: int) -> None:
        """One more is to be asked."""
        if number not in self.waiting and number not in self.asked:
            self.waiting.append(number)

    def skip(self, number: int) -> bool:
        """Do not ask one that waits. Whether it did."""
        if number not in self.waiting:
            return False
        self.waiting.remove(number)
        return True

    def next(self) -> int | None:
        """Who is asked now; None while it is nobody's turn. It counts as asked from then on."""
        if not self.waiting or (self.asked and not self.at_once):
            return None
        number = self.waiting.pop(0)
        self.asked.add(number)
        return number

    def ended(self, number: int) -> None:
        """One has answered."""
        self.asked.discard(number)


# Going on afterwards


def thread_after(thread: Thread, messages: Sequence[Message], chosen: str | None) -> Thread:
    """What was said, with the prompt and all answers to it.

    Args:
        thread: what was said before.
        messages: the prompt first.
        chosen: the answer to go on with; None shows the first one, and the others as its versions.
    """
    for message in messages:
        thread = thread.with_message(message, head=False)
    return thread.ending(chosen or messages[:2][-1].id) if messages else thread


def parameters_after(kept: Message, own: Parameters, presets: Iterable[Parameters]) -> Parameters | None:
    """What to go on with after an answer was kept; None where it was asked with the conversation's own.

    Args:
        kept: the answer.
        own: the conversation's parameters.
        presets: those that it may have been asked with instead.
    """
    if kept.parameters == own.record:
        return None
    return next((one for one in presets if one.record == kept.parameters), None)
