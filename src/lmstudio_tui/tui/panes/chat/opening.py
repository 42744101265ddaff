"""Showing another screen above the panes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget

Result = TypeVar("Result")
Answered: TypeAlias = Callable[[Result | None], None] | Callable[[Result | None], Awaitable[None]]
"""Is told what came of a screen."""


def open_screen(widget: Widget, screen: Screen[Result], answered: Answered[Result] | None = None) -> None:
    """Show a screen.

    Args:
        widget: on whose behalf.
        screen: which one.
        answered: is told what came of it.
    """
    app_of(widget).push_screen(screen, answered)
