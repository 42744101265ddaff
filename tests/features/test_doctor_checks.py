"""What `doctor` makes of the surroundings: terminal, colours, characters, clipboard, audio, disk, proxies."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from lmstudio_tui.features.doctor import devices
from lmstudio_tui.features.doctor.checks import TooSlowError, within
from lmstudio_tui.features.doctor.disk import check_disk
from lmstudio_tui.features.doctor.network import check_proxies
from lmstudio_tui.features.doctor.surroundings import (
    Terminal,
    check_colours,
    check_python,
    check_terminal,
    check_unicode,
)

ALL = ("input", "output", "error")


def terminal(
    environ: dict[str, str] | None = None,
    *,
    streams: tuple[str, ...] = ALL,
    size: tuple[int, int] | None = (80, 24),
    encoding: str = "utf-8",
) -> Terminal:
    return Terminal({"TERM": "xterm-256color", **(environ or {})}, streams, size, encoding)


def test_python() -> None:
    assert check_python((3, 11, 0), "/usr/bin/python").status == "ok"
    assert check_python((3, 10, 9), "/usr/bin/python").status == "failed"


def test_here_is_some_terminal_or_none() -> None:
    assert isinstance(Terminal.here(), Terminal)


@pytest.mark.parametrize(
    ("where", "status", "said"),
    [
        (terminal(), "ok", "80 × 24"),
        (terminal({"TMUX": "tmux.sock,7,0", "SSH_TTY": "/dev/pts/1", "TERM_PROGRAM": "tmux"}), "ok", "over ssh"),
        (terminal({"TERM": "dumb"}), "warning", "TERM=dumb"),
        (terminal({"TERM": ""}), "warning", "(not set)"),
        (terminal(size=(59, 24)), "warning", "59 × 24"),
        (terminal(size=(120, 10)), "warning", "120 × 10"),
        (terminal(streams=("input",), size=None), "ok", "standard output and error elsewhere"),
        (terminal(streams=(), size=None), "skipped", "not run in a terminal"),
    ],
)
def test_the_terminal(where: Terminal, status: str, said: str) -> None:
    found = check_terminal(where)
    assert (found.status, said in found.detail) == (status, True), found


@pytest.mark.parametrize(
    ("environ", "status", "said"),
    [
        ({"COLORTERM": "truecolor"}, "ok", "16.7 million (COLORTERM=truecolor)"),
        ({}, "ok", "256"),
        ({"TERM": "xterm"}, "warning", "16, as TERM=xterm says"),
        ({"TERM": "dumb"}, "warning", "none"),
        ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, "ok", "switched off"),
    ],
)
def test_the_colours(environ: dict[str, str], status: str, said: str) -> None:
    found = check_colours(terminal(environ))
    assert (found.status, found.detail.startswith(said)) == (status, True), found
    assert check_colours(terminal(environ, streams=())).status in {"skipped", "ok"}


def test_the_characters() -> None:
    assert check_unicode(terminal({"LANG": "de_DE.UTF-8"}, encoding="UTF-8")).status == "ok"
    found = check_unicode(terminal({"LC_ALL": "C"}, encoding="ascii"))
    assert (found.status, found.detail) == ("warning", "output is ascii; LC_ALL=C")
    assert "no locale is set" in check_unicode(terminal(encoding="")).detail


# Clipboard


@pytest.mark.parametrize(
    ("environ", "status", "said"),
    [
        ({"TERM": "xterm-kitty"}, "ok", "by the terminal (OSC 52)"),
        ({"WT_SESSION": "1"}, "ok", "by the terminal (OSC 52)"),
        ({"TERM_PROGRAM": "Apple_Terminal"}, "warning", "Terminal.app does not"),
        ({"VTE_VERSION": "6800"}, "warning", "VTE"),
        ({"TERM": "linux"}, "warning", "of the kind linux"),
        ({"STY": "1.pts"}, "warning", "screen keeps it"),
        ({}, "warning", "if it knows OSC 52"),
        ({"SSH_TTY": "/dev/pts/1", "TERM": "xterm-ghostty"}, "ok", "not by a tool, over ssh"),
    ],
    ids=str,
)
def test_the_clipboard_by_the_terminal(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], status: str, said: str
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(devices, "_tool", str)
    found = devices.check_clipboard(terminal(environ))
    assert (found.status, said in found.detail) == (status, True), found
    assert bool(found.hint) == (status == "warning")


def test_a_tool_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tool = tmp_path / "xclip"
    tool.write_text("#!/bin/sh\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    found = devices.check_clipboard(terminal({"TERM": "linux"}))
    assert (found.status, found.detail.startswith("by xclip; ")) == ("ok", True), found


@pytest.mark.parametrize(
    ("said", "status"), [("on", "ok"), ("external", "warning"), ("off", "warning"), ("", "warning")]
)
def test_tmux_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, status: str) -> None:
    monkeypatch.setattr(devices, "_tool", str)
    tmux = tmp_path / "tmux"
    tmux.write_text(f"#!/bin/sh\necho {said}\n")
    tmux.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = devices.check_clipboard(terminal({"TMUX": "tmux.sock,7,0"}))
    assert found.status == status
    if status == "warning":
        assert found.hint == "In ~/.tmux.conf: set -g set-clipboard on"


# Audio


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """A module sounddevice of one's own."""

    def put(code: str) -> None:
        (tmp_path / "sounddevice.py").write_text(code)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    return put


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        (
            "print('noise')\ndef query_devices(): return [{'max_input_channels': 1, 'max_output_channels': 2}]",
            "ok",
            "1 to record with, 1 to play on",
        ),
        ("def query_devices(): return []", "warning", "0 to record with, 0 to play on"),
        ("raise OSError('PortAudio library not found')", "warning", "PortAudio is not"),
        ("raise RuntimeError('no luck')", "warning", "RuntimeError: no luck"),
        ("import os; os.abort()", "warning", "cannot be told"),
    ],
    ids=["some", "none", "no PortAudio", "odd", "crash"],
)
def test_audio(fake: Callable[[str], None], code: str, status: str, said: str) -> None:
    fake(code)
    found = devices.check_audio()
    assert (found.status, said in found.detail) == (status, True), found
    assert bool(found.hint) == (status == "warning")


