"""Run a script in a pseudo-terminal of 80×24, with all that drawing costs there, and get back what it measured."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

_SILENCE = 60
"""Seconds without a byte after which a script is given up."""


def measure(script: Path, *arguments: str) -> dict[str, float]:
    """Run a script, and return the figures that it wrote as JSON to the file named by its last argument."""
    with tempfile.TemporaryDirectory() as home:
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        result = Path(home) / "result.json"
        process = subprocess.Popen(
            [sys.executable, str(script), *arguments, str(result)],
            stdin=child,
            stdout=child,
            stderr=child,
            env={**os.environ, "HOME": home, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        os.close(child)
        said = b""
        try:
            while select.select([parent], [], [], _SILENCE)[0]:
                try:
                    said = (said + os.read(parent, 65_536))[-4_000:]
                except OSError:
                    break
        finally:
            process.kill()
            process.wait()
            os.close(parent)
        if not result.exists():
            raise RuntimeError(f"{' '.join(arguments)} measured nothing: {said.decode(errors='replace')}")
        figures: dict[str, float] = json.loads(result.read_text())
        return figures
