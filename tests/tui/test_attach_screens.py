"""Choosing what is sent along, and looking at it."""

from __future__ import annotations

import io
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from app_parts import click, screen_text, until
from PIL import Image
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import OptionList, TextArea

from lmstudio_tui.features.chat.attaching import Attached, attach
from lmstudio_tui.store.library.records import Attachment
from lmstudio_tui.tui.screens.attach_file import AttachFile
from lmstudio_tui.tui.screens.look import Look
from lmstudio_tui.tui.themes import QUIET_DARK
from lmstudio_tui.tui.widgets.path_input import PathInput
from lmstudio_tui.tui.widgets.picture import Cells, Picture, Way, fitted, half_blocks, way_for

pytestmark = pytest.mark.anyio


class Host(App[None]):
    """Opens the dialog at once, and keeps what it gave."""

    def __init__(self, dialog: Screen[Any]) -> None:
        super().__init__()
        self._dialog = dialog
        self.given: list[Any] = []
        self.register_theme(QUIET_DARK)
        self.theme = QUIET_DARK.name

    def on_mount(self) -> None:
        self.push_screen(self._dialog, self.given.append)


class Driver:
    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        return screen_text(self.pilot)

    async def shows(self, *texts: str) -> None:
        await until(self.pilot, lambda: all(text in self.text for text in texts))

    async def hides(self, text: str) -> None:
        await until(self.pilot, lambda: text not in self.text)

    async def gives(self, value: object) -> None:
        await until(self.pilot, lambda: self.app.given == [value])

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    @property
    def typed(self) -> str:
        return self.app.screen.query_one(PathInput).value

    async def types(self, text: str) -> None:
        await until(self.pilot, lambda: self.typed == text)

    async def click(self, text: str) -> None:
        """Click on the first place that shows this."""
        lines = self.text.split("\n")
        row = next(number for number, line in enumerate(lines) if text in line)
        await self.pilot.click(offset=(lines[row].index(text) + 1, row))


@asynccontextmanager
async def opened(dialog: Screen[Any], size: tuple[int, int] = (80, 24)) -> AsyncGenerator[Driver]:
    app = Host(dialog)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Driver(app, pilot)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "things"
    place.mkdir()
    for name in ("notes.md", "photo.png", "Photo2.JPG", "my notes.txt", ".hidden", "b\x1b[31m[red].txt"):
        (place / name).write_text("x" * 1200)
    (place / "photos").mkdir()
    (place / "photos" / "inside.txt").write_text("xyz")
    return place


# Choosing


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (60, 16)])
async def test_it_shows_what_is_there(folder: Path, size: tuple[int, int]) -> None:
    async with opened(AttachFile(folder), size) as ui:
        await ui.shows("../", "photos/", "notes.md", "photo.png", "folder", "image", "1 kB", "b[red].txt", "Enter take")
        assert ".hidden" not in ui.text
        await ui.press("escape")
        await ui.gives([])


async def test_typing_filters_and_enter_takes_the_first(folder: Path) -> None:
    async with opened(AttachFile(folder)) as ui:
        await ui.shows("photo.png")
        await ui.press(*"note")
        await ui.hides("photo.png")
        assert "my notes.txt" in ui.text
        await ui.press("enter")
        await ui.gives([folder / "notes.md"])


async def test_enter_at_once_takes_what_was_typed_and_not_what_was_listed(folder: Path) -> None:
    async with opened(AttachFile(folder)) as ui:
        await ui.press(*"photo2", "enter")
        await ui.gives([folder / "Photo2.JPG"])


async def test_tab_completes_and_enter_goes_in(folder: Path) -> None:
    async with opened(AttachFile(folder)) as ui:
        await ui.shows("photo.png")
        await ui.press(*"ph", "tab")
        await ui.types("photo")
        await ui.press(*"s", "tab")
        await ui.types("photos/")
        await ui.shows("inside.txt")
        await ui.press("tab")
        await ui.types("photos/inside.txt")
        await ui.press("enter")
        await ui.gives([folder / "photos" / "inside.txt"])


async def test_in_and_out_again(folder: Path) -> None:
    async with opened(AttachFile(folder)) as ui:
        await ui.shows("photos/")
        await ui.press("enter")
        await ui.types("photos/")
        await ui.shows("inside.txt")
        await ui.press("up", "enter")
        await ui.types(f"{folder.resolve()}/")
        await ui.shows("photo.png")


async def test_several_are_marked(folder: Path) -> None:
    async with opened(AttachFile(folder)) as ui:
        await ui.shows("photo.png")
        await ui.press("down", "down", "down", "space", "space", "up", "space")
        await ui.shows("1 marked", "Enter take 1", "✓")
        await ui.press("down", "insert")
        await ui.shows("2 marked, 2 kB")
        await ui.press("enter")
        await ui.gives([folder / "notes.md", folder / "Photo2.JPG"])


