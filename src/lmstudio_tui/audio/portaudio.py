"""PortAudio, the library that devices are reached through: loaded when it is needed, quietly, in a thread of its own.

It may not be called by two threads at once, and any of its calls can wait for ever when the system's sound server
hangs. So all of them run one after the other in one thread, and who asks waits for a limited time.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from lmstudio_tui.audio.alsa import check_settings
from lmstudio_tui.audio.port_errors import in_words, library_missing
from lmstudio_tui.audio.values import SoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

T = TypeVar("T")

PATIENCE_S = 8.0
"""How long a device may take; a Bluetooth headset needs a few seconds until it records."""
_CLOSE_S = 1.0
_EXIT_PATIENCE_S = 0.3


class _Hands:
    """The thread in which PortAudio is called, and what is open there."""

    def __init__(self) -> None:
        self.jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.streams: list[Any] = []
        self.module: Any = None
        self.new = False
        """Whether the list of devices was made in the job under way."""
        threading.Thread(target=self._run, name="portaudio", daemon=True).start()

    def _run(self) -> None:
        while True:
            self.jobs.get()()

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What is raised when something cannot be used: PortAudio's own error, and what its module and cffi raise."""
        own = () if self.module is None else (self.module.PortAudioError,)
        # Of the last two: numpy is missing; the module is a version without something that is relied on here.
        return (*own, OSError, RuntimeError, ValueError, ImportError, LookupError)

    def sounddevice(self) -> Any:
        """The module, imported by the first who needs it. A failure is not kept: the library can be installed."""
        if self.module is None:
            check_settings()
            self.new = "sounddevice" not in sys.modules
            try:
                module = import_module("sounddevice")
            except (OSError, ImportError) as error:
                raise library_missing(error) from error
            # It would wait without end for a device that hangs.
            atexit.unregister(vars(module)["_exit_handler"])
            self.module = module
        elif not vars(self.module)["_initialized"]:
            # It could not be started again when the list of devices was made anew.
            check_settings()
            vars(self.module)["_initialize"]()
        return self.module


_hands: _Hands | None = None
_making = threading.Lock()


def ask(job: Callable[[Any], T], *, patience_s: float = PATIENCE_S, late: Callable[[T], object] | None = None) -> T:
    """Have PortAudio do something, after whatever it does now.

    Args:
        job: is given the module `sounddevice`.
        patience_s: how long to wait for it.
        late: is given, in PortAudio's thread, a result that nobody waits for any longer.

    Raises:
        PortAudioMissingError: when the library is not there.
        SoundError: when it refuses, or takes too long.
    """
    future: Future[T] = Future()
    hands = _the_hands()

    def work() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            with _quiet():
                result = job(hands.sounddevice())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again where it was asked for
            future.set_exception(error)
        else:
            future.set_result(result)
        hands.new = False

    hands.jobs.put(work)
    try:
        return future.result(patience_s)
    except SoundError:
        raise
    except TimeoutError as error:
        if not future.cancel() and late is not None:
            future.add_done_callback(lambda done: done.exception() or late(done.result()))
        raise SoundError(
            f"The sound system does not answer (waited {patience_s:g} seconds).",
            "Restart the sound server (PipeWire or PulseAudio), or unplug the device and plug it in again.",
        ) from error
    except hands.errors as error:
        raise in_words(error) from error


def open_stream(make: Callable[[Any], T], *, patience_s: float = PATIENCE_S) -> T:
    """Open a stream and start it.

    Args:
        make: is given the module `sounddevice`, and returns the stream, not started.
        patience_s: how long to wait for it.

    Raises:
        PortAudioMissingError: when the library is not there.
        NoDeviceError, DeviceRefusedError, SoundError: what `make` raises, or PortAudio, in words.
    """

    def opened(sounddevice: Any) -> T:
        stream: Any = make(sounddevice)
        with ExitStack() as failing:
            failing.callback(stream.close)
            stream.start()
            failing.pop_all()
        _the_hands().streams.append(stream)
        return stream

    return ask(opened, patience_s=patience_s, late=_close)


def close_stream(stream: Any, *, patience_s: float = 2.0) -> None:
    """Close a stream at once, before anything that is asked for later.

    Args:
        stream: an open one.
        patience_s: how long to wait for it. One whose device hangs is left to itself.
    """
    closed = threading.Event()

    def close() -> None:
        with _quiet():
            _close(stream)
        closed.set()

    _the_hands().jobs.put(close)
    closed.wait(patience_s)


def refresh(sounddevice: Any) -> bool:
    """Look anew for devices; inside `ask` only. Whether that was possible: not while a stream is open.

    Raises:
        SoundError: when the sound system is not there any longer.
    """
    hands = _the_hands()
    if hands.streams:
        return False
    if not hands.new:
        check_settings()
        if vars(sounddevice)["_initialized"]:
            vars(sounddevice)["_terminate"]()
        vars(sounddevice)["_initialize"]()
    return True


def _close(stream: Any) -> None:
    """Close a stream, or give up on it.

    On ALSA a stream whose device dies before its first sound runs on for ever, and closing it would wait as long. Such
    a one counts as open: nothing is looked for anew then, but what there is can be opened.
    """
    hands = _the_hands()

    def close() -> None:
        with suppress(*hands.errors):
            stream.abort()
            stream.close()
        with suppress(ValueError):
            hands.streams.remove(stream)

    closing = threading.Thread(target=close, name="portaudio closes", daemon=True)
    closing.start()
    closing.join(_CLOSE_S)


def _the_hands() -> _Hands:
    global _hands
    with _making:
        if _hands is None:
            _hands = _Hands()
        return _hands


@atexit.register
def _at_exit() -> None:
    """Stop what still runs, so that nothing calls into Python while it ends; but wait for no device that hangs."""

    def end(_: Any) -> None:
        for stream in list(_the_hands().streams):
            _close(stream)

    if _hands is not None and _hands.module is not None:
        with suppress(SoundError):
            ask(end, patience_s=_EXIT_PATIENCE_S)


def _forget() -> None:
    """In a forked child: threads and streams are the parent's."""
    global _hands, _making
    _hands, _making = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@contextmanager
def _quiet() -> Generator[None]:
    """ALSA and JACK print to the file descriptor 2 whatever they miss. Meanwhile that goes nowhere."""
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    except (OSError, ValueError, AttributeError):  # There is no standard error at all.
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