def test_audio_that_hangs(fake: Callable[[str], None]) -> None:
    fake("import threading; threading.Event().wait()")
    assert devices.check_audio(limit=0.3).status == "warning"


def test_audio_is_a_matter_of_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: str) -> None:
        return None

    monkeypatch.setattr(devices.importlib.util, "find_spec", nothing)
    found = devices.check_audio()
    assert (found.status, "pip install" in found.hint) == ("skipped", True)


# Disk and proxies


def test_the_disk(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    good = check_disk({"state": tmp_path / "not" / "made", "cache": tmp_path})
    assert good.status == "ok"
    assert "not made yet" in good.detail.splitlines()[0]
    assert not (tmp_path / "not").exists()
    bad = check_disk({"state": tmp_path / "file" / "below"})
    assert (bad.status, "is no folder" in bad.detail) == ("warning", True)


def test_a_folder_that_is_not_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bool:
        return False

    monkeypatch.setattr(os, "access", refuse)  # the superuser may write anywhere
    found = check_disk({"state": tmp_path})
    assert (found.status, "is not writable" in found.detail) == ("warning", True)


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def little(_: object) -> object:
        return type("Usage", (), {"free": 5_000_000})

    monkeypatch.setattr("shutil.disk_usage", little)
    found = check_disk({"state": tmp_path, "data": tmp_path})
    assert (found.status, found.hint) == ("warning", "Make some room on the disk.")


def test_proxies() -> None:
    environ = {"HTTP_PROXY": "http://user:secret@proxy:1", "all_proxy": ""}
    assert check_proxies(environ, secure=True, loopback=False).status == "ok"
    assert check_proxies(environ, secure=False, loopback=True).status == "ok"
    found = check_proxies(environ, secure=False, loopback=False)
    assert found.status == "warning"
    assert "secret" not in found.detail + found.hint


# Never for ever


def test_what_takes_too_long_is_left() -> None:
    never = threading.Event()
    with pytest.raises(TooSlowError):
        within(0.05, never.wait)
    never.set()
    assert within(5, lambda: 7) == 7

    def fail() -> NoReturn:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        within(5, fail)


def test_nothing_of_this_is_loaded_by_other_commands() -> None:
    code = (
        "import sys; from lmstudio_tui.cli import main; "
        "print(*[name for name in sys.modules if 'features.doctor' in name or name in {'sounddevice', 'pyperclip'}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == ""
