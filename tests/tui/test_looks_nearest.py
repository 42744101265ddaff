"""256 colours: what is told by shades elsewhere is told by shades there, too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color as Ink
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import BLACK, Color

from lmstudio_tui.tui.looks.contrast import CURSOR, GROUNDS, luminance
from lmstudio_tui.tui.looks.nearest_colours import NearestColours, nearest, nearest_style
from lmstudio_tui.tui.looks.surroundings import Surroundings
from lmstudio_tui.tui.looks.wishes import Wishes
from lmstudio_tui.tui.themed import ThemedApp
from lmstudio_tui.tui.themes import QUIET_DARK, QUIET_LIGHT

PARTS = st.integers(0, 255)


def shown(colour: Color) -> Color:
    """The colour as such a terminal shows it."""
    return Color.from_rich_color(Ink.from_ansi(nearest(ColorTriplet(*colour.rgb))))


@given(PARTS, PARTS, PARTS)
def test_a_colour_is_shown_nearly_as_it_is(red: int, green: int, blue: int) -> None:
    number = nearest(ColorTriplet(red, green, blue))
    assert 16 <= number < 256  # those below are the user's own
    found = Ink.from_ansi(number).get_truecolor()
    assert max(abs(one - other) for one, other in zip(found, (red, green, blue), strict=True)) <= 95


@given(st.integers(16, 255))
def test_what_there_is_stays(number: int) -> None:
    triplet = Ink.from_ansi(number).get_truecolor()
    assert Ink.from_ansi(nearest(triplet)).get_truecolor() == triplet


@pytest.mark.parametrize("theme", [QUIET_DARK.name, QUIET_LIGHT.name])
def test_grounds_and_the_row_under_the_cursor_are_told_apart(theme: str) -> None:
    app = ThemedApp(Wishes(theme=theme))
    colours = {name: Color.parse(app.get_css_variables()[name]) for name in (*GROUNDS, "accent")}
    ground = colours["background"]
    steps = [ground, *(colours[name] for name in GROUNDS[1:]), ground.blend(colours["accent"], CURSOR, 1.0)]
    lights = [luminance(shown(one)) for one in steps]
    assert len(set(lights)) == len(lights)
    # They lie on the same side of the ground as where there are all colours.
    assert all((one > lights[0]) == app.current_theme.dark for one in lights[1:])


def test_only_colours_are_changed() -> None:
    style = Style(color="#e0a458", bgcolor="#14171b", bold=True, underline=True, meta={"offset": (1, 2)})
    (told,) = NearestColours().apply([Segment("a", style)], BLACK)
    assert told.style is not None
    assert (told.style.bold, told.style.underline, told.style.meta) == (True, True, {"offset": (1, 2)})
    assert told.style.color == Ink.from_ansi(179)
    assert told.style.bgcolor == Ink.from_ansi(233)
    assert nearest_style(told.style) is told.style
    assert nearest_style(Style(bold=True)) == Style(bold=True)


def test_they_are_taken_where_there_are_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def filters(surroundings: Surroundings) -> list[str]:
        app = ThemedApp(Wishes(), surroundings)
        app.use_wishes(Wishes(density="compact"))
        return [type(one).__name__ for one in app.get_line_filters()]

    monkeypatch.setattr("rich.console.Console.color_system", "256")
    assert "NearestColours" in filters(Surroundings(few_colours=True))
    # A browser, and a picture, have all of them.
    assert "NearestColours" not in filters(Surroundings())
    monkeypatch.setattr("rich.console.Console.color_system", "truecolor")
    assert "NearestColours" not in filters(Surroundings(few_colours=True))
