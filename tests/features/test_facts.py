"""What is known of the server, in words."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from lmstudio_tui.features.facts import CAPABILITY_TITLES, Fact, Mark, facts_of, health_in_words, sparkline
from lmstudio_tui.features.health import Presence, ServerView
from lmstudio_tui.features.service_view import ServiceView
from lmstudio_tui.sdk import AuthenticationError, Capability, HealthStatus, ModelSummary, ServerKind, ServerRefusedError
from lmstudio_tui.sdk.types.kinds import CAPABILITIES

URL = "http://127.0.0.1:1234"
YES = Capability(available=True, reason="LM Studio serves it.")
STATUS = HealthStatus(
    status="ok",
    kind=ServerKind.LM_STUDIO,
    version="0.4.12",
    version_source="lms-status",
    latency_ms=3.0,
    surfaces=("/v1/models", "/api/v1/models"),
    capabilities=dict.fromkeys(CAPABILITIES, YES),
)
ONLINE = ServerView(
    URL,
    Presence.ONLINE,
    since=time.time() - 60,
    status=STATUS,
    latencies=(2.0, 3.4, 11.0),
    models=(
        ModelSummary(id="qwen3-8b", state="loaded"),
        ModelSummary(id="gemma", state="not-loaded"),
    ),
)


def fact(view: ServerView, name: str, *warnings: str) -> Fact:
    """The one of that id."""
    return next(one for one in facts_of(view, warnings) if one.id == name)


def test_every_capability_has_a_title_and_is_a_fact() -> None:
    assert set(CAPABILITY_TITLES) == set(CAPABILITIES)
    assert [one.id for one in facts_of(ONLINE) if one.capability] == list(CAPABILITIES)


def test_every_fact_is_explained() -> None:
    for one in facts_of(ONLINE, ["The connection is not encrypted."]):
        assert one.title
        assert one.value
        assert one.explanation.strip().endswith(".")


@pytest.mark.parametrize(
    ("available", "mark", "sign", "word"),
    [(True, Mark.GOOD, "✓", "available"), (False, Mark.NO, "✗", "unavailable"), (None, Mark.UNKNOWN, "?", "unknown")],
)
def test_a_capability_is_told_by_sign_and_word(available: bool | None, mark: Mark, sign: str, word: str) -> None:
    can = {**STATUS.capabilities, "vision": Capability(available=available, reason="That is why.")}
    view = replace(ONLINE, status=STATUS.model_copy(update={"capabilities": can}))
    found = fact(view, "vision")
    assert (found.mark, found.sign, found.value, found.explanation) == (mark, sign, word, "That is why.")


def test_the_version_says_where_it_comes_from() -> None:
    assert "/lms-status" in fact(ONLINE, "version").explanation
    llama = STATUS.model_copy(update={"version_source": "props", "software": "llama.cpp", "kind": ServerKind.OPENAI})
    assert "/props" in fact(replace(ONLINE, status=llama), "version").explanation
    assert fact(replace(ONLINE, status=llama), "kind").value == "llama.cpp"


def test_an_unknown_version_is_no_fault() -> None:
    status = STATUS.model_copy(update={"version": "unknown", "version_source": "unknown"})
    found = fact(replace(ONLINE, status=status), "version")
    assert (found.value, found.mark) == ("unknown", Mark.UNKNOWN)
    assert "blocks nothing" in found.explanation


def test_a_version_that_is_too_old_says_what_to_upgrade_to() -> None:
    old = Capability(
        available=False, reason="Version 0.2.17 is too old; 0.2.18 is the first that works.", hint="Upgrade LM Studio."
    )
    status = STATUS.model_copy(
        update={"kind": ServerKind.CLASSIC, "version": "0.2.17", "capabilities": dict.fromkeys(CAPABILITIES, old)}
    )
    found = fact(replace(ONLINE, status=status), "version")
    assert found.mark is Mark.BAD
    assert "0.2.18" in found.explanation
    assert "Upgrade" in found.explanation


def test_the_loaded_models_are_named() -> None:
    assert fact(ONLINE, "models").value == "2 models, 1 loaded"
    assert "qwen3-8b" in fact(ONLINE, "models").explanation
    many = tuple(ModelSummary(id=f"model-{number}", state="loaded") for number in range(9))
    assert "and 3 more" in fact(replace(ONLINE, models=many), "models").explanation
    unsaid = (ModelSummary(id="one"),)
    found = fact(replace(ONLINE, models=unsaid), "models")
    assert (found.value, "does not tell" in found.explanation) == ("1 model", True)


def test_the_latency_has_its_range() -> None:
    found = fact(ONLINE, "latency")
    assert found.value.startswith("11 ms")
    assert "2.0 to 11.0 ms" in found.explanation


@pytest.mark.parametrize(
    ("presence", "error", "words", "mark"),
    [
        (Presence.OFFLINE, ServerRefusedError("Nothing answers: connection refused."), "no server", Mark.BAD),
        (Presence.LOCKED, AuthenticationError("A token is required.", status=401), "key wanted", Mark.FAIR),
        (Presence.STRANGE, None, "no model server", Mark.BAD),
        (Presence.CONNECTING, None, "looking", Mark.UNKNOWN),
    ],
)
def test_what_is_wrong_is_said_with_its_reason(
    presence: Presence, error: ServerRefusedError | None, words: str, mark: Mark
) -> None:
    view = ServerView(URL, presence, since=time.time(), error=error)
    assert health_in_words(view) == (words, mark)
    found = fact(view, "server")
    assert URL in found.explanation
    if error is not None:
        assert error.message in found.explanation


def test_a_silent_server_is_told_as_silent() -> None:
    view = replace(ONLINE, silent_since=time.time() - 4)
    assert health_in_words(view) == ("no answer for 4 s", Mark.FAIR)


def test_what_a_server_says_is_made_harmless() -> None:
    evil = "0.4\x1b[31m.1\u202e"
    status = STATUS.model_copy(update={"version": evil, "status": "o\x07k", "software": "l\x1b]0;x\x07l"})
    said = "".join(one.value + one.explanation for one in facts_of(replace(ONLINE, status=status)))
    assert not set(said) & set("\x1b\x07\u202e")


def test_standing_warnings_are_a_fact() -> None:
    assert fact(ONLINE, "security", "It may be an impostor.").explanation == "It may be an impostor."
    assert all(one.id != "security" for one in facts_of(ONLINE))


def test_bars_are_between_nothing_and_the_largest() -> None:
    assert sparkline([0.0, 5.0, 10.0]) == "▁▄█"
    assert sparkline([0.0, 0.0]) == "▁▁"
    assert len(sparkline(range(100))) == 8


def test_what_has_a_server_of_its_own_is_told_of_that_one() -> None:
    can = Capability(available=True, reason="It speaks.")
    assert ONLINE.status is not None
    status = ONLINE.status.model_copy(update={"kind": ServerKind.OPENAI, "capabilities": {"speech": can}})
    sounds = ServiceView("audio", "http://127.0.0.1:8000", own=True, view=replace(ONLINE, status=status))
    told = {one.id: one for one in facts_of(ONLINE, services={"audio": sounds})}
    assert (told["speech"].value, told["speech"].mark) == ("available", Mark.GOOD)
    assert "http://127.0.0.1:8000" in told["speech"].explanation
    assert "It speaks." in told["speech"].explanation
    assert told["transcription"].value == "unknown"
    assert told["images"] == fact(ONLINE, "images")
    shared = replace(sounds, own=False)
    assert [*facts_of(ONLINE, services={"audio": shared})] == facts_of(ONLINE)
