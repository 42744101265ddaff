"""What long answers and long conversations cost in the transcript, in a real terminal of 80×24.

Each case runs in a process of its own: `python benchmarks/conversation.py CASE FILE` writes its figures to a file.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from textual.app import App, ComposeResult
from transcript import tokens

from lmstudio_tui.tui.widgets.transcript import Role, Transcript, Turn
from terminal import measure

_PACE = 100
"""Tokens per second of a fast model."""
_SECONDS = 8.0
_LONG = 100_000
_SAMPLE = 4_000
"""How many tokens of a long reply are timed at its beginning, and at its end."""
_TURNS = 2_000
_MEGABYTE = 1_048_576


class _Loop(asyncio.SelectorEventLoop):
    """Notes how much CPU, in seconds, the longest turn of the loop took: so long no key is answered."""

    longest = 0.0

    def _run_once(self) -> None:
        started = time.thread_time()
        super()._run_once()  # type: ignore[misc]
        self.longest = max(self.longest, time.thread_time() - started)


class _Case(App[None]):
    """An app with a transcript, on which one case is run."""

    def __init__(self, case: Callable[[_Case], Awaitable[dict[str, float]]], loop: _Loop) -> None:
        super().__init__()
        self.figures: dict[str, float] = {}
        self.loop = loop
        self._case = case

    def compose(self) -> ComposeResult:
        yield Transcript()

    def on_ready(self) -> None:
        self.run_worker(self._run_case())

    async def _run_case(self) -> None:
        await asyncio.sleep(0.3)
        # As the app does when it stands: what a program is made of is not looked over with each collection.
        gc.collect()
        gc.freeze()
        self.loop.longest = 0.0
        self.figures = await self._case(self)
        self.exit()

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    async def painted(self) -> None:
        """Wait until what has changed is on the screen."""
        seen = asyncio.Event()
        self.call_after_refresh(seen.set)
        await seen.wait()

    async def still(self) -> None:
        """Wait until nothing has happened for a while."""
        before = -1.0
        while time.process_time() - before > 0.02:
            before = time.process_time()
            await asyncio.sleep(0.3)

    async def stream(self, pieces: Iterable[str], pace: float = 0) -> None:
        """Go on with the answer "a" at some tokens per second, or as fast as it comes."""
        started = time.perf_counter()
        for number, piece in enumerate(pieces):
            self.transcript.append_text("a", piece)
            ahead = number / pace - (time.perf_counter() - started) if pace else 0
            if ahead > 0 or number % 50 == 0:
                await asyncio.sleep(max(0, ahead))


def _memory() -> float:
    """Megabytes of memory that are resident."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / _MEGABYTE


def _split(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]


LIST = "".join(f"{number}. Item number {number} of a long list, which says something.\n" for number in range(1, 401))
NESTED = "- All of them:\n" + "".join(f"  - item **{number}** of `many`, with some words\n" for number in range(400))
CODE = "```python\n" + "".join(f"def part_{n}(value: int) -> int:\n    return {n} * value\n" for n in range(300))
TABLE = "| number | name | what it says |\n|---|---|---|\n" + "".join(
    f"| {number} | name {number} | some **words** about `{number}` |\n" for number in range(200)
)
LINES = "word\n" * 3_000
BLOCKS = {"list": LIST, "nested": NESTED, "code": CODE, "table": TABLE, "lines": LINES}


async def _idle(app: _Case) -> dict[str, float]:
    await app.still()
    return {"memory": _memory()}


async def _reply(app: _Case) -> dict[str, float]:
    app.transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming"))
    started = time.process_time()
    await app.stream(tokens())
    app.transcript.update_turn("a", status="complete")
    await app.still()
    return {"cpu": time.process_time() - started, "stall": app.loop.longest}


