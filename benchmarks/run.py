"""`make bench`: each figure beside its floor, measured in the same run, as a ratio."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import conversation
import likeness
import startup
import stream
import transcript
import whole_app


@dataclass(frozen=True)
class Benchmark:
    """One comparison: ours against a floor, and the ratio that is the goal."""

    name: str
    unit: str
    ours: Callable[[], float]
    floor: Callable[[], float]
    goal: float


def _within(name: str, unit: str, case: str, figure: str, most: float) -> Benchmark:
    """A figure of a conversation beside the most it may be."""
    return Benchmark(name, unit, lambda: conversation.figures(case)[figure], lambda: most, 1.0)


BENCHMARKS = (
    Benchmark("`--version` / `import httpx`", "s of CPU", startup.version, startup.import_httpx, 1.0),
    Benchmark("`ping` / `import httpx`", "s of CPU", startup.ping, startup.import_httpx, 2.0),
    Benchmark("first frame / a Textual hello-world", "s", startup.app, startup.hello, 1.5),
    Benchmark("ready for keys / a Textual hello-world", "s", startup.ready, startup.hello, 2.0),
    Benchmark("everything there / a Textual hello-world", "s", startup.complete, startup.hello, 4.0),
    Benchmark("SDK, 20,000 chunks / iter_lines + json.loads", "s of CPU", stream.ours, stream.floor, 1.5),
    Benchmark("10,000 tokens / MarkdownStream", "s of CPU", transcript.ours, transcript.markdown_stream, 0.06),
    _within("10,000 tokens in a terminal / 1.5 s", "s of CPU", "reply", "cpu", 1.5),
    _within("the longest stall of 10,000 tokens / 50 ms", "s of CPU", "reply", "stall", 0.05),
    *[
        _within(f"{what} at 100 tokens/s / 15 % of a core", "of a core", case, "share", 0.15)
        for case, what in (
            ("list", "400 items"),
            ("nested", "400 items in one"),
            ("code", "600 lines of code"),
            ("table", "200 rows of a table"),
            ("lines", "3,000 lines, no break"),
        )
    ],
    Benchmark(
        "the last of 100,000 tokens / the first",
        "s of CPU",
        lambda: conversation.figures("long")["last"],
        lambda: conversation.figures("long")["first"],
        1.2,
    ),
    _within("the longest stall of 100,000 tokens / 50 ms", "s of CPU", "long", "stall", 0.05),
    _within("the memory of 100,000 tokens / 40 MB", "MB", "long", "memory", 40),
    _within("2,000 turns on the screen / 100 ms", "s of CPU", "conversation", "paint", 0.1),
    *[
        _within(f"longest stall, {what} / 50 ms", "s of CPU", "conversation", case, 0.05)
        for case, what in (("jumps", "Home and End"), ("pages", "100 pages up"), ("anywhere", "scroll bar"))
    ],
    _within("14 turns of 3 MB, memory / 126 MB", "MB", "history", "memory", 126),
    Benchmark("memory at rest / a Textual hello-world", "MB", whole_app.memory_at_rest, whole_app.memory_of_hello, 2.0),
    Benchmark("the app at rest / 0.5 % of a core", "of a core", whole_app.rest, lambda: 0.005, 1.0),
    Benchmark("a key while text streams in / 50 ms", "s", whole_app.key_while_streaming, lambda: 0.05, 1.0),
    Benchmark("opening 2,000 turns / 10 turns", "s", whole_app.opening_long, whole_app.opening_short, 1.5),
    Benchmark("back at the window, 2,000 turns / 50 ms", "s", whole_app.alt_tab, lambda: 0.05, 1.0),
    Benchmark(
        "the nearest of 10,000 × 768 / numpy's product", "ms of CPU", likeness.nearest, likeness.nearest_floor, 3.0
    ),
    Benchmark("the nearest of 10,000 × 768 / 50 ms", "ms of CPU", likeness.nearest, lambda: 50.0, 1.0),
    Benchmark(
        "heat map, 50 × 150 × 768 / numpy's product", "ms of CPU", likeness.heat_map, likeness.heat_map_floor, 3.0
    ),
)


def main() -> int:
    """Run those whose name holds the word given, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("word", nargs="?", default="")
    wanted = parser.parse_args().word
    sys.stdout.write(f"{'what':<54} {'ours':>9} {'floor':>9} {'ratio':>7} {'goal':>6}\n")
    for one in BENCHMARKS:
        if wanted in one.name:
            floor, ours = one.floor(), one.ours()
            line = f"{one.name:<54} {ours:>9.3f} {floor:>9.3f} {ours / floor:>7.2f} {one.goal:>6.2f}  {one.unit}\n"
            sys.stdout.write(line)
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
