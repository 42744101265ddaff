"""Writing the prompt in an editor of one's own."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

_USUAL: Final = ("nano", "vi", "notepad")
_AT_ONCE: Final = 0.5
"""Seconds in which nobody has edited anything."""

NO_TERMINAL: Final = "In a browser there is no terminal to lend to an editor: write the prompt here, or paste it."
NO_EDITOR: Final = "There is no editor to open: set EDITOR to the command of yours, such as EDITOR=nano."


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of it.

    Args:
        text: as it was saved; None when the prompt is to stay as it was.
        remark: what there is to say about it, in a sentence; empty for nothing.
    """

    text: str | None = None
    remark: str = ""


def editor_command(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The command of the editor: that of VISUAL, else of EDITOR, else the first usual one that is there; else empty."""
    for variable in ("VISUAL", "EDITOR"):
        value = environ.get(variable, "").strip()
        if not value:
            continue
        try:
            words = shlex.split(value, posix=os.name != "nt")
        except ValueError:
            words = value.split()
        return [word.strip('"') for word in words] if os.name == "nt" else words
    found = [path for name in _USUAL if (path := shutil.which(name, path=environ.get("PATH")))]
    return found[:1]


def edit(text: str, command: Sequence[str]) -> Edited:
    """Open a text in an editor and wait for its end. The terminal has to be free for it; blocks.

    The text lies in a file that only this user can read, in a folder of its own, and both are gone afterwards.
    """
    # Half of a surrogate pair has no UTF-8.
    written = text.encode("utf-8", "replace")
    try:
        with tempfile.TemporaryDirectory(prefix="lmstudio-tui-", ignore_cleanup_errors=True) as folder:
            file = Path(folder, "prompt.md")
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:
                opened.write(written)
            begun = time.monotonic()
            with _left_alone():
                # What stands for the terminal here, since the descriptor 2 may have been turned away from it.
                ended = subprocess.run([*command, str(file)], check=False, stderr=sys.__stderr__)  # noqa: S603 - the user's own
            took = time.monotonic() - begun
            return _outcome(command[0], ended.returncode, written, file.read_bytes(), took)
    except FileNotFoundError as error:
        missing = "The editor took the file away" if error.filename != command[0] else f"There is no {command[0]}"
        return Edited(remark=f"{missing}: the prompt is as it was.")
    except OSError as error:
        return Edited(remark=f"{command[0]} cannot be started ({error.strerror or error}): the prompt is as it was.")


def _outcome(name: str, code: int, before: bytes, after: bytes, took: float) -> Edited:
    if code != 0:
        how = f"ended with {code}" if code > 0 else f"was ended by signal {-code}"
        return Edited(remark=f"{name} {how}: the prompt is as it was.")
    if after == before:
        hint = f"{name} came back at once. One with a window of its own has to wait, such as EDITOR='code --wait'."
        return Edited(remark=hint if took < _AT_ONCE else "")
    text = after.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    # Editors end the last line, though nobody typed that.
    return Edited(text[:-1] if text.endswith("\n") and not before.endswith(b"\n") else text)


@contextmanager
def _left_alone() -> Generator[None]:
    """Meanwhile Ctrl+C is for the editor. (A handler of ours is not inherited, as ignoring the signal would be.)"""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, _nothing)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _nothing(number: int, frame: object) -> None:
    del number, frame