async def test_what_is_marked_stays_so_elsewhere_and_a_typed_file_is_taken_with_it(folder: Path) -> None:
    async with opened(AttachFile(folder)) as ui:
        await ui.press(*"notes.md")
        await ui.press("insert")
        await ui.shows("1 marked")
        for _ in "notes.md":
            await ui.press("backspace")
        await ui.press(*"photos/inside.txt")
        await ui.shows("inside.txt")
        await ui.press("enter")
        await ui.gives([folder / "notes.md", folder / "photos" / "inside.txt"])


async def test_a_space_is_a_space_while_one_types(folder: Path) -> None:
    async with opened(AttachFile(folder)) as ui:
        await ui.press(*"my", "space", *"n", "enter")
        await ui.gives([folder / "my notes.txt"])


async def test_with_the_mouse(folder: Path) -> None:
    async with opened(AttachFile(folder)) as ui:
        await ui.shows("photos/")
        await ui.click("notes.md")
        await ui.shows("1 marked", "✓ notes.md")
        await ui.click("photos/")
        await ui.shows("inside.txt")
        await ui.click("inside.txt")
        await ui.shows("2 marked")
        await click(ui.pilot, "#attach")
        await ui.gives([folder / "notes.md", folder / "photos" / "inside.txt"])
    async with opened(AttachFile(folder)) as ui:
        await ui.shows("Back")
        await click(ui.pilot, "#back")
        await ui.gives([])


async def test_hidden_files_after_a_dot_and_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    async with opened(AttachFile(folder / "photos")) as ui:
        await ui.shows("inside.txt")
        await ui.press(*"~/.h")
        await ui.shows(".hidden")
        await ui.press("enter")
        await ui.gives([folder / ".hidden"])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nothing", "Nothing here begins or goes on like that"),
        ("nowhere/", "There is no such folder"),
        ("~no-such-user-here/", "There is no such user"),
    ],
)
async def test_what_is_not_there(folder: Path, typed: str, said: str) -> None:
    async with opened(AttachFile(folder)) as ui:
        await ui.press(*typed)
        await ui.shows(said)
        await ui.press("tab", "space", "enter")
        assert ui.app.given == []


async def test_the_current_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    async with opened(AttachFile()) as ui:
        await ui.shows("photo.png")
        ui.app.screen.query_one(OptionList).highlighted = None
        await ui.press("enter")
        await ui.shows("Choose a file.")


async def test_the_columns_follow_the_width(folder: Path) -> None:
    async with opened(AttachFile(folder), (160, 50)) as ui:
        await ui.shows("photo.png")
        await ui.pilot.resize_terminal(60, 20)
        await ui.shows("photo.png", "image", "1 kB")


# Looking


def picture(colour: str = "red", size: tuple[int, int] = (40, 40)) -> bytes:
    buffer = io.BytesIO()
    image = Image.new("RGB", size, colour)
    image.paste("blue", (0, size[1] // 2, size[0], size[1]))
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def things(tmp_path: Path) -> list[Attached]:
    (tmp_path / "photo.png").write_bytes(picture())
    (tmp_path / "notes.md").write_text("# Title\n\n" + "\n".join(f"line {number}" for number in range(100)))
    (tmp_path / "old.bmp").write_bytes(b"")
    Image.new("RGB", (9, 9)).save(tmp_path / "old.bmp")
    return [attach(tmp_path / name) for name in ("photo.png", "notes.md", "old.bmp")]


def fetcher(things: list[Attached]) -> Callable[[Attachment], bytes | None]:
    data = {one.attachment.sha256: one.data for one in things}
    return lambda attachment: data.get(attachment.sha256)


def look(things: list[Attached], **more: Any) -> Look:
    return Look([one.attachment for one in things], fetcher(things), **more)


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (60, 16)])
async def test_an_image_in_half_blocks(things: list[Attached], size: tuple[int, int]) -> None:
    async with opened(look(things[:1]), size) as ui:
        await ui.shows("photo.png", "40×40", "image/png", "▀", "s save", "Esc back")
        assert "x remove" not in ui.text
        await ui.press("x", "bracketright", "right")
        assert ui.app.given == []
        await ui.press("escape")
        await ui.gives(None)


async def test_a_text_is_scrolled(things: list[Attached]) -> None:
    async with opened(look(things, start=1)) as ui:
        await ui.shows("notes.md  (2 of 3)", "tokens", "# Title", "line 3")
        assert "line 40" not in ui.text
        await until(ui.pilot, lambda: isinstance(ui.app.focused, TextArea))
        await ui.press("pagedown", "pagedown")
        await ui.shows("line 40")
        assert "# Title" not in ui.text


async def test_one_after_the_other_and_removing(things: list[Attached]) -> None:
    async with opened(look(things, removable=True)) as ui:
        await ui.shows("photo.png  (1 of 3)", "▀", "x remove")
        await ui.press("right_square_bracket")
        await ui.shows("notes.md  (2 of 3)", "# Title")
        await ui.press("left_square_bracket", "left_square_bracket")
        await ui.shows("old.bmp  (3 of 3)", "9×9")
        await ui.press("x")
        await ui.gives(things[2].attachment.id)


