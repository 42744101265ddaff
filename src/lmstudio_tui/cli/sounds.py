"""What the commands for sound and images share: the server that is asked, failures in words, signals."""

from __future__ import annotations

import contextlib
import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.cli.console import warn
from lmstudio_tui.cli.interrupts import Interrupted
from lmstudio_tui.cli.outcome import CommandError, Exit
from lmstudio_tui.cli.own_terminal import own_messages
from lmstudio_tui.sdk import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

    from lmstudio_tui.cli.session import Session
    from lmstudio_tui.features.service_models import Doing
    from lmstudio_tui.sdk import HealthStatus, LMStudioClient

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
def in_words(sound: Exit = Exit.FAILED) -> Generator[None]:
    """Within the block what goes wrong with sound and with files fails as commands do; libraries say nothing.

    Args:
        sound: the exit code where it is the sound that is wrong; `USAGE` where that is a file of the user's.

    Raises:
        CommandError
    """
    from lmstudio_tui.audio.values import SoundError
    from lmstudio_tui.store.media.errors import StoreError

    try:
        with own_messages():
            yield
    except (SoundError, StoreError) as error:
        code = sound if isinstance(error, SoundError) else Exit.FAILED
        failure = CommandError(error.message, kind=type(error).__name__, hint=error.hint, code=code)
    else:
        return
    raise failure


def devices_at_rest() -> None:
    """Wait until no device is being opened or closed: meanwhile nothing can be said on standard error."""
    from lmstudio_tui.audio.portaudio import ask
    from lmstudio_tui.audio.values import SoundError

    with contextlib.suppress(SoundError):
        ask(lambda _: None, patience_s=_REST)


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
