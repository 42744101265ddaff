"""What the commands for sound and images share: the server that is asked, failures in words, files, signals."""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lmstudio_tui.cli.console import OutputError, give_up, warn
from lmstudio_tui.cli.interrupts import Interrupted
from lmstudio_tui.cli.outcome import CommandError, Exit
from lmstudio_tui.cli.own_terminal import own_messages
from lmstudio_tui.sdk import errors
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

    from lmstudio_tui.cli.session import Session
    from lmstudio_tui.features.service_models import Doing
    from lmstudio_tui.sdk import HealthStatus, LMStudioClient

Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Into this file; - is standard output.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]

_COPIED = 1024 * 1024
_REST = 2.0
"""Seconds that a device may take to be closed before nobody waits for it."""


@dataclass(frozen=True)
class Asked:
    """A server that is asked to do something.

    Args:
        client: to it.
        status: what it says of itself; None when it does not.
        model: the one to ask; None leaves it to the server.
    """

    client: LMStudioClient
    status: HealthStatus | None
    model: str | None


def server_for(session: Session, doing: Doing, model: str | None) -> Asked:
    """The server that is configured for something, after the standing warnings about it.

    Args:
        doing: what is to be done.
        model: that was named; otherwise one is looked for that can do it.

    Raises:
        FeatureUnavailableError: it cannot.
        LMStudioError: it cannot be reached.
    """
    from lmstudio_tui.sdk import require

    session.service = "images" if doing == "images" else "audio"
    config = session.config_for(session.service)
    for text in config.warnings():
        warn(text)
    # The model that is configured is one for chats.
    client = session.connect(config.model_copy(update={"default_model": None}))
    status = None
    # What is no model server by its other answers may still do this one thing.
    with contextlib.suppress(errors.ProtocolError, errors.ServerFailureError), _told_of_servers(session):
        status = client.health()
    if status is not None:
        require(status, doing)
    return Asked(client, status, model or _any_model(client, doing))


@contextlib.contextmanager
def _told_of_servers(session: Session) -> Generator[None]:
    """Within the block, who reaches no server is told that another one can be named: LM Studio serves neither."""
    try:
        yield
    except errors.ServerConnectionError as error:
        setting = f"{session.service}_base_url"
        if not session.demo and getattr(session.loaded.settings, setting) is None:
            named = f"{setting}, or LM_STUDIO_{setting.upper()}"
            error.hint = f"Name the server of {session.service}: {named}. {error.hint}"
        raise


def _any_model(client: LMStudioClient, doing: Doing) -> str | None:
    from lmstudio_tui.features.service_models import model_for

    try:
        return model_for(doing, client.list_models())
    except (errors.FeatureUnavailableError, errors.ProtocolError, errors.ServerFailureError):
        return None  # it keeps no list, and has its model


@contextlib.contextmanager
def in_words() -> Generator[None]:
    """Within the block what goes wrong with sound and with files fails as commands do; libraries say nothing.

    Raises:
        CommandError
    """
    from lmstudio_tui.audio.values import SoundError
    from lmstudio_tui.store.media.errors import StoreError

    try:
        with own_messages():
            yield
    except (SoundError, StoreError) as error:
        failure = CommandError(error.message, kind=type(error).__name__, hint=error.hint)
    else:
        return
    raise failure


def devices_at_rest() -> None:
    """Wait until no device is being opened or closed: meanwhile nothing can be said on standard error."""
    from lmstudio_tui.audio.portaudio import ask
    from lmstudio_tui.audio.values import SoundError

    with contextlib.suppress(SoundError):
        ask(lambda _: None, patience_s=_REST)


# Files


def to_stdout(output: Path | None) -> bool:
    """Whether what is made goes to standard output."""
    return output is not None and str(output) == "-"


def refuse_terminal() -> None:
    """Raises:
    CommandError: when standard output is a terminal, which bytes would only confuse.
    """
    if sys.stdout.isatty():
        raise CommandError(
            "A terminal cannot show that.", kind="OutputError", hint="Name a file: -o FILE.", code=Exit.USAGE
        )


