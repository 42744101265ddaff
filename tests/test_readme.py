"""The README claims only what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lmstudio_tui.cli.outcome import Exit
from lmstudio_tui.settings import Settings
from lmstudio_tui.simulator import FAULTS, SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.commands import markdown_table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_keys_are_those_of_the_catalogue() -> None:
    assert markdown_table() in README


def test_every_setting_is_named() -> None:
    table = README.split("## Settings")[1].split("## ")[0]
    assert {name for name in Settings.model_fields if f"`{name}`" not in table} == set()


def test_every_exit_code_is_named() -> None:
    assert {code for code in Exit if f"| {code.value} |" not in README} == set()


def test_there_are_as_many_faults_as_it_says() -> None:
    assert "more than sixty faults" in README
    assert len(FAULTS) > 60


def test_links_and_pictures_are_there() -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).is_file()] == []


def test_the_sdk_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code = README.split("```python\n")[1].split("```")[0]
    with SimulatorServer(SimulatorConfig(speed=0)) as server:
        exec(compile(code.replace("http://127.0.0.1:1234", server.base_url), "README.md", "exec"), {})
    assert "Simulated answer" in capsys.readouterr().out
