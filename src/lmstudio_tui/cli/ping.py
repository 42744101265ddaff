"""`ping`: who answers, and what it can do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli.outcome import Exit, as_json, exit_code, report
from lmstudio_tui.cli.session import Session
from lmstudio_tui.sdk import errors
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.sdk import HealthStatus


def ping(
    context: typer.Context,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,  # noqa: FBT002
) -> None:
    """Say which server answers, which version, and what it can do.

    Exit codes: 0 it answers; 2 settings; 3 nothing answers; 4 it wants a key; 1 what answers is no model server.
    """
    session = context.ensure_object(Session)
    base_url = session.config.base_url
    try:
        status = session.client.health()
    except errors.LMStudioError as error:
        unreachable = isinstance(error, errors.ServerConnectionError)
        if json_:
            typer.echo(json.dumps(_failed(base_url, error, reachable=not unreachable), ensure_ascii=False, indent=2))
        else:
            report(error)
        raise typer.Exit(Exit.UNREACHABLE if unreachable else exit_code(error)) from None
    if json_:
        typer.echo(json.dumps(_answered(base_url, status), ensure_ascii=False, indent=2))
    else:
        typer.echo(_described(base_url, status))


def _answered(base_url: str, status: HealthStatus) -> dict[str, Any]:
    return {
        "reachable": True,
        "base_url": base_url,
        "kind": status.kind.value,
        "version": status.version,
        "version_source": status.version_source,
        "latency_ms": round(status.latency_ms, 1),
        "models_loaded": status.models_loaded,
        "capabilities": {
            name: {"available": capability.available, "reason": capability.reason}
            for name, capability in status.capabilities.items()
        },
        "status": status.status,
        "simulator": status.simulator,
    }


def _failed(base_url: str, error: errors.LMStudioError, *, reachable: bool) -> dict[str, Any]:
    return {
        "reachable": reachable,
        "base_url": base_url,
        "kind": "unknown",
        "version": "unknown",
        "version_source": "unknown",
        "latency_ms": None,
        "models_loaded": None,
        "capabilities": {},
        "error": as_json(error),
    }


def _described(base_url: str, status: HealthStatus) -> str:
    version = "version unknown" if status.version == "unknown" else f"{status.version} (from {status.version_source})"
    name = status.kind.label + (" — the built-in simulator" if status.simulator else "")
    loaded = "" if status.models_loaded is None else f"   {status.models_loaded} loaded"
    lines = [f"● {name}   {version}", f"  {base_url}   {status.latency_ms:.0f} ms{loaded}"]
    for title, wanted in (("can", True), ("cannot", False), ("unknown", None)):
        having = [key for key, capability in status.capabilities.items() if capability.available is wanted]
        if having:
            lines.append(f"  {title:<8} {', '.join(having)}")
    return "\n".join(clean_line(line) if number == 0 else line for number, line in enumerate(lines))
