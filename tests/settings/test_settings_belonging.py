"""Settings: a key that stands beside an address in the file goes to that address alone."""

from __future__ import annotations

import pytest
from settings_loads import KEY, load

from lmstudio_tui import paths
from lmstudio_tui.sdk.errors import HostNotAllowedError
from lmstudio_tui.settings import LoadedSettings, Service, load_settings

HOME, AWAY = "http://127.0.0.1:5000", "http://127.0.0.1:6000"
BOX = f'[profiles.box]\nbase_url = "{HOME}"\n'


def key(loaded: LoadedSettings, service: Service = "main") -> str | None:
    secret = loaded.client_config(service).api_key
    return secret.get_secret_value() if secret else None


@pytest.mark.parametrize("own", [f'api_key = "{KEY}"', 'api_key_env = "OWN"', 'api_key_command = "echo own"'])
@pytest.mark.parametrize("name", ["BASE_URL", "PORT", "flag"])
def test_a_profiles_key_stays_at_home(own: str, name: str) -> None:
    toml = f'profile = "box"\n{BOX}{own}\nextra_headers = {{ X-Token = "t" }}'
    at_home = load(toml)
    assert (at_home.withheld, at_home.warnings, at_home.settings.extra_headers) == ((), [], {"X-Token": "t"})
    assert at_home.key_source() != "no key"
    flags: dict[str, object] = {"base_url": AWAY, "profile": "box"} if name == "flag" else {}
    loaded = load(toml, flags, **({} if flags else {name: "6000" if name == "PORT" else AWAY}))
    assert (loaded.settings.base_url, key(loaded), loaded.settings.extra_headers) == (AWAY, None, {})
    assert (loaded.key_source(), loaded.origins["api_key"], loaded.origins["extra_headers"]) == (
        "no key",
        "default",
        "default",
    )
    sentence = f"The key and extra headers of profile box are not sent to {AWAY}: they belong to {HOME}."
    assert (loaded.withheld, loaded.warnings) == ((sentence,), [sentence])
    assert KEY not in repr(loaded)


def test_at_the_top_of_the_file_too() -> None:
    toml = f'base_url = "{HOME}"\napi_key = "{KEY}"\n'
    assert key(load(toml)) == KEY
    loaded = load(toml, {"base_url": AWAY})
    assert key(loaded) is None
    assert loaded.withheld == (f"The key of config.toml is not sent to {AWAY}: it belongs to {HOME}.",)
    quick = load(f'{toml}[profiles.quick]\napi_key = "q"', PROFILE="quick", PORT="6000")
    assert quick.withheld == (f"The key of profile quick is not sent to {AWAY}: it belongs to {HOME}.",)
    assert key(quick) is None


def test_a_file_without_an_address_has_a_general_key() -> None:
    assert key(load(f'api_key = "{KEY}"', {"base_url": AWAY})) == KEY
    assert key(load(f'api_key = "{KEY}"', PORT="6000")) == KEY
    assert key(load(f'[profiles.quick]\napi_key = "{KEY}"', {"profile": "quick", "base_url": AWAY})) == KEY


@pytest.mark.parametrize(
    ("home", "address", "sent"),
    [
        ("http://127.0.0.1:5000", "127.0.0.1:5000/v1/", True),
        ("http://LOCALHOST/proxy", "http://localhost:80", True),
        ("https://localhost", "https://localhost:443/api/v1", True),
        ("https://localhost:5000", "http://localhost:5000", False),
        ("http://localhost:5000", "http://localhost:5001", False),
    ],
)
def test_the_same_server_is_the_same_in_any_spelling(home: str, address: str, sent: bool) -> None:
    toml = f'base_url = "{home}"\napi_key = "{KEY}"'
    assert key(load(toml, BASE_URL=address)) == (KEY if sent else None)
    parts = f'host = "127.0.0.1"\nport = 5000\napi_key = "{KEY}"'
    assert key(load(parts, BASE_URL=HOME)) == KEY


def test_an_address_that_cannot_be_used_is_home_to_nobody_else() -> None:
    loaded = load(f'[profiles.box]\nbase_url = "http://a b"\napi_key = "{KEY}"', PROFILE="box", PORT="6000")
    assert key(loaded) is None
    host = load(f'[profiles.box]\nhost = "a/b"\napi_key = "{KEY}"', {"profile": "box", "base_url": AWAY})
    assert key(host) is None
    assert "it belongs to an address that cannot be used." in host.warnings[0]


def test_keys_said_for_the_moment_are_general() -> None:
    toml = f'{BOX}api_key = "{KEY}"'
    by_flag = load(toml, {"profile": "box", "base_url": AWAY, "api_key": "f"})
    assert (key(by_flag), by_flag.warnings) == ("f", []), "the profile's does not count anyway"
    by_variable = load(toml, {"profile": "box", "base_url": AWAY}, API_KEY="e")
    assert (key(by_variable), by_variable.origins["api_key"]) == ("e", "environment LM_STUDIO_API_KEY")
    assert key(load(toml, PROFILE="box", BASE_URL=AWAY, API_KEY="e")) == "e"
    assert key(load(toml, {"profile": "box"}, API_KEY="e")) == KEY


def test_audio_and_images_have_homes_of_their_own() -> None:
    toml = f'{BOX}audio_base_url = "{AWAY}"\naudio_api_key = "a"\nimages_api_key = "i"'
    assert key(load(toml, PROFILE="box"), "audio") == "a"
    loaded = load(toml, PROFILE="box", AUDIO_BASE_URL="http://127.0.0.1:7000", IMAGES_BASE_URL="http://127.0.0.1:8000")
    assert (key(loaded, "audio"), key(loaded, "images")) == (None, None)
    assert loaded.warnings == [
        f"The audio key of profile box is not sent to http://127.0.0.1:7000: it belongs to {AWAY}.",
        f"The images key of profile box is not sent to http://127.0.0.1:8000: it belongs to {HOME}.",
    ]
    top = f'audio_api_key = "{KEY}"\n'
    assert key(load(top, AUDIO_BASE_URL=AWAY), "audio") == KEY
    assert key(load(f'{top}audio_base_url = "{HOME}"', AUDIO_BASE_URL=AWAY), "audio") is None
    # The main key does not go to audio's server by way of the main address.
    both = load(f'base_url = "{HOME}"\napi_key = "{KEY}"', BASE_URL=AWAY, AUDIO_BASE_URL=AWAY)
    assert (key(both), key(both, "audio")) == (None, None)


def test_the_host_policy_does_not_send_the_key_to_the_file() -> None:
    toml = f'{BOX}api_key = "{KEY}"\nallowed_hosts = ["box.lan"]'
    with pytest.raises(HostNotAllowedError) as caught:
        load(toml, {"profile": "box", "base_url": "http://box.lan"}).client_config()
    assert caught.value.hint == "Set LM_STUDIO_API_KEY, or give --api-key."


def test_a_variable_that_is_not_sent_need_not_be_set() -> None:
    paths.config_file().write_text(f'{BOX}api_key_env = "NOT_SET"')
    assert load_settings({"profile": "box", "base_url": AWAY}, environ={}).client_config().api_key is None
