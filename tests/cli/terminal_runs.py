"""A command in a terminal, and a person who answers it."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from cli_runs import LIMIT, MODULE, started


@dataclass(frozen=True)
class Reply:
    """What a person does as soon as the terminal shows something.

    Args:
        to: what is shown.
        keys: what is typed then.
        signal: what is sent to the command then, in place of keys.
    """

    to: str
    keys: str = ""
    signal: int | None = None


def at_terminal(
    *arguments: str,
    replies: Sequence[Reply] = (),
    size: tuple[int, int] = (80, 24),
    environ: Mapping[str, str] = MappingProxyType({}),
) -> tuple[int, str]:
    """Run a command whose standard streams are a terminal; its exit code, and all that the terminal got."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    waiting, found = list(replies), b""
    with started(*arguments, command=MODULE, stdin=theirs, output=theirs, env={**os.environ, **environ}) as process:
        os.close(theirs)
        with suppress(OSError):  # how Linux tells that nobody has the terminal any more
            while more := os.read(ours, 65_536):
                found += more
                if waiting and waiting[0].to.encode() in found:
                    reply = waiting.pop(0)
                    if reply.signal is not None:
                        process.send_signal(reply.signal)
                    else:
                        os.write(ours, reply.keys.encode())
        os.close(ours)
        code = process.wait(LIMIT)
    assert not waiting, f"it never showed {waiting[0].to!r}: {found.decode()}"
    return code, found.decode().replace("\r\n", "\n")
