"""Settings: which source wins, what each may hold, and how a mistake is told."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from lmstudio_tui import paths
from lmstudio_tui.sdk.config import ClientConfig
from lmstudio_tui.sdk.errors import ConfigurationError, HostNotAllowedError
from lmstudio_tui.settings import LoadedSettings, Settings, SettingsError, load_settings

KEY = "sk-lm-aBcD1234:s3cr3t-s3cr3t-s3cr3t"
GENERATION_TIMEOUT = 'must be a number of seconds, above 0 and up to 31536000, or "none" for no limit'
NO_PASSWORD = "must hold no user name, password or query (use api_key; write an @ in a path as %40)."
posix_only = pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")
reuse_folder = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


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


def load(toml: str | bytes | None = None, flags: dict[str, object] | None = None, /, **environ: str) -> LoadedSettings:
    """Load from what is given here only; variables without their LM_STUDIO_."""
    if toml is not None:
        paths.config_file().write_bytes(toml.encode() if isinstance(toml, str) else toml)
        paths.config_file().chmod(0o600)
    return load_settings(flags or {}, environ={f"LM_STUDIO_{name}": value for name, value in environ.items()})


def refused(
    toml: str | bytes | None = None, flags: dict[str, object] | None = None, /, **environ: str
) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(toml, flags, **environ)
    assert "\n" not in caught.value.message
    assert KEY not in f"{caught.value} {caught.value!r}"
    return caught.value


def told(toml: str | bytes | None = None, /, **environ: str) -> str:
    try:
        load(toml, **environ)
    except SettingsError as error:
        return error.message
    return "fine"


# Which source wins


def test_without_anything_the_defaults_are_the_sdks(config: Path) -> None:
    loaded = load()
    assert loaded.client_config() == ClientConfig()
    assert set(loaded.origins) == set(Settings.model_fields)
    assert set(loaded.origins.values()) == {"default"}
    assert (loaded.path, loaded.file_exists, loaded.warnings) == (config, False, [])
    assert not config.exists()


def test_every_setting_of_the_sdk_is_here_and_described() -> None:
    assert set(ClientConfig.model_fields) <= set(Settings.model_fields)
    assert all(field.description for field in Settings.model_fields.values())


def test_flags_then_environment_then_file_then_default(config: Path) -> None:
    toml = "max_retries = 1\ntimeout = 1\nstream_retry_ms = 1"
    loaded = load(toml, {"max_retries": 3, "timeout": None}, MAX_RETRIES="2", TIMEOUT="2")
    got = loaded.settings
    assert (got.max_retries, got.timeout, got.stream_retry_ms, got.connect_timeout) == (3, 2, 1, 10)
    assert loaded.file_exists
    assert {name: origin for name, origin in loaded.origins.items() if origin != "default"} == {
        "max_retries": "flag --max-retries",
        "timeout": "environment LM_STUDIO_TIMEOUT",
        "stream_retry_ms": str(config),
    }


def test_every_setting_can_be_set_in_the_file_and_in_the_environment() -> None:
    values: dict[str, object] = {
        "base_url": "https://box.lan:8080/lm",
        "api_key": KEY,
        "timeout": 5.5,
        "generation_timeout": 600.0,
        "connect_timeout": 3.0,
        "max_retries": 0,
        "stream_retry_ms": 0,
        "verify_tls": False,
        "allowed_hosts": ["box.lan"],
        "extra_headers": {"X-Team": "blue"},
        "default_model": "m",
        "default_embedding_model": "e",
        "enable_streaming": False,
        "enable_audio": True,
        "enable_images": True,
        "env": "production",
        "theme": "nord",
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if name != "extra_headers"]
    from_file = load("\n".join([*lines, "[extra_headers]", 'X-Team = "blue"']))
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    from_environment = load("", **{name.upper(): text for name, text in texts.items()})
    from_flags = load("", values)
    assert from_file.settings == from_environment.settings == from_flags.settings
    expected = {name: value for name, value in values.items() if name != "theme"}
    assert from_file.client_config() == ClientConfig(**expected)
    assert from_file.settings.theme == "nord"


def test_settings_alone_read_nothing(monkeypatch: pytest.MonkeyPatch, config: Path) -> None:
    config.write_text("max_retries = 1")
    monkeypatch.setenv("LM_STUDIO_TIMEOUT", "1")
    monkeypatch.setenv("TIMEOUT", "1")
    monkeypatch.setenv("HOST", "elsewhere")
    assert (Settings().max_retries, Settings().timeout, Settings().host, Settings(theme="x").theme) == (
        2,
        30,
        None,
        "x",
    )
    assert load_settings().settings.timeout == 1, "but loading reads the environment that there is"
    with pytest.raises(ValidationError):
        Settings().timeout = 3


def test_loading_leaves_nothing_behind() -> None:
    load(TIMEOUT="1")
    refused(TIMEOUT="x")
    assert Settings().timeout == 30


def test_a_flag_that_is_no_setting_is_the_callers_mistake() -> None:
    with pytest.raises(TypeError, match="no such settings: modle"):
        load(None, {"modle": "m"})


# The address


@pytest.mark.parametrize(
    ("flags", "environ", "toml", "base_url"),
    [
        ({}, {"HOST": "localhost"}, 'base_url = "http://file:1"', "http://localhost:1234"),
        ({}, {"PORT": "8080"}, 'base_url = "http://file:1"', "http://127.0.0.1:8080"),
        ({}, {"SCHEME": "https"}, 'host = "file"\nport = 1', "https://127.0.0.1:1234"),
        ({}, {"HOST": "a", "BASE_URL": "http://b:2"}, "", "http://b:2"),
        ({"port": 9}, {"BASE_URL": "http://b:2"}, 'host = "file"', "http://127.0.0.1:9"),
        ({"base_url": "http://flag"}, {"HOST": "a"}, "port = 1", "http://flag"),
        ({}, {}, 'scheme = "https"\nhost = "file"\nport = 1', "https://file:1"),
        ({}, {"HOST": "::1"}, "", "http://[::1]:1234"),
        ({}, {"HOST": "[fe80::1]", "PORT": "80"}, "", "http://[fe80::1]:80"),
        ({}, {"HOST": ""}, 'base_url = "http://file:1"', "http://file:1"),
        ({}, {"BASE_URL": " "}, 'base_url = ""\nhost = "file"', "http://file:1234"),
    ],
)
def test_the_first_source_that_names_the_address_decides_all_of_it(
    flags: dict[str, object], environ: dict[str, str], toml: str, base_url: str
) -> None:
    assert load(toml, flags, **environ).settings.base_url == base_url


def test_parts_that_do_not_count_are_not_there() -> None:
    loaded = load('host = "file"\nport = 1', HOST="a", BASE_URL="http://b")
    assert (loaded.settings.scheme, loaded.settings.host, loaded.settings.port) == (None, None, None)
    assert loaded.origins["host"] == loaded.origins["port"] == "default"
    assert loaded.origins["base_url"] == "environment LM_STUDIO_BASE_URL"


def test_a_composed_address_comes_from_its_parts(config: Path) -> None:
    both = "environment LM_STUDIO_HOST and environment LM_STUDIO_PORT"
    assert load(HOST="a", PORT="1").origins["base_url"] == both
    assert load('host = "a"\nport = 1').origins["base_url"] == str(config)


sources = st.fixed_dictionaries(
    {},
    optional={
        "base_url": st.sampled_from(["http://a:1", "https://b"]),
        "scheme": st.sampled_from(["http", "https"]),
        "host": st.sampled_from(["c", "::1"]),
        "port": st.integers(1, 65_535),
    },
)


@reuse_folder
@given(flags=sources, environ=sources, file=sources)
def test_the_address_is_that_of_one_source(
    flags: dict[str, object], environ: dict[str, object], file: dict[str, object]
) -> None:
    toml = "\n".join(f"{name} = {json.dumps(value)}" for name, value in file.items())
    loaded = load(toml, flags, **{name.upper(): str(value) for name, value in environ.items()})
    decides = flags or environ or file
    host = decides.get("host", "127.0.0.1")
    composed = f"{decides.get('scheme', 'http')}://{'[::1]' if host == '::1' else host}:{decides.get('port', 1234)}"
    assert loaded.settings.base_url == decides.get("base_url", composed)


# What the environment may hold


@pytest.mark.parametrize("text", ["true", "1", "yes", "TRUE", " yes "])
def test_yes(text: str) -> None:
    assert load(ENABLE_AUDIO=text).settings.enable_audio is True


@pytest.mark.parametrize("text", ["false", "0", "no", "False"])
def test_no(text: str) -> None:
    assert load(VERIFY_TLS=text).settings.verify_tls is False


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ('["a", "b:1"]', ("a", "b:1")),
        ("a, b:1 ,", ("a", "b:1")),
        ("[::1]:1234", ("[::1]:1234",)),
        ("[]", ()),
    ],
)
def test_allowed_hosts_are_json_or_separated_by_commas(text: str, hosts: tuple[str, ...]) -> None:
    assert load('allowed_hosts = ["file"]', ALLOWED_HOSTS=text).settings.allowed_hosts == hosts


def test_headers_of_one_source_replace_those_of_another() -> None:
    loaded = load('[extra_headers]\nX-A = "a"', EXTRA_HEADERS='{"X-B": "b"}')
    assert loaded.settings.extra_headers == {"X-B": "b"}


def test_empty_variables_are_not_set() -> None:
    loaded = load("timeout = 5", **{name.upper(): "" for name in Settings.model_fields}, CONFIG="")
    assert loaded.settings.timeout == 5
    assert loaded.warnings == []


def test_no_limit_can_be_said() -> None:
    assert load("generation_timeout = 60", GENERATION_TIMEOUT="none").settings.generation_timeout is None


@pytest.mark.parametrize(
    ("environ", "origin"),
    [
        ({"LM_API_TOKEN": KEY}, "LM_API_TOKEN"),
        ({"LMSTUDIO_API_TOKEN": KEY}, "LMSTUDIO_API_TOKEN"),
        ({"LMSTUDIO_API_TOKEN": "x", "LM_API_TOKEN": KEY}, "LM_API_TOKEN"),
        ({"LMSTUDIO_API_TOKEN": "x", "LM_API_TOKEN": "y", "LM_STUDIO_API_KEY": KEY}, "LM_STUDIO_API_KEY"),
        ({"LM_API_TOKEN": f" {KEY}\n", "LM_STUDIO_API_KEY": " "}, "LM_API_TOKEN"),
    ],
)
def test_the_key_has_several_names(config: Path, environ: dict[str, str], origin: str) -> None:
    config.write_text('api_key = "file"')
    config.chmod(0o600)
    loaded = load_settings(environ=environ)
    assert loaded.settings.api_key == SecretStr(KEY)
    assert loaded.origins["api_key"] == f"environment {origin}"


def test_an_empty_key_on_the_command_line_takes_the_key_away() -> None:
    assert load(None, {"api_key": ""}, API_KEY=KEY).settings.api_key is None


def test_unknown_variables_are_warned_of() -> None:
    warnings = load(TIMOUT="3", ZZZZZZ="", CONFIG="").warnings
    assert warnings == [
        "The environment variable LM_STUDIO_TIMOUT means nothing here. Did you mean LM_STUDIO_TIMEOUT?",
        "The environment variable LM_STUDIO_ZZZZZZ means nothing here.",
    ]
    assert "LM_STUDIO_HOST?" in load_settings(environ={"lm_studio_host": "x", "PATH": "/"}).warnings[0]


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


# The file


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(config_path=tmp_path / "none.toml", environ={"LM_STUDIO_CONFIG": "other"})
    assert caught.value.message == f"--config: {tmp_path / 'none.toml'} does not exist."
    error = refused(CONFIG=str(tmp_path / "none.toml"))
    assert error.message == f"LM_STUDIO_CONFIG: {tmp_path / 'none.toml'} does not exist."
    assert refused(CONFIG="~no-such-user-here/x.toml").message.endswith("does not exist.")


def test_a_named_file_is_read_in_place_of_the_usual_one(config: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("timeout = 4")
    (tmp_path / "other.toml").write_text("timeout = 5")
    loaded = load("timeout = 3", CONFIG="~/mine.toml")
    assert (loaded.settings.timeout, loaded.path, loaded.file_exists) == (4, tmp_path / "mine.toml", True)
    environ = {"LM_STUDIO_CONFIG": str(tmp_path / "mine.toml")}
    assert load_settings(config_path=Path("~/other.toml"), environ=environ).settings.timeout == 5


def test_a_file_that_cannot_be_read_is_told(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.mkdir()
    error = refused()
    assert error.message.startswith(f"{config} cannot be read: ")
    assert error.source == str(config)

    def deny(*_: object, **__: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    assert refused().message == f"{config} cannot be read: permission denied."


def test_it_is_read_once(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("timeout = 3")
    opened: list[Path] = []
    real = Path.open

    def count(path: Path, mode: str = "r") -> object:
        opened.append(path)
        return real(path, mode)

    monkeypatch.setattr(Path, "open", count)
    loaded = load()
    loaded.client_config()
    assert opened == [config]


@posix_only
@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, True), (0o604, True), (0o622, False)])
def test_a_key_that_others_can_read_is_warned_of(config: Path, mode: int, warned: bool) -> None:
    config.write_text(f'api_key = "{KEY}"')
    config.chmod(mode)
    warnings = load().warnings
    assert bool(warnings) is warned
    assert KEY not in str(warnings)
    config.write_text('api_key = ""\ntimeout = 3')
    assert load().warnings == [], "without a key there is nothing to hide"


# Secrets, and the client's configuration


def test_the_key_is_in_no_text(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("PYDANTIC_SETTINGS_DEBUG", "1")
    with caplog.at_level(logging.DEBUG):
        # It logs only the last source of a kind, which is the file.
        loaded = load(f'api_key = "{KEY}"\n[extra_headers]\nAuthorization = "Bearer {KEY}"')
    assert KEY not in caplog.text
    for text in (repr(loaded), str(loaded.settings), repr(loaded.settings), repr(loaded.client_config())):
        assert KEY not in text
    for name in ("base_url", "host", "allowed_hosts", "api_key", "extra_headers"):
        refused(None, {name: [3, KEY]})
        refused("", **{name.upper(): f"http://x:{KEY}@ü/ {{"})


@pytest.mark.parametrize(
    ("environ", "kind", "added"),
    [
        ({"BASE_URL": "http://box"}, HostNotAllowedError, " (base_url from environment LM_STUDIO_BASE_URL)."),
        ({"HOST": "box", "ALLOWED_HOSTS": "box"}, HostNotAllowedError, " (base_url from environment LM_STUDIO_HOST)."),
        ({"ENV": "production"}, HostNotAllowedError, " (env from environment LM_STUDIO_ENV)."),
        ({"BASE_URL": "ftp://box"}, ConfigurationError, " (base_url from environment LM_STUDIO_BASE_URL)."),
        ({"EXTRA_HEADERS": '{"a b": "c"}'}, ConfigurationError, " from environment LM_STUDIO_EXTRA_HEADERS)."),
    ],
)  # fmt: skip
def test_the_sdks_errors_say_where_the_value_was_set(
    environ: dict[str, str], kind: type[ConfigurationError], added: str
) -> None:
    with pytest.raises(kind) as caught:
        load(**environ).client_config()
    assert type(caught.value) is kind
    assert str(caught.value).endswith(added)
    assert caught.value.hint


def test_an_error_that_nothing_set_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object, **__: object) -> NoReturn:
        raise ConfigurationError("No.")

    loaded = load()
    monkeypatch.setattr(ClientConfig, "__init__", refuse)
    with pytest.raises(ConfigurationError, match=r"^No\.$"):
        loaded.client_config()


def test_importing_it_is_cheap() -> None:
    code = "import sys, lmstudio_tui.settings; print(*{'textual', 'httpx', 'rich', 'difflib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == ""
