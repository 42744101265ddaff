"""`voices`: what a server speaks with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import options, sounds
from lmstudio_tui.cli.console import say, write, write_json
from lmstudio_tui.cli.outcome import as_json, reporting
from lmstudio_tui.cli.session import Session
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.sdk import Voice


def voices(
    model: Annotated[str | None, typer.Option("--model", "-m", metavar="ID", help="Only those of this model.")] = None,
    json_: options.Json = False,
    *,
    session: Session,
) -> None:
    """List the voices that the server for audio speaks with; the id, for --voice, comes first."""
    with reporting((lambda error: {"voices": [], "error": as_json(error)}) if json_ else None):
        client = sounds.server_for(session, "speech", model or session.model).client
        found = client.list_voices(model or session.model)
        if json_:
            write_json({"voices": [_as_json(one) for one in found]})
            return
        if not found:
            say("note: The server tells of no voices; it may have some all the same: try --voice.")
        write("".join(f"{line}\n" for line in _table(found)))


def _as_json(voice: Voice) -> dict[str, Any]:
    return {"id": voice.id, "name": voice.name, "language": voice.language, "model": voice.model}


def _table(found: list[Voice]) -> list[str]:
    """A line for each, in columns that are filled."""
    cells = [
        [clean_line(text or "") for text in (one.id, one.name if one.name != one.id else "", one.language, one.model)]
        for one in found
    ]
    filled = [number for number in range(4) if any(row[number] for row in cells)]
    widths = {number: max(len(row[number]) for row in cells) for number in filled}
    return ["  ".join(f"{row[number]:<{widths[number]}}" for number in filled).rstrip() for row in cells]