def _block(name: str) -> Callable[[_Case], Awaitable[dict[str, float]]]:
    """The end of a long block at the pace of a fast model."""

    async def run(app: _Case) -> dict[str, float]:
        pieces = _split(BLOCKS[name])
        timed = int(_PACE * _SECONDS)
        app.transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming"))
        await app.stream(pieces[:-timed])
        await app.still()
        app.loop.longest = 0.0
        used, started = time.process_time(), time.perf_counter()
        await app.stream(pieces[-timed:], _PACE)
        share = (time.process_time() - used) / (time.perf_counter() - started)
        return {"share": share, "stall": app.loop.longest}

    return run


async def _long(app: _Case) -> dict[str, float]:
    pieces = (tokens() * (_LONG // len(tokens()) + 1))[:_LONG]
    before = _memory()
    app.transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming"))
    timed: list[float] = []
    # The first sample also loads what drawing needs.
    for first, end, pace in (
        (0, _SAMPLE, 0),
        (_SAMPLE, 2 * _SAMPLE, 1_000),
        (2 * _SAMPLE, _LONG - _SAMPLE, 0),
        (_LONG - _SAMPLE, _LONG, 1_000),
    ):
        started = time.process_time()
        await app.stream(pieces[first:end], pace)
        await app.still()
        timed.append(time.process_time() - started)
    stall = app.loop.longest
    app.transcript.update_turn("a", status="complete")
    await app.still()
    assert app.transcript.turn("a").text == "".join(pieces)
    return {"first": timed[1], "last": timed[3], "stall": stall, "memory": _memory() - before}


async def _conversation(app: _Case) -> dict[str, float]:
    transcript = app.transcript
    text = "".join(tokens()[:250])
    turns = [
        Turn(id=str(number), role=Role.ASSISTANT if number % 2 else Role.USER, text=f"{number}\n\n{text}")
        for number in range(_TURNS)
    ]
    transcript.focus()
    await app.still()
    figures: dict[str, float] = {}
    app.loop.longest = 0.0
    started = time.thread_time()
    transcript.set_turns(turns)
    figures["return"] = time.thread_time() - started
    await app.painted()
    figures["paint"] = time.thread_time() - started
    await app.still()
    for name, keys in (
        ("home", ["home"]),
        ("end", ["end"]),
        ("pages", ["pageup"] * 100),
        ("lines", ["up"] * 100),
        ("jumps", ["home", "end"] * 10),
    ):
        app.loop.longest = 0.0
        for key in keys:
            app.simulate_key(key)
            await app.painted()
        figures[name] = app.loop.longest
    app.loop.longest = 0.0
    for number in range(50):
        transcript.scroll_to(y=transcript.virtual_size.height * (number * 37 % 50) // 50, animate=False, immediate=True)
        await app.painted()
    figures["anywhere"] = app.loop.longest
    return figures


async def _history(app: _Case) -> dict[str, float]:
    text = "A sentence of a very long answer, which says no more than this.\n\n" * 46_000
    await app.still()
    app.loop.longest = 0.0
    before = _memory()
    for number in range(14):
        app.transcript.add_turn(Turn(id=str(number), role=Role.ASSISTANT, text=f"{number}. {text}"))
    await app.still()
    app.transcript.focus()
    for key in ["home", "end", "pageup", "home"]:
        app.simulate_key(key)
        await app.still()
    return {"memory": _memory() - before, "stall": app.loop.longest}


_CASES: dict[str, Callable[[_Case], Awaitable[dict[str, float]]]] = {
    "idle": _idle,
    "reply": _reply,
    "long": _long,
    "conversation": _conversation,
    "history": _history,
    **{name: _block(name) for name in BLOCKS},
}


@lru_cache
def figures(case: str) -> dict[str, float]:
    """Run a case in a terminal, once, and return its figures: seconds of CPU, shares of a core, megabytes."""
    return measure(Path(__file__), case)


def main() -> int:
    """Run one case in this terminal."""
    case, result = sys.argv[1:]
    with asyncio.Runner(loop_factory=_Loop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, _Loop)
        app = _Case(_CASES[case], loop)
        runner.run(app.run_async())
    Path(result).write_text(json.dumps(app.figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
