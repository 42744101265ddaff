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
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("is listening")
Hello().run()
"""


def _environment() -> dict[str, str]:
    """As a user has it: what was imported once is not compiled again."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _cpu(command: list[str]) -> float:
    """Seconds of CPU of a command, the median of some runs after the first."""
    used: list[float] = []
    subprocess.run(command, check=True, capture_output=True, env=_environment())
    for _ in range(_RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, env=_environment())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(used)


def version() -> float:
    """CPU of `lmstudio-tui --version`."""
    return _cpu([sys.executable, "-m", "lmstudio_tui", "--version"])


def ping() -> float:
    """CPU of `lmstudio-tui ping`, on a simulator in a process of its own."""
    from whole_app import simulator

    with simulator() as url:
        return _cpu([sys.executable, "-m", "lmstudio_tui", "ping", "--base-url", url])


def import_httpx() -> float:
    """CPU of importing httpx: what any client of its kind pays."""
    return _cpu([sys.executable, "-c", "import httpx"])


def _median(*arguments: str, text: bytes, typed: bytes = b"") -> float:
    """Of some runs after the first."""
    return statistics.median([_until_painted([*arguments], text, typed) for _ in range(_RUNS + 1)][1:])


def app() -> float:
    """Seconds until the app has painted its prompt, in a pseudo-terminal."""
    return _median("-m", "lmstudio_tui", text=b"sk anything")


def hello() -> float:
    """Seconds until a Textual app with one line has painted it."""
    return _median("-c", HELLO, text=b"is listening")


def ready() -> float:
    """Seconds until what is typed at the first paint is on the screen."""
    return _median("-m", "lmstudio_tui", text=b"lmstudio-tui", typed=b"zyx")


def complete() -> float:
    """Seconds until everything is there that the first picture does without."""
    return _median("-m", "lmstudio_tui", text=b"F7 conversations")


def _until_painted(arguments: list[str], text: bytes, typed: bytes) -> float:
    """Seconds until a text is painted; and then, until what is typed is."""
    with tempfile.TemporaryDirectory() as home:
        parent, child = pty.openpty()
        started = time.perf_counter()
        environment = {
            **_environment(),
            "HOME": home,
            "TERM": "xterm-256color",
            "LM_STUDIO_BASE_URL": "http://127.0.0.1:9",
        }
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
            if typed:
                os.write(parent, typed)
                seen = b""
                while typed not in seen:
                    if not select.select([parent], [], [], 20)[0]:
                        raise RuntimeError("it does not take keys")
                    seen += os.read(parent, 65536)
            return time.perf_counter() - started
        finally:
            process.kill()
            process.wait()
            os.close(parent)
