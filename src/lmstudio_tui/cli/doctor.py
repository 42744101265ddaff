"""`doctor`: look for what keeps the program from working, and say what to do."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lmstudio_tui._version import __version__
from lmstudio_tui.cli import options
from lmstudio_tui.cli.console import say, write, write_json
from lmstudio_tui.cli.doctor_text import Sheet, to_do
from lmstudio_tui.cli.interrupts import raise_if_interrupted
from lmstudio_tui.cli.key_settings import key_problems
from lmstudio_tui.cli.outcome import FAILURES, Exit, Failure, reporting
from lmstudio_tui.cli.own_servers import own_servers
from lmstudio_tui.cli.session import Session
from lmstudio_tui.cli.wanting import wants_json

if TYPE_CHECKING:
    from collections.abc import Generator

    from lmstudio_tui.features.doctor.checks import Check
    from lmstudio_tui.features.doctor.surroundings import Terminal
    from lmstudio_tui.sdk import ClientConfig, LMStudioClient

_CODES = {
    **dict.fromkeys(("settings file", "settings", "profile", "address"), Exit.USAGE),
    **dict.fromkeys(("dns", "tcp", "tls", "http"), Exit.UNREACHABLE),
    "key": Exit.AUTHENTICATION,
    "version": Exit.UNAVAILABLE,
}
_WAY = ("dns", "tcp", "tls")


def doctor(
    context: typer.Context,
    json_: options.Json = False,
    *,
    session: Session,
) -> None:
    """Look for what keeps the program from working: here, on the way to the server, and there.

    Exit codes: 0 nothing needs doing; 2 a setting; 3 nothing answers; 4 the key; 5 the server is too old; 1 the rest.
    """
    session.quiet = True
    as_object = wants_json(context, json_)
    found: list[Check] = []
    sheet = Sheet()
    with reporting((lambda _: _object(found, whole=False)) if as_object else None):
        for check in _checks(session):
            # Where Python swallowed what the signal raised, the next step is the end all the same.
            raise_if_interrupted()
            found.append(check)
            if not as_object:
                write(sheet.lines(check))
    last = to_do(found)
    if as_object:
        write_json(_object(found, whole=True))
    else:
        write(f"\n{sheet.wrapped(last)}\n")
    failed = [check.name for check in found if check.status == "failed"]
    if failed:
        if as_object:
            say(last)
        raise typer.Exit(_CODES.get(failed[0], Exit.FAILED))


def _object(found: list[Check], *, whole: bool) -> dict[str, Any]:
    return {
        "ok": whole and all(check.status != "failed" for check in found),
        "checks": [
            {"name": one.name, "status": str(one.status), "detail": one.detail, "hint": one.hint} for one in found
        ],
    }


def _checks(session: Session) -> Generator[Check]:
    """All of them, in order."""
    from lmstudio_tui.features.doctor.devices import check_audio, check_clipboard
    from lmstudio_tui.features.doctor.disk import check_disk
    from lmstudio_tui.features.doctor.surroundings import Terminal

    terminal = Terminal.here()
    yield from _here(terminal)
    config = yield from _settings(session)
    yield from _there(session, config, terminal)
    if config is not None:
        yield from (one.check() for one in own_servers(session))
    yield check_clipboard(terminal)
    yield check_audio()
    yield check_disk(_folders())


def _here(terminal: Terminal) -> Generator[Check]:
    from lmstudio_tui.features.doctor import surroundings
    from lmstudio_tui.features.doctor.checks import Check, Status

    numbers = platform.python_version_tuple()
    version = (int(numbers[0]), int(numbers[1]), sys.version_info.micro)
    yield surroundings.check_python(version, sys.executable)
    yield Check("package", Status.OK, f"lmstudio-tui {__version__} at {Path(__file__).parents[1]}")
    yield surroundings.check_terminal(terminal)
    yield surroundings.check_colours(terminal)
    yield surroundings.check_unicode(terminal)


def _settings(session: Session) -> Generator[Check, None, ClientConfig | None]:
    """The settings; what the client needs, when that can be had."""
    from lmstudio_tui.cli import doctor_settings
    from lmstudio_tui.features.doctor.checks import Check, Status

    try:
        loaded = session.loaded
        key_warnings = key_problems(loaded)
    except FAILURES as error:
        yield from doctor_settings.settings_refused(error)
        yield Check("address", Status.SKIPPED, "The settings cannot be read.")
        return None
    yield from doctor_settings.check_settings(loaded, key_warnings)
    refused: Failure
    try:
        check, config = doctor_settings.check_address(session)
    except FAILURES as error:
        refused = error
    else:
        yield check
        return config
    yield doctor_settings.address_refused(refused)
    return None


def _there(session: Session, config: ClientConfig | None, terminal: Terminal) -> Generator[Check]:
    """The way to the server, and the server."""
    from lmstudio_tui.features.doctor import server
    from lmstudio_tui.features.doctor.checks import Check, Status
    from lmstudio_tui.features.doctor.network import check_proxies
    from lmstudio_tui.features.doctor.reach import Target, check_way

    if config is None:
        for name in ("proxies", *_WAY, *server.STEPS):
            yield Check(name, Status.SKIPPED, "No address can be used.")
        return
    secure = config.scheme == "https"
    yield check_proxies(terminal.environ, secure=secure, loopback=config.loopback)
    reached = True
    for check in check_way(Target.of(config.base_url, verified=config.verify_tls)):
        reached = reached and check.status is not Status.FAILED
        yield check
    if not reached:
        yield from server.skipped_from("http", "The server cannot be reached.")
        return
    first = server.FirstAnswer()
    session.recorders.append(first)
    ours = server.patient(config)
    client = session.connect(ours)

    def without_key() -> LMStudioClient:
        return session.connect(ours.model_copy(update={"api_key": None}))

    bare = without_key if config.api_key else None
    yield from server.check_server(client, first, bare, about_key=session.about_key)


def _folders() -> dict[str, Path]:
    from lmstudio_tui import paths

    return {
        "settings": paths.config_dir(),
        "state": paths.state_dir(),
        "data": paths.data_dir(),
        "cache": paths.cache_dir(),
    }
