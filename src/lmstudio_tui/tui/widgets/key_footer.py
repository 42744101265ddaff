"""The footer: the keys that work now. One widget that draws them, since they change with every move of the cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from lmstudio_tui.tui.typed import app_of, bindings_updated

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import RenderResult
    from textual.binding import ActiveBinding
    from textual.events import Leave, MouseDown, MouseMove
    from textual.screen import Screen

    from lmstudio_tui.tui.typed import WidgetOptions

_RULE = "▏"
_MOST = 7
"""Keys, that of the palette among them: more are not taken in at a glance. F1 and the palette have all of them."""


@dataclass(frozen=True, slots=True)
class _Key:
    """A key as it is shown."""

    key: str
    shown: str
    title: str
    tooltip: str
    enabled: bool

    @property
    def width(self) -> int:
        """Cells, with the blanks around it."""
        return cell_len(self.shown) + 2 + (cell_len(self.title) + 1 if self.title else 0)


class KeyFooter(Widget, can_focus=False):
    """One line of keys, each of which can be clicked. Those that do not fit are left out; the palette has them all."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "key-footer--key", "key-footer--title", "key-footer--rule", "key-footer--hover",
    }  # fmt: skip
    DEFAULT_CSS = """
    KeyFooter {
        dock: bottom;
        height: 1;
        color: $footer-foreground;
        background: $footer-background;
        & > .key-footer--key { color: $footer-key-foreground; text-style: bold; }
        & > .key-footer--title { color: $footer-description-foreground; }
        & > .key-footer--rule { color: $foreground 20%; }
        & > .key-footer--hover { background: $block-hover-background; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._keys: tuple[_Key, ...] = ()
        self._palette: _Key | None = None
        self._hovered: _Key | None = None

    def on_mount(self) -> None:
        """Follow what works now."""
        bindings_updated(self.screen).subscribe(self, self._bindings_changed)
        self.call_after_refresh(self._bindings_changed, self.screen)

    def _bindings_changed(self, screen: Screen[object]) -> None:
        # While another window of the terminal is in front nothing in the app has the focus: the keys stay.
        if not self.is_attached or screen is not self.screen or not app_of(self).app_focus:
            return
        active = dict(screen.active_bindings)
        palette = next((one for one in active.values() if one.binding.id == "app.palette"), None)
        shown: dict[str, _Key] = {}
        for one in active.values():
            if one.binding.show and one.binding.id != "app.palette":
                shown.setdefault(one.binding.action, self._key(one))
        keys, found = tuple(shown.values()), None if palette is None else self._key(palette)
        if (keys, found) != (self._keys, self._palette):
            self._keys, self._palette = keys, found
            self.refresh()

    def _key(self, active: ActiveBinding) -> _Key:
        binding = active.binding
        tooltip = active.tooltip or binding.description
        return _Key(binding.key, app_of(self).get_key_display(binding), binding.description, tooltip, active.enabled)

    def _placed(self) -> list[tuple[int, _Key]]:
        """The keys that fit, each with the column that it begins in."""
        room = self.size.width
        placed: list[tuple[int, _Key]] = []
        if self._palette is not None and self._palette.width + 1 <= room:
            room -= self._palette.width + 1
            placed.append((room + 1, self._palette))
        column = 0
        for key in self._keys[: _MOST - len(placed)]:
            if column + key.width > room:
                break
            placed.append((column, key))
            column += key.width
        return sorted(placed, key=lambda one: one[0])

    def render(self) -> RenderResult:
        """The keys from the left, the palette on the right."""
        style = self.get_component_rich_style
        text = Text(no_wrap=True)
        for column, key in self._placed():
            if key is self._palette:
                text.append(" " * max(0, column - 1 - text.cell_len))
                text.append(_RULE, style("key-footer--rule", partial=True))
            piece = Text().append(f" {key.shown} ", style("key-footer--key", partial=True))
            if key.title:
                piece.append(f"{key.title} ", style("key-footer--title", partial=True))
            if not key.enabled:
                piece.stylize("dim")
            if key == self._hovered:
                piece.stylize(style("key-footer--hover", partial=True))
            text.append_text(piece)
        return text

    def _at(self, column: int) -> _Key | None:
        return next((key for start, key in self._placed() if start <= column < start + key.width), None)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Say what the key below the pointer does."""
        self._hover(self._at(event.x))

    def on_leave(self, _: Leave) -> None:
        """The pointer is elsewhere."""
        self._hover(None)

    def _hover(self, key: _Key | None) -> None:
        if key != self._hovered:
            self._hovered = key
            self.tooltip = key.tooltip if key is not None else None
            self.refresh()

    def on_mouse_down(self, event: MouseDown) -> None:
        """A click does what the key does."""
        key = self._at(event.x)
        if key is None:
            return
        # Who clicks knows what it does; said any longer, it would cover what is above.
        self.tooltip = None
        if key.enabled:
            app_of(self).simulate_key(key.key)
        else:
            app_of(self).bell()
