"""An app that survives its own mistakes: what nobody foresaw is written down, told, and costs no more than it must."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text
from textual.css.query import NoMatches
from textual.message_pump import MessagePump
from textual.widget import MountError

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.timers import TimelyApp
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.fitting import home_path

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from textual.message import Message

    from lmstudio_tui.features.mishaps import Mishaps

    _Dispatch = Callable[[MessagePump, Message], Coroutine[Any, Any, None]]

_MANY: Final = 5
"""So many errors within `_SOON` seconds, before anybody says to go on, come from what is drawn again and again."""
_SOON: Final = 5.0
_DISPATCH: Final = "_dispatch_message"
"""Where Textual hands a message to its handlers; what is raised further out has ended the widget already."""


class GuardedApp(TimelyApp):
    """An app in which an unexpected error ends the message that raised it, and not the app.

    Textual ends the app, and prints a traceback over the shell. Here a report is written and a screen tells of it; only
    where that does not work, or errors do not end, the app is left, with a sentence and exit code 1.

    Attributes:
        mishaps: writes errors down. None leaves everything to Textual, as the tests want it.
    """

    mishaps: Mishaps | None = None

    def __init__(self) -> None:
        super().__init__()
        self._times: deque[float] = deque(maxlen=_MANY)
        self._report: Path | None = None

    def guard(self, mishaps: Mishaps) -> None:
        """Survive errors from now on."""
        self.mishaps = mishaps
        _guard_messages()

    def survives(self, error: Exception, where: str) -> bool:
        """Write an error down and tell of it; False when the app cannot go on."""
        if self.mishaps is None or getattr(error, "_told", None) is self:
            return False
        if self._exit and isinstance(error, NoMatches | MountError):
            return True  # what was looked for is taken down already, or where something was to be put
        self._times.append(time.monotonic())
        self._report = self.mishaps.keep(error, where) or self._report
        endless = len(self._times) == _MANY and self._times[-1] - self._times[0] < _SOON
        if endless or not self.is_running or not self.screen_stack:
            # Textual hands the same error to `_handle_exception` next.
            vars(error)["_told"] = self
            return False
        self._tell(self.mishaps.shown(error))
        return True

    def note(self, error: BaseException, where: str) -> Path | None:
        """Write down an error that has ended nothing but some work on the side."""
        return None if self.mishaps is None else self.mishaps.keep(error, where)

    def _tell(self, said: str) -> None:
        from lmstudio_tui.tui.screens.mishap import MishapScreen

        def leave(sure: bool | None) -> None:
            self._times.clear()
            if sure:
                self.exit(return_code=1)

        if not isinstance(self.screen, MishapScreen):
            self.push_screen(MishapScreen(said, self._report), leave)

    def _handle_exception(self, error: Exception) -> None:
        """Called by Textual with what was raised outside of messages: timers, callbacks, drawing, and at the start."""
        if self.mishaps is None:
            super()._handle_exception(error)
        elif not self.survives(error, "the app"):
            self._return_code = 1
            where = "" if self._report is None else f"\nA report without your keys is in {home_path(self._report)}"
            self._exit_renderables[:] = [
                Text(f"error: Something went wrong in the app itself ({type(error).__name__}).{where}")
            ]
            self._close_messages_no_wait()

    def on_mount(self) -> None:
        """Errors of tasks that nobody waits for would be printed over the screen."""
        if self.mishaps is not None:
            self.heed_loop()

    def heed_loop(self) -> None:
        """Write down what ends a task that nobody waits for."""
        asyncio.get_running_loop().set_exception_handler(self._heed_loop)

    def _heed_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        del loop
        error = context.get("exception")
        if isinstance(error, Exception):
            self.note(error, clean_line(str(context.get("message", "")))[:200])


def _guard_messages() -> None:
    """Catch what a handler raises before Textual ends the widget, or the screen, that it belongs to."""
    dispatch: _Dispatch = getattr(MessagePump, _DISPATCH)
    if getattr(dispatch, "guarded", False):
        return

    async def guarded(self: MessagePump, message: Message) -> None:
        try:
            await dispatch(self, message)
        except Exception as error:  # whatever it is: the message is lost, and the rest goes on
            app = app_of(self)
            where = f"{type(self).__name__}, {type(message).__qualname__}"
            if not (isinstance(app, GuardedApp) and app.survives(error, where)):
                raise

    vars(guarded)["guarded"] = True
    setattr(MessagePump, _DISPATCH, guarded)
