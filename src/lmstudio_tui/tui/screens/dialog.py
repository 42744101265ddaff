"""What opens above the panes has one look: a bright rounded frame in the middle, with its keys in the border."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen

from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.key_footer import KeyFooter

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A framed box in the middle of the screen; its content is the one child, of class `frame`."""

    AUTO_FOCUS = "*"
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
