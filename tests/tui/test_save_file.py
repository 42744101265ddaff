"""Saving a text: where it was said, whole, and never over another file without asking."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from app_parts import click, screen_text, until
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Button, Input

from lmstudio_tui.tui.screens.save_file import SaveFile
from lmstudio_tui.tui.themes import QUIET_DARK

pytestmark = pytest.mark.anyio


class Host(App[None]):
    """Opens the dialog at once, and keeps what it gave."""

    def __init__(self, dialog: SaveFile) -> None:
        super().__init__()
        self._dialog = dialog
        self.given: list[Path | None] = []
        self.register_theme(QUIET_DARK)
        self.theme = QUIET_DARK.name

    def on_mount(self) -> None:
        self.push_screen(self._dialog, self.given.append)


class Driver:
    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> str:
        """What is shown, in one line, so that it does not matter where it is broken."""
        lines = (line.strip(" │╭╮╰╯─") for line in screen_text(self.pilot).splitlines())
        return " ".join(" ".join(lines).split())

    async def shows(self, *texts: str) -> None:
        await until(self.pilot, lambda: all(text in self.screen for text in texts))

    async def gives(self, path: Path | None) -> None:
        await until(self.pilot, lambda: self.app.given == [path])

    def type(self, text: str | Path) -> None:
        self.app.screen.query_one(Input).value = str(text)


Opened = Callable[..., Any]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lmstudio_tui.tui.screens.save_file._PAUSE", 0.0)

    @asynccontextmanager
    async def open_it(
        suggested: str | Path = "out.har", text: str = "content\n", size: tuple[int, int] = (80, 24), **more: Any
    ) -> AsyncGenerator[Driver]:
        app = Host(SaveFile("HAR of 2 requests", Path(suggested), text, **more))
        async with app.run_test(size=size) as pilot:
            yield Driver(app, pilot)

    return open_it


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (60, 16)])
async def test_enter_saves_where_it_says(opened: Opened, tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(text="ünï\r\n\n", size=size) as ui:
        await ui.shows("Save HAR of 2 requests", "out.har", "8 bytes, as ", "Enter save")
        await ui.pilot.press("enter")
        await ui.gives(tmp_path / "out.har")
    assert (tmp_path / "out.har").read_bytes() == "ünï\r\n\n".encode()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.har"]


async def test_the_mouse_alone(opened: Opened, tmp_path: Path) -> None:
    async with opened() as ui:
        await ui.shows("Save")
        await click(ui.pilot, "#save")
        await ui.gives(tmp_path / "out.har")
    async with opened("other.har") as ui:
        await ui.shows("Back")
        await click(ui.pilot, "#back")
        await ui.gives(None)
    assert not (tmp_path / "other.har").exists()


async def test_escape_saves_nothing(opened: Opened, tmp_path: Path) -> None:
    async with opened() as ui:
        await ui.shows("Save")
        await ui.pilot.press("escape")
        await ui.gives(None)
    assert list(tmp_path.iterdir()) == []


async def test_another_file_is_not_replaced_without_asking(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "out.har").write_text("precious")
    async with opened() as ui:
        await ui.shows("Save")
        await ui.pilot.press("enter")
        await ui.shows("out.har is there already. Enter replaces it", "Enter replace", "Replace")
        assert (tmp_path / "out.har").read_text() == "precious"
        # Another name is another question.
        await ui.pilot.press("x")
        await ui.shows("Enter save")
        await ui.pilot.press("backspace", "enter")
        await ui.shows("is there already")
        assert (tmp_path / "out.har").read_text() == "precious"
        await ui.pilot.press("enter")
        await ui.gives(tmp_path / "out.har")
    assert (tmp_path / "out.har").read_text() == "content\n"


async def test_replacing_with_the_mouse(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "out.har").write_text("old")
    async with opened() as ui:
        await ui.shows("Save")
        await click(ui.pilot, "#save")
        await ui.shows("is there already")
        button = ui.app.screen.query_one("#save", Button)
        assert str(button.label) == "Replace"
        # A button that was just pressed shows so for a moment, and takes no other click.
        await until(ui.pilot, lambda: not button.has_class("-active"))
        await click(ui.pilot, "#save")
        await ui.gives(tmp_path / "out.har")
    assert (tmp_path / "out.har").read_text() == "content\n"


async def test_a_second_click_is_no_answer(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out.har").write_text("precious")
    async with opened() as ui:
        monkeypatch.setattr("lmstudio_tui.tui.screens.save_file._PAUSE", 3600.0)
        await ui.shows("Save")
        await ui.pilot.press("enter")
        await ui.shows("is there already")
        await ui.pilot.press("enter", "enter")
        await click(ui.pilot, "#save")
        assert ui.app.given == []
        assert (tmp_path / "out.har").read_text() == "precious"


async def test_home_is_a_short_name(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    async with opened("~/a b.har") as ui:
        await ui.shows("as ", "a b.har")
        await ui.pilot.press("enter")
        await ui.gives(home / "a b.har")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("nowhere/at/all.har", "There is no folder"),
        (".", "is a folder: add a file name"),
        ("file/below.har", "There is no folder"),
        ("~no-such-user-here/x", "There is no such user"),
        ("   ", "Type a path."),
        ("a\x00b", "A path cannot hold such a character"),
        ("n" * 300, "too long"),
    ],
)
async def test_what_cannot_be_says_so_and_can_be_mended(opened: Opened, tmp_path: Path, typed: str, words: str) -> None:
    (tmp_path / "file").write_text("x")
    async with opened() as ui:
        await ui.shows("Save")
        ui.type(typed)
        await ui.pilot.press("enter")
        await ui.shows(words)
        ui.type(tmp_path / "good.har")
        await ui.pilot.press("enter")
        await ui.gives(tmp_path / "good.har")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "The disk is full."),
        (errno.EACCES, "You may not write there."),
        (errno.EROFS, "That disk cannot be written to."),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
async def test_errors_in_words(opened: Opened, number: int, words: str) -> None:
    def fail(path: Path, content: bytes) -> None:
        raise OSError(number, os.strerror(number), str(path))

    async with opened(write=fail) as ui:
        await ui.shows("Save")
        await ui.pilot.press("enter")
        await ui.shows(f"It could not be written: {words}")
        assert ui.app.given == []


async def test_it_is_written_in_a_thread_and_once(opened: Opened, tmp_path: Path) -> None:
    go, threads = threading.Event(), list[int]()

    def slow(path: Path, content: bytes) -> None:
        threads.append(threading.get_ident())
        go.wait(10)
        path.write_bytes(content)

    async with opened(write=slow) as ui:
        await ui.shows("Save")
        await ui.pilot.press("enter")
        await ui.shows("Writing ")
        await ui.pilot.press("enter")
        go.set()
        await ui.gives(tmp_path / "out.har")
        await until(ui.pilot, lambda: len(ui.app.screen_stack) == 1)
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


async def test_halves_of_characters_do_not_cost_the_rest(opened: Opened, tmp_path: Path) -> None:
    async with opened(text="a\ud800b") as ui:
        await ui.shows("Save")
        await ui.pilot.press("enter")
        await ui.gives(tmp_path / "out.har")
    assert (tmp_path / "out.har").read_bytes() == b"a?b"


async def test_a_link_to_nowhere_is_something_that_is_there(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "out.har").symlink_to(tmp_path / "target.har")
    async with opened() as ui:
        await ui.shows("Save")
        await ui.pilot.press("enter")
        await ui.shows("is there already")
        await ui.pilot.press("enter")
        await ui.gives(tmp_path / "out.har")
    assert (tmp_path / "target.har").read_text() == "content\n"
