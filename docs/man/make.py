"""Makes the man page, lmstudio-tui(1), out of the commands: what they say of themselves in their help. `make man`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "man" / "lmstudio-tui.1"
sys.path.insert(0, str(ROOT / "src"))

from typer.main import get_command  # noqa: E402 - the package may not be installed

from lmstudio_tui._version import __version__  # noqa: E402
from lmstudio_tui.cli.examples import ENVIRONMENT, EXAMPLES, EXIT_CODES, FILES  # noqa: E402
from lmstudio_tui.cli.helping import parameter_groups  # noqa: E402
from lmstudio_tui.cli.main import app  # noqa: E402
from lmstudio_tui.cli.options import SERVER  # noqa: E402

NAME: Final = "lmstudio-tui"


def page() -> str:
    """The man page, in troff."""
    # A width at which nothing is cut off.
    os.environ["COLUMNS"] = "200"
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    root: Any = get_command(app)
    context = root.make_context(NAME, [], resilient_parsing=True)
    yield f'.TH LMSTUDIO-TUI 1 "" "{NAME} {__version__}" "User Commands"'
    yield from (".SH NAME", f"{NAME} \\- {_text('explore the language models that run on your own machine')}")
    yield ".SH SYNOPSIS"
    yield from (f".B {NAME}", "[\\fIoptions\\fR]", ".br", f".B {NAME}", "[\\fIoptions\\fR] \\fIcommand\\fR …")
    yield ".SH DESCRIPTION"
    yield from _paragraphs(root.help)
    yield ".SH OPTIONS"
    for title, rows in parameter_groups(root, context).items():
        yield f".SS {_text(title)}"
        yield from _rows(rows)
    yield ".PP"
    yield _text("The options that say which server may stand before or after a command.")
    yield ".SH COMMANDS"
    for name in root.commands:
        yield from _command(root.get_command(context, name), context, name)
    yield ".SH EXAMPLES"
    yield from _examples("")
    for title, rows in (("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES), ("EXIT STATUS", EXIT_CODES)):
        yield f".SH {title}"
        yield from _rows(rows)
    yield from (".SH SEE ALSO", _text("lmstudio-tui COMMAND --help; the keys of the app: F1 in it."))


def _command(command: Any, parent: Any, path: str) -> Iterator[str]:
    """A command and those below it."""
    context = command.make_context(path.rpartition(" ")[2], [], parent=parent, resilient_parsing=True)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS {_text(f'{path} {usage}')}"
    yield from _paragraphs(command.help)
    for title, rows in parameter_groups(command, context).items():
        # Those are said once, above.
        if title != SERVER:
            yield from _rows([row for row in rows if row[0] != "-h, --help"])
    if path in EXAMPLES:
        yield from (".PP", "Examples:")
        yield from _examples(path)
    for name in getattr(command, "commands", {}):
        yield from _command(command.get_command(context, name), context, f"{path} {name}")


def _paragraphs(text: str | None) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", (text or "").strip()):
        yield from (".PP", _text(" ".join(paragraph.split())))


def _rows(rows: Any) -> Iterator[str]:
    for name, text in rows:
        yield from (".TP", f"\\fB{_text(name)}\\fR", _text(text))


def _examples(path: str) -> Iterator[str]:
    yield from (".PP", ".nf", ".RS 4")
    yield from (_text(line) for line in EXAMPLES[path])
    yield from (".RE", ".fi")


def _text(text: str) -> str:
    """A text that troff takes as it is."""
    # Without the hyphens escaped they would be typographic ones, which nobody can copy into a shell.
    escaped = text.replace("\\", "\\(rs").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}\n")
