"""Every setting tells what it is for, and its sort is read off its type."""

import re
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from lmstudio_tui.settings import Settings
from lmstudio_tui.settings.about import GROUPS, About
from lmstudio_tui.settings.as_text import value_of
from lmstudio_tui.settings.catalogue import catalogue, described, setting_named, shown
from lmstudio_tui.settings.sources import PREFIX

_REFERENCE = Path(__file__).parents[2] / "docs" / "settings-reference.md"


def test_every_field_is_there_once_with_a_meaning() -> None:
    assert sorted(one.name for one in catalogue()) == sorted(Settings.model_fields)
    assert all(one.meaning and one.must_be and one.default for one in catalogue())
    assert not [one.name for one in catalogue() if one.meaning.endswith(".")]


def test_the_groups_are_in_their_order_and_the_address_is_the_first() -> None:
    order = [one.group for one in catalogue()]
    assert list(dict.fromkeys(order)) == [group for group in GROUPS if group in order]
    assert catalogue()[0].name == "base_url"


@pytest.mark.parametrize(
    ("name", "kind", "default"),
    [
        ("base_url", "text", "http://127.0.0.1:1234"),
        ("api_key", "secret", "none"),
        ("timeout", "number", "30"),
        ("generation_timeout", "number", "none"),
        ("port", "number", "none"),
        ("verify_tls", "bool", "true"),
        ("log_level", "choice", "off"),
        ("allowed_hosts", "list", "none"),
        ("extra_headers", "table", "none"),
        ("default_model", "text", "a loaded one"),
    ],
)
def test_the_sort_and_the_default_in_words(name: str, kind: str, default: str) -> None:
    one = setting_named(name)
    assert (one.kind, one.default) == (kind, default)


def test_what_may_be_chosen_what_is_hidden_and_what_stands_in_no_profile() -> None:
    assert setting_named("log_level").choices == ("off", "error", "info", "debug")
    assert {one.name for one in catalogue() if one.hidden} == {
        *("api_key", "audio_api_key", "images_api_key", "extra_headers")
    }
    assert not setting_named("theme").in_profile
    assert setting_named("timeout").in_profile
    assert setting_named("api_key").variables[0] == f"{PREFIX}API_KEY"


def test_a_field_of_truths_and_a_word_is_a_choice() -> None:
    class More(Settings):
        glyphs: Annotated[bool | Literal["auto"], About("looks", "whether")] = Field(default="auto", description="x")
        keys: Annotated[dict[str, tuple[str, ...]], About("keys", "keys")] = Field(default={}, description="x")

    found = {one.name: one for one in described(More)}
    assert (found["glyphs"].kind, found["glyphs"].choices) == ("choice", ("true", "false", "auto"))
    assert (found["keys"].kind, found["keys"].default) == ("table", "none")
    assert value_of(found["glyphs"], "true", None) is True
    assert value_of(found["keys"], '"chat.send" = ["ctrl+s"]', None) == {"chat.send": ["ctrl+s"]}


def test_a_field_that_tells_nothing_is_refused() -> None:
    class Silent(Settings):
        silent: bool = Field(default=False, description="true or false")

    with pytest.raises(TypeError, match="silent does not say"):
        described(Silent)


def test_the_reference_has_every_setting() -> None:
    named = set(re.findall(r"`([a-z_]+)`", _REFERENCE.read_text(encoding="utf-8")))
    assert {one.name for one in catalogue()} <= named


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (30.0, "30"), (0.25, "0.25"), (31_536_000.0, "31536000"), (("a", "b"), "a, b"), (None, "")],
)
def test_values_as_they_are_written(value: object, text: str) -> None:
    assert shown(value) == text