def refuse_existing(path: Path | None, *, force: bool) -> None:
    """Raises:
    CommandError: when a file is there already, and nobody said that it may go; or it is a folder.
    """
    if path is None or to_stdout(path):
        return
    if path.is_dir():
        raise CommandError(f"{path} is a folder.", kind="OutputError", hint="Name a file in it.", code=Exit.USAGE)
    if path.exists() and not force:
        raise CommandError(
            f"{path} is there already.", kind="FileExistsError", hint="Add --force to replace it.", code=Exit.USAGE
        )


def refuse_source(output: Path | None, source: str) -> None:
    """Raises:
    CommandError: when a file would be replaced by what is made of it, whatever name it is called by.
    """
    if output is None or to_stdout(output) or source == "-":
        return
    try:
        same = output.samefile(source)
    except (OSError, ValueError):
        return  # one of them is not there
    if same:
        raise CommandError(
            f"{clean_line(str(output))} is the file that is read; it would be lost.",
            kind="OutputError",
            hint="Name another file: -o FILE.",
            code=Exit.USAGE,
        )


def put(data: bytes, path: Path, *, force: bool) -> None:
    """Write a file in one step; one that has appeared in the meantime is not replaced without leave.

    Raises:
        CommandError: when it is there, or cannot be written.
    """
    from lmstudio_tui.store.atomic import write_atomic

    refuse_existing(path, force=force)
    try:
        if path.exists():
            mode = path.stat().st_mode & 0o777
            write_atomic(path, data)
            path.chmod(mode)
        else:
            path.write_bytes(data)
    except (OSError, ValueError) as error:
        raise cannot_write(path, error) from None


def cannot_write(path: Path, error: OSError | ValueError) -> CommandError:
    """The failure to write a file."""
    reason = (getattr(error, "strerror", "") or str(error)).lower()
    return CommandError(f"{path} cannot be written: {reason}.", kind="OutputError")


def write_bytes(data: bytes) -> None:
    """Write to standard output, at once.

    Raises:
        OutputError: when it takes no more.
    """
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        give_up(sys.stdout)
        reason = (error.strerror or type(error).__name__).lower()
        raise OutputError(reason, reader_left=isinstance(error, BrokenPipeError)) from error


def write_file(path: Path) -> None:
    """Write a file's bytes to standard output.

    Raises:
        OutputError: when it takes no more.
    """
    with path.open("rb") as file:
        while piece := file.read(_COPIED):
            write_bytes(piece)


@contextlib.contextmanager
def input_file(name: str) -> Generator[Path]:
    """The file of that name; for `-` what comes from standard input, in a file that is gone after the block.

    Raises:
        CommandError: when standard input is a terminal, or cannot be read.
    """
    if name != "-":
        path = Path(name)
        if not path.exists():
            raise CommandError(f"There is no file {clean_line(name)}.", kind="FileNotFoundError", code=Exit.USAGE)
        yield path
        return
    if sys.stdin.isatty():
        raise CommandError(
            "A terminal gives no audio.", kind="InputError", hint="Pipe a file in, or name one.", code=Exit.USAGE
        )
    with tempfile.TemporaryDirectory(prefix="lmstudio-tui-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "standard input"
        try:
            with path.open("wb") as file:
                while piece := sys.stdin.buffer.read(_COPIED):
                    file.write(piece)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CommandError(f"Standard input cannot be read: {reason}.", kind="InputError") from None
        yield path


# Signals


class Ending:
    """Whether somebody wants it to end, and by which signal."""

    def __init__(self) -> None:
        self.number = 0
        self.event = threading.Event()

    @property
    def code(self) -> int:
        """The exit code, as a shell would tell it."""
        return 128 + self.number


@contextlib.contextmanager
def ending_gently(then: Callable[[], None] | None = None) -> Generator[Ending]:
    """Within the block Ctrl+C and a polite kill are a wish that is heeded in order; the second one interrupts at once.

    Args:
        then: is called at the first one, in the main thread.
    """
    ending = Ending()
    if threading.current_thread() is not threading.main_thread():
        yield ending
        return

    def end(number: int, _: FrameType | None) -> None:
        if ending.number:
            raise Interrupted(number)
        ending.number = number
        ending.event.set()
        if then is not None:
            then()

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    # One that is ignored (nohup, a job in the background) stays so.
    ours = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in ours:
        signal.signal(number, end)
    try:
        yield ending
    finally:
        for number in ours:
            signal.signal(number, before[number])
