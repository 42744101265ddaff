"""How like each text is to each other, as a field of colours: only what is in view is asked for and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView

from lmstudio_tui.tui.panes.embeddings.colourless import is_colourless
from lmstudio_tui.tui.panes.embeddings.heat_layout import HeatLayout, Zoom
from lmstudio_tui.tui.panes.embeddings.heat_looks import inks_of, palette_of
from lmstudio_tui.tui.panes.embeddings.heat_painter import HeatPainter
from lmstudio_tui.tui.panes.embeddings.heat_tiles import HeatSource, HeatTiles, Painted
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.empty_state import notice_row
from lmstudio_tui.tui.widgets.recoloured import Recoloured

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from textual.strip import Strip

    from lmstudio_tui.tui.panes.embeddings.heat_palette import HeatPalette
    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.vectors.values import Metric


class HeatField(Recoloured, ScrollView, can_focus=True, inherit_bindings=False):
    """A square for each pair of texts, and a cursor that stays on its pair; keys are for who inherits.

    It takes one source for each model, one or two, and tells which pair the cursor is on by the numbers of the texts.
    """

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "heat-map--ground", "heat-map--warm", "heat-map--cold", "heat-map--dim", "heat-map--faint", "heat-map--mark",
        "heat-map--mark-quiet", "heat-map--strong",
    }  # fmt: skip
    DEFAULT_CSS = """
    HeatField {
        height: 1fr;
        background: transparent;
        overflow: auto;
        scrollbar-size: 0 1;
        scrollbar-gutter: stable;
        & > .heat-map--ground { background: $panel; }
        & > .heat-map--warm { background: $accent; }
        & > .heat-map--cold { background: $primary; }
        & > .heat-map--dim { color: $text-muted; }
        & > .heat-map--faint { color: $border-blurred; }
        & > .heat-map--mark { color: $accent; text-style: bold; }
        & > .heat-map--mark-quiet { color: $foreground; text-style: bold; }
        & > .heat-map--strong { color: $foreground; text-style: bold; }
    }
    """

    class Moved(Message, namespace="heat_map"):
        """The cursor stands on another pair of texts."""

        def __init__(self, row: int, column: int) -> None:
            super().__init__()
            self.row = row
            self.column = column

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._tiles = HeatTiles(())
        self._row = 0
        self._column = 0
        self._longest = 0
        self._zoom: Zoom | None = None
        self._painted: Painted = "first"
        self._metric: Metric | None = None
        self._notice: tuple[str, ...] = ()
        self._palette: HeatPalette | None = None
        self._painter: HeatPainter | None = None

    # What is shown

    @property
    def cursor(self) -> tuple[int, int] | None:
        """The two texts under the cursor, row and column."""
        return (self._tiles.index(self._row), self._tiles.index(self._column)) if self._tiles.count else None

    @property
    def ordered(self) -> bool:
        """Whether the texts stand in another order than their own."""
        return self._tiles.ordered

    @property
    def zoom(self) -> Zoom:
        """How large a square is."""
        return self._layout().zoom

    @property
    def painted(self) -> Painted:
        """Whose values are painted."""
        return self._painted

    def show(
        self,
        *sources: HeatSource,
        order: Sequence[int] = (),
        groups: Sequence[int] = (),
        metric: Metric | None = None,
    ) -> None:
        """Show these; none empties it. The cursor stays on its pair of texts where it still exists.

        Args:
            sources: of one model, or of two about the same texts.
            order: all texts as they are to stand; empty for their own order.
            groups: the group of each text, below 0 for none; empty to show none.
            metric: what the values are; None where that is not to be said.
        """
        before, self._metric = self.cursor, metric
        another = self._tiles.count == 0 or len(self._tiles.sources) != len(sources)
        self._tiles = HeatTiles(sources, order, groups)
        self._longest = max((cell_len(label) for label in self._tiles.some_labels()), default=0)
        if another:
            self._painted = "first"
        if before is None or max(before) >= self._tiles.count:
            self._row = self._column = 0
        else:
            self._row, self._column = self._tiles.position(before[0]), self._tiles.position(before[1])
        self._palette = None
        self._arrange()
        if (now := self.cursor) != before and now is not None:
            self.post_message(self.Moved(*now))

    def say(self, *notice: str) -> None:
        """What stands there while nothing is shown, a line each; the first is the loudest."""
        if notice != self._notice:
            self._notice = notice
            self.refresh()

    def choose(self, row: int, column: int) -> None:
        """Put the cursor on a pair of texts."""
        if 0 <= row < self._tiles.count and 0 <= column < self._tiles.count:
            self._put(self._tiles.position(row), self._tiles.position(column))

    # Where what stands

    def _layout(self, zoom: Zoom | None = None) -> HeatLayout:
        region = self.scrollable_content_region
        chosen = zoom or self._zoom
        layout = HeatLayout(
            count=self._tiles.count,
            width=region.width,
            height=region.height,
            zoom=chosen or "values",
            longest=self._longest,
            bars=self._tiles.grouped,
            halves=not is_colourless(app_of(self)),
            x=self.scroll_offset.x,
            y=self.scroll_offset.y,
        )
        if chosen is None and not layout.fits:
            return self._layout("colours")
        return layout

    def _arrange(self) -> None:
        """Everything may have another size or place."""
        if not self.is_mounted:
            return
        self.virtual_size = Size(*self._layout().virtual) if self._tiles.count else Size(0, 0)
        self._reveal()
        self.redraw()

    def _reveal(self) -> None:
        if self._tiles.count:
            layout = self._layout()
            x, y = layout.scrolled_to(self._row // layout.stride, self._column // layout.stride)
            if (x, y) != (layout.x, layout.y):
                self.scroll_to(x=x, y=y, animate=False, force=True, immediate=True)

    def _put(self, row: int, column: int) -> None:
        last = self._tiles.count - 1
        row, column = max(0, min(last, row)), max(0, min(last, column))
        if last < 0 or (row, column) == (self._row, self._column):
            return
        self._row, self._column = row, column
        self._reveal()
        self.redraw()
        if (now := self.cursor) is not None:
            self.post_message(self.Moved(*now))

    # Painting

    def redraw(self) -> None:
        """Another pair is under the cursor, or something has another place."""
        self._painter = None
        super().redraw()

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Other columns are in view."""
        self._painter = None
        super().watch_scroll_x(old_value, new_value)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other rows are in view."""
        self._painter = None
        super().watch_scroll_y(old_value, new_value)

    def on_mount(self) -> None:
        """What was handed over before has a place now."""
        self._arrange()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._arrange()

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        self._palette = None
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """A line of the screen."""
        if not self._tiles.count:
            inks = inks_of(self)
            return notice_row(self._notice, y, self.size, inks.base, inks.strong, inks.dim)
        if self._painter is None:
            self._painter = self._make_painter()
        return self._painter.line(y)

    def _make_painter(self) -> HeatPainter:
        if self._palette is None:
            self._palette = palette_of(self, both_ways=self._tiles.both_ways)
        inks = inks_of(self)
        layout, at = self._layout(), (self._row, self._column)
        return HeatPainter(layout, self._tiles, self._palette, inks, self._painted, *at, metric=self._metric)
