"""`make bench`: each figure beside its floor, measured in the same run, as a ratio."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import startup
import stream
import transcript


@dataclass(frozen=True)
class Benchmark:
    """One comparison: ours against a floor, and the ratio that is the goal."""

    name: str
    unit: str
    ours: Callable[[], float]
    floor: Callable[[], float]
    goal: float


BENCHMARKS = (
    Benchmark("`--version` / `import httpx`", "s of CPU", startup.version, startup.import_httpx, 1.0),
    Benchmark("first frame / a Textual hello-world", "s", startup.app, startup.hello, 2.0),
    Benchmark("SDK, 20,000 chunks / iter_lines + json.loads", "s of CPU", stream.ours, stream.floor, 1.5),
    Benchmark("10,000 tokens / MarkdownStream", "s of CPU", transcript.ours, transcript.markdown_stream, 0.06),
)


def main() -> int:
    """Run those whose name holds the word given, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("word", nargs="?", default="")
    wanted = parser.parse_args().word
    sys.stdout.write(f"{'what':<46} {'ours':>9} {'floor':>9} {'ratio':>7} {'goal':>6}\n")
    for one in BENCHMARKS:
        if wanted in one.name:
            floor, ours = one.floor(), one.ours()
            line = f"{one.name:<46} {ours:>9.3f} {floor:>9.3f} {ours / floor:>7.2f} {one.goal:>6.2f}  {one.unit}\n"
            sys.stdout.write(line)
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
