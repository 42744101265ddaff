"""Standard input, output and error: closed ones, full ones, and what may be written to a terminal."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
import textwrap
from typing import TextIO

from lmstudio_tui.text_safety import clean

_WIDEST = 100


class OutputError(Exception):
    """Standard output takes no more.

    Args:
        reason: why, in words.
        reader_left: whether whoever read it has gone, as with `| head`; then there is nothing to be said.
    """

    def __init__(self, reason: str, *, reader_left: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.reader_left = reader_left


def prepare() -> None:
    """Make the standard streams usable whatever the shell did to them.

    A closed one (`<&-`) is None in Python, and its number would go to the next socket. What a stream's encoding lacks
    is replaced, not refused.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")
    if sys.stdout is None:
        # Opened for reading: writing fails, as it should where the output was wanted.
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def piped_text() -> str:
    """What is piped into standard input; empty when that is a terminal.

    Raises:
        OSError: when it cannot be read.
    """
    return piped_bytes().decode("utf-8", "replace").removeprefix("\ufeff")


def piped_bytes() -> bytes:
    """The same as it came.

    Raises:
        OSError: when it cannot be read.
    """
    return b"" if sys.stdin.isatty() else sys.stdin.buffer.read()


def write(text: str, stream: TextIO | None = None) -> None:
    """Write to standard output, or to another stream, at once.

    Raises:
        OutputError: when it takes no more.
    """
    target = stream or sys.stdout
    try:
        target.write(text)
        target.flush()
    except OSError as error:
        give_up(target)
        reason = (error.strerror or type(error).__name__).lower()
        raise OutputError(reason, reader_left=isinstance(error, BrokenPipeError)) from error


def give_up(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere: Python would try again at its end, and complain."""
    with contextlib.suppress(OSError, ValueError):
        number = stream.fileno()
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, number)
        os.close(sink)


def write_json(value: object) -> None:
    """Print a value as JSON: valid in every encoding, and harmless to a terminal.

    Raises:
        OutputError: when standard output takes no more.
    """
    write(f"{json_text(value, ascii_only=not prints_unicode(), indent=2)}\n")


def prints_unicode() -> bool:
    """Whether standard output takes every character."""
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "").replace("_", "") == "utf8"


def json_text(value: object, *, ascii_only: bool = False, indent: int | None = None) -> str:
    """A value as JSON that is harmless to a terminal.

    Args:
        value: what it holds has JSON forms.
        ascii_only: for encodings that lack characters.
        indent: spaces for each level; None puts all of it into one line.
    """
    lines = json.dumps(value, ensure_ascii=ascii_only, indent=indent).split("\n")
    return "\n".join(line if line.isprintable() else _escaped(line) for line in lines)


def _escaped(line: str) -> str:
    """JSON leaves DEL, C1, direction overrides and lone surrogates as they are."""
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)


def warn(text: str) -> None:
    """Print a warning to standard error."""
    say(f"warning: {text}")


def say(text: str) -> None:
    """Print a note to standard error, wrapped where it is a terminal. That nobody can read it is no failure."""
    text = clean(text)
    if sys.stderr.isatty():
        text = "\n".join(_wrapped(line) for line in text.splitlines())
    with contextlib.suppress(OutputError):
        write(f"{text}\n", sys.stderr)


def _wrapped(line: str) -> str:
    """Words stay whole: paths, addresses and commands are there to be copied."""
    width = min(_WIDEST, shutil.get_terminal_size().columns)
    return textwrap.fill(line, width, subsequent_indent="       ", break_long_words=False, break_on_hyphens=False)
