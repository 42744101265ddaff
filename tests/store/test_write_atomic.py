"""Atomic writes: the old file or the new one, never a half, and nothing left lying about."""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmstudio_tui.store.atomic import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

posix_only = pytest.mark.skipif(os.name != "posix", reason="only POSIX has permissions and free symbolic links")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def fail(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
@given(data=st.text(st.characters(exclude_categories=["Cs"])) | st.binary())
def test_what_is_written_is_what_is_there(tmp_path: Path, data: str | bytes) -> None:
    path = tmp_path / "file"
    write_atomic(path, data)
    assert path.read_bytes() == (data.encode() if isinstance(data, str) else data)
    assert names_in(tmp_path) == ["file"]


def test_line_ends_are_left_as_they_are(tmp_path: Path) -> None:
    write_atomic(tmp_path / "file", "a\nb\r\n")
    assert (tmp_path / "file").read_bytes() == b"a\nb\r\n"


@posix_only
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o400])
def test_the_mode_is_the_one_asked_for_whatever_the_umask(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o666)
    before = os.umask(0o077)
    try:
        write_atomic(path, "new", mode)
    finally:
        os.umask(before)
    assert mode_of(path) == mode


@posix_only
def test_every_missing_folder_is_made_private_and_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(mode=0o755)
    (tmp_path / "there").chmod(0o755)
    path = tmp_path / "there" / "a" / "b" / "file"
    write_atomic(path, "x")
    assert [mode_of(folder) for folder in (path.parent, path.parent.parent, tmp_path / "there")] == [
        0o700,
        0o700,
        0o755,
    ]


@posix_only
def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "real"
    link = tmp_path / "link"
    link.symlink_to(real)
    write_atomic(link, "x")
    assert link.is_symlink()
    assert real.read_text() == "x"
    assert names_in(real.parent) == ["real"]


@posix_only
def test_a_loop_of_links_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OSError, match=r"."):
        write_atomic(tmp_path / "a" / "file", "x")
    assert names_in(tmp_path) == ["a", "b"]


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 127)
    write_atomic(path, "x")
    assert path.read_text() == "x"


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    monkeypatch.setattr(step, fail)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["file"]


def test_an_interruption_cleans_up_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "file", "new")
    assert names_in(tmp_path) == []


def test_text_that_cannot_be_written_touches_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_atomic(tmp_path / "folder" / "file", "\ud800")
    assert names_in(tmp_path) == []


def test_a_folder_in_the_way_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match=r"."):
        write_atomic(tmp_path / "file", "x")
    assert names_in(tmp_path) == ["file"]


@posix_only
def test_the_folder_is_synced_after_the_file_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[str, list[str]]] = []

    def note(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        synced.append((kind, names_in(tmp_path)))
        if kind == "folder":
            raise OSError(errno.EINVAL, "some file systems cannot")

    monkeypatch.setattr("os.fsync", note)
    write_atomic(tmp_path / "name", "x")
    assert [kind for kind, _ in synced] == ["file", "folder"]
    assert "name" not in synced[0][1]
    assert synced[1][1] == ["name"]


def test_on_windows_neither_permissions_nor_folders_are_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform == "win32":
        pytest.skip("there it is what all the others test")
    # Only this module's view of the platform: pathlib reads os.name too.
    monkeypatch.setattr("lmstudio_tui.store.atomic.os", _Windows())
    write_atomic(tmp_path / "file", "x", 0o644)
    assert mode_of(tmp_path / "file") == 0o600, "as the temporary file was made"


class _Windows:
    """`os`, but for its name, and with no way to open a folder."""

    name = "nt"

    def __getattr__(self, name: str) -> object:
        if name == "open":
            raise AssertionError("a folder cannot be opened on Windows")
        return getattr(os, name)
