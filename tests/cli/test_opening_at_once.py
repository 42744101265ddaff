"""Which arguments open the app before the command line is imported, and what that does not import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from lmstudio_tui.cli import opening
from lmstudio_tui.cli.main import app
from lmstudio_tui.cli.opening import FLAGS, VALUES, plain_options
from lmstudio_tui.paths import config_file

HEAVY = (
    *("httpx", "pydantic", "typer", "click", "markdown_it", "pygments", "email"),
    *("numpy", "sounddevice", "soundfile", "soxr", "PIL", "starlette", "uvicorn"),
)
_LISTED = f"import sys; print([one for one in {HEAVY!r} if one in sys.modules])"


def test_the_options_are_those_of_the_command_line() -> None:
    known = {name: one.name for one in get_command(app).params for name in one.opts}
    for name, parameter in (VALUES | FLAGS).items():
        assert known.pop(name) == parameter
    # What ends without a screen is left to the command line.
    assert set(known) <= {"--version", "--help", "--install-completion", "--show-completion"}


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ([], {}),
        (["--demo"], {}),
        (["--base-url", "http://box:1234/v1", "-m", "qwen"], {"base_url": "http://box:1234/v1", "model": "qwen"}),
        (["--pane=models", "--profile=home"], {"pane": "models", "profile": "home"}),
        (["--model", "a", "--model", "b=c"], {"model": "b=c"}),
    ],
)
def test_plain_options(arguments: list[str], values: dict[str, str]) -> None:
    given = plain_options(arguments)
    assert given is not None
    assert given.values == values
    assert given.demo is ("--demo" in arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        *(["chat"], ["--help"], ["--version"], ["--demo", "ping"], ["--pane"], ["--pane", "--demo"], ["--pane="]),
        *(["-m=x"], ["-mqwen"], ["--demo=1"], ["--nonsense"], [""], ["--"]),
    ],
)
def test_everything_else_is_left_to_the_command_line(arguments: list[str]) -> None:
    assert plain_options(arguments) is None


@pytest.mark.parametrize(
    "imported",
    ["lmstudio_tui.tui.app, lmstudio_tui.cli.opening, lmstudio_tui.features.mishaps, lmstudio_tui.store.state"],
)
def test_the_first_picture_needs_nothing_heavy(imported: str) -> None:
    command = [sys.executable, "-c", f"import {imported}; {_LISTED}"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize("where", ["file", "named", "environment"])
def test_what_asks_a_command_for_the_key_has_the_terminal_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(opening, "has_terminal", lambda: True)

    def run_app(_: object) -> int:
        return 7

    monkeypatch.setattr(opening, "run_app", run_app)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    nothing = plain_options([])
    assert nothing is not None
    assert opening.open_at_once(nothing) == 7
    file = config_file() if where == "file" else tmp_path / "other.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    if where == "environment":
        monkeypatch.setenv("LM_STUDIO_API_KEY_COMMAND", "pass show key")
    else:
        file.write_text('[profiles.box]\napi_key_command = "pass show key"\n', encoding="utf-8")
    given = plain_options(["--config", str(file)] if where == "named" else [])
    assert given is not None
    assert opening.open_at_once(given) is None
