"""The profiles that the app is handed, and telling several recorders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lmstudio_tui.cli.profiles import SettingsProfiles
from lmstudio_tui.features.profiles import NO_PROFILE, ProfileDraft, ProfileEntry, ProfileError
from lmstudio_tui.features.recorders import FanOut
from lmstudio_tui.sdk import ClientConfig
from lmstudio_tui.sdk.recording import BodyReceived, CallFinished, Moment

KEY = "sk-lm-aBcD1234:s3cr3ts3cr3ts3cr3t12"
TEXT = f"""timeout = 9
allowed_hosts = ["top.lan"]
[profiles.box]
host = "127.0.0.1"
port = 5000
api_key = "{KEY}"
[profiles.far]
base_url = "http://far.lan"
audio_base_url = "http://top.lan:8000"
api_key_command = "echo k"
allowed_hosts = ["far.lan", "top.lan"]
[profiles.alone]
base_url = "http://alone.lan"
[profiles.broken]
timeout = -1
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(TEXT)
    file.chmod(0o600)
    return file


@pytest.fixture
def profiles(path: Path) -> SettingsProfiles:
    return SettingsProfiles(path, config_path=path, without=lambda: ClientConfig(timeout=1), environ={})


def test_entries_say_all_but_the_key(profiles: SettingsProfiles) -> None:
    entries = {entry.name: entry for entry in profiles.entries()}
    assert list(entries) == [NO_PROFILE, "box", "far", "alone", "broken"]
    assert entries[NO_PROFILE] == ProfileEntry(NO_PROFILE, "http://127.0.0.1:1234", chosen=True)
    assert (entries["box"].base_url, entries["box"].key_source) == ("http://127.0.0.1:5000", "key in config.toml")
    assert (entries["far"].key_source, entries["far"].problem) == ("key from a command", "")
    assert "alone.lan is not this machine" in entries["alone"].problem
    assert "timeout must be" in entries["broken"].problem
    assert KEY not in repr(entries)


def test_a_configuration_is_that_of_the_profile(profiles: SettingsProfiles) -> None:
    config = profiles.config_of("box")
    assert (config.base_url, config.timeout) == ("http://127.0.0.1:5000", 9)
    assert config.api_key is not None
    assert config.api_key.get_secret_value() == KEY
    assert profiles.config_of(NO_PROFILE).timeout == 1
    for name in ("broken", "gone"):
        with pytest.raises(ProfileError):
            profiles.config_of(name)


def test_a_draft_never_holds_the_key(profiles: SettingsProfiles) -> None:
    draft = profiles.draft_of("box")
    assert draft == ProfileDraft("box", "http://127.0.0.1:5000", "typed")
    assert profiles.config_of_draft(draft, draft).api_key == profiles.config_of("box").api_key
    far = profiles.draft_of("far")
    assert (far.key_kind, far.key_text, far.allow) == ("command", "echo k", True)
    assert profiles.hosts_of(far) == ["far.lan", "top.lan"]
    with pytest.raises(ProfileError):
        profiles.draft_of("gone")


def test_parts_of_an_address_make_way_for_a_whole_one(profiles: SettingsProfiles, path: Path) -> None:
    draft = profiles.draft_of("box")
    profiles.save(replace(draft, default_model="m"), draft)
    assert 'host = "127.0.0.1"\nport = 5000' in path.read_text()
    profiles.save(replace(draft, base_url="http://127.0.0.1:6000"), draft)
    assert "port" not in path.read_text()
    assert KEY in path.read_text()
    assert profiles.config_of("box").base_url == "http://127.0.0.1:6000"


def test_what_is_set_elsewhere_stays_when_a_key_is_changed(profiles: SettingsProfiles, path: Path) -> None:
    draft = profiles.draft_of("box")
    profiles.save(replace(draft, key_kind="variable", key_text="BOX"), draft)
    assert KEY not in path.read_text()
    assert 'api_key_env = "BOX"' in path.read_text()
    draft = profiles.draft_of("box")
    profiles.save(replace(draft, key_kind="none", key_text=""), draft)
    assert "api_key_env" not in path.read_text()


