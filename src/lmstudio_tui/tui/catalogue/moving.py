"""Going through a list, which works alike in every place that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.tui.catalogue.command import Command

if TYPE_CHECKING:
    from lmstudio_tui.tui.catalogue.command import Where


def steps(where: Where, above: str, below: str, action: str = "move") -> tuple[Command, Command]:
    """One up, and one down.

    Args:
        where: the place; its commands have its name in their ids.
        above: what is gone to, in a sentence.
        below: as `above`.
        action: Textual's action, which is told -1 or 1.
    """
    return (
        Command(f"{where}.up", "up,k", f"{action}(-1)", "Up", above, where, palette=False),
        Command(f"{where}.down", "down,j", f"{action}(1)", "Down", below, where, palette=False),
    )


def pages(where: Where) -> tuple[Command, Command]:
    """A page up, and a page down."""
    return (
        Command(f"{where}.page_up", "pageup", "page(-1)", "Page up", "A page up.", where, palette=False),
        Command(f"{where}.page_down", "pagedown", "page(1)", "Page down", "A page down.", where, palette=False),
    )


def ends(where: Where, first: str, last: str, actions: tuple[str, str] = ("first", "last")) -> tuple[Command, Command]:
    """To the first one, and to the last.

    Args:
        where: as for `steps`.
        first: what is gone to, in a sentence.
        last: as `first`.
        actions: Textual's, which the ids end with, too.
    """
    to_first, to_last = actions
    return (
        Command(f"{where}.{to_first}", "home,g", to_first, "First", first, where, palette=False),
        Command(f"{where}.{to_last}", "end,G", to_last, "Last", last, where, palette=False),
    )
