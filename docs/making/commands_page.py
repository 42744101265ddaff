"""docs/cli-reference.md: every command with its arguments and options, from the command line itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from typer.main import get_command

from lmstudio_tui.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM: Final = "lmstudio-tui"
_HEAD: Final = """# Command line reference

Every command with what it takes, as its `--help` says it. [Command line](cli.md) says what it is good for, with
examples, the JSON and the exit codes.

The first six options may stand before or after any command that asks a server, and are not repeated below.
"""
_SHARED: Final = ("--base-url", "--api-key", "--config", "--demo", "--profile", "--log-level")


def commands_page() -> str:
    """The page, as it ought to be."""
    command: Any = get_command(app)
    parts = [_HEAD]
    for words, one in _all(command, (_PROGRAM,)):
        parts.append(_section(words, one))
    return "\n".join(parts)


def _all(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, command
    for name, one in getattr(command, "commands", {}).items():
        yield from _all(command.commands[name] if one is None else one, (*words, name))


def _section(words: tuple[str, ...], command: Any) -> str:
    context = command.make_context(words[-1], [], resilient_parsing=True)
    pieces = (
        " ".join(command.collect_usage_pieces(context))
        .replace("[OPTIONS]", "[options]")
        .replace("{", "")
        .replace("}", "")
    )
    lines = [f"## {' '.join(words[1:]) or _PROGRAM}", "", "```", f"{' '.join(words)} {pieces}".rstrip(), "```", ""]
    lines += [" ".join(part.split()) + "\n" for part in (command.help or "").split("\n\n") if part.strip()]
    whole = len(words) == 1
    rows: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and (whole or not set(_SHARED) & {*parameter.opts}):
            rows["argument" if parameter.param_type_name == "argument" else "option"].append(record)
    for kind, records in rows.items():
        if records:
            lines += [f"| {kind} | |", "| --- | --- |"]
            lines += [f"| `{_cell(left)}` | {_cell(right)} |" for left, right in records]
            lines.append("")
    if getattr(command, "commands", None):
        said = ", ".join(f"[`{name}`](#{'-'.join((*words[1:], name))})" for name in command.commands)
        lines += [f"Commands: {said}.", ""]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
