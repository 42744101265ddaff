"""What a frame says of its keys, in its lower line, can be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual.content import Content

from lmstudio_tui.tui.key_names import KeyNameError, parse_key
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from textual.events import Click
    from textual.widget import Widget

BETWEEN_KEYS: Final = "   "
_CORNER: Final = 3
"""Cells of the frame's lower line behind the last key."""


def press_key_of(frame: Widget, event: Click, within: Widget | None = None) -> None:
    """Press the key that was clicked, if one was. Where the words are links, they do it themselves.

    Args:
        frame: has the words.
        event: the click, wherever it was.
        within: gets the keyboard first, where the key means nothing else.
    """
    said = frame.border_subtitle or ""
    if event.screen_y != frame.region.bottom - 1 or "@click" in said:
        return
    plain = Content.from_markup(said).plain
    if key := _key_at(plain, event.screen_x - (frame.region.right - _CORNER - cell_len(plain))):
        if within is not None:
            within.focus()
        app = app_of(frame)
        # By the app: Textual has no key go further up than to who sends it.
        app.call_later(app.simulate_key, key)


def _key_at(said: str, at: int) -> str:
    """Textual's name of the key that the words there are about; empty where there is none.

    Args:
        said: keys, each with what it does behind it.
        at: the cell, counted from the first of them.
    """
    start = 0
    for part in said.split(BETWEEN_KEYS):
        end = start + cell_len(part)
        if start <= at < end:
            try:
                return parse_key(part.split(" ", 1)[0])
            except KeyNameError:
                return ""
        start = end + len(BETWEEN_KEYS)
    return ""
