"""Where a server's key comes from: the settings, an environment variable, or a command that prints it.

A key is had only when a client is made, never before, and nothing here ever shows one: not in an error, not what a
command printed.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING

from pydantic import SecretStr

from lmstudio_tui.settings.model import key_names
from lmstudio_tui.settings.sources import KEY_VARIABLES, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.settings.model import Settings

_PATIENCE = 30.0
"""Seconds that a command has: some ask a person to unlock a store first."""
_MOST = 64 * 1024
"""Bytes that a command may print."""


def key_of(
    settings: Settings, service: str, origins: Mapping[str, str], environ: Mapping[str, str]
) -> SecretStr | None:
    """The key of a service; blocks for as long as a command takes.

    Args:
        settings: where it is named.
        service: how the names of its settings begin.
        origins: where each setting came from, for errors.
        environ: the environment.

    Raises:
        SettingsError: when the variable is not set, or the command fails.
    """
    plain, variable, command = key_names(service)
    key: SecretStr | None = getattr(settings, plain)
    name: str | None = getattr(settings, variable)
    line: str | None = getattr(settings, command)
    if key is not None:
        return key
    if name is not None:
        text, setting = environ.get(name, "").strip(), variable
        if not text:
            message = f"{_shown(name)}, which {variable} names, is not set ({variable} from {origins[variable]})."
            raise SettingsError(message, hint="Set it to the server's key.", source=origins[variable], key=variable)
    elif line is not None:
        text, setting = _printed_by(line, command, origins[command]), command
    else:
        return None
    if not (text.isascii() and text.isprintable()):
        message = f"What {setting} gives is no key: it must be printable ASCII ({setting} from {origins[setting]})."
        raise SettingsError(message, source=origins[setting], key=setting)
    return SecretStr(text)


def key_source(settings: Settings, service: str, origins: Mapping[str, str]) -> str:
    """Where the key comes from, in a few words; nothing is run or looked up for it."""
    plain, variable, command = key_names(service)
    name: str | None = getattr(settings, variable)
    if getattr(settings, plain) is not None:
        origin = origins[plain]
        return f"key from {origin.removeprefix('flag ').replace('environment ', '$')}" if _no_file(origin) else _IN_FILE
    if name is not None:
        return f"key from {_shown(name)}"
    return "key from a command" if getattr(settings, command) is not None else "no key"


_IN_FILE = "key in config.toml"


def _no_file(origin: str) -> bool:
    return origin.startswith(("flag ", "environment "))


def _shown(name: str) -> str:
    """The name of a variable; one that may be a key, put there by mistake, is not repeated."""
    ordinary = name.isupper() or name in KEY_VARIABLES
    return f"${name}" if ordinary and len(name) <= 60 else "the variable"


def _printed_by(line: str, setting: str, origin: str) -> str:
    """The first line that the command prints."""

    def failed(what: str, hint: str) -> SettingsError:
        return SettingsError(f"{setting} {what} ({setting} from {origin}).", hint=hint, source=origin, key=setting)

    run_it = "Run it by hand in a shell to see why."
    try:
        code, output = _run(line)
    except TimeoutError:
        raise failed(f"did not end within {_PATIENCE:g} seconds", run_it) from None
    except FileNotFoundError:
        hint = "It is run without a shell: name the program with its path, or one that is on PATH."
        raise failed("names a program that is not there", hint) from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "it is no command line").lower()
        raise failed(f"cannot be run: {reason}", run_it) from None
    if len(output) > _MOST:
        raise failed("prints far more than a key", "Its first line must be the key.")
    if code != 0:
        raise failed(f"ended with {f'exit code {code}' if code > 0 else f'signal {-code}'}", run_it)
    first = output.decode("utf-8", "replace").strip().partition("\n")[0].strip()
    if not first:
        raise failed("printed nothing", "Its first line must be the key.")
    return first


def _run(line: str) -> tuple[int, bytes]:
    """Run a command without a shell; its exit code and output.

    Raises:
        TimeoutError: when it takes too long; it is killed.
        OSError, ValueError: when it cannot be run.
    """
    import shlex  # only where there is a command

    until = time.monotonic() + _PATIENCE
    # Windows takes a command line as a whole, and in shlex's hands its backslashes would be lost.
    words = line if os.name == "nt" else shlex.split(line)
    # What it says on standard error may hold the key as well, and would disturb the screen.
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(words, stdin=nothing, stdout=subprocess.PIPE, stderr=nothing)  # noqa: S603 - the user's
    output: list[bytes] = []

    def read() -> None:
        with process:
            if process.stdout is not None:
                output.append(process.stdout.read(_MOST + 1))

    # In a thread, because a child of its own may hold the pipe open after it was killed.
    reader = threading.Thread(target=read, name="key-command", daemon=True)
    reader.start()
    try:
        reader.join(max(0.0, until - time.monotonic()))
        if reader.is_alive():
            raise TimeoutError
    finally:
        if reader.is_alive():
            process.kill()
    return process.returncode, output[0]
