"""Dependencies: few, ranged for users, pinned for development, and looked at for faults; and what SECURITY.md says."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import check_dependencies

ROOT = Path(__file__).parents[2]
PINNED = {name: (ROOT / name).read_text().splitlines() for name in check_dependencies.PINNED}


def test_users_get_ranges() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert len(wanted) < 30
    assert [one for one in wanted if not re.fullmatch(r"[a-z0-9-]+>=[0-9.]+,<[0-9]+", one)] == []


@pytest.mark.parametrize("name", PINNED)
def test_developers_get_versions(name: str) -> None:
    lines = [line for line in PINNED[name] if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    assert [
        line
        for line in lines
        if not re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[0-9][^\s;]*|-r requirements\.txt$", line)
    ] == []
    assert "://" not in "\n".join(PINNED[name])
    assert not [
        line
        for line in PINNED[name]
        if re.match(r"\s*(-i|--(extra-)?index-url|--find-links|-f|--trusted-host)\b", line)
    ]


def test_everything_that_users_need_is_pinned() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    pinned = {line.partition("==")[0].lower() for line in PINNED["requirements.txt"]}
    assert {re.split(r"[<>=]", one)[0] for one in wanted} <= pinned


def test_a_clone_serves_the_app_to_a_browser() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["web"]
    pinned = {line.partition("==")[0].lower() for line in PINNED["requirements.txt"]}
    assert {re.split(r"[<>=]", one)[0] for one in wanted} <= pinned


GOOD: dict[str, Any] = {"name": "a", "version": "1", "vulns": []}
BAD: dict[str, Any] = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found"}


def test_a_known_fault_fails_and_nothing_else_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_dependencies.judged([GOOD, SKIPPED]) == 0
    assert check_dependencies.judged([SKIPPED]) == 0
    assert check_dependencies.judged([GOOD, BAD]) == 1
    assert "b 2: PYSEC-1; mended in 2.1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("", "not installed"),
        ("exit 1", "could not look them up"),
        ("echo '[]'", "could not look them up"),
        ('echo \'{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}\'', "none of 1"),
        ("exec sleep 30", "no answer in time"),
    ],
)
def test_where_it_cannot_look_a_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], program: str, said: str
) -> None:
    if program:
        (tmp_path / "pip-audit").write_text(f"#!/bin/sh\n{program}\n")
        (tmp_path / "pip-audit").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin" if program else str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(check_dependencies, "PATIENCE", 0.5 if "sleep" in program else 20.0)
    assert check_dependencies.main() == 0
    told = capsys.readouterr().out
    assert said in told
    assert told.count("\n") == 1


def test_the_tests_that_security_md_names_are_there() -> None:
    page = (ROOT / "SECURITY.md").read_text()
    named = set(re.findall(r"`([\w/]+\.py)`", page))
    folders = (ROOT, ROOT / "tests" / "security")
    assert len(named) > 15
    assert [name for name in named if not any((folder / name).exists() for folder in folders)] == []
