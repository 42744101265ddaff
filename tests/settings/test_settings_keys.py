"""Settings: keys that come from a variable or a command, and the separate servers for audio and images."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from settings_loads import KEY, load, refused

from lmstudio_tui.sdk.errors import ConfigurationError, HostNotAllowedError
from lmstudio_tui.settings import LoadedSettings, SettingsError, keys, load_settings

posix_only = pytest.mark.skipif(os.name != "posix", reason="the commands are those of POSIX")


def command(path: Path, code: str) -> str:
    """A settings file whose key is printed by a few lines of Python."""
    script = path / "key.py"
    script.write_text(code)
    return f"api_key_command = '''\"{sys.executable}\" \"{script}\"'''"


def plain(loaded: LoadedSettings, service: str = "main") -> str | None:
    secret = loaded.client_config(service).api_key  # pyright: ignore[reportArgumentType]
    return secret.get_secret_value() if secret else None


def failure(loaded: LoadedSettings) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        loaded.client_config()
    assert KEY not in f"{caught.value} {caught.value!r}"
    return caught.value


# From a variable


def test_a_key_from_a_variable(config: Path) -> None:
    config.write_text('api_key_env = "BOX_KEY"')
    loaded = load_settings(environ={"BOX_KEY": f" {KEY}\n"})
    assert plain(loaded) == KEY
    assert loaded.key_source() == "key from $BOX_KEY"
    assert KEY not in repr(loaded)
    assert plain(load_settings(environ={"LM_STUDIO_API_KEY_ENV": "OTHER", "OTHER": "o", "BOX_KEY": KEY})) == "o"


def test_a_variable_that_is_not_set_is_told_when_the_key_is_needed(config: Path) -> None:
    loaded = load('api_key_env = "BOX_KEY"')
    error = failure(loaded)
    assert error.message == f"$BOX_KEY, which api_key_env names, is not set (api_key_env from {config})."
    assert error.hint
    error = failure(load('api_key_env = "hf_abcdefgh"'))
    assert "hf_abcdefgh" not in str(error), "it may be a key, put there by mistake"
    assert "hf_abcdefgh" not in load('api_key_env = "hf_abcdefgh"').key_source()


def test_a_variable_that_holds_no_key(config: Path) -> None:
    config.write_text('api_key_env = "BOX_KEY"')
    assert "is no key" in failure(load_settings(environ={"BOX_KEY": "schlüssel"})).message


# From a command


def test_a_key_from_a_command(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    code = f"open({str(ran)!r}, 'a').write('x'); print(); print('  {KEY}  '); print('second line')"
    loaded = load(command(tmp_path, code))
    assert loaded.key_source() == "key from a command"
    assert not ran.exists(), "it is run only when a client is needed"
    assert plain(loaded) == KEY
    loaded.client_config()
    assert ran.read_text() == "x", "and only once"
    assert KEY not in repr(loaded)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (f"print('{KEY}'); raise SystemExit('{KEY}')", "ended with exit code 1"),
        ("", "printed nothing"),
        ("print('x' * 70_000)", "prints far more than a key"),
        ("print('schlüssel')", "is no key"),
    ],
)
def test_a_command_that_fails_is_told_without_its_output(config: Path, tmp_path: Path, code: str, told: str) -> None:
    error = failure(load(command(tmp_path, code)))
    assert told in error.message
    assert f"(api_key_command from {config})" in error.message
    assert error.key == "api_key_command"


@posix_only
def test_a_command_that_a_signal_ends(tmp_path: Path) -> None:
    assert "ended with signal 9" in failure(load(command(tmp_path, "import os; os.kill(os.getpid(), 9)"))).message


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    error = failure(load('api_key_command = "no-such-program-here --now"'))
    assert "names a program that is not there" in error.message
    assert "no-such-program" not in error.message
    assert "cannot be run" in failure(load(f'api_key_command = "{tmp_path.as_posix()}"')).message


@posix_only
def test_it_is_run_without_a_shell(tmp_path: Path) -> None:
    loaded = load("api_key_command = \"echo 'a b' '$HOME' '|' cat\"")
    assert plain(loaded) == "a b $HOME | cat"


def test_a_command_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_PATIENCE", 0.3)
    started = time.monotonic()
    error = failure(load(command(tmp_path, "import time; time.sleep(60)")))
    assert error.message.startswith("api_key_command did not end within 0.3 seconds")
    assert time.monotonic() - started < 10


# Which of them counts


def test_a_key_counts_as_one_value_whichever_way_it_is_given(config: Path) -> None:
    config.write_text('api_key = "file"')
    config.chmod(0o600)
    assert plain(load_settings(environ={"LM_STUDIO_API_KEY_ENV": "K", "K": "variable"})) == "variable"
    assert plain(load_settings({"api_key": "flag"}, environ={"LM_STUDIO_API_KEY_ENV": "K", "K": "variable"})) == "flag"
    assert plain(load_settings({"api_key": ""}, environ={"LM_STUDIO_API_KEY_ENV": "K", "K": "variable"})) is None
    config.write_text('api_key_command = "no-such-program"\napi_key_env = "K"\napi_key = "file"')
    loaded = load_settings(environ={})
    assert plain(loaded) == "file"
    assert (loaded.settings.api_key_env, loaded.origins["api_key_env"]) == (None, "default")


@pytest.mark.parametrize(
    ("flags", "environ", "toml", "source"),
    [
        ({}, {}, "", "no key"),
        ({"api_key": KEY}, {}, "", "key from --api-key"),
        ({}, {"API_KEY": KEY}, "", "key from $LM_STUDIO_API_KEY"),
        ({}, {}, f'api_key = "{KEY}"', "key in config.toml"),
    ],
)
def test_where_the_key_comes_from_in_words(
    flags: dict[str, object], environ: dict[str, str], toml: str, source: str
) -> None:
    assert load(toml, flags, **environ).key_source() == source


def test_wrong_ways_are_not_repeated() -> None:
    assert refused(API_KEY_ENV=KEY).message.endswith("environment variable that holds the key.")
    assert refused(API_KEY_COMMAND=f"'{KEY}").message.endswith("a command line that prints the key.")


# Audio and images


def test_without_addresses_there_is_one_server() -> None:
    loaded = load(f'audio_api_key = "{KEY}"\ndefault_model = "m"')
    assert loaded.client_config("audio") == loaded.client_config("images") == loaded.client_config()


def test_a_server_of_its_own_has_a_key_of_its_own(config: Path) -> None:
    toml = f'''
    base_url = "http://127.0.0.1:1"
    api_key = "{KEY}"
    default_model = "m"
    timeout = 7
    audio_base_url = "http://127.0.0.1:8000/v1"
    images_base_url = "http://127.0.0.1:8001"
    images_api_key_env = "PICTURES"
    [extra_headers]
    X-Token = "t"
    '''
    config.write_text(toml)
    config.chmod(0o600)
    loaded = load_settings(environ={"PICTURES": "p"})
    audio, images = loaded.client_config("audio"), loaded.client_config("images")
    assert (audio.base_url, images.base_url) == ("http://127.0.0.1:8000", "http://127.0.0.1:8001")
    assert (plain(loaded), plain(loaded, "audio"), plain(loaded, "images")) == (KEY, None, "p")
    assert (audio.extra_headers, audio.default_model, audio.timeout) == ({}, None, 7)
    assert (audio.enable_audio, audio.enable_images, images.enable_images) == (True, False, True)
    assert (loaded.key_source("audio"), loaded.key_source("images")) == ("no key", "key from $PICTURES")


def test_the_same_address_has_the_same_key() -> None:
    loaded = load(f'api_key = "{KEY}"\naudio_base_url = "http://127.0.0.1:1234/v1/"\nenable_audio = false')
    assert plain(loaded, "audio") == KEY
    assert loaded.client_config("audio").enable_audio is False
    assert plain(load(f'api_key = "{KEY}"\naudio_api_key = "a"\naudio_base_url = "127.0.0.1:1234"'), "audio") == "a"


def test_the_host_policy_holds_for_each(config: Path) -> None:
    toml = 'audio_base_url = "http://box.lan"\n'
    loaded = load(toml)
    loaded.client_config()
    with pytest.raises(HostNotAllowedError) as caught:
        loaded.client_config("audio")
    assert f"(audio_base_url from {config})" in caught.value.message
    with pytest.raises(HostNotAllowedError) as caught:
        load(f'{toml}api_key = "{KEY}"\nallowed_hosts = ["box.lan"]').client_config("audio")
    assert caught.value.hint == "Set LM_STUDIO_AUDIO_API_KEY, or audio_api_key in config.toml."
    with pytest.raises(ConfigurationError) as other:
        load(IMAGES_BASE_URL="ftp://x").client_config("images")
    assert "(images_base_url from environment LM_STUDIO_IMAGES_BASE_URL)" in other.value.message


def test_an_address_for_audio_holds_no_password() -> None:
    error = refused(AUDIO_BASE_URL=f"http://me:{KEY}@box")
    assert error.message.startswith("LM_STUDIO_AUDIO_BASE_URL must hold no user name, password or query")


def test_a_profile_with_its_own_audio_does_not_get_the_key_of_another() -> None:
    toml = f'''
    audio_base_url = "http://127.0.0.1:8000"
    audio_api_key = "{KEY}"
    [profiles.own]
    audio_base_url = "http://127.0.0.1:8001"
    [profiles.same]
    timeout = 3
    '''
    assert plain(load(toml, {"profile": "own"}), "audio") is None
    assert plain(load(toml, {"profile": "same"}), "audio") == KEY
    assert plain(load(toml, {"profile": "own"}, AUDIO_API_KEY="e"), "audio") == "e"
    assert plain(load(toml, PROFILE="own", AUDIO_API_KEY="e"), "audio") == "e"


# The log


def test_the_log_is_off_unless_asked_for() -> None:
    assert load().settings.log_level == "off"
    assert load('log_level = "error"', LOG_LEVEL="debug").settings.log_level == "debug"
    assert refused(None, {"log_level": "loud"}).message == "--log-level must be off, error, info or debug, not 'loud'."
