"""The man page is made of the commands as they are."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from lmstudio_tui.cli.examples import EXAMPLES

MAN = Path(__file__).parents[2] / "docs" / "man"


def test_it_is_current_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    made = runpy.run_path(str(MAN / "make.py"), run_name="made")["page"]()
    assert made == (MAN / "lmstudio-tui.1").read_text(encoding="utf-8"), "make man"
    for path in EXAMPLES:
        assert not path or f".SS {path} " in made.replace("\\-", "-")
    assert "…\n" not in made.partition(".SH DESCRIPTION")[2]


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff (Debian: apt install groff-base)")
def test_it_is_good_troff() -> None:
    command = ["groff", "-man", "-Tutf8", "-ww", "-K", "utf8", str(MAN / "lmstudio-tui.1")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    assert "EXIT STATUS" in re.sub(".\b", "", done.stdout)
