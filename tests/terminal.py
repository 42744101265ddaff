"""The installed command in a pseudo-terminal of its own, as a person would use it."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import pyte

from lmstudio_tui.tui.themes import QUIET_DARK
from measuring import unmeasured

COLUMNS, LINES = 80, 24
PATIENCE = 60.0
"""Seconds to wait for what takes one; the machine may have other things to do."""
LEAVING = 5.0
"""Seconds within which it has to be gone; it takes less than half of one."""

_SCRIPT = Path(sys.executable).with_name("lmstudio-tui")
COMMAND = [str(_SCRIPT)] if _SCRIPT.exists() else [sys.executable, "-m", "lmstudio_tui"]
_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
_ASKED, _CAN = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_BEGIN, _END = b"\x1b[?2026h", b"\x1b[?2026l"
"""Whether the terminal can show frames as a whole, that it can, and how a frame begins and ends."""

CTRL_Q = b"\x11"
ESCAPE = b"\x1b"
F1 = b"\x1bOP"


class Terminal:
    """A pseudo-terminal with the command in it.

    Args:
        arguments: of the command.
        environ: what it finds in its environment.
        size: columns and rows.
        program: what is run in place of the installed command.
        whole_frames: be a terminal that shows a frame only when all of it has come, which the command is told.
    """

    def __init__(
        self,
        *arguments: str,
        environ: dict[str, str],
        size: tuple[int, int] = (COLUMNS, LINES),
        program: Sequence[str] = COMMAND,
        whole_frames: bool = False,
    ) -> None:
        self._raw = bytearray()
        self._whole_frames = whole_frames
        self._unshown = b""
        self._hung_up = False
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._master, self._slave = os.openpty()
        self._set_size(*size)
        self._before = termios.tcgetattr(self._slave)
        self.process = subprocess.Popen(
            [*program, *arguments],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=environ,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if not self._hung_up:
            os.close(self._master)
            os.close(self._slave)

    def hang_up(self) -> None:
        """Close the terminal's window: nothing can be read from it or written to it any more."""
        self._hung_up = True
        os.close(self._master)
        os.close(self._slave)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size, and tell the command."""
        self._screen.resize(lines, columns)
        self._set_size(columns, lines)
        self.process.send_signal(signal.SIGWINCH)

    @property
    def raw(self) -> bytes:
        """All that was ever written to it."""
        return bytes(self._raw)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def cells(self, row: int) -> dict[int, pyte.screens.Char]:
        """The cells of a line that something was written into, by column."""
        return dict(self._screen.buffer[row])

    @property
    def prompt_focused(self) -> bool:
        """Whether the frame around the prompt has the colour of the focus."""
        corner = self._screen.buffer[self._screen.lines - 4][0]
        return (corner.data, f"#{corner.fg}") == ("╭", QUIET_DARK.variables["border"])

    def ready(self) -> None:
        """Read until a prompt can be typed."""
        self.shows("is listening")
        self.until(lambda: self.prompt_focused)

    def _read(self, seconds: float) -> None:
        """Take what comes within this time; return with the first of it."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        if ready:
            data = os.read(self._master, 65536)
            self._raw += data
            self._stream.feed(self._frames(data) if self._whole_frames else data)

    def _frames(self, data: bytes) -> bytes:
        """What is to be shown by now: no frame of which the end is missing."""
        if _ASKED in data:
            os.write(self._master, _CAN)
        come = self._unshown + data
        end = come.rfind(_END) + len(_END) if _END in come else 0
        if _BEGIN in come[end:]:
            end += come[end:].index(_BEGIN)
        elif not come[-len(_BEGIN) :].count(b"\x1b"):
            end = len(come)
        self._unshown = come[end:]
        return come[:end]

    def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Read until the condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it did not come to pass within {seconds} s; the screen:\n{self.text}"
            self._read(min(0.05, end - time.monotonic()))
            # To look at a large screen takes longer than to read on.
            while select.select([self._master], [], [], 0)[0] and time.monotonic() < end:
                self._read(0)

    def shows(self, *texts: str) -> None:
        """Read until the screen shows all of these."""
        self.until(lambda: all(text in self.text for text in texts))

    def type(self, data: bytes) -> None:
        """Type all of this at once."""
        os.write(self._master, data)

    def ended(self, seconds: float = LEAVING) -> float:
        """Read until the command has ended, and to the last byte; how long that took."""
        began = time.monotonic()
        self.until(lambda: self.process.poll() is not None, seconds)
        took = time.monotonic() - began
        self.drained()
        return took

    def leave(self, seconds: float = LEAVING) -> None:
        """Press Ctrl+Q, and see that the app ends as it should: in time, without an error, the terminal as it was."""
        self.type(CTRL_Q)
        self.ended(seconds)
        assert self.process.returncode == 0, f"it ended with {self.process.returncode}"
        self.assert_sane()
        assert b"Traceback" not in self.raw

    def drained(self) -> None:
        """Read what there is, without waiting for more."""
        while select.select([self._master], [], [], 0)[0]:
            self._read(0)

    def quiet(self, seconds: float = 0.1) -> None:
        """Read until nothing has come for so long: whatever was typed has been dealt with."""
        end = time.monotonic() + PATIENCE
        while select.select([self._master], [], [], seconds)[0]:
            assert time.monotonic() < end, f"it does not come to rest; the screen:\n{self.text}"
            self._read(0)

    def forget_screen(self) -> None:
        """As if somebody else had written over all of it."""
        self._screen.reset()

    def assert_sane(self) -> None:
        """The terminal is as it was before."""
        modes: dict[int, bool] = {}
        for numbers, letter in _MODE.findall(self.raw):
            for number in numbers.split(b";"):
                modes[int(number)] = letter == b"h"
        assert 1049 in modes, "the alternate screen was never entered"
        assert modes.pop(25), "the cursor is hidden"
        # The alternate screen, mouse tracking of every kind, focus reports, bracketed paste, synchronised output.
        left_on = [number for number in (1049, 1000, 1002, 1003, 1006, 1015, 1004, 2004, 2026) if modes.get(number)]
        assert left_on == []
        # The keyboard protocol: pushed as often as popped.
        assert len(re.findall(rb"\x1b\[>\d+u", self.raw)) == self.raw.count(b"\x1b[<u")
        assert termios.tcgetattr(self._slave) == self._before


def new_user(tmp_path: Path) -> dict[str, str]:
    """A new user's environment, without a server and without settings; what runs in it is not measured."""
    others = ("LM_STUDIO_", "SSH_", "XDG_")
    kept = {name: value for name, value in unmeasured(os.environ).items() if not name.startswith(others)}
    for name in ("COLUMNS", "LINES", "NO_COLOR", "TMUX", "TERM_PROGRAM"):
        kept.pop(name, None)
    folders = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    return {
        **kept,
        **folders,
        "HOME": str(tmp_path),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
    }