def test_a_host_is_allowed_beside_those_that_are(profiles: SettingsProfiles, path: Path) -> None:
    new = ProfileDraft("new", "http://New.lan:1/v1", "typed", KEY, audio_base_url="http://top.lan")
    assert profiles.check(new, None).keys() == {"allow"}
    allowed = replace(new, allow=True)
    assert profiles.check(allowed, None) == {}
    profiles.save(allowed, None)
    assert 'allowed_hosts = ["top.lan", "new.lan"]' in path.read_text()
    assert profiles.config_of("new").base_url == "http://new.lan:1"
    top = ProfileDraft("top", "http://top.lan", "typed", KEY)
    assert profiles.check(top, None) == {}, "the top of the file allows it"


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        (ProfileDraft(), {"name": "A name is needed, such as box.", "base_url": "An address is needed, such as "}),
        (ProfileDraft("a b", "x"), {"name": "It must be up to 40 letters, "}),
        (ProfileDraft("box", "x"), {"name": "There is a profile of this name already."}),
        (ProfileDraft("a", "x", "typed"), {"key_text": "The key is needed."}),
        (ProfileDraft("a", "x", "typed", "schlüssel"), {"key_text": "It must be a text of printable ASCII"}),
        (ProfileDraft("a", "x", "variable"), {"key_text": "The name of the variable is needed"}),
        (ProfileDraft("a", "x", "variable", "a b"), {"key_text": "It must be the name of an environment variable"}),
        (ProfileDraft("a", "x", "command", "'"), {"key_text": "It must be a command line"}),
        (ProfileDraft("a", "127.0.0.1:99999"), {"base_url": "'127.0.0.1:99999' is not an address"}),
        (ProfileDraft("a", "127.0.0.1", audio_base_url="ftp://x"), {"audio_base_url": "'ftp://x' is no address"}),
        (ProfileDraft("a", "http://alone.lan", allow=True), {"key_text": "An API key is needed: alone.lan is not"}),
        (ProfileDraft("a", "127.0.0.1", images_base_url="http://b.lan"), {"allow": "Prompts and answers would leave"}),
        (ProfileDraft("a", "127.0.0.1", images_base_url="http://b.lan", allow=True), {}),
        (ProfileDraft("a", "127.0.0.1"), {}),
    ],
)
def test_what_is_wrong_with_a_draft(profiles: SettingsProfiles, draft: ProfileDraft, wrong: dict[str, str]) -> None:
    found = profiles.check(draft, None)
    assert {name: found[name][: len(sentence)] for name, sentence in wrong.items() if name in found} == wrong
    assert found.keys() == wrong.keys()


def test_removing_choosing_and_bringing_back(profiles: SettingsProfiles, path: Path) -> None:
    profiles.choose("box")
    before = path.read_text()
    assert [entry.name for entry in profiles.entries() if entry.chosen] == ["box"]
    removed = profiles.remove("box")
    assert KEY not in repr(removed)
    assert [entry.name for entry in profiles.entries() if entry.chosen] == [NO_PROFILE]
    profiles.restore(removed)
    assert path.read_text() == before
    profiles.choose(NO_PROFILE)
    assert path.read_text() == TEXT
    with pytest.raises(ProfileError):
        profiles.restore(removed)


# Several recorders


class Notes:
    def __init__(self, *, fails: bool = False) -> None:
        self.told: list[Moment] = []
        self.fails = fails

    def record(self, moment: Moment, /) -> None:
        self.told.append(moment)
        if self.fails:
            raise RuntimeError


def body(call: str) -> BodyReceived:
    return BodyReceived(call_id=call, at_ms=0.0, body=b"")


def end(call: str) -> CallFinished:
    numbers = dict.fromkeys(("connect_ms", "send_ms", "wait_ms", "first_byte_ms", "first_token_ms", "stream_ms"))
    counts = {"attempts": 1, "bytes_sent": 0, "bytes_received": 0}
    return CallFinished(
        call_id=call, at_ms=0.0, outcome="ok", error="", message="", status=200, duration_ms=1.0, **numbers, **counts
    )


def test_one_that_fails_silences_no_other() -> None:
    good, bad = Notes(), Notes(fails=True)
    both = FanOut([bad, good])
    one, two = [body("a"), body("a"), end("a")], [body("b"), end("b")]
    for moment in (*one, *two):
        both.record(moment)
    assert good.told == [*one, *two]
    assert bad.told == [one[0], two[0]], "it is told no more of a call at which it failed"
