"""`ping`: who answers, and what it can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lmstudio_tui.cli import options
from lmstudio_tui.cli.console import write, write_json
from lmstudio_tui.cli.outcome import Exit, Failure, as_json, exit_code, reporting
from lmstudio_tui.cli.own_servers import own_servers
from lmstudio_tui.cli.session import Session
from lmstudio_tui.sdk import errors
from lmstudio_tui.settings import SettingsError
from lmstudio_tui.simulator import SimulatorError
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.sdk import HealthStatus


def ping(
    json_: options.Json = False,
    *,
    session: Session,
) -> None:
    """Say which server answers, which version, and what it can do.

    Exit codes: 0 it answers; 2 settings; 3 nothing answers; 4 it wants a key; 1 what answers is no model server.
    """
    with reporting((lambda error: _failed(session, error)) if json_ else None, _exit_code):
        address = session.config.base_url
        status = session.client().health()
        others = list(own_servers(session))
        if json_:
            more = {"services": {one.service: one.as_json() for one in others}} if others else {}
            write_json({**_answered(address, status), **more})
        else:
            beside = [f"  {one.service:<8} {one.base_url}   {one.in_words()}\n" for one in others]
            write("".join([_described(address, status), *beside]))


def _exit_code(error: Failure) -> Exit:
    """Whatever keeps an answer away: to `ping` there is no server."""
    return Exit.UNREACHABLE if isinstance(error, errors.ServerConnectionError) else exit_code(error)


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
    }


def _failed(session: Session, error: Failure) -> dict[str, Any]:
    answered = isinstance(error, errors.StatusError | errors.ProtocolError | errors.FeatureUnavailableError)
    return {
        "reachable": answered,
        "base_url": _address(session, error),
        "kind": "unknown",
        "version": "unknown",
        "version_source": "unknown",
        "latency_ms": None,
        "models_loaded": None,
        "capabilities": {},
        "error": as_json(error),
    }


def _address(session: Session, error: Failure) -> str | None:
    """The address, as far as the settings could be read; asking for them again would fail again."""
    match error:
        case SettingsError() | SimulatorError():
            return None
        case errors.ConfigurationError():
            return session.loaded.settings.base_url
        case _:
            return session.config.base_url


def _described(base_url: str, status: HealthStatus) -> str:
    version = "version unknown" if status.version == "unknown" else f"{status.version} (from {status.version_source})"
    name = status.kind.label + (" — the built-in simulator" if status.simulator else "")
    loaded = "" if status.models_loaded is None else f"   {status.models_loaded} loaded"
    lines = [f"● {name}   {clean_line(version)}", f"  {base_url}   {status.latency_ms:.0f} ms{loaded}"]
    for title, wanted in (("can", True), ("cannot", False), ("unknown", None)):
        having: dict[str, list[str]] = {}
        for key, capability in status.capabilities.items():
            if capability.available is wanted:
                # Why something can be done is in --json; why it cannot is what one wants to know.
                having.setdefault("" if wanted else capability.reason, []).append(key)
        for reason, names in having.items():
            lines.append(f"  {title:<8} {', '.join(names)}" + (f": {clean_line(reason)}" if reason else ""))
    chat = status.capabilities["chat"]
    if chat.available is False and chat.hint:  # without it there is little to be done here
        lines.append(f"  {'try':<8} {clean_line(chat.hint)}")
    return "".join(f"{line}\n" for line in lines)
