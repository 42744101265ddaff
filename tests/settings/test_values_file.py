"""Writing single settings into `config.toml`: what is asked for, and not a letter more."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from settings_loads import KEY, reuse_folder

from lmstudio_tui.settings import SettingsError
from lmstudio_tui.settings.values_file import TOP, ValuesFile

posix_only = pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")

FULL = '''# Mine, all of it.
timeout   = 3   # seconds
default_model = """
[profiles.fake]
"""
theme = ""      # not yet

# Sent along.
[extra_headers]
X-Team = "blue"    # ours
X-Other = "1"

# The big one.
[profiles.box]   # in the cellar
base_url = 'http://127.0.0.1:5000'  # a tunnel
allowed_hosts = [
    "a",
    # later:
    "b",
]

[profiles.box.extra_headers]
X-Team = "red"

[profiles]
line = { timeout = 5 }
'''


@pytest.fixture
def file(config: Path) -> ValuesFile:
    config.write_text(FULL)
    config.chmod(0o640)
    return ValuesFile(config)


def test_what_there_is(file: ValuesFile) -> None:
    assert file.places() == [TOP, "box", "line"]
    assert file.values("box")["base_url"] == "http://127.0.0.1:5000"
    assert "theme" not in file.values(TOP)
    assert "profiles" not in file.values(TOP)


@pytest.mark.parametrize(
    ("place", "name", "value", "old", "new"),
    [
        (TOP, "timeout", 4.5, "timeout   = 3   #", "timeout   = 4.5   #"),
        (TOP, "theme", "nord", 'theme = ""      #', 'theme = "nord"      #'),
        (TOP, "timeout", None, "timeout   = 3   # seconds\n", ""),
        (TOP, "verify_tls", False, "# not yet\n", "# not yet\nverify_tls = false\n"),
        (TOP, "extra_headers", {"X-Team": "green", "X-Other": "1"}, '"blue"    # ours', '"green"    # ours'),
        (TOP, "extra_headers", {"X-Team": "blue"}, 'X-Other = "1"\n', ""),
        (
            TOP,
            "extra_headers",
            None,
            '# Sent along.\n[extra_headers]\nX-Team = "blue"    # ours\nX-Other = "1"\n\n',
            "",
        ),
        ("box", "base_url", "http://b:1", "'http://127.0.0.1:5000'", '"http://b:1"'),
        ("box", "timeout", 9, '    "b",\n]\n', '    "b",\n]\ntimeout = 9\n'),
        ("box", "extra_headers", None, '[profiles.box.extra_headers]\nX-Team = "red"\n\n', ""),
        ("line", "timeout", 6, "timeout = 5", "timeout = 6"),
    ],
)
def test_one_thing_changes(file: ValuesFile, place: str, name: str, value: object, old: str, new: str) -> None:
    assert FULL.count(old) == 1
    change = file.set(place, name, value, was=file.values(place).get(name))
    assert file.path.read_text() == FULL.replace(old, new)
    assert file.values(place).get(name) == value
    file.undo(change)
    assert file.path.read_text() == FULL


def test_the_first_one_makes_the_file_and_undoing_empties_it(tmp_path: Path) -> None:
    file = ValuesFile(tmp_path / "folder" / "config.toml")
    change = file.set(TOP, "timeout", 5, was=None)
    assert file.path.read_text() == "timeout = 5\n"
    if os.name == "posix":
        assert file.path.stat().st_mode & 0o777 == 0o600
    file.undo(change)
    assert file.path.read_text() == ""


def test_a_value_stands_above_the_first_table(config: Path) -> None:
    config.write_text("[profiles.box]\nport = 1\n")
    ValuesFile(config).set(TOP, "timeout", 5, was=None)
    assert config.read_text() == "timeout = 5\n\n[profiles.box]\nport = 1\n"


def test_windows_line_ends_and_mark_stay(config: Path) -> None:
    config.write_bytes(b"\xef\xbb\xbftimeout = 3\r\n# end\r\n")
    ValuesFile(config).set(TOP, "timeout", 4, was=3)
    assert config.read_bytes() == b"\xef\xbb\xbftimeout = 4\r\n# end\r\n"


def test_what_somebody_else_wrote_meanwhile_stays(file: ValuesFile) -> None:
    file.path.write_text(FULL + "\n# theirs\n")
    change = file.set(TOP, "timeout", 4, was=3)
    assert file.path.read_text().endswith("# theirs\n")
    file.path.write_text(file.path.read_text() + "# more\n")
    file.undo(change)
    assert tomllib.loads(file.path.read_text())["timeout"] == 3
    assert file.path.read_text().endswith("# more\n")


def test_the_same_setting_changed_meanwhile_is_not_overwritten(file: ValuesFile) -> None:
    change = file.set(TOP, "timeout", 4, was=3)
    theirs = FULL.replace("= 3 ", "= 77 ")
    file.path.write_text(theirs)
    for call in (lambda: file.set(TOP, "timeout", 5, was=4), lambda: file.undo(change)):
        with pytest.raises(SettingsError, match="timeout was changed in the file meanwhile"):
            call()
    assert file.path.read_text() == theirs


def test_a_profile_that_is_gone_is_told(file: ValuesFile) -> None:
    with pytest.raises(SettingsError, match="no profile 'gone'"):
        file.set("gone", "timeout", 4, was=None)


def test_a_file_that_is_broken_is_never_touched(file: ValuesFile) -> None:
    file.path.write_text("timeout = \n")
    with pytest.raises(SettingsError, match="line 1, column 11: not valid TOML"):
        file.set(TOP, "timeout", 4, was=None)
    assert file.path.read_text() == "timeout = \n"


@posix_only
def test_a_key_makes_it_private_and_other_values_leave_its_mode(file: ValuesFile) -> None:
    file.path.write_text("timeout = 3\n")
    file.path.chmod(0o644)
    file.set(TOP, "timeout", 4, was=3)
    assert file.path.stat().st_mode & 0o777 == 0o644
    file.set(TOP, "api_key", KEY, was=None)
    assert file.path.stat().st_mode & 0o777 == 0o600


@posix_only
def test_a_read_only_file_is_left_alone(file: ValuesFile) -> None:
    file.path.chmod(0o400)
    with pytest.raises(SettingsError, match="read-only") as caught:
        file.set(TOP, "timeout", 4, was=3)
    assert caught.value.hint == "Nothing was changed."
    assert file.path.read_text() == FULL


def test_a_preview_writes_nothing(file: ValuesFile) -> None:
    assert tomllib.loads(file.preview(TOP, "timeout", 8))["timeout"] == 8
    assert file.path.read_text() == FULL


@given(
    place=st.sampled_from([TOP, "box", "line"]),
    name=st.sampled_from(["timeout", "default_model", "extra_headers", "allowed_hosts", "verify_tls"]),
    value=st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
    | st.lists(st.text(st.characters(exclude_categories=["Cs"])))
    | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"]))
    ),
)
@settings(reuse_folder, max_examples=40)
def test_any_value_is_read_again_as_it_was_meant(config: Path, place: str, name: str, value: object) -> None:
    config.write_text(FULL, newline="")
    file = ValuesFile(config)
    before = {one: dict(file.values(one)) for one in file.places()}
    change = file.set(place, name, value, was=before[place].get(name))
    after = {one: dict(file.values(one)) for one in file.places()}
    assert after == before | {
        place: {**before[place], name: value} if value is not None else _less(before[place], name)
    }
    file.undo(change)
    assert config.read_text() == FULL


def _less(table: dict[str, object], name: str) -> dict[str, object]:
    return {one: value for one, value in table.items() if one != name}
