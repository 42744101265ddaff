"""Settings: the file, secrets, and the configuration of the client."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from settings_loads import KEY, load, refused

from lmstudio_tui.sdk.config import ClientConfig
from lmstudio_tui.sdk.errors import ConfigurationError, HostNotAllowedError
from lmstudio_tui.settings import Service, SettingsError, load_settings

posix_only = pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")


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


@pytest.mark.parametrize(
    "text", ["htp:/x", "http:/x", "http//x", "ftp://x", "http://", "http:///x", "x:/y", "http;//x", "..", "http://a,b"]
)
def test_what_is_no_address_is_called_so_before_hosts_are_spoken_of(text: str) -> None:
    services: list[tuple[Service, str]] = [("main", "base_url"), ("audio", "audio_base_url")]
    for service, name in services:
        with pytest.raises(ConfigurationError) as caught:
            load(None, {name: text}).client_config(service)
        assert type(caught.value) is ConfigurationError
        assert "is no address" in caught.value.message or "names no host" in caught.value.message
        assert caught.value.message.endswith(f"({name} from flag --{name.replace('_', '-')}).")
        assert "allowed" not in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "localhost",
        "127.0.0.1:1234/v1",
        "HTTP://LOCALHOST:5000",
        "http://[::1]:1234",
        "my_box.localhost",
        "https://a.localhost.",
    ],
)
def test_what_is_one_is_taken(text: str) -> None:
    with contextlib.suppress(HostNotAllowedError):
        load(BASE_URL=text).client_config()


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
