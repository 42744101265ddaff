"""The colours of a heat map out of the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.color import Color

from lmstudio_tui.tui.panes.embeddings.colourless import is_colourless
from lmstudio_tui.tui.panes.embeddings.group_colours import group_colours
from lmstudio_tui.tui.panes.embeddings.heat_painter import Inks
from lmstudio_tui.tui.panes.embeddings.heat_palette import HeatPalette
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from textual.widget import Widget


def palette_of(widget: Widget, *, both_ways: bool) -> HeatPalette:
    """The colours of the squares.

    Args:
        widget: with the component classes of a heat map.
        both_ways: whether the scale goes through 0.
    """
    behind, ink = widget.background_colors[1], widget.colors[3]
    ground, warm, cold = (
        behind + widget.get_component_styles(f"heat-map--{name}").background for name in ("ground", "warm", "cold")
    )
    dim = _ink(widget, "dim").color
    return HeatPalette(
        ground=ground,
        warm=warm,
        cold=cold,
        behind=behind,
        ink=ink,
        dim=ink if dim is None else Color.from_rich_color(dim),
        both_ways=both_ways,
        plain=is_colourless(app_of(widget)),
    )


def inks_of(widget: Widget) -> Inks:
    """The colours of the rest.

    Args:
        widget: with the component classes of a heat map.
    """
    base = widget.rich_style
    return Inks(
        base=base,
        dim=base + _ink(widget, "dim"),
        faint=base + _ink(widget, "faint"),
        mark=base + _ink(widget, "mark" if widget.has_focus else "mark-quiet"),
        strong=base + _ink(widget, "strong"),
        groups=group_colours(app_of(widget).current_theme.dark),
    )


def _ink(widget: Widget, name: str) -> Style:
    """The colour of a part, on whatever is behind it."""
    style = widget.get_component_rich_style(f"heat-map--{name}")
    return Style(color=style.color, bold=style.bold)
