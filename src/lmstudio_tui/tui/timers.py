"""Timers that tick once, and do.

Textual leaves out ticks that are overdue. Of a timer that ticks once, that is the only one: where the thread is put
aside at its beginning for longer than the delay, as happens on a busy machine, nobody is ever called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message_pump import MessagePump
    from textual.timer import Timer, TimerCallback


def once(owner: MessagePump, seconds: float, callback: Callable[[], object]) -> Timer:
    """Call a function after a delay, for certain.

    Args:
        owner: the widget or app in whose turn it is called; with it the timer ends, too.
        seconds: the delay.
        callback: is called without arguments.
    """
    return _surely(owner.set_timer(seconds, callback))


class TimelyApp(App[None]):
    """An app whose own timers tick: by them Textual heeds a resize, and draws again after a pause."""

    def set_timer(
        self, delay: float, callback: TimerCallback | None = None, *, name: str | None = None, pause: bool = False
    ) -> Timer:
        """Textual's, for certain."""
        return _surely(super().set_timer(delay, callback, name=name, pause=pause))


def _surely(timer: Timer) -> Timer:
    # It begins in the next turn of the loop, and there is no argument for it.
    timer._skip = False  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    return timer