async def test_saving_under_the_name_that_fits(
    things: list[Attached], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "saved"
    place.mkdir()
    monkeypatch.chdir(place)
    async with opened(look(things, start=2)) as ui:
        await ui.shows("old.bmp", "▀")
        await ui.press("s")
        await ui.shows("Save old.bmp", f"{len(things[2].data):,} bytes")
        await ui.press("enter")
        await ui.shows("Saved to")
    assert (place / "old.png").read_bytes() == things[2].data


async def test_what_is_lost_or_broken_says_so(things: list[Attached]) -> None:
    async with opened(Look([things[0].attachment], lambda _: None)) as ui:
        await ui.shows("no longer in the library")
        await ui.press("s")
        assert "Save photo" not in ui.text
    async with opened(Look([things[0].attachment], lambda _: b"\x89PNG\r\n\x1a\nxx")) as ui:
        await ui.shows("broken or incomplete")

    def fail(_: Attachment) -> bytes:
        raise OSError

    async with opened(Look([things[0].attachment], fail)) as ui:
        await ui.shows("It could not be fetched (OSError)")


async def test_text_is_harmless_and_only_so_much_of_it_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\x1b]0;title\x07[b]plain\u202e\n" + "x" * 300_000)
    one = attach(tmp_path / "a.txt")
    async with opened(look([one])) as ui:
        await ui.shows("[b]plain")
        area = ui.app.screen.query_one(TextArea)
        assert "\x1b" not in area.text
        assert area.text.endswith("characters more, which are sent, too.")


# Pictures

UNKNOWN = None
CELL = (10, 20)


@pytest.mark.parametrize(
    ("environ", "cell", "way"),
    [
        ({"TERM": "xterm-kitty"}, CELL, "kitty"),
        ({"TERM": "xterm-ghostty"}, CELL, "kitty"),
        ({"TERM": "xterm-kitty"}, UNKNOWN, "blocks"),
        ({"TERM": "xterm-kitty", "TMUX": "x"}, CELL, "blocks"),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "WezTerm"}, CELL, "blocks"),
        ({"TERM": "screen.xterm", "KONSOLE_VERSION": "230400"}, CELL, "blocks"),
        ({"TERM": "foot"}, CELL, "sixel"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, CELL, "sixel"),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "230400"}, CELL, "sixel"),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "210400"}, CELL, "blocks"),
        ({"TERM": "xterm-256color"}, CELL, "blocks"),
        ({}, CELL, "blocks"),
    ],
)
def test_the_way_is_known_without_a_question(environ: dict[str, str], cell: tuple[int, int] | None, way: Way) -> None:
    assert way_for(environ, cell) == way


@pytest.mark.parametrize(
    ("pixels", "room", "size"),
    [
        ((640, 480), (70, 20), (53, 20)),
        ((4000, 10), (70, 20), (70, 1)),
        ((10, 4000), (70, 20), (1, 20)),
        ((16, 16), (70, 20), (16, 8)),
        ((1, 1), (70, 20), (1, 1)),
    ],
)
def test_it_keeps_its_proportions(pixels: tuple[int, int], room: tuple[int, int], size: tuple[int, int]) -> None:
    assert fitted(pixels, Cells(*room)) == size


def test_each_half_block_is_two_pixels() -> None:
    image = Image.new("RGB", (4, 4), "red")
    image.paste("blue", (0, 1, 4, 2))
    (first, second) = half_blocks(image, Cells(4, 2))
    assert first.text == second.text == "▀▀▀▀"
    style = first._segments[0].style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    assert (style.color.triplet, style.bgcolor.triplet) == ((255, 0, 0), (0, 0, 255))


class Terminal(io.StringIO):
    """Says that it is one, and keeps what is written; whoever reads from it waits in vain."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("way", ["kitty", "sixel"])
async def test_the_graphics_of_the_terminal_without_its_questions(monkeypatch: pytest.MonkeyPatch, way: Way) -> None:
    for name in [name for name in sys.modules if name.startswith("textual_image")]:
        monkeypatch.delitem(sys.modules, name)
    terminal = Terminal()
    monkeypatch.setattr(sys, "__stdout__", terminal)

    class Frame(Screen[None]):
        def compose(self) -> Any:
            yield Picture(picture(), way)

    async with opened(Frame()) as ui:
        await until(ui.pilot, lambda: bool(ui.app.screen.query(".graphics")))
        child = ui.app.screen.query_one(".graphics")
        await until(ui.pilot, lambda: child.size == (4, 2))
        # A question would be one for the attributes (CSI c), for the size of a cell (CSI 16 t), or for graphics (a=q).
        written = terminal.getvalue()
        assert not any(question in written for question in ("\x1b[c", "\x1b[16t", "a=q"))
        assert ("\x1b_G" in written) == (way == "kitty")
        await ui.app.screen.query_one(Picture).remove()
    if way == "kitty":
        assert "a=d" in terminal.getvalue()
    assert sys.__stdout__ is terminal
