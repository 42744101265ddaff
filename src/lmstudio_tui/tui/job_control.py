"""An app that a shell may stop and bring back, and whose terminal may be closed."""

from __future__ import annotations

import asyncio
import select
import signal
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.tui.remarks import RemarkingApp

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.driver import Driver

    _Handler = Callable[[int, Any], Any] | int | None

_LATEST: Final = 1.0
"""Seconds for which keys that were typed before the end are waited for."""


class JobControlApp(RemarkingApp):
    """An app that leaves the terminal as it was while it is stopped, and draws everything when it goes on.

    Textual does most of that. But after SIGTSTP it draws only what has changed; and SIGCONT alone, after a SIGSTOP that
    nobody can heed, has it take the terminal a second time, so that two threads read keys and the end leaves it raw.
    """

    def __init__(self) -> None:
        super().__init__()
        self._in_order = False
        """Whether it was stopped by a signal that could be heeded."""
        self._ending: asyncio.Task[None] | None = None

    def get_driver_class(self) -> type[Driver]:
        """Textual's for this platform, or for a browser; but where that looks for keys all the time, one that waits."""
        driver = super().get_driver_class()
        if driver.__module__ == "textual.drivers.web_driver" and sys.platform != "win32":
            from lmstudio_tui.tui.browser_driver import BrowserDriver

            return BrowserDriver
        if driver.__module__ != "textual.drivers.linux_driver":
            return driver
        from lmstudio_tui.tui.resting_driver import RestingDriver

        return RestingDriver

    def on_mount(self) -> None:
        """Heed the shell from now on."""
        if not self.is_headless:
            self._heed_endings()
        stop, go_on = (getattr(signal, name, None) for name in ("SIGTSTP", "SIGCONT"))
        if self.is_headless or stop is None or go_on is None:
            return
        threading.Thread(
            target=self._wait_for_end, args=(asyncio.get_running_loop(),), name="hang-up", daemon=True
        ).start()
        # In a browser there is no shell that would have the terminal meanwhile.
        if not self.is_web:
            self._heed_stops(stop, go_on)

    def _heed_stops(self, stop: int, go_on: int) -> None:
        """Leave the terminal in order when stopped, and take it again."""
        loop, suspending, resuming = asyncio.get_running_loop(), signal.getsignal(stop), signal.getsignal(go_on)

        def stopped(number: int, frame: object) -> None:
            self._in_order = True
            _pass_on(suspending, number, frame)

        def continued(number: int, frame: object) -> None:
            if self._in_order:
                self._in_order = False
                _pass_on(resuming, number, frame)
                loop.call_soon_threadsafe(partial(self.refresh, layout=True))
            else:
                loop.call_soon_threadsafe(self._take_terminal_again)

        # Only the main thread may set them; elsewhere nobody stops an app.
        with suppress(ValueError):
            signal.signal(stop, stopped)
            signal.signal(go_on, continued)

    def _heed_endings(self) -> None:
        """Leave in order when told to from outside: the terminal is left as it was found."""
        for name in ("SIGTERM", "SIGHUP", "SIGINT"):
            number = getattr(signal, name, None)
            # Windows has no SIGHUP, and its loop no handlers.
            with suppress(NotImplementedError, ValueError, RuntimeError):
                if number is not None:
                    asyncio.get_running_loop().add_signal_handler(number, self.leave_in_order, 128 + number)

    def leave_in_order(self, code: int) -> None:
        """Leave when the keys that came before have been dealt with.

        Args:
            code: the exit code.
        """

        async def leave() -> None:
            await self.caught_up()
            self.exit(return_code=code)

        self._ending = asyncio.get_running_loop().create_task(leave())

    async def caught_up(self) -> None:
        """Wait until what has the focus has dealt with the keys that it was given; not for ever."""
        done, focused = asyncio.Event(), self.focused
        if focused is not None and focused.call_later(done.set):
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), _LATEST)

    def _wait_for_end(self, loop: asyncio.AbstractEventLoop) -> None:
        """Leave when the terminal is closed, whether or not a signal tells of it: not everybody's terminal does."""
        with suppress(OSError, ValueError, AttributeError, RuntimeError):  # AttributeError: there is no poll there
            poll = select.poll()
            poll.register(sys.__stdin__.fileno() if sys.__stdin__ is not None else 0, 0)
            if any(happened & select.POLLHUP for _, happened in poll.poll()):
                loop.call_soon_threadsafe(self.exit, None, 128 + signal.SIGHUP)

    def _take_terminal_again(self) -> None:
        """A shell that had the terminal meanwhile has set it as it likes it."""
        with self.suspend():
            pass


def _pass_on(handler: _Handler, number: int, frame: object) -> None:
    if callable(handler):
        handler(number, frame)
