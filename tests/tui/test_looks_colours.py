"""Colours that can be read, in every theme; few colours, and letters that every terminal has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from app_parts import Driver, FakeServer, OpenApp
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color as Ink
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from lmstudio_tui.tui.looks.contrast import CURSOR, GROUNDS, INKS, TEXTS, contrast, readable
from lmstudio_tui.tui.looks.few_colours import FOCUS, FewColours, Terms, signals, told_style
from lmstudio_tui.tui.looks.heavy_frames import HeavyFrames
from lmstudio_tui.tui.looks.plain_text import PlainText, plain_text
from lmstudio_tui.tui.looks.surroundings import Surroundings, surroundings_of
from lmstudio_tui.tui.looks.wishes import Wishes
from lmstudio_tui.tui.themed import ThemedApp
from lmstudio_tui.tui.themes import HIGH_CONTRAST, HIGH_CONTRAST_LIGHT, QUIET_DARK, QUIET_LIGHT, TERMINAL_THEMES

BLACK = Color(0, 0, 0)
NONE = Terms(inks=False, grounded=False)
SIXTEEN = Terms(inks=True, grounded=True)
ON_WHITE = Terms(inks=True, grounded=True, light=True)
URL = "http://127.0.0.1:9"
OWN = (QUIET_DARK.name, QUIET_LIGHT.name)
HIGH = (HIGH_CONTRAST.name, HIGH_CONTRAST_LIGHT.name)
THEMES = sorted(ThemedApp(Wishes()).available_themes.keys() - {one.name for one in TERMINAL_THEMES})


def variables(theme: str) -> dict[str, str]:
    return ThemedApp(Wishes(theme=theme)).get_css_variables()


def mixed(name: str, colours: dict[str, str], ground: Color) -> Color:
    """A colour as it is on a ground: `auto 60%` is so much of black or white."""
    value = colours[name]
    if value.startswith("auto"):
        return ground + ground.get_contrast_text(float(value.split()[1].rstrip("%")) / 100)
    return ground + Color.parse(value)


@pytest.mark.parametrize("theme", THEMES)
def test_all_text_can_be_read_in_every_theme(theme: str) -> None:
    colours = variables(theme)
    accent = Color.parse(colours["accent"])
    least = 7.0 if theme in HIGH else 4.5
    for place in GROUNDS:
        ground = Color.parse(colours[place])
        rows = [ground] if place == "panel" else [ground, ground.blend(accent, CURSOR, 1.0)]
        for name in (*TEXTS, *INKS, "text-muted"):
            for row in rows:
                assert contrast(mixed(name, colours, ground), row) >= least, (name, place, row is not ground)
        assert contrast(mixed("text-disabled", colours, ground), ground) >= least, place
        if theme in OWN:
            assert contrast(Color.parse(colours["foreground"]), ground) >= 7, place
    background = Color.parse(colours["background"])
    assert contrast(accent, background) >= least, "of a pill, which has the background for its text"
    assert contrast(Color.parse(colours["border"]), background) >= 3
    assert contrast(Color.parse(colours["border-blurred"]), background) >= (4.5 if theme in HIGH else 1.6)


@pytest.mark.parametrize("theme", [*OWN, *HIGH])
def test_our_own_themes_are_what_they_say(theme: str) -> None:
    app = ThemedApp(Wishes(theme=theme))
    found, own = app.get_css_variables(), app.current_theme.to_color_system().generate()
    for name in ("accent", "foreground", "background", "surface", "panel", "border", "border-blurred", *INKS):
        assert found[name].lower() == own[name].lower(), name


@given(colour=st.tuples(*[st.integers(0, 255)] * 3), ground=st.tuples(*[st.integers(0, 255)] * 3))
def test_a_colour_is_changed_no_more_than_it_has_to_be(
    colour: tuple[int, int, int], ground: tuple[int, int, int]
) -> None:
    one, behind = Color(*colour), Color(*ground)
    found = readable(one, [behind], 4.5)
    assert contrast(found, behind) >= 4.5
    if contrast(one, behind) >= 4.5:
        assert found == one


# What is on the screen


def pairs(ui: Driver) -> Iterator[tuple[str, float]]:
    """Every piece of text on the screen, and its contrast with what is behind it."""
    for strip in ui.app.screen._compositor.render_strips():  # pyright: ignore[reportPrivateUsage]
        for text, style, _ in strip:
            if style is None or style.color is None or style.bgcolor is None or not any(map(str.isalnum, text)):
                continue
            yield text, contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))


def colours_of(ui: Driver) -> set[str]:
    """Every colour on the screen."""
    strips = ui.app.screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage]
    styles = [style for strip in strips for _, style, _ in strip if style is not None]
    inks = [ink for style in styles for ink in (style.color, style.bgcolor) if ink is not None]
    return {ink.triplet.hex for ink in inks if ink.triplet is not None}


@pytest.mark.anyio
@pytest.mark.parametrize("pane", ["chat", "models", "inspector", "embeddings"])
async def test_another_theme_recolours_everything_that_is_shown(open_app: OpenApp, pane: str) -> None:
    async with open_app(URL, connect=FakeServer().connect, size=(110, 34)) as ui:
        await ui.ready()
        await ui.ask("Compare.")
        await ui.answered()
        await ui.app.action_pane(pane)
        before = colours_of(ui)
        ui.app.theme = "catppuccin-latte"
        await ui.until(lambda: not before & colours_of(ui))
        assert {text: ratio for text, ratio in pairs(ui) if ratio < 4.4} == {}


@pytest.mark.anyio
async def test_a_theme_of_the_terminal_leaves_its_colours_and_no_others(open_app: OpenApp) -> None:
    async with open_app(URL, connect=FakeServer().connect, size=(110, 34)) as ui:
        await ui.ready()
        await ui.ask("Compare.")
        await ui.answered()
        for theme in (one.name for one in TERMINAL_THEMES):
            ui.app.theme = theme
            await ui.until(lambda: not colours_of(ui))
            await ui.shows("┏━ Ask qwen3-8b")
            await ui.app.action_pane("models")
            await ui.shows("gemma-3n-e4b")
            assert not colours_of(ui)
            await ui.app.action_pane("chat")
        ui.app.theme = QUIET_DARK.name
        await ui.shows("╭─ Ask qwen3-8b")


# Sixteen colours, and none


@pytest.mark.parametrize("terms", [NONE, SIXTEEN, ON_WHITE], ids=["none", "sixteen", "on white"])
def test_what_is_chosen_is_told_without_shades(terms: Terms) -> None:
    colours = signals(light=terms.light)
    ground, text, accent = (Color.parse(colours[name]) for name in ("background", "foreground", "accent"))

    def told(ink: Color, behind: Color, *, reverse: bool = False) -> Style:
        return told_style(Style(color=ink.rich_color, bgcolor=behind.rich_color, reverse=reverse), terms)

    plain = told(text, ground)
    assert not any((plain.reverse, plain.underline, plain.dim))
    for share in (0.18, CURSOR, 0.25, 0.3):
        assert told(text, ground.blend(accent, share)).reverse, "the row under the cursor, and what is alike"
    assert told(ground, accent).reverse, "a pill"
    assert told(text, ground.blend(Color.parse(colours["warning"]), 0.35)).reverse, "what was searched for"
    assert told(text, ground, reverse=True).reverse, "what the widget has reversed itself"
    quiet = told(text, ground.blend(text, 0.08))
    assert quiet.underline, "where the cursor was"
    assert not quiet.reverse
    assert told(text, Color.parse(colours["panel"])).underline, "a place to type"
    assert not told(text, ground.blend(text, 0.07)).underline, "a turn of the user has its rule"
    assert told(Color.parse(colours["text-muted"]), ground).dim
    if terms.inks:
        assert told(Color.parse(colours["error"]), ground).color != plain.color
    else:
        assert told(Color.parse(colours["error"]), ground).bold


styles = st.builds(
    Style,
    color=st.builds(Ink.from_rgb, *[st.integers(0, 255)] * 3),
    bgcolor=st.builds(Ink.from_rgb, *[st.integers(0, 255)] * 3),
    bold=st.booleans(),
    reverse=st.booleans(),
)


@given(style=styles, text=st.text(min_size=1))
def test_no_other_colours_are_left(style: Style, text: str) -> None:
    for terms in (NONE, SIXTEEN, ON_WHITE):
        (told,) = FewColours(terms).apply([Segment(text, style)], BLACK)
        assert told.style is not None
        assert cell_len(told.text) == cell_len(text)
        inks = [one for one in (told.style.color, told.style.bgcolor) if one is not None]
        if not terms.inks:
            assert not inks
        elif text.strip("▀"):  # a picture keeps its colours; the terminal's are chosen later
            assert all(one.number is not None and one.number < 16 for one in inks)


def test_the_frame_with_the_focus_is_heavy() -> None:
    border = Style(color=Ink.parse(FOCUS))
    line = [Segment("╭─", border), Segment(" Ask ", border), Segment("─╮", Style(color=Ink.parse("#8a8a8a")))]
    assert [one.text for one in HeavyFrames(FOCUS).apply(line, BLACK)] == ["┏━", " Ask ", "─╮"]


# Letters


@given(text=st.text())
def test_stand_ins_are_ascii_and_as_wide(text: str) -> None:
    found = plain_text(text)
    assert found.isascii()
    assert cell_len(found) == cell_len(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("╭─ Ask ─╮", "+- Ask -+"),
        ("▸ größer …", "> gro?er ~"),
        ("日本", "????"),
        ("▁▂▃▄▅▆▇█", "_.:-=+*#"),
        ("👩‍👩‍👧", "??"),
    ],
)
def test_stand_ins(text: str, shown: str) -> None:
    assert plain_text(text) == shown


def test_letters_that_the_terminal_has_are_kept() -> None:
    assert plain_text("größer · ▸", "latin-1") == "größer · >"
    (kept,) = PlainText("ascii").apply([Segment("\x1b[é", None, [(1, 2)])], BLACK)  # type: ignore[list-item]
    assert kept.text == "\x1b[é", "what steers the terminal is no text"


@pytest.mark.parametrize(
    ("environ", "encoding"),
    [
        ({}, "utf-8"),
        ({"LANG": "de_DE.UTF-8"}, "utf-8"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "ascii"),
        ({"LANG": "C.UTF-8"}, "utf-8"),
        ({"LANG": "POSIX"}, "ascii"),
        ({"LANG": "C", "LC_CTYPE": "en_US.utf8"}, "utf-8"),
        ({"LC_CTYPE": "UTF-8"}, "utf-8"),
        ({"LANG": "de_DE.ISO-8859-15@euro"}, "ascii"),
        ({"LANG": "C.UTF-8", "TERM": "linux"}, "latin-1"),
        ({"LANG": "C", "TEXTUAL_DRIVER": "a:b"}, "utf-8"),
    ],
    ids=str,
)
def test_what_the_terminal_can_show(environ: dict[str, str], encoding: str) -> None:
    assert surroundings_of(environ, "utf-8").encoding == encoding


def test_what_is_written_in_another_encoding_is_shown_in_it() -> None:
    assert surroundings_of({"LANG": "de_DE.ISO-8859-1"}, "iso8859-1").encoding == "iso8859-1"


# Whether things move


@pytest.mark.parametrize(
    ("environ", "asked", "level"),
    [
        ({}, None, "full"),
        ({"SSH_TTY": "/dev/pts/1"}, None, "none"),
        ({"SSH_CONNECTION": "1 2 3 4"}, True, "full"),
        ({"TEXTUAL_ANIMATIONS": "none"}, None, "none"),
        ({}, False, "none"),
    ],
    ids=str,
)
def test_nothing_moves_far_away_or_when_it_is_not_wanted(
    environ: dict[str, str], asked: bool | None, level: str
) -> None:
    app = ThemedApp(Wishes(animation=asked), surroundings_of(environ, "utf-8"))
    assert app.animation_level == level


def test_without_surroundings_everything_is_there() -> None:
    assert Surroundings() == Surroundings("utf-8", few_colours=False, moves=True)
