"""Showing another screen above the panes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from textual.app import App
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
    app: App[Any] = widget.app  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - as it is
    app.push_screen(screen, answered)
