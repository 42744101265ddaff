"""What a fault is given, and how one is registered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from lmstudio_tui.simulator.answers import Answer, Pause, Plain, Script, Signal, Step, Steps, json_answer
from lmstudio_tui.simulator.chunks import ChunkMaker
from lmstudio_tui.simulator.engine.ask import Ask
from lmstudio_tui.simulator.engine.generation import Generation


@dataclass(frozen=True, slots=True)
class Case:
    """One request to a fault model.

    Attributes:
        ask: The request.
        maker: Makes its chunks.
        generation: What a sound model would have answered.
        path: The path that was called.
        token: The token that came with it, or "".
        attempt: How many times this request was made of this server, this time included. It counts when called.
        delay: Seconds of prompt processing.
    """

    ask: Ask
    maker: ChunkMaker
    generation: Generation
    path: str
    token: str
    attempt: Callable[[], int]
    delay: float

    def whole(self, generation: Generation | None = None) -> Plain:
        """The buffered answer."""
        return json_answer(self.maker.buffered(generation or self.generation))

    def stream(self, steps: Iterable[Step]) -> Script:
        """A stream that begins as it should and then does `steps`."""
        return Script(opened(steps, self.delay))

    def saying(self, text: str) -> Answer:
        """An answer with this text that is otherwise sound."""
        return self.sound(self.generation.saying(text))

    def sound(self, generation: Generation | None = None) -> Answer:
        """A sound answer, streamed if a stream was asked for."""
        generation = generation or self.generation
        return self.stream(self.maker.frames(generation)) if self.ask.stream else self.whole(generation)

    def shorter(self, tokens: int) -> "Case":
        """The same with a short answer, for faults that send much for each token."""
        return replace(self, generation=replace(self.generation, text=self.generation.text[:tokens]))


FaultFunction: TypeAlias = Callable[[Case], Answer]

REGISTRY: dict[str, tuple[str, FaultFunction]] = {}


def fault(name: str, sentence: str) -> Callable[[FaultFunction], FaultFunction]:
    """Register a fault under `name`, with one sentence about what it does."""

    def register(function: FaultFunction) -> FaultFunction:
        REGISTRY[name] = (sentence, function)
        return function

    return register


def opened(steps: Iterable[Step], delay: float) -> Steps:
    """`steps` after the headers and the time that the prompt takes."""
    yield Signal.OPEN
    if delay > 0:
        yield Pause(delay)
    yield from steps
