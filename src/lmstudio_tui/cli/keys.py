"""`keys`: which key does what, what the settings change of it, and what is wrong with that."""

from __future__ import annotations

import shutil
import sys
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.cells import cell_len

from lmstudio_tui.cli import options
from lmstudio_tui.cli.console import say, write, write_json
from lmstudio_tui.cli.key_settings import checked_keys
from lmstudio_tui.cli.outcome import Exit, reporting
from lmstudio_tui.cli.outcome import as_json as error_as_json
from lmstudio_tui.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lmstudio_tui.tui.commands import Command
    from lmstudio_tui.tui.key_clashes import KeyProblem

_CHANGED = "*"
_WIDEST_KEYS = 26
_BELOW = " " * 6
"""Before what a command does, where that stands below its name."""


def keys(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORD", help="Only what has all these words.", show_default=False)
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Say only what is wrong with the keys; exit code 1 if something is.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown tables.")] = False,
    as_json: options.Json = False,
    *,
    session: Session,
) -> None:
    """List the keys by where they work, with the ids for [keys] in config.toml.

    A * marks what config.toml changes. Clashes, and keys that terminals do not pass on, are told on standard error.
    """
    from lmstudio_tui.tui.commands import COMMANDS, use_keys
    from lmstudio_tui.tui.key_clashes import problems
    from lmstudio_tui.tui.keymap import changed_keys

    with reporting(
        (lambda error: {"commands": [], "problems": [], "error": error_as_json(error)}) if as_json else None
    ):
        changed = checked_keys(session.loaded)
    found = problems(changed)
    before = dict(changed_keys())
    use_keys(changed)
    try:
        shown = [one for one in COMMANDS if not words or _has(one, words)]
        if as_json:
            write_json(_as_json(shown, changed, found))
        elif not check:
            _print(shown, changed, markdown=markdown)
    finally:
        use_keys(before)
    if not as_json:
        _tell(found, check=check)
    if check and found:
        raise typer.Exit(Exit.FAILED)


def _print(shown: list[Command], changed: Mapping[str, tuple[str, ...]], *, markdown: bool) -> None:
    write(_markdown(shown) if markdown else _table(shown, changed))
    if not shown:
        say("note: No command has these words.")


def _tell(found: list[KeyProblem], *, check: bool) -> None:
    for one in found:
        say(f"warning: {one.sentence}")
    if check and not found:
        write("No two commands share a key where both work, and every key that was chosen arrives.\n")


def _has(one: Command, words: Iterable[str]) -> bool:
    """Whether a command has all the words, in whatever is shown of it."""
    text = " ".join((one.id, one.title, one.help, one.where, *one.parts, *one.keys_now, one.shown_keys)).lower()
    return all(word.lower() in text for word in words)


def _as_json(shown: list[Command], changed: Mapping[str, tuple[str, ...]], found: list[KeyProblem]) -> dict[str, Any]:
    from lmstudio_tui.tui.key_names import fate_of

    return {
        "commands": [
            {
                "id": one.id,
                "keys": list(one.keys_now),
                "usual_keys": list(one.usual_keys),
                "changed": one.id in changed,
                "title": one.title,
                "help": one.help,
                "where": one.where,
                "parts": list(one.parts),
                "in_palette": one.palette,
                "uncertain": {key: fate[1] for key in one.keys_now if (fate := fate_of(key)) is not None},
            }
            for one in shown
        ],
        "problems": [
            {"kind": one.kind, "key": one.key, "commands": list(one.ids), "message": one.sentence} for one in found
        ],
    }


def _places(shown: list[Command]) -> Iterator[tuple[str, list[Command]]]:
    """The commands by place and part, with a title each."""
    from lmstudio_tui.tui.catalogue.places import PLACES

    for where, (title, _) in PLACES.items():
        here = [one for one in shown if one.where == where]
        parts = dict.fromkeys(part for one in here for part in one.parts or ("",))
        for part in sorted(parts, key=bool):
            yield f"{title}: {part}" if part else title, [one for one in here if part in (one.parts or ("",))]


def _table(shown: list[Command], changed: Mapping[str, tuple[str, ...]]) -> str:
    """For people: as wide as the terminal; a line each where it goes elsewhere, to be searched."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    lines: list[str] = []
    for title, here in _places(shown):
        lines += [*([""] if lines else []), title]
        ids = max(len(one.id) for one in here)
        keys = min(_WIDEST_KEYS, max(cell_len(one.shown_keys) for one in here))
        for one in here:
            mark = _CHANGED if one.id in changed else " "
            key = one.shown_keys or "no key"
            line = f"{mark} {key}{' ' * max(0, keys - cell_len(key))}  {one.id:<{ids}}"
            if width is None or width - cell_len(line) - 2 >= len(one.help):
                lines.append(f"{line}  {one.help}")
            else:
                lines += [line.rstrip(), *wrap(one.help, width, initial_indent=_BELOW, subsequent_indent=_BELOW)]
    return "".join(f"{line}\n" for line in lines)


def _markdown(shown: list[Command]) -> str:
    from lmstudio_tui.tui.catalogue.command import escaped

    lines: list[str] = []
    for title, here in _places(shown):
        lines += [*([""] if lines else []), f"## {title}", "", "| key | id | what it does |", "| --- | --- | --- |"]
        lines += [f"| {escaped(one.shown_keys or 'no key')} | `{one.id}` | {one.help} |" for one in here]
    return "".join(f"{line}\n" for line in lines)
