"""`--json`: the shapes that scripts rely on, also when it fails."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cli_runs import Run

from lmstudio_tui.simulator import SimulatorServer

Shape = dict[str, tuple[Any, ...]]
NOBODY = "http://127.0.0.1:9"
CHAT: Shape = {
    "model": (str, None),
    "requested_model": (str, None),
    "text": (str,),
    "reasoning": (str,),
    "finish_reason": (str, None),
    "tool_calls": (list,),
    "usage": (dict, None),
    "stats": (dict,),
    "downgraded": (bool,),
    "interrupted": (bool,),
    "warnings": (list,),
    "error": (dict, None),
}
MODEL: Shape = {
    "id": (str,),
    "display_name": (str, None),
    "type": (str, None),
    "publisher": (str, None),
    "architecture": (str, None),
    "parameters": (str, None),
    "quantization": (str, None),
    "bits_per_weight": (float, None),
    "format": (str, None),
    "size_bytes": (int, None),
    "max_context_length": (int, None),
    "state": (str,),
    "instances": (list,),
    "capabilities": (list,),
    "type_as_told": (str, None),
    "owned_by": (str, None),
    "status": (str, None),
    "description": (str, None),
    "variants": (list,),
    "selected_variant": (str, None),
}
PING: Shape = {
    "reachable": (bool,),
    "base_url": (str, None),
    "kind": (str,),
    "version": (str,),
    "version_source": (str,),
    "latency_ms": (float, None),
    "models_loaded": (int, None),
    "capabilities": (dict,),
}


def has_shape(found: dict[str, Any], shape: Shape) -> None:
    assert list(found) == list(shape)
    for name, kinds in shape.items():
        assert (type(found[name]) if found[name] is not None else None) in kinds, name


def is_answer(found: dict[str, Any]) -> None:
    has_shape(found, CHAT)
    assert set(found["stats"]) == {"time_to_first_token_ms", "tokens_per_second", "duration_ms"}
    if found["usage"] is not None:
        assert set(found["usage"]) == {"prompt_tokens", "completion_tokens", "total_tokens", "estimated"}
    if found["error"] is not None:
        assert set(found["error"]) == {"type", "message", "hint"}
        assert "\n" not in found["error"]["message"]


@pytest.mark.parametrize("command", ["chat", "complete"])
@pytest.mark.parametrize("how", [[], ["--no-stream"]])
def test_an_answer(ask: Run, command: str, how: list[str]) -> None:
    result = ask(command, "hello", "--json", *how)
    assert (result.code, result.err) == (0, "")
    is_answer(result.json)
    assert result.json["text"]
    assert result.json["model"] == result.json["requested_model"] == "sim-llama-3.1-8b"
    assert result.json["finish_reason"] == "stop"
    assert result.json["usage"]["estimated"] is False
    assert result.json["stats"]["duration_ms"] > 0
    assert (result.json["downgraded"], result.json["interrupted"], result.json["error"]) == (False, False, None)
    assert result.json["warnings"] == []


def test_tool_calls(ask: Run) -> None:
    (call,) = ask("chat", "hello", "--json", "-m", "fault-tool-call-pieces").json["tool_calls"]
    assert set(call) == {"id", "name", "arguments"}
    assert json.loads(call["arguments"])


def test_reasoning_is_apart(ask: Run) -> None:
    found = ask("chat", "hello", "--json", "-m", "fault-think-split").json
    assert found["reasoning"]
    assert found["reasoning"] not in found["text"]


def test_warnings_and_downgrades(ask: Run) -> None:
    found = ask("chat", "hello", "--json", "-m", "fault-wrong-model").json
    assert found["model"] != found["requested_model"] == "fault-wrong-model"
    assert found["warnings"]
    assert ask("chat", "hello", "--json", "-m", "fault-no-streaming").json["downgraded"] is True
    assert ask("chat", "hello", "--json", "-m", "fault-no-usage").json["usage"]["estimated"] is True


def test_a_failure_in_the_middle_holds_what_had_arrived(ask: Run) -> None:
    result = ask("chat", "hello", "--json", "-m", "fault-cut-middle")
    assert result.code == 1
    is_answer(result.json)
    assert result.json["text"].startswith("Hello!")
    assert result.json["interrupted"] is True
    assert result.json["error"]["type"] == "StreamInterruptedError"
    assert result.err.startswith("error: "), "people who look at the terminal are told, too"


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (["-m", "fault-crash"], 1, "ModelCrashedError"),
        (["-m", "fault-context-overflow"], 1, "ContextOverflowError"),
        (["-m", "fault-auth-required"], 4, "AuthenticationError"),
        (["-m", "fault-unknown-endpoint-200"], 5, "FeatureUnavailableError"),
        (["--temperature", "9"], 2, "ValidationError"),
        (["--base-url", NOBODY], 3, "ServerRefusedError"),
        (["--base-url", NOBODY, "-m", "x"], 3, "ServerRefusedError"),
        (["--base-url", "http://box.lan"], 2, "HostNotAllowedError"),
        (["--base-url", "ftp://127.0.0.1"], 2, "ConfigurationError"),
        (["--config", "nowhere.toml"], 2, "SettingsError"),
    ],
)
def test_every_failure(cli: Run, sim: SimulatorServer, arguments: list[str], code: int, kind: str) -> None:
    result = cli("--base-url", sim.base_url, "chat", "hello", "--json", *arguments)
    is_answer(result.json)
    assert (result.code, result.json["error"]["type"], result.json["text"]) == (code, kind, "")
    assert result.json["error"]["message"] in result.err.replace("\n", " ")
    if "-m" in arguments:
        assert result.json["requested_model"] == arguments[-1]


def test_it_is_harmless_and_valid_whatever_it_holds(ask: Run) -> None:
    result = ask("chat", "hello", "--json", "-m", "fault-escape-codes")
    assert all(char.isprintable() or char == "\n" for char in result.out)
    assert "\x1b[31mRed" in result.json["text"]
    assert "\x9b" in result.json["text"]


def test_models(ask: Run) -> None:
    found = ask("models", "--json").json
    assert list(found) == ["models", "sources", "fetched_at"]
    assert found["sources"]
    assert datetime.fromisoformat(found["fetched_at"]).tzinfo is not None
    for model in found["models"]:
        has_shape(model, MODEL)
        assert model["type"] in {"llm", "vlm", "embedding"}
        assert model["state"] in {"loaded", "not-loaded", "unknown"}
        assert all(set(one) == {"id", "context_length"} for one in model["instances"])
    loaded = next(model for model in found["models"] if model["id"] == "sim-llama-3.1-8b")
    assert loaded["state"] == "loaded"
    assert loaded["instances"]


def test_models_that_cannot_be_listed(ask: Run) -> None:
    result = ask("models", "--json", "--config", "nowhere.toml")
    assert result.code == 2
    assert result.json["models"] == []
    assert result.json["error"]["type"] == "SettingsError"


def test_ping(ask: Run, sim: SimulatorServer) -> None:
    result = ask("ping", "--json")
    assert result.code == 0
    has_shape(result.json, PING)
    assert (result.json["reachable"], result.json["kind"], result.json["base_url"]) == (True, "lmstudio", sim.base_url)
    for capability in result.json["capabilities"].values():
        assert set(capability) == {"available", "reason"}
        assert capability["reason"] or capability["available"]


@pytest.mark.parametrize(
    ("arguments", "code", "address"),
    [
        (["--base-url", NOBODY], 3, NOBODY),
        (["--base-url", "http://box.lan"], 2, "http://box.lan"),
        (["--config", "nowhere.toml"], 2, None),
    ],
)
def test_ping_that_fails(cli: Run, arguments: list[str], code: int, address: str | None) -> None:
    result = cli("ping", "--json", *arguments)
    assert result.code == code
    has_shape(result.json, {**PING, "error": (dict,)})
    assert (result.json["reachable"], result.json["base_url"]) == (False, address)
    assert set(result.json["error"]) == {"type", "message", "hint"}


def test_settings_errors_stay_readable(cli: Run, home: Path) -> None:
    (home / "lmstudio-tui").mkdir()
    (home / "lmstudio-tui" / "config.toml").write_text("tiemout = 3\n")
    for command in (["ping"], ["models"], ["chat", "hi"]):
        result = cli(*command, "--json")
        assert result.code == 2
        assert result.json["error"]["hint"] == "Did you mean timeout?"
        assert "unknown key 'tiemout'" in result.err
