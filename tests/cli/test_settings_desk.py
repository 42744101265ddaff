"""The settings as the app is handed them: what is in force and why, checked before it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from lmstudio_tui import paths
from lmstudio_tui.cli.session import Session
from lmstudio_tui.cli.settings_desk import SessionSettings
from lmstudio_tui.features.settings_desk import TOP, SettingRow, SettingsDeskError

KEY = "sk-s3cr3t-s3cr3t"
FULL = f"""# mine
timeout = 5
api_key = "{KEY}"
profile = "box"

[extra_headers]
X-Token = "{KEY}"

[profiles.box]
base_url = "http://127.0.0.1:5000"
timeout = 7
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setattr(paths, "config_file", lambda: path)
    path.write_text(FULL)
    path.chmod(0o600)
    return path


def desk(**options: str) -> SessionSettings:
    return SessionSettings(Session(quiet=True, **options))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def row(one: SessionSettings, name: str, place: str = TOP, profile: str | None = "box") -> SettingRow:
    return next(row for row in one.rows(place, profile) if row.name == name)


def refused(one: SessionSettings, place: str, name: str, text: str) -> str:
    with pytest.raises(SettingsDeskError) as caught:
        one.put(place, name, text)
    return f"{caught.value.message} {caught.value.hint}"


def test_what_is_in_force_and_where_it_comes_from(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_STUDIO_MAX_RETRIES", "4")
    one = desk(base_url="http://127.0.0.1:9")
    assert one.places() == [TOP, "box"]
    assert (row(one, "timeout").value, row(one, "timeout").origin) == ("7", "profile box")
    assert row(one, "timeout").text == "5"
    assert row(one, "timeout").outdone == "The profile box sets it, too, and counts more."
    assert row(one, "timeout", "box").outdone == ""
    assert (row(one, "max_retries").value, row(one, "max_retries").origin) == ("4", "LM_STUDIO_MAX_RETRIES")
    assert row(one, "max_retries").outdone == "LM_STUDIO_MAX_RETRIES is set in the environment, and counts more."
    assert row(one, "base_url").outdone == "--base-url was given when the app was started, and counts more."
    assert (row(one, "connect_timeout").origin, row(one, "connect_timeout").stands) == ("default", False)
    assert row(one, "profile").choices == ("box",)
    assert "theme" not in [row.name for row in one.rows("box", "box")]


def test_a_key_is_nowhere_in_it(file: Path) -> None:
    one = desk()
    rows = [*one.rows(TOP, "box"), *one.rows("box", "box"), *one.rows(TOP, None)]
    assert KEY not in repr(rows)
    assert KEY not in "".join(f"{row.value}{row.text}" for row in rows)
    assert row(one, "api_key").stands
    assert row(one, "extra_headers").text == 'X-Token = "••••••"\n'


def test_headers_that_are_not_shown_stay_as_they_are(file: Path) -> None:
    one = desk()
    row(one, "extra_headers")
    one.put(TOP, "extra_headers", 'X-Token = "••••••"\nX-Team = "blue"\n')
    assert f'X-Token = "{KEY}"\nX-Team = "blue"\n' in file.read_text()
    assert "X-New needs a value" in one.mistake(TOP, "extra_headers", 'X-New = "••••••"')


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("timeout", "ten", "It must be a number of seconds, above 0 and up to 86400."),
        ("timeout", "0", "It must be a number of seconds, above 0 and up to 86400."),
        ("max_retries", "1.5", "It must be a whole number from 0 to 20."),
        ("generation_timeout", "never", "It must be a number of seconds"),
        ("allowed_hosts", "http://box", "It must be a list of names such as box.lan"),
        ("extra_headers", "X-Team: blue", 'It must be lines such as X-Team = "blue"'),
        ("keys", "chat.send: ctrl+s", 'It must be lines such as "chat.send" = "ctrl+s"'),
        ("keys", '{"chat.send" = "a"} # b\nc = 1', 'It must be lines such as "chat.send" = "ctrl+s"'),
        ("keys", "[]", 'It must be lines such as "chat.send" = "ctrl+s"'),
        ("keys", '"chat.send" = 5', "'chat.send' must be a key or a list of keys"),
        ("keys", '"chat.sned" = "ctrl+s"', "'chat.sned' must be the id of a command. Did you mean chat.send"),
        ("keys", '"chat.send" = "ctrl+foo"', 'chat.send must be a key such as "ctrl+s"'),
        ("keys", '"chat.send" = "ctrl+entre"', "Did you mean ctrl+enter?"),
        ("extra_headers", 'timeout = "5"', "is a setting, and stands among the extra_headers"),
        ("base_url", "http://me:pw@box", "must hold no user name"),
        ("base_url", "ftp://box", "http"),
        ("verify_tls", "perhaps", "It must be true or false."),
        ("profile", "nope", "must name a profile"),
        ("api_key", "ключ", "It must be a text of printable ASCII characters."),
    ],
)
def test_what_is_wrong_is_told_as_at_the_start_and_never_written(file: Path, name: str, text: str, told: str) -> None:
    one = desk()
    one.rows(TOP, "box")
    assert told in one.mistake(TOP, name, text)
    assert told in refused(one, TOP, name, text)
    assert file.read_text() == FULL


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("timeout", "2.5"),
        ("generation_timeout", "none"),
        ("allowed_hosts", "box.lan, other.lan"),
        ("verify_tls", "false"),
        ("log_level", "info"),
        ("profile", ""),
        ("default_model", "qwen3"),
    ],
)
def test_what_is_right_is_written_and_undone_to_the_letter(file: Path, name: str, text: str) -> None:
    one = desk()
    one.rows(TOP, "box")
    assert one.mistake(TOP, name, text) == ""
    one.put(TOP, name, text)
    assert file.read_text() != FULL
    assert one.undoable
    assert one.undo() == name
    assert file.read_text() == FULL
    assert not one.undoable


