"""Where files go, and that asking makes nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from lmstudio_tui import paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLDERS: list[tuple[Callable[[], Path], str, str]] = [
    (paths.config_dir, "XDG_CONFIG_HOME", ".config"),
    (paths.state_dir, "XDG_STATE_HOME", ".local/state"),
    (paths.data_dir, "XDG_DATA_HOME", ".local/share"),
    (paths.cache_dir, "XDG_CACHE_HOME", ".cache"),
]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the folders of other platforms have other names")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for _, variable, _ in FOLDERS:
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@linux_only
@pytest.mark.parametrize(("folder", "variable", "usual"), FOLDERS)
def test_each_folder_is_the_usual_one_or_the_one_the_user_set(
    folder: Callable[[], Path], variable: str, usual: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder() == home / usual / "lmstudio-tui"
    monkeypatch.setenv(variable, str(home / "elsewhere"))
    assert folder() == home / "elsewhere" / "lmstudio-tui", "it is asked anew each time"


def test_files_lie_in_these_folders() -> None:
    assert paths.config_file() == paths.config_dir() / "config.toml"
    assert paths.state_file() == paths.state_dir() / "state.json"
    assert paths.media_dir() == paths.data_dir()


def test_asking_makes_nothing(home: Path) -> None:
    for folder, _, _ in FOLDERS:
        folder()
    assert list(home.iterdir()) == []
