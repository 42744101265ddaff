"""What a shell offers at a Tab: commands, options, and values such as panes and profiles; in each shell's own way."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli_runs import Run

from lmstudio_tui import __main__
from lmstudio_tui.__main__ import COMPLETING
from lmstudio_tui.cli import completing, opening
from lmstudio_tui.cli.main import app
from lmstudio_tui.paths import config_file
from lmstudio_tui.settings import load_settings


@pytest.fixture(autouse=True)
def profiles(home: Path) -> Path:
    """A settings file with two servers, and another one with one."""
    file = config_file()
    file.parent.mkdir(parents=True)
    file.write_text(
        '[profiles.box]\nbase_url = "http://127.0.0.1:1"\n[profiles.bench]\nbase_url = "http://127.0.0.1:2"\n'
    )
    (home / "other.toml").write_text('[profiles.elsewhere]\nbase_url = "http://127.0.0.1:3"\n')
    return file


def offered(cli: Run, monkeypatch: pytest.MonkeyPatch, line: str) -> list[str]:
    """What bash is told for a line whose last word is being typed."""
    words = line.split(" ")
    monkeypatch.setenv(COMPLETING, "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    return cli().out.split()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("lmstudio-tui hist", ["history"]),
        ("lmstudio-tui models l", ["ls", "load"]),
        ("lmstudio-tui history ex", ["export"]),
        ("lmstudio-tui chat --temp", ["--temperature"]),
        ("lmstudio-tui --pane i", ["images", "inspector"]),
        ("lmstudio-tui web --pane emb", ["embeddings"]),
        ("lmstudio-tui --profile ", ["bench", "box"]),
        ("lmstudio-tui ping --profile bo", ["box"]),
        ("lmstudio-tui chat --log-level d", ["debug"]),
        ("lmstudio-tui simulate --flavour cl", ["classic"]),
    ],
)
def test_bash(cli: Run, monkeypatch: pytest.MonkeyPatch, line: str, wanted: list[str]) -> None:
    assert offered(cli, monkeypatch, line) == wanted


def test_profiles_of_another_settings_file(cli: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = home / "other.toml"
    assert offered(cli, monkeypatch, f"lmstudio-tui --config {other} --profile ") == ["elsewhere"]
    assert offered(cli, monkeypatch, f"lmstudio-tui --config {other} ping --profile ") == ["elsewhere"]
    assert offered(cli, monkeypatch, f"lmstudio-tui ping --config {other} --profile ") == ["elsewhere"]
    other.write_text("profiles = 1 = 2")
    assert offered(cli, monkeypatch, f"lmstudio-tui --config {other} --profile ") == []


@pytest.mark.parametrize(
    ("shell", "variables", "wanted"),
    [
        ("zsh", {"_TYPER_COMPLETE_ARGS": "lmstudio-tui spe"}, '"speak"'),
        (
            "fish",
            {"_TYPER_COMPLETE_ARGS": "lmstudio-tui --pane im", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
            "images",
        ),
        (
            "powershell",
            {"_TYPER_COMPLETE_ARGS": "lmstudio-tui spe", "_TYPER_COMPLETE_WORD_TO_COMPLETE": "spe"},
            "speak:::",
        ),
    ],
)
def test_other_shells(
    cli: Run, monkeypatch: pytest.MonkeyPatch, shell: str, variables: dict[str, str], wanted: str
) -> None:
    monkeypatch.setenv(COMPLETING, f"complete_{shell}")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wanted in cli().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_the_script_of_each_shell(cli: Run, monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    result = cli("--show-completion", shell)
    assert (result.code, COMPLETING in result.out) == (0, True)


def test_a_shell_that_asks_opens_no_app(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> int:
        raise AssertionError("the app was opened")

    monkeypatch.setattr(opening, "open_at_once", refuse)
    monkeypatch.setattr(sys, "argv", ["lmstudio-tui"])
    monkeypatch.setenv(COMPLETING, "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "lmstudio-tui\npi")
    monkeypatch.setenv("COMP_CWORD", "1")
    with pytest.raises(SystemExit) as left:
        __main__.main()
    assert left.value.code == 0


def test_the_values_are_those_that_are_taken(cli: Run, home: Path) -> None:
    for level in completing.LOG_LEVELS:
        assert load_settings({"log_level": level}, environ={}).settings.log_level == level
    assert f"_{app.info.name}_COMPLETE".replace("-", "_").upper() == COMPLETING
