"""The wheel: what is in it, and that it can be installed and used. `make check-package` tries far more."""

from __future__ import annotations

import os
import subprocess
import sys
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import check_package
import pytest

from lmstudio_tui import __version__
from measuring import unmeasured

_BUILD = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made as pip makes it, with the builder that is installed."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run([sys.executable, "-c", _BUILD, str(folder)], cwd=check_package.ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return next(folder.glob("*.whl"))


def test_what_is_in_it(wheel: Path) -> None:
    assert list(check_package.about_wheel(wheel)) == []


def test_its_metadata(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        [name] = [one for one in archive.namelist() if one.endswith(".dist-info/METADATA")]
        metadata = message_from_string(archive.read(name).decode())
    assert (metadata["Name"], metadata["Version"]) == ("lmstudio-tui", __version__)
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert set(metadata.get_all("Provides-Extra", [])) == {"parquet", "projections", "web"}
    supported = [one for one in metadata.get_all("Classifier", []) if " :: 3." in one]
    assert [one.rpartition(".")[2] for one in supported] == [one.rpartition(".")[2] for one in check_package.PYTHONS]


def test_it_is_installed_and_starts(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True, timeout=100)
    assert (target / "share" / "man" / "man1" / "lmstudio-tui.1").exists()
    for option in ("--version", "--help"):
        command = [sys.executable, "-W", "error", "-m", "lmstudio_tui", option]
        environ = {**unmeasured(os.environ), "PYTHONPATH": str(target)}
        done = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=tmp_path, timeout=100)
        assert (done.returncode, done.stderr) == (0, "")
        assert "lmstudio-tui" in done.stdout
