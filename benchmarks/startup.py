"""How long it takes until there is something to see."""

from __future__ import annotations

import os
import pty
import resource
import select
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_RUNS = 5
_HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("is listening")
Hello().run()
"""


def _cpu(command: list[str]) -> float:
    """Seconds of CPU of a command, the median of some runs."""
    used: list[float] = []
    for _ in range(_RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(used)


def version() -> float:
    """CPU of `lmstudio-tui --version`."""
    return _cpu([sys.executable, "-m", "lmstudio_tui", "--version"])


def import_httpx() -> float:
    """CPU of importing httpx: what any client of its kind pays."""
    return _cpu([sys.executable, "-c", "import httpx"])


def app() -> float:
    """Seconds until the app has painted its prompt, in a pseudo-terminal."""
    return statistics.median(_until_painted(["-m", "lmstudio_tui"], b"lmstudio-tui") for _ in range(_RUNS))


def hello() -> float:
    """Seconds until a Textual app with one line has painted it."""
    return statistics.median(_until_painted(["-c", _HELLO], b"is listening") for _ in range(_RUNS))


def _until_painted(arguments: list[str], text: bytes) -> float:
    with tempfile.TemporaryDirectory() as home:
        parent, child = pty.openpty()
        started = time.perf_counter()
        environment = {**os.environ, "HOME": home, "TERM": "xterm-256color", "LM_STUDIO_BASE_URL": "http://127.0.0.1:9"}
        process = subprocess.Popen(
            [sys.executable, *arguments], stdin=child, stdout=child, stderr=child, env=environment, cwd=Path(home)
        )
        os.close(child)
        seen = b""
        try:
            while text not in seen:
                if not select.select([parent], [], [], 20)[0]:
                    raise RuntimeError("it painted nothing")
                seen += os.read(parent, 65536)
            return time.perf_counter() - started
        finally:
            process.kill()
            process.wait()
            os.close(parent)
