"""Nothing but the app is on the screen."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

DRAWING = """
import os, sys
from lmstudio_tui.cli.own_terminal import own_terminal
os.write(2, b"before\\n")
error = sys.__stderr__
with own_terminal():
    os.write(2, b"ALSA lib complains\\n")
    sys.__stderr__.write("drawn \\N{BLACK STAR}\\r\\n")
    assert sys.__stderr__.isatty()
    kept = os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    print("drawn meanwhile", file=sys.stderr, flush=True)
    os.dup2(kept, 2)
    os.system("echo from a program >&2")
assert sys.stderr is sys.__stderr__ is error
os.write(2, b"after\\n")
with own_terminal():
    raise ValueError("it is told")
"""


def on_a_terminal(code: str) -> str:
    leader, follower = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-X", "utf8", "-c", code], stdin=follower, stdout=follower, stderr=follower
    )
    os.close(follower)
    shown = b""
    try:
        while piece := os.read(leader, 1000):
            shown += piece
    except OSError:  # The other end is closed.
        assert program.wait(30) == 1
    os.close(leader)
    return shown.decode()


def test_only_the_app_is_seen() -> None:
    shown = on_a_terminal(DRAWING)
    lines = shown.splitlines()
    assert [line for line in lines if line][:4] == ["before", "drawn ★", "drawn meanwhile", "after"]
    assert lines[-1] == "ValueError: it is told"
    assert "ALSA" not in shown
    assert "program" not in shown


def test_without_standard_error() -> None:
    importing = "import os\nfrom lmstudio_tui.cli.own_terminal import own_terminal\n"
    code = importing + "os.close(2)\nwith own_terminal(): print('in')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "in\n")
