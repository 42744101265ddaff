"""Settings: which source wins, and what each may hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from settings_loads import KEY, load, refused, reuse_folder

from lmstudio_tui.sdk.config import ClientConfig
from lmstudio_tui.settings import Settings, load_settings

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
