"""Settings: how a mistake is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from settings_loads import KEY, load, refused, reuse_folder, told

from lmstudio_tui import paths
from lmstudio_tui.settings import Settings, SettingsError, load_settings

GENERATION_TIMEOUT = 'must be a number of seconds, above 0 and up to 31536000, or "none" for no limit'
NO_PASSWORD = "must hold no user name, password or query (use api_key; write an @ in a path as %40)."


# Mistakes


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("timeout", "abc", "must be a number of seconds, above 0 and up to 86400, not 'abc'."),
        ("timeout", 0, "must be a number of seconds, above 0 and up to 86400, not 0."),
        ("timeout", True, "must be a number of seconds, above 0 and up to 86400, not true."),
        ("connect_timeout", [1], "must be a number of seconds, above 0 and up to 3600, not that."),
        ("generation_timeout", -1, f"{GENERATION_TIMEOUT}, not -1."),
        ("max_retries", 2.5, "must be a whole number from 0 to 20, not 2.5."),
        ("max_retries", False, "must be a whole number from 0 to 20, not false."),
        ("stream_retry_ms", 60_001, "must be a whole number of milliseconds from 0 to 60000, not 60001."),
        ("port", 70_000, "must be a whole number from 1 to 65535, not 70000."),
        ("port", 10**30, "must be a whole number from 1 to 65535, not that."),
        ("scheme", "ftp", "must be http or https, not 'ftp'."),
        ("verify_tls", "maybe", "must be true or false, not 'maybe'."),
        ("enable_audio", 2, "must be true or false, not 2."),
        ("env", ["a"], 'must be a name such as "local" or "production", not that.'),
        ("theme", 3, "must be the name of a theme, not 3."),
        ("default_model", False, "must be the id of a model, not false."),
        ("host", "http://box", "must be a host name or an IP address alone (for a whole address: base_url)."),
        ("host", "box:80", "must be a host name or an IP address alone (for a whole address: base_url)."),
        ("host", "me:word@box", "must be a host name or an IP address alone (for a whole address: base_url)."),
        ("host", "[", "must be a host name or an IP address alone (for a whole address: base_url)."),
        ("base_url", 1234, "must be an address such as http://127.0.0.1:1234."),
        ("base_url", "http://me:word@box", NO_PASSWORD),
        ("base_url", "http://box/?key=word", NO_PASSWORD),
        ("api_key", "schlüssel", "must be a text of printable ASCII characters."),
        ("api_key", 12345, "must be a text of printable ASCII characters."),
        ("allowed_hosts", "http://box", "must be a list of names such as box.lan, without http:// or a path."),
        ("allowed_hosts", [1], "must be a list of names such as box.lan, without http:// or a path."),
        ("allowed_hosts", '["a"', "must be a list of names such as box.lan, without http:// or a path."),
        ("extra_headers", "X-Key: secret", 'must be a table of texts, such as {"X-Team": "blue"}.'),
        ("extra_headers", '["secret"]', 'must be a table of texts, such as {"X-Team": "blue"}.'),
        ("extra_headers", '{"X-Number": 1}', 'must be a table of texts, such as {"X-Team": "blue"}.'),
        ("extra_headers", "[" * 100_000, 'must be a table of texts, such as {"X-Team": "blue"}.'),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_in_words_with_its_place(config: Path, name: str, value: object, wrong: str) -> None:
    error = refused(f"{name} = {json.dumps(value)}")
    assert (str(error), error.source, error.key) == (f"{config}: {name} {wrong}", str(config), name)
    flag = f"--{name.replace('_', '-')}"
    error = refused("", {name: value})
    assert (error.message, error.source, error.key) == (f"{flag} {wrong}", flag, name)
    if isinstance(value, str):
        error = refused("", **{name.upper(): value})
        variable = f"LM_STUDIO_{name.upper()}"
        assert (error.message, error.source, error.key) == (f"{variable} {wrong}", variable, name)


@pytest.mark.parametrize("name", ["timeout", "generation_timeout", "max_retries", "port", "verify_tls", "theme"])
@pytest.mark.parametrize("value", ["inf", "nan", "2024-01-01", "0x" + "f" * 5_000, "{}"], ids=lambda value: value[:9])
def test_what_only_toml_can_say(config: Path, name: str, value: str) -> None:
    assert refused(f"{name} = {value}").message.startswith(f"{config}: {name} must be ")


def test_a_wrong_key_is_blamed_on_the_name_it_came_by() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={"LM_API_TOKEN": "\udcff"})
    assert caught.value.source == "LM_API_TOKEN"


def test_wrong_values_are_quoted_short_and_harmless() -> None:
    assert "\x1b" not in refused(TIMEOUT="\x1b]0;title\x07").message
    assert len(refused(TIMEOUT="9x" * 10_000).message) < 200
    assert "\\n" in refused(TIMEOUT="1\n2").message


def test_an_empty_flag_is_a_mistake() -> None:
    for name in ("base_url", "host", "default_model", "env"):
        assert refused(None, {name: ""}).source == f"--{name.replace('_', '-')}"


@pytest.mark.parametrize(
    ("toml", "key", "hint"),
    [
        ('baseurl = "x"', "baseurl", "Did you mean base_url?"),
        ('BASE-URL = "x"', "BASE-URL", "Did you mean base_url?"),
        ('LM_STUDIO_API_KEY = "x"', "LM_STUDIO_API_KEY", "Did you mean api_key?"),
        ("[server]\ntimeout = 3", "server", "Settings stand at the top of the file, in no table."),
        ("[[tables]]\nzzz = 3", "tables", "The keys are: scheme, host, "),
        ("qqqqq = 1", "qqqqq", "The keys are: scheme, host, "),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest_right_one(config: Path, toml: str, key: str, hint: str) -> None:
    error = refused(toml)
    assert (error.message, error.source, error.key) == (f"{config}: unknown key {key!r}.", str(config), key)
    assert error.hint.startswith(hint)
    assert str(error) == f"{error.message}\n{error.hint}"


@pytest.mark.parametrize(
    ("toml", "place"),
    [
        ("timeout = 3\r\nbase_url = http://x", ", line 2, column 12: not valid TOML: invalid value."),
        ("timeout = 3\ntimeout = 4", ", line 2, column "),
        ('timeout = 3\ntheme = "', ", line 2, column 10: not valid TOML: "),
        ("port = [", ", line 1, column 9: not valid TOML: "),
        (b"theme = 'a'\nenv = '\xff'", ", line 2: not UTF-8 text."),
        ("theme = 'a'".encode("utf-16"), ", line 1: not UTF-8 text."),
        ("port = " + "[" * 100_000, ": not valid TOML: nested too deeply."),
        ("port = " + "9" * 5_000, ": not valid TOML: "),
    ],
    ids=["value", "twice", "open text", "open list", "Latin-1", "UTF-16", "too deep", "too long"],
)
def test_broken_toml_is_told_with_line_and_column(config: Path, toml: str | bytes, place: str) -> None:
    error = refused(toml)
    assert error.source == str(config)
    if "9999" not in str(toml):
        assert error.message.startswith(f"{config}{place}")
    assert "not valid TOML: " in error.message or "UTF-8" in error.message


def test_a_mark_at_the_start_and_windows_line_ends_are_fine() -> None:
    assert load(b"\xef\xbb\xbftimeout = 3\r\nmax_retries = 1\r\n").settings.max_retries == 1


@reuse_folder
@given(toml=st.text(st.sampled_from("ab_=\"'[]{}#.,\n\r\t 0159-+:Tzx\\u\x00é")) | st.binary())
def test_any_file_loads_or_is_refused_in_words(toml: str | bytes) -> None:
    assert told(toml).startswith(("fine", str(paths.config_file())))


@reuse_folder
@given(name=st.sampled_from(sorted(Settings.model_fields)), value=st.text())
def test_any_variable_loads_or_is_refused_in_words(name: str, value: str) -> None:
    assert told(**{name.upper(): value}).startswith(("fine", f"LM_STUDIO_{name.upper()} must "))


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ('[extra_headers]\nX-Team = "blue"\ndefault_model = "m"', "default_model"),
        ("[extra_headers]\ntimeout = 3", "timeout"),
        ('extra_headers = { theme = "nord" }', "theme"),
    ],
)
def test_a_setting_among_the_headers_is_not_sent_as_one(config: Path, toml: str, key: str) -> None:
    error = refused(toml)
    assert error.message == f"{config}: {key!r} is a setting, and stands among the extra_headers."
    assert (error.key, "above that line" in error.hint) == (key, True)
    headers = load('[extra_headers]\nHost = "box"\nTimeout = "3"').settings.extra_headers
    assert headers == {"Host": "box", "Timeout": "3"}, "header names are written otherwise"


def test_a_wrong_value_is_an_error_also_where_another_counts(config: Path) -> None:
    assert refused("timeout = -1", TIMEOUT="3").message.startswith(f"{config}: timeout must be ")
    assert refused('api_key = ["x"]', API_KEY=KEY).message.startswith(f"{config}: api_key must be ")
    assert refused('port = 0\nbase_url = "http://127.0.0.1"').message.startswith(f"{config}: port must be ")
    assert refused("port = 0", BASE_URL="http://127.0.0.1").message.startswith(f"{config}: port must be ")


def test_a_flag_gets_past_a_wrong_value() -> None:
    flags: dict[str, object] = {"base_url": "http://127.0.0.1:1", "api_key": KEY, "timeout": None}
    assert load("port = 0\napi_key = 3", flags, HOST="a b").settings.base_url == "http://127.0.0.1:1"
    assert refused("timeout = -1", flags).key == "timeout"
