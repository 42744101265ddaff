"""What has changed from one look at a server to the next, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lmstudio_tui.features.health import Presence, ServerView, describe_change, server_name
from lmstudio_tui.sdk import (
    Capability,
    HealthStatus,
    ModelInstance,
    ModelSummary,
    RequestTimeoutError,
    ServerKind,
    ServerRefusedError,
)
from lmstudio_tui.sdk.types.kinds import CAPABILITIES

NOTHING = ServerView("http://127.0.0.1:1234")


def status(version: str = "0.4.12", kind: ServerKind = ServerKind.LM_STUDIO, software: str = "") -> HealthStatus:
    can = {name: Capability(available=None, reason="") for name in CAPABILITIES}
    return HealthStatus(status="ok", kind=kind, version=version, latency_ms=3, software=software, capabilities=can)


def model(name: str, instances: int = 0, *, loading: bool = False) -> ModelSummary:
    state = "loaded" if instances else ("loading" if loading else "not-loaded")
    held = tuple(ModelInstance(id=f"{name}:{number}") for number in range(instances))
    return ModelSummary(id=name, state=state, instances=held)


def online(*models: ModelSummary, version: str = "0.4.12") -> ServerView:
    return replace(NOTHING, presence=Presence.ONLINE, status=status(version), models=models, models_at=1.0)


def away(view: ServerView, presence: Presence = Presence.OFFLINE, *, slow: bool = False) -> ServerView:
    error = RequestTimeoutError("Too slow.", phase="read") if slow else ServerRefusedError("Refused.")
    return replace(view, presence=presence, error=error)


@pytest.mark.parametrize(
    ("known", "name"),
    [
        (status(), "LM Studio 0.4.12"),
        (status("unknown"), "LM Studio"),
        (status("0.2.21", ServerKind.CLASSIC), "LM Studio (classic) 0.2.21"),
        (status("b4321", ServerKind.OPENAI, "llama.cpp"), "llama.cpp b4321"),
    ],
)
def test_what_a_server_is_called(known: HealthStatus, name: str) -> None:
    assert server_name(known) == name


def test_a_server_cannot_reach_the_terminal_by_its_name() -> None:
    assert "\x1b" not in server_name(status("1\x1b[2J2", ServerKind.OPENAI, "ev\x1bil"))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (NOTHING, online(), ""),
        (NOTHING, away(NOTHING), ""),
        (away(NOTHING), online(), "LM Studio 0.4.12 answers now"),
        (away(online()), online(), "LM Studio 0.4.12 is back"),
        (away(online()), online(version="0.4.13"), "LM Studio 0.4.13 answers now (it was LM Studio 0.4.12)"),
        (online(), away(online()), "LM Studio 0.4.12 is gone"),
        (online(), away(online(), slow=True), "LM Studio 0.4.12 does not answer any more"),
        (online(), away(online(), Presence.LOCKED), "LM Studio 0.4.12 wants a key"),
        (online(), away(online(), Presence.STRANGE), "LM Studio 0.4.12 no longer answers as a model server does"),
        (away(online()), away(online(), Presence.LOCKED), "A server is there, and wants a key"),
        (away(NOTHING), away(NOTHING, Presence.STRANGE), "Something answers there, but not as a model server does"),
        (away(NOTHING, Presence.LOCKED), away(NOTHING), "The server is gone"),
        (online(), online(version="0.4.13"), "LM Studio 0.4.13 answers now (it was LM Studio 0.4.12)"),
        (online(), replace(online(), base_url="http://127.0.0.1:8080"), ""),
        (online(), replace(online(), latencies=(3.0,), checked_at=9.0), ""),
        (online(), replace(online(), silent_since=5.0), ""),
        (online(), replace(online(), status=None), ""),
        (away(online()), replace(online(), status=None), ""),
        (online(), replace(online(), presence=Presence.CONNECTING), ""),
    ],
)
def test_the_server_itself(before: ServerView, after: ServerView, words: str) -> None:
    assert describe_change(before, after) == words


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([model("a")], [model("a", 1)], "a was loaded"),
        ([model("a", 1)], [model("a")], "a was unloaded"),
        ([model("a")], [model("a", loading=True)], "a is being loaded"),
        ([model("a", loading=True)], [model("a", 1)], "a was loaded"),
        ([model("a", 1)], [model("a", 2)], "a was loaded once more"),
        ([model("a", 2)], [model("a", 1)], "a has an instance less"),
        ([model("a")], [model("a"), model("b")], "b is new"),
        ([model("a"), model("b")], [model("a")], "b is gone"),
        ([model("z")], [model("z"), model("a"), model("b")], "a and b are new"),
        ([model("z")], [model("z"), *map(model, "abc")], "3 models are new"),
        ([model("a"), model("b", 1)], [model("a", 1), model("b")], "a was loaded; b was unloaded"),
        ([model("a", 1)], [model("a", 1), model("b", 1)], "b was loaded"),
        ([model("a", 1), model("b", 1)], [model("b", 1)], "a was unloaded"),
        ([model("a", 1)], [ModelSummary(id="a")], ""),
        ([model("a")], [model("a")], ""),
        ([model("z")], [model("z"), model("ev\x1b]0;il")], None),
    ],
    ids=range(16),
)
def test_its_models(before: list[ModelSummary], after: list[ModelSummary], words: str | None) -> None:
    said = describe_change(online(*before), online(*after))
    assert "\x1b" not in said
    assert words is None or said == words


def test_thousands_of_models_are_compared_at_once() -> None:
    many = [model(f"m{number}") for number in range(5000)]
    assert describe_change(online(*many), online(*many[2500:], *map(model, "abcd"))) == (
        "4 models are new; 2500 models are gone"
    )
