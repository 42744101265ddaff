"""Going somewhere: a letter on everything in sight that can have the cursor, and the panes by number."""

from __future__ import annotations

from contextlib import suppress
from itertools import product
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.containers import Vertical
from textual.errors import NoWidget
from textual.widgets import Button, Static
from textual.widgets.option_list import Option

from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.options import Options
from lmstudio_tui.tui.widgets.too_small import PROMPT, USABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Click, Key, Resize
    from textual.geometry import Region, Size
    from textual.screen import Screen
    from textual.widget import Widget

_LETTERS: Final = "asdfghjklqwertyuiopzxcvbnm"
"""The quick ones first."""


class JumpLabel(Static):
    """The letters on a widget.

    Args:
        letters: what is to be typed.
        at: the column and the row.
    """

    DEFAULT_CSS = """
    JumpLabel {
        position: absolute;
        width: auto;
        height: 1;
        background: $accent;
        color: $background;
        text-style: bold;
        padding: 0 1;
        &.-out { display: none; }
    }
    """

    def __init__(self, letters: str, at: tuple[int, int]) -> None:
        super().__init__(letters, markup=False)
        self.letters = letters
        self.styles.offset = at


class Jump(Dialog[str | None]):
    """Gives the name of the place that was chosen, or None; a widget that was chosen has the focus.

    Args:
        below: the screen that is in front.
        places: the key, the name and the title of each place; none where one cannot go anywhere else.
        current: the name of the one that is in front.
    """

    AUTO_FOCUS = "Options"
    NEEDS = PROMPT
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.leave")]
    DEFAULT_CSS = """
    Jump {
        layers: places labels;
        background: $background 25%;
        & > .frame { layer: places; max-width: 34; padding: 0 1; }
        & > JumpLabel { layer: labels; }
    }
    """

    def __init__(self, below: Screen[object], places: Sequence[tuple[str, str, str]], current: str) -> None:
        super().__init__()
        self._below = below
        self._places = tuple(places)
        self._current = current
        self._typed = ""
        self._shape: Size | None = None
        reserved = "".join(key for key, _, _ in self._places)
        # Where there is little room the letters would hide the places.
        has_room = below.size.width >= USABLE.width and below.size.height >= USABLE.height
        seen = seen_in(below) if has_room or not self._places else []
        letters = labels_for(len(seen), [letter for letter in _LETTERS if letter not in reserved])
        self.targets = dict(zip(letters, (widget for widget, _ in seen), strict=True))
        spots = spots_of([region for _, region in seen], [len(text) + 2 for text in letters], below.size.width)
        self._labels = [JumpLabel(text, at) for text, at in zip(letters, spots, strict=True)]

    def compose(self) -> ComposeResult:
        if self._places:
            with Vertical(classes="frame") as frame:
                frame.border_title = "Go to"
                frame.border_subtitle = told("{dialog.leave} back")
                options = Options(
                    *(Option(Text(f"{key}  {title}"), id=name) for key, name, title in self._places), compact=True
                )
                names = [name for _, name, _ in self._places]
                options.highlighted = names.index(self._current) if self._current in names else 0
                yield options
        yield from self._labels

    def on_resize(self, event: Resize) -> None:
        """Everything is elsewhere: there is nothing to point at any more."""
        if self._shape is not None and event.size != self._shape:
            self.dismiss(None)
        self._shape = event.size

    def on_key(self, event: Key) -> None:
        """A place's own key goes there at once, and so do the letters of a widget."""
        typed = event.character
        if not typed or not event.is_printable:
            return
        event.stop()
        name = next((name for key, name, _ in self._places if key == typed), None)
        if name is not None and not self._typed:
            self.dismiss(name)
            return
        self._typed += typed.lower()
        left = [letters for letters in self.targets if letters.startswith(self._typed)]
        if not left:
            self._typed = ""
            app_of(self).bell()
        if self._typed in self.targets:
            self._go(self.targets[self._typed])
        for label in self._labels:
            label.set_class(not label.letters.startswith(self._typed), "-out")

    def on_click(self, event: Click) -> None:
        """On a label: there; beside everything: nowhere."""
        if isinstance(event.widget, JumpLabel):
            self._go(self.targets[event.widget.letters])
        elif event.widget is self:
            self.dismiss(None)

    def on_option_list_option_selected(self, event: Options.OptionSelected) -> None:
        """Go there."""
        self.dismiss(event.option.id)

    def action_leave(self) -> None:
        """Stay."""
        self.dismiss(None)

    def _go(self, widget: Widget) -> None:
        """Leave, with the cursor there; a button is pressed."""

        def arrive() -> None:
            if widget.is_attached:
                self._below.set_focus(widget)
                if isinstance(widget, Button):
                    widget.press()

        self.dismiss(None)
        self._below.call_after_refresh(arrive)


def seen_in(screen: Screen[object]) -> list[tuple[Widget, Region]]:
    """What can have the cursor and is in sight, each with the region that is seen of it, in the order of Tab."""
    found: list[tuple[Widget, Region]] = []
    for widget in screen.focus_chain:
        with suppress(NoWidget):  # it has just come, and was never laid out
            region = screen.find_widget(widget).visible_region
            if region.area:
                found.append((widget, region))
    return found


def labels_for(count: int, letters: Sequence[str]) -> list[str]:
    """So many labels, one letter each where there are enough of them, else two."""
    if count <= len(letters):
        return [*letters[:count]]
    return ["".join(pair) for pair in product(letters, repeat=2)][:count]


def spots_of(regions: Sequence[Region], widths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Where labels stand: at the top left of what they are for, and not on each other.

    Args:
        regions: what they are for.
        widths: the cells of each label.
        room: the columns of the screen.
    """
    taken: dict[int, list[range]] = {}
    spots: list[tuple[int, int]] = []
    for region, width in zip(regions, widths, strict=True):
        x, y = max(0, min(region.x, room - width)), region.y
        while any(range(max(x, cells.start), min(x + width, cells.stop)) for cells in taken.get(y, ())):
            x += 1
            if x + width > room:
                x, y = max(0, min(region.x, room - width)), y + 1
        taken.setdefault(y, []).append(range(x, x + width))
        spots.append((x, y))
    return spots
