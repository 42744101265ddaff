"""Copying within tmux: a real one, on a socket of its own, with a terminal that looks at what it is sent."""

from __future__ import annotations

import base64
import os
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lmstudio_tui.features.clipboard import Copied, copy

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("tmux") is None, reason="needs tmux and a pseudo-terminal"
)

KEPT = Copied("terminal", "tmux", "In tmux's buffer, and sent to the terminal.")
TEXTS = {
    "one line": "text",
    "lines": "Zwei Zeilen:\n日本語 🧠\n\n",
    "other line ends": "a\r\nb\rc\n",
    "nul": "before\0after",
    "control": "\x1b[31mred\x07\x9b",
    "looks like an option": "-w -b x",
}


class Tmux:
    """A server of its own."""

    def __init__(self, folder: Path) -> None:
        self.socket = str(folder / "s")
        self.environ = {"TMUX": f"{self.socket},1,0", "PATH": os.environ["PATH"], "TERM": "screen-256color"}
        self.run("-f", "/dev/null", "new-session", "-d", "-s", "main", "-x", "80", "-y", "24", "exec sleep 600")

    def run(self, *arguments: str) -> bytes:
        """What tmux says."""
        own = {name: value for name, value in os.environ.items() if name not in {"TMUX", "SSH_CONNECTION"}}
        done = subprocess.run(
            ["tmux", "-S", self.socket, *arguments], env=own, check=True, capture_output=True, timeout=20
        )
        return done.stdout

    def copy(self, text: str, **variables: str) -> Copied:
        return copy(text, environ={**self.environ, **variables}, platform="linux")

    def buffer(self) -> str:
        """What `prefix ]` would paste."""
        return self.run("show-buffer").decode()


@pytest.fixture
def tmux(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tmux]:
    # The path of a socket has to be short.
    made = Tmux(tmp_path_factory.mktemp("t"))
    yield made
    made.run("kill-server")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_tmux_keeps_it(tmux: Tmux, text: str) -> None:
    assert tmux.copy(text) == KEPT
    assert tmux.buffer() == text


def test_a_long_text_is_kept_and_said_to_be_long(tmux: Tmux) -> None:
    text = "0123456789abcdef日本語\n" * 200_000
    started = time.monotonic()
    found = tmux.copy(text)
    assert time.monotonic() - started < 3
    assert (found.how, found.tool, found.to_send) == ("terminal", "tmux", False)
    assert found.sentence == (
        "In tmux's buffer. The terminal may not take 5.2 MB; to be sure, save it to a file instead."
    )
    assert tmux.buffer() == text


def test_the_terminal_is_sent_it(tmux: Tmux) -> None:
    text = "日本語\nand more"
    ours, theirs = os.openpty()
    terminal = subprocess.Popen(
        ["tmux", "-S", tmux.socket, "attach"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={"TERM": "xterm-256color", "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        start_new_session=True,
    )
    os.close(theirs)
    with terminal:
        sent = read_until(ours, b"\x1b[")
        assert tmux.copy(text) == KEPT
        sent += read_until(ours, b"\x1b]52;", b"\x07")
        terminal.terminate()
    os.close(ours)
    found = re.search(rb"\x1b\]52;[a-z]*;([A-Za-z0-9+/=]+)(?:\x07|\x1b\\)", sent)
    assert found is not None
    assert base64.b64decode(found[1]).decode() == text


def read_until(source: int, *signs: bytes) -> bytes:
    """What a terminal is sent, until these signs have come one after the other."""
    said, deadline = b"", time.monotonic() + 20
    while time.monotonic() < deadline:
        at = 0
        for sign in signs:
            at = said.find(sign, at) + 1
            if not at:
                break
        else:
            return said
        if select.select([source], [], [], 0.2)[0]:
            said += os.read(source, 65536)
    pytest.fail(f"{signs!r} did not come: {said[-400:]!r}")


def test_over_ssh_tmux_takes_it_too(tmux: Tmux) -> None:
    assert tmux.copy("text", SSH_CONNECTION="10.0.0.7 1 10.0.0.8 22") == KEPT


def with_xclip(tmux: Tmux, folder: Path) -> dict[str, str]:
    """A display, and a program for it."""
    xclip = folder / "xclip"
    xclip.write_text('#!/bin/sh\ncase "$*" in *-o*) exec cat "$0.held";; *) exec cat > "$0.held";; esac\n')
    xclip.chmod(0o755)
    return {"DISPLAY": ":99", "PATH": f"{folder}{os.pathsep}{tmux.environ['PATH']}"}


def test_with_a_display_its_own_clipboard_comes_first(tmux: Tmux, tmp_path: Path) -> None:
    desk = with_xclip(tmux, tmp_path)
    assert tmux.copy("text", **desk) == Copied("verified", "xclip", "Copied.")


def test_what_counts_is_where_tmux_is_used_from_now(tmux: Tmux, tmp_path: Path) -> None:
    """It was started at the desk, and is attached to over ssh; or the other way round."""
    desk = with_xclip(tmux, tmp_path)
    tmux.run("set-environment", "SSH_CONNECTION", "10.0.0.7 1 10.0.0.8 22")
    assert tmux.copy("text", **desk) == KEPT
    assert copy("text", environ={**tmux.environ, **desk}, platform="linux").how != "verified"
    tmux.run("set-environment", "-r", "SSH_CONNECTION")
    far = {**desk, "SSH_CONNECTION": "10.0.0.7 1 10.0.0.8 22"}
    assert tmux.copy("text", **far) == Copied("verified", "xclip", "Copied.")


def test_a_server_that_is_gone_leaves_the_terminal(tmp_path: Path) -> None:
    environ = {"TMUX": f"{tmp_path}/gone,1,0", "PATH": os.environ["PATH"], "TERM": "screen"}
    assert copy("text", environ=environ, platform="linux") == Copied("terminal", "OSC 52", "Sent to the terminal.")


@pytest.mark.parametrize(
    ("script", "found"),
    [
        # Before 3.2 there is no -w.
        (
            'case "$*" in *-w*|*environment*) exit 1;; load*) exec cat > "$0.held";; *) exec cat "$0.held";; esac',
            Copied("terminal", "OSC 52", "In tmux's buffer, and sent to the terminal."),
        ),
        # It holds something else.
        (
            'case "$*" in load*) cat > /dev/null;; *) echo else;; esac',
            Copied("terminal", "OSC 52", "Sent to the terminal."),
        ),
        ("exec sleep 60", Copied("terminal", "OSC 52", "Sent to the terminal.")),
    ],
)
def test_another_tmux(tmp_path: Path, script: str, found: Copied) -> None:
    fake = tmp_path / "tmux"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    environ = {"TMUX": "x,1,0", "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "TERM": "screen"}
    started = time.monotonic()
    assert copy("text", environ=environ, platform="linux") == found
    assert time.monotonic() - started < 3
