"""`models download`: let the server fetch models, and watch it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import options
from lmstudio_tui.cli.console import say, write, write_json
from lmstudio_tui.cli.downloading import Watched, begin, look
from lmstudio_tui.cli.interrupts import leaving_behind, raise_if_interrupted
from lmstudio_tui.cli.outcome import Failure, as_json, exit_code, report, reporting
from lmstudio_tui.cli.progress import Drawn, can_draw
from lmstudio_tui.cli.session import Session
from lmstudio_tui.cli.wanting import wants_json

if TYPE_CHECKING:
    from lmstudio_tui.sdk import LMStudioClient

_EVERY = 1.0
_GOES_ON = "The server goes on with the download by itself; LM Studio shows it."


def download(
    context: typer.Context,
    models: Annotated[
        list[str],
        typer.Argument(metavar="MODEL", help="Names from lmstudio.ai/models, or addresses on huggingface.co."),
    ],
    quantization: Annotated[
        str | None, typer.Option("--quantization", metavar="Q", help="Such as Q4_K_M; else the server chooses.")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Begin it, and do not wait for its end.")] = False,
    json_: options.Json = False,
    *,
    session: Session,
) -> None:
    """Download models, and wait until they are there.

    The server does it by itself: Ctrl+C ends only the waiting.
    """
    as_object = wants_json(context, json_)
    watched = [Watched(name) for name in dict.fromkeys(models)]
    with reporting((lambda error: _object(watched, error)) if as_object else None):
        client = session.client()
        client.health()
        with leaving_behind(_GOES_ON):
            for one in watched:
                begin(client, one, quantization)
                if one.under_way:
                    say(f"{one.name}: {one.in_words()}")
            if not detach:
                _wait(client, watched)
    if as_object:
        write_json(_object(watched))
    else:
        write("".join(f"{one.name}: {one.in_words()}\n" for one in watched if one.error is None))
    _end(watched)


def _wait(client: LMStudioClient, watched: list[Watched]) -> None:
    """Look once a second, until nothing more is under way."""
    drawn = Drawn()
    try:
        while under_way := [one for one in watched if one.under_way]:
            drawn.show([one.line(drawn.width) for one in watched])
            time.sleep(_EVERY)
            for one in under_way:
                raise_if_interrupted()
                if look(client, one) and one.first_missed and not can_draw():
                    say(f"{one.name}: {one.in_words()}")
    finally:
        drawn.wipe()


def _end(watched: list[Watched]) -> None:
    """Report what has failed.

    Raises:
        typer.Exit: when something has.
    """
    failures = [one.error for one in watched if one.error is not None]
    for error in failures:
        report(error)
    if failures:
        raise typer.Exit(exit_code(failures[0]))


def _object(watched: list[Watched], error: Failure | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"downloads": [_as_json(one) for one in watched]}
    return found if error is None else {**found, "error": as_json(error)}


def _as_json(one: Watched) -> dict[str, Any]:
    status = one.status
    return {
        "model": one.name,
        "job_id": status.job_id if status else None,
        "status": one.state,
        "total_size_bytes": status.total_size_bytes if status else None,
        "downloaded_bytes": status.downloaded_bytes if status else None,
        "error": as_json(one.error) if one.error else None,
    }
