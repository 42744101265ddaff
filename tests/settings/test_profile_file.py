"""Writing profiles into `config.toml`: what is asked for, and not a letter more."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st
from settings_loads import KEY, load, reuse_folder

from lmstudio_tui.settings import SettingsError
from lmstudio_tui.settings import config_file as writing
from lmstudio_tui.settings.profiles import ProfileFile

posix_only = pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")

FULL = '''# Mine, all of it.
timeout   = 3   # seconds
default_model = """
[profiles.fake]
"""

# The big one.
[profiles.box]   # in the cellar
base_url = 'http://127.0.0.1:5000'  # a tunnel
allowed_hosts = [
    "a",
    # later:
    "b",
]
# nothing else

[profiles.box.extra_headers]
X-Team = "blue"

# A note that belongs to nobody.

# The small one.
[ profiles . "small.one" ]
port = 0x1388
'''


@pytest.fixture
def file(config: Path) -> ProfileFile:
    config.write_text(FULL)
    config.chmod(0o600)
    return ProfileFile(config)


def failure(call: object, *arguments: object) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        call(*arguments)  # type: ignore[operator]  # pyright: ignore[reportCallIssue]
    return caught.value


# Reading


def test_what_there_is(file: ProfileFile) -> None:
    assert file.names() == ["box", "small.one"]
    assert file.default() is None
    assert file.get("small.one") == {"port": 5000}
    assert "There is no profile 'x' any more." in failure(file.get, "x").message


def test_nothing_is_made_by_reading(tmp_path: Path) -> None:
    file = ProfileFile(tmp_path / "folder" / "config.toml")
    assert (file.names(), file.default()) == ([], None)
    assert not file.path.parent.exists()


# Making


def test_the_first_one_makes_the_file(tmp_path: Path) -> None:
    file = ProfileFile(tmp_path / "folder" / "config.toml")
    file.save("box", {"base_url": "http://127.0.0.1:1", "api_key": None, "extra_headers": {"X-A": 'b"\n'}})
    assert file.path.read_text() == (
        '[profiles.box]\nbase_url = "http://127.0.0.1:1"\nextra_headers = {X-A = "b\\"\\n"}\n'
    )
    if os.name == "posix":
        assert (file.path.stat().st_mode & 0o777, file.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_new_one_stands_at_the_end(file: ProfileFile) -> None:
    file.save("new.one", {"base_url": "http://127.0.0.1:1"})
    assert file.path.read_text() == f'{FULL}\n[profiles."new.one"]\nbase_url = "http://127.0.0.1:1"\n'
    assert load(None, {"profile": "new.one"}).settings.base_url == "http://127.0.0.1:1"


def test_a_name_that_none_can_have_or_that_is_taken(file: ProfileFile) -> None:
    assert "No profile can have this name" in failure(file.save, "a b", {}).message
    assert "There is a profile 'box' already" in failure(file.save, "box", {}).message
    assert file.path.read_text() == FULL


# Changing


def test_only_what_is_named_changes(file: ProfileFile) -> None:
    file.save("box", {"base_url": "http://127.0.0.1:6000", "timeout": 4, "allowed_hosts": None}, former="box")
    expected = FULL.replace("'http://127.0.0.1:5000'", '"http://127.0.0.1:6000"')
    expected = expected.replace('allowed_hosts = [\n    "a",\n    # later:\n    "b",\n]\n', "")
    assert file.path.read_text() == expected.replace("# nothing else\n", "# nothing else\ntimeout = 4\n")


def test_a_profile_is_renamed_and_so_is_the_choice_of_it(file: ProfileFile) -> None:
    file.set_default("box")
    before = file.path.read_text()
    file.save("cellar", {}, former="box")
    expected = before.replace("[profiles.box]", "[profiles.cellar]").replace("profiles.box.", "profiles.cellar.")
    assert file.path.read_text() == expected.replace('profile = "box"', 'profile = "cellar"')
    assert file.default() == "cellar"
    assert "already" in failure(lambda: file.save("small.one", {}, former="cellar")).message


# Removing


def test_one_goes_with_its_own_comments_only_and_comes_back(file: ProfileFile) -> None:
    removed = file.remove("box")
    text = file.path.read_text()
    assert text == FULL[: FULL.index("# The big one.")] + FULL[FULL.index("# A note") :]
    assert KEY not in repr(removed)
    file.restore(removed)
    assert file.path.read_text() == FULL


def test_the_last_one_goes_and_comes_back(file: ProfileFile) -> None:
    removed = file.remove("small.one")
    assert file.path.read_text() == FULL[: FULL.index("\n# The small one.")]
    file.restore(removed)
    assert file.path.read_text() == FULL
    file.remove("box")
    file.remove("small.one")
    assert tomllib.loads(file.path.read_text()).keys() == {"timeout", "default_model"}


def test_the_app_no_longer_starts_with_one_that_is_gone(file: ProfileFile) -> None:
    file.set_default("box")
    removed = file.remove("box")
    assert file.default() is None
    file.save("other", {"timeout": 3})
    file.restore(removed)
    assert (file.names(), file.default()) == (["small.one", "other", "box"], "box")
    assert file.get("box")["extra_headers"] == {"X-Team": "blue"}
    assert "already" in failure(file.restore, removed).message


# Which one to start with


def test_the_choice_stands_at_the_top(file: ProfileFile) -> None:
    file.set_default("box")
    assert file.path.read_text() == FULL.replace('"""\n\n', '"""\nprofile = "box"\n\n')
    file.set_default("small.one")
    assert file.default() == "small.one"
    file.set_default(None)
    assert file.path.read_text() == FULL
    assert "no profile 'x'" in failure(file.set_default, "x").message


def test_the_choice_in_a_file_of_profiles_only(config: Path) -> None:
    config.write_text("[profiles.box]\ntimeout = 3\n")
    ProfileFile(config).set_default("box")
    assert config.read_text() == 'profile = "box"\n\n[profiles.box]\ntimeout = 3\n'


# Files that are not as usual


@pytest.mark.parametrize(
    "text",
    [
        'profiles = {box = {timeout = 3, port = 1}, other = {timeout = 4}}\ntheme = "x"\n',
        'profiles.box.timeout = 3\nprofiles.box.port = 1\nprofiles.other.timeout = 4\ntheme = "x"\n',
        'theme = "x"\n[profiles]\nbox = {timeout = 3, port = 1}\nother.timeout = 4\n',
        '[profiles.other]\ntimeout = 4\n[profiles]\nbox = {timeout = 3, port = 1}\n',
    ],
)  # fmt: skip
def test_other_spellings(config: Path, text: str) -> None:
    config.write_text(text)
    file = ProfileFile(config)
    file.save("box", {"timeout": 5, "port": None}, former="box")
    file.save("new", {"timeout": 6})
    file.set_default("new")
    removed = file.remove("other")
    rest = {"theme": "x"} if "theme" in text else {}
    profiles = {"box": {"timeout": 5}, "new": {"timeout": 6}}
    assert tomllib.loads(config.read_text()) == {**rest, "profile": "new", "profiles": profiles}
    file.restore(removed)
    assert file.get("other") == {"timeout": 4}


def test_windows_line_ends_and_the_mark_stay(config: Path) -> None:
    config.write_bytes(b"\xef\xbb\xbftimeout = 3\r\n\r\n[profiles.box]\r\nport = 1\r\n")
    file = ProfileFile(config)
    file.save("box", {"port": 2}, former="box")
    file.set_default("box")
    assert config.read_bytes() == (b'\xef\xbb\xbftimeout = 3\r\nprofile = "box"\r\n\r\n[profiles.box]\r\nport = 2\r\n')


@pytest.mark.parametrize("content", [b"timeout = ", b"\xff", b"profiles = 3"])
def test_a_file_that_is_not_valid_is_never_touched(config: Path, content: bytes) -> None:
    config.write_bytes(content)
    file = ProfileFile(config)
    for call in (lambda: file.save("box", {}), lambda: file.remove("box"), lambda: file.set_default("box"), file.names):
        assert str(config) in failure(call).message
    assert config.read_bytes() == content


def test_what_somebody_else_wrote_meanwhile_stays(file: ProfileFile) -> None:
    file.names()
    file.path.write_text(FULL.replace("timeout   = 3", "timeout = 8"))
    file.save("new", {"timeout": 1})
    assert "timeout = 8   # seconds" in file.path.read_text()


@posix_only
def test_who_may_read_it(config: Path) -> None:
    config.write_text("timeout = 3\n")
    config.chmod(0o644)
    file = ProfileFile(config)
    file.save("box", {"api_key_env": "K"})
    assert config.stat().st_mode & 0o777 == 0o644
    file.save("box", {"audio_api_key": KEY}, former="box")
    assert config.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written_is_told(file: ProfileFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(writing, "write_atomic", deny)
    error = failure(file.set_default, "box")
    assert error.message == f"{file.path}: It cannot be written: permission denied."
    assert file.path.read_text() == FULL


# Any file

names = st.sampled_from(["a", "b", "c.d", "e-f"])
trivia = st.sampled_from(["", "\n", "# note\n", "\n# note\n", "# note\n\n", "\n# one\n\n# two\n"])
bodies = st.sampled_from(
    ["", "port = 1\n", "timeout = 2 # two\nenv = '''\n[x]\n# y\n'''\n", 'allowed_hosts = [\n"x"\n]\n']
)


@st.composite
def files(draw: st.DrawFn) -> str:
    text = draw(trivia) + draw(st.sampled_from(["", 'theme = "x"\n', "[extra_headers]\nA = 'b'\n"]))
    for name in draw(st.lists(names, unique=True, max_size=3)):
        quoted = f'"{name}"' if "." in name else name
        text += draw(trivia) + f"[profiles.{quoted}]\n" + draw(bodies) + draw(trivia)
        if draw(st.booleans()):
            text += f"[profiles.{quoted}.extra_headers]\nX = 'y'\n"
    return text + draw(trivia)


@reuse_folder
@given(text=files(), name=names, port=st.integers(1, 9))
def test_any_change_is_the_one_that_was_meant(config: Path, text: str, name: str, port: int) -> None:
    config.write_text(text)
    file = ProfileFile(config)
    before = tomllib.loads(text)
    there = name in file.names()
    comments = text.count("#")
    file.save(name, {"port": port}, former=name if there else None)
    after = tomllib.loads(config.read_text())
    assert after["profiles"][name] == {**before.get("profiles", {}).get(name, {}), "port": port}
    assert config.read_text().count("#") == comments
    file.set_default(name)
    assert tomllib.loads(config.read_text()) == {**after, "profile": name}
    removed = file.remove(name)
    rest = tomllib.loads(config.read_text())
    assert rest.get("profiles", {}) == {key: value for key, value in after["profiles"].items() if key != name}
    file.restore(removed)
    assert tomllib.loads(config.read_text()) == {**after, "profile": name}
