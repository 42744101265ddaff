"""Keys are dealt with one after the other: what is typed quickly goes to what the key before it has opened."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Final

from textual.events import Key, Paste
from textual.widget import Widget

from lmstudio_tui.tui.job_control import JobControlApp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.events import Event
    from textual.message_pump import MessagePump

_PATIENCE: Final = 2.0
"""Seconds after which keys go on although the one before seems to be under way: nothing is to wait for ever."""
_WAYS: Final = 2
"""A key goes up from the widget to the app; what the widget asks for because of it comes the same way behind it."""
_IN_A_TEXT: Final = frozenset({"left", "right", "home", "end", "backspace", "delete"})
"""Keys that in a field of text are about nothing but the text."""
_BRIEFLY: Final = 1.0
"""Seconds for which keys wait for what a server has to be asked for first."""
_GLANCE: Final = 0.01
"""Seconds between two looks whether a screen stands."""


class KeysInTurnApp(JobControlApp):
    """An app that hands a key on when what the key before it does has been done.

    Textual gives each key at once to what has the focus, and serves its binding only when it has come up to the app
    again. Of a burst of keys (a slow line, a quick hand, a dialog that is imported when it is first opened) the later
    ones would go to what is about to be covered. Typing a text, and going through a list, makes nothing wait.
    """

    def __init__(self) -> None:
        super().__init__()
        self._in_turn: deque[Key | Paste] | None = None
        """What came while a key was under way; None while none is."""
        self._on_its_way: asyncio.Task[None] | None = None
        self._come: Callable[[], bool] = _at_once
        self._come_by = 0.0

    def keys_wait_for(self, come: Callable[[], bool]) -> None:
        """Have the keys after this one wait a moment for what it opens, where that takes more than handing it on.

        Args:
            come: whether it is there.
        """
        self._come, self._come_by = come, monotonic() + _BRIEFLY

    async def on_event(self, event: Event) -> None:
        """Keep keys and pasted text back as long as a key before them is under way."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._in_turn is not None:
            self._in_turn.append(event)
        else:
            await self.give(event)

    async def give(self, event: Key | Paste) -> None:
        """Give it to what has the focus, and begin to wait if it may open something."""
        if self._stays(event):
            await super().on_event(event)
            return
        way = self._way_up()
        self._in_turn = deque()
        try:
            await super().on_event(event)
        finally:
            self._on_its_way = asyncio.create_task(self._wait_for_it(way))

    def _stays(self, event: Key | Paste) -> bool:
        """Whether it does no more than change a text, or move within what has the focus."""
        from textual.widgets import Input, TextArea

        focused = self.focused
        if isinstance(event, Paste) or focused is None:
            return isinstance(event, Paste)
        if focused.check_consume_key(event.key, event.character):
            return True
        if isinstance(focused, Input | TextArea):
            return event.key in _IN_A_TEXT
        active = self.screen.active_bindings.get(event.key)
        if active is None or not (active.binding.id or "").startswith("move."):
            return False
        return ".focus_" not in active.binding.action

    async def _wait_for_it(self, way: Sequence[MessagePump]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await _gone_up(way)
                for _ in range(_WAYS - 1):
                    await _gone_up(self._way_up())
                while not self._come() and monotonic() < self._come_by:
                    await asyncio.sleep(_GLANCE)
                while self.screen_stack and not self.screen.is_mounted:
                    await asyncio.sleep(_GLANCE)
        self.call_next(self._give_the_rest)

    async def _give_the_rest(self) -> None:
        """Hand on what came meanwhile, up to the next key that has to be waited for."""
        came, self._in_turn = self._in_turn or deque(), None
        while came:
            event = came.popleft()
            if self._in_turn is None:
                await self.give(event)
            else:
                self._in_turn.append(event)

    def _way_up(self) -> Sequence[MessagePump]:
        """All that a key comes by: what has the focus, what that stands in, the screen, the app."""
        if not self.screen_stack:
            return [self]
        focused = self.focused
        return (self.screen if focused is None else focused).ancestors_with_self


def _at_once() -> bool:
    return True


async def _gone_up(way: Sequence[MessagePump]) -> None:
    """Wait until each has dealt with what it was given, the lowest first: it hands on to the next."""
    for one in way:
        done = asyncio.Event()
        if (not isinstance(one, Widget) or one.is_mounted) and one.call_later(done.set):
            await done.wait()
