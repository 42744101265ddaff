"""Settings: profiles, their rank, and what they keep to themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_loads import KEY, load, refused

from lmstudio_tui.sdk.errors import HostNotAllowedError
from lmstudio_tui.settings import LoadedSettings

BOX = 'timeout = 9\n[profiles.box]\nbase_url = "http://127.0.0.1:5000"\ntimeout = 5\n'


def key(loaded: LoadedSettings) -> str | None:
    secret = loaded.client_config().api_key
    return secret.get_secret_value() if secret else None


# Which one, and where it ranks


@pytest.mark.parametrize(
    ("toml", "flags", "environ"),
    [
        (BOX, {"profile": "box"}, {}),
        (BOX, {}, {"PROFILE": "box"}),
        (f'profile = "box"\n{BOX}', {}, {}),
        (f'profile = "gone"\n{BOX}', {"profile": "box"}, {"PROFILE": "gone"}),
        (f'profile = "gone"\n{BOX}', {}, {"PROFILE": "box"}),
    ],
)
def test_a_profile_is_chosen(config: Path, toml: str, flags: dict[str, object], environ: dict[str, str]) -> None:
    loaded = load(toml, flags, **environ)
    assert (loaded.settings.profile, loaded.settings.timeout) == ("box", 5)
    assert loaded.settings.base_url == "http://127.0.0.1:5000"
    assert loaded.origins["timeout"] == loaded.origins["base_url"] == f"{config} [profiles.box]"
    assert loaded.profiles == ("box",)


def test_none_is_chosen_unless_one_is() -> None:
    choices: list[dict[str, object]] = [{}, {"profile": ""}]
    for flags in choices:
        loaded = load(f'profile = "box"\n{BOX}' if flags else BOX, flags)
        assert (loaded.settings.profile, loaded.settings.timeout) == (None, 9)
        assert loaded.settings.base_url == "http://127.0.0.1:1234"


def test_by_a_flag_it_ranks_above_the_environment_and_else_below() -> None:
    environ = {"TIMEOUT": "3", "MAX_RETRIES": "1"}
    by_flag = load(BOX, {"profile": "box", "max_retries": 7}, **environ).settings
    assert (by_flag.timeout, by_flag.max_retries) == (5, 7)
    assert load(BOX, PROFILE="box", **environ).settings.timeout == 3
    assert load(f'profile = "box"\n{BOX}', **environ).settings.timeout == 3
    assert load(BOX, {"profile": "box"}, BASE_URL="http://127.0.0.1:7").settings.base_url == "http://127.0.0.1:5000"
    assert load(BOX, PROFILE="box", PORT="7").settings.base_url == "http://127.0.0.1:7"


def test_what_it_does_not_say_comes_from_the_top_of_the_file(config: Path) -> None:
    loaded = load('max_retries = 4\ndefault_model = "m"\n[profiles.box]\ntimeout = 5', {"profile": "box"})
    assert (loaded.settings.max_retries, loaded.settings.default_model) == (4, "m")
    assert loaded.origins["max_retries"] == str(config)


def test_a_name_with_a_dot_stands_in_quotes(config: Path) -> None:
    loaded = load('[profiles."a.b"]\ntimeout = 5', {"profile": "a.b"})
    assert loaded.origins["timeout"] == f'{config} [profiles."a.b"]'


# Keys and headers belong to one server


TOP = f'api_key = "{KEY}"\nextra_headers = {{ X-Token = "t" }}\n'


@pytest.mark.parametrize("name", ["api_key", "api_key_env", "api_key_command"])
@pytest.mark.parametrize("choose", [{"profile": "box"}, {}])
def test_the_key_at_the_top_is_not_for_a_profile_with_an_address(name: str, choose: dict[str, object]) -> None:
    toml = f'{name} = "printf_x"\n[extra_headers]\nX-Token = "t"\n{BOX.replace("timeout = 9", "")}'
    loaded = load(toml, choose, PROFILE="" if choose else "box")
    assert key(loaded) is None
    assert loaded.settings.extra_headers == {}
    assert loaded.key_source() == "no key"


def test_it_is_for_a_profile_without_one() -> None:
    loaded = load(f"{TOP}[profiles.quick]\ntimeout = 1", {"profile": "quick"})
    assert key(loaded) == KEY
    assert loaded.settings.extra_headers == {"X-Token": "t"}


@pytest.mark.parametrize(
    ("toml", "by_flag", "expected"),
    [
        ('host = "127.0.0.1"', True, KEY),
        ('base_url = "http://localhost:5000"', True, KEY),
        ('port = 5000', True, KEY),
        ('base_url = "http://127.0.0.1:5000"\napi_key = "own"', True, "own"),
        ('base_url = "http://127.0.0.1:5000"\napi_key_env = "OWN"', True, "from-own"),
        ('base_url = "http://127.0.0.1:5000"\napi_key = "own"', False, KEY),
        ('timeout = 3\napi_key = "own"', True, "own"),
        ('timeout = 3', True, KEY),
    ],
)  # fmt: skip
def test_which_profile_is_given_the_key_of_the_environment(toml: str, by_flag: bool, expected: str) -> None:
    from lmstudio_tui import paths
    from lmstudio_tui.settings import load_settings

    paths.config_file().write_text(f"[profiles.box]\n{toml}")
    paths.config_file().chmod(0o600)
    environ = {"LM_API_TOKEN": KEY, "OWN": "from-own", **({} if by_flag else {"LM_STUDIO_PROFILE": "box"})}
    assert key(load_settings({"profile": "box"} if by_flag else {}, environ=environ)) == expected


@pytest.mark.parametrize("address", ['base_url = "http://box.lan"', 'host = "box.lan"', 'base_url = "ftp://x y"'])
def test_the_key_of_the_environment_does_not_leave_the_machine_by_a_flag(address: str) -> None:
    toml = f'[profiles.box]\n{address}\nallowed_hosts = ["box.lan"]'
    loaded = load(toml, {"profile": "box"}, API_KEY=KEY, EXTRA_HEADERS='{"X-Token": "t"}')
    assert loaded.settings.api_key is None
    assert loaded.settings.extra_headers == {}


def test_the_host_policy_tells_where_to_mend_it(config: Path) -> None:
    with pytest.raises(HostNotAllowedError) as caught:
        load('[profiles.box]\nbase_url = "http://box.lan"', {"profile": "box"}).client_config()
    assert f"(base_url from {config} [profiles.box])" in caught.value.message
    assert caught.value.hint == 'Put allowed_hosts = ["box.lan"] into [profiles.box] of config.toml.'
    toml = '[profiles.box]\nbase_url = "http://box.lan"\nallowed_hosts = ["box.lan"]'
    with pytest.raises(HostNotAllowedError) as caught:
        load(toml, {"profile": "box"}).client_config()
    assert caught.value.hint == ("Put api_key, api_key_env or api_key_command into [profiles.box] of config.toml.")


# Mistakes


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("bix", "Did you mean box? The profiles are: box."),
        ("BOX", "Did you mean box? The profiles are: box."),
        ("qqqq", "The profiles are: box."),
    ],
)
def test_an_unknown_one_is_told_with_those_there_are(config: Path, name: str, hint: str) -> None:
    for error, label in (
        (refused(BOX, {"profile": name}), "--profile"),
        (refused(BOX, PROFILE=name), "LM_STUDIO_PROFILE"),
        (refused(f'profile = "{name}"\n{BOX}'), f"{config}: profile"),
    ):
        assert error.message == f"{label} must name a profile in {config}, and {name!r} is none."
        assert (error.hint, error.key) == (hint, "profile")


def test_where_there_is_none_it_is_told_how_to_make_one() -> None:
    assert refused("", {"profile": "box"}).hint == "There is none yet; one begins with [profiles.name]."


@pytest.mark.parametrize("name", ["a b", "a/b", "x" * 41, "ü"])
def test_a_name_that_none_can_have(config: Path, name: str) -> None:
    assert refused(BOX, {"profile": name}).message.startswith("--profile must be the name of a profile")
    assert refused(f"profile = 3\n{BOX}").message.startswith(f"{config}: profile must be the name of a profile")
    toml = f'[profiles."{name}"]\ntimeout = 3\n{BOX.partition(chr(10))[2]}'
    (warning,) = load(toml, {"profile": "box"}).warnings
    assert "no profile can have this name. The other profiles can be used." in warning


@pytest.mark.parametrize(
    ("content", "wrong", "hint"),
    [
        ("tiemout = 3", "unknown key 'tiemout'.", "Did you mean timeout?"),
        ("qqqqqq = 3", "unknown key 'qqqqqq'.", "The keys are: scheme, host, port, base_url, api_key, "),
        ('theme = "x"', "'theme' cannot be set in a profile.", "It concerns the app and no server"),
        ('profile = "x"', "'profile' cannot be set in a profile.", "It concerns the app and no server"),
        ("timeout = -1", "timeout must be a number of seconds, above 0 and up to 86400, not -1.", ""),
        (f'api_key = ["{KEY}"]', "api_key must be a text of printable ASCII characters.", ""),
        (f'api_key_env = "{KEY}"', "api_key_env must be the name of an environment variable that holds the key.", ""),
        ('api_key_command = "a \'b"', "api_key_command must be a command line that prints the key.", ""),
        ("extra_headers = { timeout = '3' }", "'timeout' is a setting, and stands among the extra_headers.", "What "),
        ("b.timeout = 3", "unknown key 'b'.", "A profile has no table but extra_headers."),
    ],
)
def test_a_mistake_counts_only_where_the_profile_is_used(config: Path, content: str, wrong: str, hint: str) -> None:
    toml = f"[profiles.bad]\n{content}\n{BOX.partition(chr(10))[2]}"
    error = refused(toml, {"profile": "bad"})
    assert error.message == f"{config} [profiles.bad]: {wrong}"
    assert error.hint.startswith(hint)
    assert error.source == str(config)
    choices: list[dict[str, object]] = [{}, {"profile": "box"}]
    for flags in choices:
        loaded = load(toml, flags)
        assert loaded.warnings == [f"{error.message} The other profiles can be used."]
        assert KEY not in str(loaded.warnings)


def test_a_profile_that_is_no_table(config: Path) -> None:
    toml = 'profiles.bad = "http://127.0.0.1"\n'
    assert refused(toml, {"profile": "bad"}).message == f"{config} [profiles.bad] must be a table."
    assert refused("profiles = 3").message == f"{config}: profiles must be tables."
    assert refused("[profile.box]\ntimeout = 3").hint.startswith("Did you mean [profiles.name]?")
    assert refused("[profils.box]\ntimeout = 3").hint == "Did you mean profiles?"


def test_a_flag_gets_past_a_wrong_value_of_the_profile() -> None:
    flags: dict[str, object] = {"profile": "box", "timeout": 3}
    assert load("[profiles.box]\ntimeout = -1", flags).settings.timeout == 3


def test_a_key_of_a_profile_that_others_can_read_is_warned_of(config: Path) -> None:
    config.write_text(f'[profiles.box]\naudio_api_key = "{KEY}"')
    config.chmod(0o644)
    (warning,) = load().warnings
    assert "holds an API key" in warning
    assert KEY not in warning
