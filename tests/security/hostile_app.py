"""The app on a server that means harm, with an eye on all that it paints."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

from app_parts import Driver
from hostile_strings import OPEN, TRAP, painted_acts
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip

OpenHostile = Callable[..., AbstractAsyncContextManager[Driver]]


class Painted:
    """Everything that the app would have sent to a terminal."""

    def __init__(self) -> None:
        self.findings: list[str] = []
        self.texts = 0

    def look(self, screen: Screen[Any], update: object) -> None:
        """Take note of one painting."""
        if not isinstance(update, CompositorUpdate):
            return
        painted = update.render_segments(cast("App[Any]", screen.app).console)
        self.texts += OPEN in painted
        if found := painted_acts(painted):
            at = painted.find(found[0])
            self.findings.append(f"{type(screen).__name__}: {found[:3]!r} in {painted[max(0, at - 60) : at + 60]!r}")

    def heed(self, strip: Strip) -> None:
        """Take note of what would happen on a click."""
        for text, style, _ in strip:
            if style is not None and (style.link or TRAP in str(style._meta and style.meta)):
                self.findings.append(f"{text!r} is a link: {style.link} {style.meta}")
