"""What opens above the panes has one look: a bright rounded frame in the middle, with its keys in the border."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from rich.cells import cell_len
from textual.await_complete import AwaitComplete
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen

from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.keyed import Keyed
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.frame_keys import BETWEEN_KEYS, press_key_of
from lmstudio_tui.tui.widgets.key_footer import KeyFooter
from lmstudio_tui.tui.widgets.too_small import USABLE, TooSmall, fit

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.events import Click, Resize
    from textual.geometry import Size
    from textual.screen import Screen

Result = TypeVar("Result")
_CORNERS: Final = 6
"""Cells of the frame's lower line that no key can have."""


class Dialog(Keyed[Result], ModalScreen[Result]):
    """A framed box in the middle of the screen; its content is the one child, of class `frame`."""

    AUTO_FOCUS = "*"
    _said = ""
    _fitted = ""
    NEEDS: ClassVar[Size] = USABLE
    """Columns and rows of the terminal below which it is covered by a sentence."""
    DEFAULT_CSS: ClassVar[str] = """
    Dialog {
        align: center middle;
        & > .frame {
            width: 90%;
            max-width: 84;
            height: auto;
            max-height: 90%;
            border: round $border;
            border-title-color: $accent;
            border-title-style: bold;
            border-subtitle-color: $text-muted;
            background: $surface;
            padding: 0 2;
            scrollbar-size-vertical: 1;
        }
        & Input, & Input:focus { border: none; height: 1; padding: 0; margin: 0 0 1 0; background: transparent; }
        & OptionList, & OptionList:focus { border: none; }
        & OptionList {
            height: auto;
            background: transparent;
            padding: 0;
            scrollbar-size-vertical: 1;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        & Label { color: $text-muted; width: 100%; }
    }
    """

    def on_mount(self) -> None:
        """The keys in the footer below are not those that work now; the dialog's own are in its frame."""
        for footer in self._footers():
            footer.add_class("-covered")
        app_of(self).theme_changed_signal.subscribe(self, lambda _: self.redraw())
        self.mount(TooSmall(told("{dialog.leave} goes back.")))
        fit(self, self.NEEDS, app_of(self).size)

    async def _on_resize(self, event: Resize) -> None:
        """What does not fit is not shown in part. Textual calls those of the subclasses, and its own, too."""
        del event
        fit(self, self.NEEDS, app_of(self).size)
        self.call_after_refresh(self.fit_keys)

    def fit_keys(self) -> None:
        """Leave keys out where the frame is too narrow for all of them, never the way back, which comes last."""
        for frame in self.query_children(".frame"):
            if (said := frame.border_subtitle or "") != self._fitted:
                self._said = said
            *keys, last = self._said.split(BETWEEN_KEYS)
            while keys and cell_len(BETWEEN_KEYS.join([*keys, last])) > frame.outer_size.width - _CORNERS:
                keys.pop()
            self._fitted = BETWEEN_KEYS.join([*keys, last])
            frame.border_subtitle = self._fitted

    def on_click(self, event: Click) -> None:
        """What the frame says of a key can be clicked: that presses the key."""
        for frame in self.query_children(".frame"):
            press_key_of(frame, event)

    def redraw(self) -> None:
        """The theme is another. Who keeps what was drawn in its colours draws it anew here."""

    def on_unmount(self) -> None:
        """With the last dialog they are right again."""
        if sum(isinstance(screen, Dialog) for screen in self._screens()) == 0:
            for footer in self._footers():
                footer.remove_class("-covered")

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close it, once: of two keys in one burst the second may come when it is gone already."""
        return super().dismiss(result) if self in self._screens() else AwaitComplete.nothing()

    def render(self) -> RenderableType:
        """The screen below, dimmed.

        Textual hands the screens below over once for a drawing, so what is drawn twice in one has nothing below it.
        """
        stack = self._screens()
        below = next((at for at, screen in enumerate(stack) if screen is self), 0) - 1
        background = self.styles.background
        if below < 0 or background.a == 1:
            return super().render()
        return BackgroundScreen(stack[below], background)

    def _footers(self) -> list[KeyFooter]:
        # There is no screen any more when the app ends.
        return [footer for screen in self._screens()[:1] for footer in screen.query(KeyFooter)]

    def _screens(self) -> list[Screen[object]]:
        return app_of(self).screen_stack