@pytest.mark.parametrize(
    "text",
    [
        '"chat.send" = ["alt+x", "f10"]\nchat.speak = ""',
        '{"chat.send" = ["alt+x", "f10"], "chat.speak" = ""}',
        '{"chat.send": ["alt+x", "f10"], "chat.speak": ""}',
    ],
)
def test_a_table_may_be_typed_as_it_is_written_anywhere(file: Path, text: str) -> None:
    one = desk()
    one.rows(TOP, None)
    one.put(TOP, "keys", text)
    assert desk().rows(TOP, None)
    written = row(one, "keys", profile=None)
    assert written.value == "chat.send, chat.speak"
    assert written.remark.startswith("F10 is the key of chat.send and of chat.parameters"), written.remark


def test_keys_that_can_be_used_but_never_arrive_are_remarked_on(file: Path) -> None:
    one = desk()
    one.rows(TOP, None)
    one.put(TOP, "keys", '"chat.model" = "ctrl+i"\n"chat.list" = "a"')
    remark = row(one, "keys", profile=None).remark
    assert remark.startswith("Ctrl+I (chat.model) may never arrive"), remark
    assert "And 1 more: lmstudio-tui keys --check." in remark
    one.put(TOP, "keys", "")
    assert row(one, "keys", profile=None).remark == ""


def test_what_would_keep_the_app_from_starting_is_refused(file: Path) -> None:
    one = desk()
    one.rows("box", "box")
    assert 'allowed_hosts = ["box.lan"]' in refused(one, "box", "base_url", "http://box.lan:1234")
    one.put("box", "allowed_hosts", "box.lan")
    one.put("box", "api_key", KEY)
    one.put("box", "base_url", "http://box.lan:1234")
    one.rows("box", "box")
    assert "box.lan" in refused(one, "box", "allowed_hosts", "")


def test_what_cannot_be_used_already_may_be_mended_step_by_step(file: Path) -> None:
    file.write_text('[profiles.far]\nbase_url = "http://box.lan:1234"\n')
    one = desk()
    one.rows("far", None)
    one.put("far", "timeout", "9")
    one.rows("far", None)
    one.put("far", "allowed_hosts", "box.lan")
    assert 'allowed_hosts = ["box.lan"]' in file.read_text()


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(file: Path) -> None:
    one = desk()
    one.rows(TOP, "box")
    theirs = FULL.replace("timeout = 5", "timeout = 55")
    file.write_text(theirs)
    assert "was changed in the file meanwhile" in refused(one, TOP, "timeout", "6")
    assert file.read_text() == theirs
    one.rows(TOP, "box")
    one.put(TOP, "timeout", "6")
    assert "timeout = 6" in file.read_text()


def test_the_run_goes_by_what_was_written(file: Path) -> None:
    one = desk()
    assert one.in_force("box").config.timeout == 7
    one.rows("box", "box")
    one.put("box", "timeout", "8")
    one.put(TOP, "theme", "nord")
    assert one.in_force("box").config.timeout == 8
    assert one.in_force(None).config.timeout == 5
    assert one.in_force("box").looks.theme == "nord"
    one.put("box", "timeout", "")
    assert one.in_force("box").config.timeout == 5


def test_a_broken_file_is_told_and_the_run_goes_on_as_before(file: Path) -> None:
    one = desk()
    one.rows(TOP, "box")
    file.write_text("timeout = \n")
    for call in (lambda: one.rows(TOP, "box"), lambda: one.in_force("box"), one.places):
        with pytest.raises(SettingsDeskError, match="not valid TOML"):
            call()
    assert "not valid TOML" in refused(one, TOP, "timeout", "6")
    assert file.read_text() == "timeout = \n"


def test_the_demo_says_why_the_address_is_another(file: Path) -> None:
    session = Session(quiet=True, demo=True)
    with session:
        one = SessionSettings(session)
        assert row(one, "base_url", profile=None).origin == "--demo"
        assert (
            row(one, "base_url", profile=None).outdone == "--demo brings a server of its own; without it this counts."
        )
        before = one.in_force(None).config
        one.put(TOP, "timeout", "6")
        after = one.in_force(None).config
        assert (after.base_url, after.timeout) == (before.base_url, 6)
