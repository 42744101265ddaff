"""How the app is asked to look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

COMPACT: Final = "-compact"
"""The class that the app has when it is to be compact: rules for it stand beside each widget."""


@dataclass(frozen=True)
class Wishes:
    """How the app is asked to look; what is None is found out, or as usual.

    Args:
        theme: its name.
        density: "comfortable" or "compact".
        ascii: whether nothing but ASCII is shown; None finds out.
        animation: whether things may move; None finds out.
    """

    theme: str | None = None
    density: str | None = None
    ascii: bool | None = None
    animation: bool | None = None

    def with_theme(self, theme: str | None) -> Wishes:
        """The same in another theme."""
        return replace(self, theme=theme)

    def with_density(self, density: str | None) -> Wishes:
        """The same in another density."""
        return replace(self, density=density)
