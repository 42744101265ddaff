"""No settings but those that a test gives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lmstudio_tui import paths


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the default file would be."""
    for name in [name for name in os.environ if name.startswith(("LM_", "LMSTUDIO_", "XDG_"))]:
        monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(paths, "config_file", lambda: tmp_path / "config.toml")
    return tmp_path / "config.toml"
