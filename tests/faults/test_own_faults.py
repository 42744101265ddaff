"""Mistakes of the program itself, in a real terminal: told in words, written down, and the shell is left as it was."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from terminal import ESCAPE, F1, Terminal, new_user

SECRET = "a-key-that-nobody-may-see"
F5 = b"\x1b[15~"
BROKEN = f"""
import sys
from lmstudio_tui.cli.main import run_command
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.widgets.header import HeaderBar
from lmstudio_tui.tui.screens.help import HelpScreen

def fail(*_, **__):
    raise ValueError("it broke at {SECRET}")

%s = fail
sys.exit(run_command(sys.argv[1:]))
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {**new_user(tmp_path), "LM_STUDIO_API_KEY": SECRET}


def broken(what: str) -> list[str]:
    """The command, in which one function fails."""
    return [sys.executable, "-c", BROKEN % what]


def reports(environ: dict[str, str]) -> list[str]:
    return [path.read_text() for path in Path(environ["XDG_STATE_HOME"]).glob("lmstudio-tui/reports/*.txt")]


def test_the_app_goes_on(environ: dict[str, str]) -> None:
    with Terminal("--demo", environ=environ, program=broken("LMStudioApp.action_retry_server")) as terminal:
        terminal.ready()
        terminal.type(b"not lost")
        terminal.shows("not lost")
        terminal.type(F5)
        terminal.shows("Something went wrong in the app itself", "ValueError", "A report without your keys")
        terminal.type(b"\r")
        terminal.until(lambda: "Something went wrong" not in terminal.text)
        terminal.shows("not lost")
        terminal.leave()
    assert len(reports(environ)) == 1
    assert SECRET not in terminal.raw.decode() + reports(environ)[0]


def test_what_fails_whenever_it_is_drawn_ends_the_app_in_words(environ: dict[str, str]) -> None:
    with Terminal("--demo", environ=environ, program=broken("HeaderBar.render")) as terminal:
        terminal.ended(20)
        assert terminal.process.returncode == 1
        terminal.assert_sane()
        assert "error: Something went wrong in the app itself (ValueError)." in terminal.text
        assert "A report without your keys is in" in terminal.text
    assert b"Traceback" not in terminal.raw
    assert 0 < len(reports(environ)) <= 20
    assert SECRET not in terminal.raw.decode() + "".join(reports(environ))


def test_a_screen_that_cannot_be_made(environ: dict[str, str]) -> None:
    with Terminal("--demo", environ=environ, program=broken("HelpScreen.compose")) as terminal:
        terminal.ready()
        terminal.type(F1)
        terminal.shows("Something went wrong in the app itself")
        terminal.type(b"\r")
        terminal.until(lambda: "Something went wrong" not in terminal.text)
        terminal.type(ESCAPE)
        terminal.leave()


def test_on_the_command_line(environ: dict[str, str]) -> None:
    program = [
        sys.executable,
        "-c",
        BROKEN.replace("LMStudioApp\n", "LMStudioApp\nimport lmstudio_tui.cli.ping as ping\n") % "ping._answered",
    ]
    with Terminal("ping", "--json", "--demo", environ=environ, program=program) as terminal:
        terminal.ended(20)
        assert terminal.process.returncode == 1
        assert "error: Something went wrong in lmstudio-tui itself (ValueError)." in terminal.text
    assert b"Traceback" not in terminal.raw
    assert len(reports(environ)) == 1
    assert SECRET not in terminal.raw.decode() + reports(environ)[0]
