"""What the user wants of a command as a whole: JSON, and to be asked."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from lmstudio_tui.cli.console import write
from lmstudio_tui.text_safety import clean_line

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask: the answer is yes.")]

_JSON = f"{__name__}.json"


def wants_json(context: typer.Context, here: bool) -> bool:
    """Whether JSON is wanted: `--json` may stand after a command or after the group that it belongs to."""
    context.meta[_JSON] = context.meta.get(_JSON, False) or here
    return bool(context.meta[_JSON])


def can_ask() -> bool:
    """Whether there is a person at a terminal who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agrees(question: str) -> bool:
    """Ask, on the terminal, what is to be answered with yes or no. Anything but a yes is a no, the end of input too."""
    write(f"{clean_line(question)} [y/N] ", sys.stderr)
    answer = ""
    try:
        answer = sys.stdin.readline()
    finally:
        if not answer.endswith("\n"):
            write("\n", sys.stderr)
    return answer.strip().lower() in {"y", "yes"}
