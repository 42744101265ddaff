"""Writing the prompt in an editor: programs that do what editors do, good and bad."""

from __future__ import annotations

import os
import shlex
import signal
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from app_parts import remarks
from composer_parts import ComposerApp, Desk, open_composer

from lmstudio_tui.tui.widgets.composer.editor import edit, editor_command

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(os.name == "nt", reason="the editors are scripts")]


def editor(folder: Path, code: str) -> str:
    """A command line, with an argument, that runs this code on the file `path` and exits with `code`."""
    script = folder / "an editor.py"
    script.write_text(f"import sys, os, pathlib\npath = pathlib.Path(sys.argv[-1])\ncode = 0\n{code}\nsys.exit(code)\n")
    return shlex.join([sys.executable, str(script), "--wait"])


def parts(folder: Path, code: str) -> list[str]:
    return shlex.split(editor(folder, code))


@pytest.fixture
def lend(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A terminal that can be lent; what was done with it."""
    done: list[str] = []

    @contextmanager
    def suspend(self: ComposerApp) -> Generator[None]:
        done.append("lent")
        yield
        done.append("back")

    monkeypatch.setattr(ComposerApp, "suspend", suspend)
    return done


def notices(desk: Desk) -> str:
    return " ".join(remarks(desk.app))


async def test_the_editor_gets_the_prompt_and_gives_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lend: list[str]
) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, "path.write_text(path.read_text().upper() + ' ÄÖ\\n')"))
    monkeypatch.setenv("EDITOR", "false")
    async with open_composer() as desk:
        await desk.type("hello")
        await desk.press("ctrl+g")
        await desk.until(lambda: desk.composer.text == "HELLO ÄÖ")
        assert lend == ["lent", "back"]
        assert desk.composer.has_focus
        await desk.press("ctrl+z")
        assert desk.composer.text == "hello"


async def test_the_command_opens_the_editor_with_an_empty_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lend: list[str]
) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, "path.write_text(path.read_text() + 'written')"))
    async with open_composer() as desk:
        await desk.type("/editor")
        await desk.press("enter")
        await desk.until(lambda: desk.composer.text == "written")
        assert desk.commands == []


async def test_placeholders_are_whole_in_the_file_and_fold_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lend: list[str]
) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, "text = path.read_text(); path.write_text(f'{len(text)} {text}?')"))
    log = "line\n" * 50
    async with open_composer() as desk:
        desk.composer.paste(log)
        await desk.press("ctrl+g")
        await desk.until(lambda: desk.composer.text == "250 [pasted text #1, 50 lines]?")
        assert desk.composer.text_to_keep == f"250 {log}?"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("path.write_text('lost'); code = 3", "ended with 3"),
        ("path.write_text('lost'); os.kill(os.getpid(), 15)", "ended by signal 15"),
        ("path.unlink()", "took the file away"),
        ("pass", "has to wait"),
    ],
)
async def test_an_editor_that_fails_leaves_the_prompt_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lend: list[str], code: str, said: str
) -> None:
    # How long Python takes to start is not the point.
    monkeypatch.setattr("lmstudio_tui.tui.widgets.composer.editor._AT_ONCE", 60.0)
    monkeypatch.setenv("VISUAL", editor(tmp_path, code))
    async with open_composer() as desk:
        await desk.type("hello")
        desk.composer.paste("line\n" * 50)
        before = desk.composer.text
        await desk.press("ctrl+g")
        await desk.until(lambda: said in notices(desk))
        assert desk.composer.text == before


async def test_an_editor_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, lend: list[str]) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    async with open_composer() as desk:
        await desk.type("hello")
        await desk.press("ctrl+g")
        await desk.until(lambda: "There is no no-such-editor" in notices(desk))
        assert desk.composer.text == "hello"


async def test_without_any_editor_it_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lend: list[str]
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", " ")
    monkeypatch.setenv("PATH", str(tmp_path))
    async with open_composer() as desk:
        await desk.type("hello")
        await desk.press("ctrl+g")
        await desk.until(lambda: "set EDITOR" in notices(desk))
        assert lend == []


async def test_a_terminal_that_cannot_be_lent_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "vi")
    async with open_composer() as desk:
        await desk.type("hello")
        await desk.press("ctrl+g")
        await desk.until(lambda: "cannot be lent" in notices(desk))
        assert desk.composer.text == "hello"


def test_which_editor_it_is(tmp_path: Path) -> None:
    for name in ("nano", "vi"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o700)
    path = {"PATH": str(tmp_path)}
    assert editor_command({"VISUAL": "code --wait", "EDITOR": "vi", **path}) == ["code", "--wait"]
    assert editor_command({"VISUAL": "", "EDITOR": "'/my tools/ed' -x", **path}) == ["/my tools/ed", "-x"]
    assert editor_command({"EDITOR": "it's", **path}) == ["it's"]
    assert editor_command(path) == [str(tmp_path / "nano")]
    assert editor_command({"PATH": ""}) == []


def test_the_file_is_nobody_elses_and_is_gone_afterwards(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    code = f"info = path.stat(); pathlib.Path({str(notes)!r}).write_text(f'{{info.st_mode}} {{path}}\\n{{path.name}}~')"
    found = edit("secret", [*parts(tmp_path, code + "; pathlib.Path(str(path) + '~').write_text('backup')")])
    assert found.text is None
    mode, path = notes.read_text().splitlines()[0].split(" ", 1)
    assert stat.S_IMODE(int(mode)) == 0o600
    assert path.endswith(".md")
    assert not Path(path).parent.exists()


def test_a_shell_has_no_part_in_it(tmp_path: Path) -> None:
    assert "There is no $(touch" in edit("x", [f"$(touch {tmp_path}/made)"]).remark
    assert not (tmp_path / "made").exists()


def test_what_editors_do_to_line_ends_is_taken_back(tmp_path: Path) -> None:
    assert edit("a", parts(tmp_path, "path.write_bytes(b'\\xef\\xbb\\xbfb\\r\\nc\\r\\n')")).text == "b\nc"
    assert edit("a\n", parts(tmp_path, "path.write_bytes(b'b\\n')")).text == "b\n"
    assert edit("a", parts(tmp_path, "path.write_bytes(b'')")).text == ""
    assert edit("a", parts(tmp_path, "path.write_bytes(b'\\xff')")).text == "\ufffd"


def test_ctrl_c_is_for_the_editor(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    code = "import signal, time; os.kill(os.getppid(), signal.SIGINT); time.sleep(0.2); path.write_text('done')"
    assert edit("a", parts(tmp_path, code)).text == "done"
    assert signal.getsignal(signal.SIGINT) is before
