"""Texts that fill a column, and paths as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lmstudio_tui.tui.widgets.fitting import fitted, home_path


@pytest.mark.parametrize(
    ("text", "shown"), [("ab", "ab  "), ("abcd", "abcd"), ("abcde", "abc…"), ("日本語", "日… "), ("", "    ")]
)
def test_a_text_takes_exactly_the_cells_it_is_given(text: str, shown: str) -> None:
    assert fitted(text, 4) == shown


def test_what_is_at_home_begins_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "anna")
    assert home_path(tmp_path / "anna" / "media" / "one.wav") == str(Path("~") / "media" / "one.wav")
    assert home_path(tmp_path / "bert" / "one.wav") == str(tmp_path / "bert" / "one.wav")
