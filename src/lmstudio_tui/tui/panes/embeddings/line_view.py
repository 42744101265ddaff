"""Lines of coloured pieces that are scrolled through: only those in view are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from lmstudio_tui.tui.commands import moves
from lmstudio_tui.tui.panes.embeddings.group_colours import group_colours
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.empty_state import notice_row
from lmstudio_tui.tui.widgets.quiet_scroll import QuietScrollView
from lmstudio_tui.tui.widgets.recoloured import Recoloured
from lmstudio_tui.tui.widgets.rows import in_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias, Unpack

    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions

    Piece: TypeAlias = tuple[str, str]
    """A text, and the name of its style: one of `STYLES`, `group-N`, or empty for the plain one."""

STYLES: Final = ("dim", "faint", "heading", "mark", "quiet", "warm", "cold", "good", "warn", "bad")


class LineView(Recoloured, QuietScrollView, can_focus=True, inherit_bindings=False):
    """Who inherits says how many lines there are, and what is in each."""

    ALLOW_SELECT: ClassVar[bool] = False
    HEAD: ClassVar[int] = 0
    """Lines on top that stay where they are."""
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{name}" for name in (*STYLES, "cursor", "cursor-quiet")}
    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="move(-1)", down="move(1)", page_up="page(-1)", page_down="page(1)"),
        *moves(half_up="page(-0.5)", half_down="page(0.5)", first="first", last="last"),
    ]

    DEFAULT_CSS: ClassVar[str] = """
    LineView {
        height: 1fr;
        background: transparent;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .lines--dim { color: $text-muted; }
        & > .lines--faint { color: $border-blurred; }
        & > .lines--heading { color: $foreground; text-style: bold; }
        & > .lines--mark { color: $accent; text-style: bold; }
        & > .lines--quiet { color: $foreground; text-style: bold; }
        & > .lines--warm { color: $accent; }
        & > .lines--cold { color: $primary; }
        & > .lines--good { color: $text-success; }
        & > .lines--warn { color: $text-warning; }
        & > .lines--bad { color: $text-error; }
        & > .lines--cursor { background: $accent 22%; }
        & > .lines--cursor-quiet { background: $foreground 8%; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._notice: tuple[str, ...] = ()

    # For who inherits

    @property
    def lines(self) -> int:
        """How many lines can be scrolled through."""
        return 0

    def line(self, at: int, width: int) -> Sequence[Piece]:
        """What is in a line.

        Args:
            at: which, from the first.
            width: cells that there are.
        """
        del at, width
        return ()

    def head(self, y: int, width: int) -> Sequence[Piece]:
        """What is in a line that stays on top."""
        del y, width
        return ()

    def ground(self, at: int, base: Style) -> Style:
        """What is behind a line."""
        del at
        return base

    def lay_out(self, width: int) -> None:
        """The lines are to be as wide as that."""

    # What is shown

    def say(self, *notice: str) -> None:
        """What stands there while there are no lines, a line each; the first is the loudest."""
        if notice != self._notice:
            self._notice = notice
            self.refresh()

    @property
    def room(self) -> int:
        """How many lines are in view."""
        return max(1, self.scrollable_content_region.height - self.HEAD)

    def measure(self) -> None:
        """There are other lines than before."""
        width = self.scrollable_content_region.width
        self.lay_out(width)
        self.use_size(Size(width, self.lines + self.HEAD if self.lines else 0))
        self.refresh()

    def scroll_into(self, y: int) -> None:
        """Let this be the first line in view, as far as there are lines below it."""
        self.scroll_to(y=max(0, y), animate=False, force=True, immediate=True)

    # Painting

    def on_mount(self) -> None:
        """What was handed over before has a place now."""
        self.measure()

    def on_resize(self) -> None:
        """There is another room."""
        self.measure()

    def render_line(self, y: int) -> Strip:
        """A line of the screen."""
        base, width = self.rich_style, self.scrollable_content_region.width
        if not self.lines:
            return notice_row(self._notice, y, self.size, base, base + self.ink("heading"), base + self.ink("dim"))
        at = self.scroll_offset.y + y - self.HEAD
        if y < self.HEAD:
            pieces = self.head(y, width)
        elif at < self.lines:
            pieces = self.line(at, width)
            base = self.ground(at, base)
        else:
            pieces = ()
        segments = [Segment(text, base + self.ink(name)) for text, name in pieces]
        return Strip(segments).adjust_cell_length(width, base)

    def ink(self, name: str) -> Style:
        """The colour of a part, on whatever is behind it."""
        if not name:
            return Style.null()
        if name.startswith("group-"):
            colours = group_colours(app_of(self).current_theme.dark)
            return Style(color=colours[int(name.removeprefix("group-")) % len(colours)].rich_color)
        found = self.get_component_rich_style(f"lines--{name}")
        return Style(color=found.color, bold=found.bold)

    # Keys

    def action_move(self, lines: int) -> None:
        """Go up or down."""
        self.scroll_into(self.scroll_offset.y + lines)

    def action_page(self, pages: float) -> None:
        """Go a page up or down."""
        self.scroll_into(self.scroll_offset.y + in_lines(pages, self.room))

    def action_first(self) -> None:
        """Go to the top."""
        self.scroll_into(0)

    def action_last(self) -> None:
        """Go to the end."""
        self.scroll_into(self.lines)
